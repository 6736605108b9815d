/**
 * What a server holds after many calls: {@link io.assent.loadtest.soak.SoakRig} drives a number of branch calls through a server, reads heap, direct memory
 * and threads of the quiet server at a tenth of them and at the end, and {@link io.assent.loadtest.soak.SoakResult} judges their growth.
 */
package io.assent.loadtest.soak;
