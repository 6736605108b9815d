/** Rules of the code base that the compiler does not know. */
package io.assent.architecture;
