/**
 * Tools that put a coordinator under load and try to break it. They speak its protocol over HTTP and gRPC, so that the
 * same tools measure Assent, DTM or anything else that speaks it; nothing here depends on a module of the server.
 *
 * <pre>
 *   cli          the commands: participant, forwarder, generate, compare, kill, hang, soak, addresses, fuzz   (start here to use it)
 *   participant  the branch side: answers fast, or by script with a ledger
 *   forwarder    the bare reference: what this machine can do without a coordinator's duties
 *   generator    load of two-branch sagas: as fast as answers come, or at a fixed rate
 *   compare      server and forwarder in alternation, and their ratio
 *   kill         SIGKILL under load, then three independent records are compared
 *   hang         healthy sagas beside targets that hang
 *   soak         what the server holds after many calls
 *   addresses    gRPC participants that come and go behind one name
 *   fuzz         what no client should send, by a seed; and what the server holds afterwards
 *   process      servers in processes of their own
 *   net          HTTP/1.1 and event loops for all of them
 * </pre>
 */
package io.assent.loadtest;
