/** The ten-second lesson: a server, a participant, a transfer that succeeds and one that is undone. */
package io.assent.server.quickstart;
