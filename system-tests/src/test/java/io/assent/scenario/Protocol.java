package io.assent.scenario;

import io.assent.system.TestServer;

/** How clients and coordinator talk, and how participants are called. */
enum Protocol {
    /** JSON over HTTP. */
    HTTP {
        @Override
        Client client(TestServer server) {
            return new DtmOverHttp(server);
        }

        @Override
        Participant participant(Business business) {
            return new HttpParticipant(business);
        }

        @Override
        Protocol other() {
            return GRPC;
        }
    },

    /** The service {@code dtmgimp.Dtm}, and any unary method of a participant. */
    GRPC {
        @Override
        Client client(TestServer server) {
            return new DtmOverGrpc(server.grpcPort());
        }

        @Override
        Participant participant(Business business) {
            return new GrpcParticipant(business);
        }

        @Override
        Protocol other() {
            return HTTP;
        }
    };

    abstract Client client(TestServer server);

    abstract Participant participant(Business business);

    abstract Protocol other();
}
