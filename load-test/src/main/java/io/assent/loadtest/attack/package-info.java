/**
 * Clients and participants that try to fill the server's memory or take its descriptors, while a healthy client goes on: {@link
 * io.assent.loadtest.attack.AttackRig} runs one {@link io.assent.loadtest.attack.Attack} after the other against one server process on the loopback
 * address and judges each. All of them are within what anybody who reaches the ports could do; each is bounded and ends by itself.
 */
package io.assent.loadtest.attack;
