/**
 * Settings: named as DTM names them, from its defaults, its environment variables, its YAML file, and our command line, the later winning.
 * {@link io.assent.server.config.Settings} lists them all.
 */
package io.assent.server.config;
