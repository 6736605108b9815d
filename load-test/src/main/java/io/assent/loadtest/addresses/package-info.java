/**
 * Participants that come and go behind one name: {@link io.assent.loadtest.addresses.AddressRig} lets addresses of a name die and be replaced, and connections
 * be asked to leave, while sagas call them over gRPC, and {@link io.assent.loadtest.addresses.AddressResult} tells whether a call waited too long, ended
 * unknown, or was not sent where it should have been.
 */
package io.assent.loadtest.addresses;
