/**
 * Healthy participants beside participants that hang: {@link io.assent.loadtest.hang.HangRig} paces sagas to a healthy one, in windows by turns without and
 * with sagas that keep calling {@link io.assent.loadtest.hang.HangingTargets}, and {@link io.assent.loadtest.hang.HangResult} compares the windows.
 *
 * <pre>
 *   baseline | hanging | baseline | hanging | ... | baseline        the same rate of healthy sagas in all
 * </pre>
 */
package io.assent.loadtest.hang;
