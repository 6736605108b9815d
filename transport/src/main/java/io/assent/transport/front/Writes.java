package io.assent.transport.front;

import io.assent.engine.Commands;
import io.assent.engine.HistoryAnswer;
import io.assent.engine.Limits;
import io.assent.engine.Registration;
import io.assent.engine.TransactionStatus;
import io.assent.engine.Utf8;
import io.netty.handler.codec.http.HttpHeaders;

/** The requests with a body (PROTOCOL 2.1, 2.2, 7): by HTTP, and those of JSON-RPC. One per event loop. */
final class Writes {
    private final FrontLoop loop;
    private final Responses responses;
    private final SubmissionParser parser = new SubmissionParser();
    private final RegistrationParser registrations = new RegistrationParser();

    Writes(FrontLoop loop, Responses responses) {
        this.loop = loop;
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
            register(exchange, headers, SubmissionParser.clean(registrations.gid()));
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
            register(exchange, headers, registrations.gid());
        } else {
            parser.readParameters(parameters);
            act(exchange, endpoint, headers);
        }
    }

    private void act(Exchange exchange, Endpoint endpoint, HttpHeaders headers) throws RequestError {
        String gid = parser.gid();
        exchange.gid(gid);
        exchange.endpoint = endpoint;
        Commands commands = loop.commands();
        switch (endpoint) {
            case SUBMIT -> {
                if (parser.isWorkflow()) {
                    finishWorkflow(exchange, headers, gid);
                } else {
                    prepareToAnnounce(exchange, headers);
                    announce(exchange);
                }
            }
            case PREPARE, PREPARE_WORKFLOW -> {
                if (endpoint == Endpoint.PREPARE_WORKFLOW) {
                    parser.requireWorkflow();
                }
                exchange.shape = Exchange.Shape.WORKFLOW;
                prepareToAnnounce(exchange, headers);
                announce(exchange);
            }
            case ABORT ->
                ask(
                        exchange,
                        commands.abort(
                                loop.request(exchange, headers), gid, parser.transType(), parser.rollbackReason()));
            case FORCE_STOP -> ask(exchange, commands.forceStop(loop.request(exchange, headers), gid));
            case RESET_NEXT_CRON_TIME ->
                ask(exchange, commands.resetNextCronTime(loop.request(exchange, headers), gid));
            case RELEASE_QUARANTINED ->
                ask(exchange, commands.releaseQuarantined(loop.request(exchange, headers), gid));
            default -> throw new IllegalStateException(endpoint + " has no body");
        }
    }

    private void register(Exchange exchange, HttpHeaders headers, String gid) throws RequestError {
        exchange.gid(gid);
        Registration registration = registrations.registration();
        ask(exchange, loop.commands().registerBranch(loop.request(exchange, headers), gid, registration));
    }

    private void finishWorkflow(Exchange exchange, HttpHeaders headers, String gid) throws RequestError {
        TransactionStatus status = parser.workflowStatus();
        ask(
                exchange,
                loop.commands()
                        .finishWorkflow(
                                loop.request(exchange, headers),
                                gid,
                                status,
                                parser.workflowReason(),
                                parser.workflowResult()));
    }

    private void prepareToAnnounce(Exchange exchange, HttpHeaders headers) throws RequestError {
        addTrace(headers, "traceparent");
        addTrace(headers, "tracestate");
        exchange.submission = parser.submission();
        exchange.request = loop.request(exchange, headers);
        if (exchange.endpoint == Endpoint.SUBMIT
                && exchange.submission.options().waitResult()) {
            loop.watch(exchange, exchange.submission.options().requestTimeoutS());
        }
    }

    /** Asks the history and sends the command; a second time when the engine has forgotten more than the history knew. */
    void announce(Exchange exchange) {
        exchange.history = loop.history().find(exchange.gid());
        HistoryAnswer history = exchange.history;
        Commands commands = loop.commands();
        ask(
                exchange,
                switch (exchange.endpoint) {
                    case SUBMIT -> commands.submit(exchange.request, exchange.submission, history);
                    case PREPARE -> commands.prepare(exchange.request, exchange.submission, history);
                    case PREPARE_WORKFLOW -> commands.prepareWorkflow(exchange.request, exchange.submission, history);
                    default -> throw new IllegalStateException(exchange.endpoint + " announces nothing");
                });
    }

    private void addTrace(HttpHeaders headers, String name) {
        // The list of tracestate may come in several lines.
        String value = String.join(",", headers.getAll(name));
        if (!value.isEmpty() && name.length() + Utf8.encode(value).length <= Limits.ATTRIBUTE_BYTES_MAX / 2) {
            parser.attribute(name, value);
        }
    }

    private void ask(Exchange exchange, boolean taken) {
        loop.asked(exchange, taken);
    }
}
