/** The commands of {@code bin/assent}. */
package io.assent.server.cli;
