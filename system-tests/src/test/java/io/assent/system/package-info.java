/** Whole servers over real sockets. */
package io.assent.system;
