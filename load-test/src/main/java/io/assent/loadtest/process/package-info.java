/**
 * Starting and ending real processes: {@link io.assent.loadtest.process.ServerCommand} is how a server is started, {@link
 * io.assent.loadtest.process.ChildProcess} is one that runs, {@link io.assent.loadtest.process.ServerProcess} a server among them with its ports and its
 * metrics. Every child dies with its owner or, at the latest, with this process. May depend on the JDK
 * and {@link io.assent.loadtest.net.Protocol}.
 */
package io.assent.loadtest.process;
