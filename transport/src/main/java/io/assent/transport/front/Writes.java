package io.assent.transport.front;

import io.assent.engine.Request;
import io.netty.handler.codec.http.HttpHeaders;
import java.nio.charset.StandardCharsets;

/** The requests with a body (PROTOCOL 2.1, 2.2, 7): by HTTP, and those of JSON-RPC. One per event loop. */
final class Writes {
    private final FrontLoop loop;
    private final Responses responses;
    private final TransactionCommands commands;
    private final TransactionRequest transaction = new TransactionRequest();
    private final SubmissionParser parser = new SubmissionParser(transaction);
    private final RegistrationParser registrations = new RegistrationParser();

    Writes(FrontLoop loop, TransactionCommands commands, Responses responses) {
        this.loop = loop;
        this.commands = commands;
        this.responses = responses;
    }

    void handle(Exchange exchange, Endpoint endpoint, HttpHeaders headers, byte[] body, int length)
            throws RequestError {
        if (isRegistration(endpoint)) {
            try {
                registrations.read(body, length);
            } catch (RequestError e) {
                // Such a body is the only reason for this status (PROTOCOL 2.2 registerBranch).
                responses.error(exchange, 400, e.rejection().text(), false);
                return;
            }
            String gid = SubmissionParser.clean(registrations.gid());
            commands.registerBranch(exchange, gid, registrations.registration(), actor(headers));
            return;
        }
        parser.read(body, length);
        act(exchange, endpoint, headers);
    }

    private static boolean isRegistration(Endpoint endpoint) {
        return switch (endpoint) {
            case REGISTER_BRANCH, REGISTER_XA_BRANCH, REGISTER_TCC_BRANCH -> true;
            default -> false;
        };
    }

    /** The same request out of the parameters of a JSON-RPC call: nothing is cleaned (PROTOCOL 3). */
    void handleParameters(Exchange exchange, Endpoint endpoint, HttpHeaders headers, String parameters)
            throws RequestError {
        if (endpoint == Endpoint.REGISTER_BRANCH) {
            registrations.readParameters(parameters);
            commands.registerBranch(exchange, registrations.gid(), registrations.registration(), actor(headers));
        } else {
            parser.readParameters(parameters);
            act(exchange, endpoint, headers);
        }
    }

    private void act(Exchange exchange, Endpoint endpoint, HttpHeaders headers) throws RequestError {
        Actor actor = actor(headers);
        switch (endpoint) {
            case SUBMIT -> {
                addTrace(headers);
                commands.submit(exchange, transaction, actor);
            }
            case PREPARE -> {
                addTrace(headers);
                commands.prepare(exchange, transaction, actor);
            }
            case PREPARE_WORKFLOW -> {
                exchange.shape = Exchange.Shape.WORKFLOW;
                addTrace(headers);
                commands.prepareWorkflow(exchange, transaction, actor);
            }
            case ABORT -> commands.abort(exchange, transaction, actor);
            case FORCE_STOP -> {
                Request request = asking(exchange, actor);
                loop.asked(exchange, loop.commands().forceStop(request, exchange.gid()));
            }
            case RESET_NEXT_CRON_TIME -> {
                Request request = asking(exchange, actor);
                loop.asked(exchange, loop.commands().resetNextCronTime(request, exchange.gid()));
            }
            case RELEASE_QUARANTINED -> {
                Request request = asking(exchange, actor);
                loop.asked(exchange, loop.commands().releaseQuarantined(request, exchange.gid()));
            }
            default -> throw new IllegalStateException(endpoint + " has no body");
        }
    }

    private Request asking(Exchange exchange, Actor actor) {
        exchange.gid(transaction.gid());
        return loop.request(exchange, actor);
    }

    private void addTrace(HttpHeaders headers) {
        transaction.attribute("traceparent", joined(headers, "traceparent"));
        transaction.attribute("tracestate", joined(headers, "tracestate"));
    }

    /** A list may come in several lines. */
    private static String joined(HttpHeaders headers, String name) {
        return String.join(",", headers.getAll(name));
    }

    static Actor actor(HttpHeaders headers) throws RequestError {
        return Actor.of(text(headers, "X-Assent-Actor"), text(headers, "X-Assent-Reason"));
    }

    /** The bytes of a header are UTF-8; the library takes them one by one. */
    private static String text(HttpHeaders headers, String name) throws RequestError {
        String value = headers.get(name);
        if (value == null) {
            return null;
        }
        byte[] bytes = value.getBytes(StandardCharsets.ISO_8859_1);
        return StrictUtf8.text(bytes, bytes.length, "header", "the header " + name);
    }
}
