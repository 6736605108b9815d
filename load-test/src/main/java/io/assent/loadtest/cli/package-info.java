/**
 * The commands of the load tools. {@link io.assent.loadtest.cli.Main} is the entrance; each command is a thin layer of options over a class of the
 * other packages. {@code bin/load-test --help} lists them.
 */
package io.assent.loadtest.cli;
