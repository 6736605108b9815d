/**
 * Tools that put a coordinator under load and try to break it. They speak HTTP only, so that the same tools measure Assent, DTM or anything
 * else that speaks the protocol; nothing here depends on a module of the server.
 *
 * <pre>
 *   cli          the commands: participant, forwarder, generate, compare, kill, fuzz   (start here to use it)
 *   participant  the branch side: answers fast, or by script with a ledger
 *   forwarder    the bare reference: what this machine can do without a coordinator's duties
 *   generator    closed-loop load of two-branch sagas
 *   compare      server and forwarder in alternation, and their ratio
 *   kill         SIGKILL under load, then three independent records are compared
 *   fuzz         what no client should send, by a seed; and what the server holds afterwards
 *   net          HTTP/1.1 for all of them
 * </pre>
 */
package io.assent.loadtest;
