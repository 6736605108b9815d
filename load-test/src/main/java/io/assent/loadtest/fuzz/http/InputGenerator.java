package io.assent.loadtest.fuzz.http;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.assent.loadtest.fuzz.BodyMutator;
import io.assent.loadtest.fuzz.BranchUrls;
import io.assent.loadtest.fuzz.Chance;
import io.assent.loadtest.fuzz.LoopbackGuard;
import io.assent.loadtest.fuzz.Share;
import io.assent.loadtest.fuzz.Words;
import io.assent.loadtest.fuzz.http.DocumentedCalls.Call;
import io.assent.loadtest.fuzz.http.HttpInput.Ending;
import io.assent.loadtest.fuzz.http.Piece.Shape;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;

/** Makes input number N out of the seed, N and the addresses, and nothing else. Immutable. */
final class InputGenerator {

    private static final int ATTEMPTS = 8;

    private final long seed;
    private final BranchUrls urls;
    private final LoopbackGuard guard;

    InputGenerator(final long seed, final BranchUrls urls) {
        this.seed = seed;
        this.urls = urls;
        this.guard = new LoopbackGuard(urls);
    }

    HttpInput input(final long number) {
        final Chance chance = new Chance(seed, number);
        final InputKind kind = InputKind.at(chance.below(Share.WHOLE));
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            final HttpInput input = made(kind, chance, number);
            if (permits(input)) {
                return chance.oneIn(6) ? input.inSegments(chance.between(2, 12)) : input;
            }
        }
        return HttpInput.kept(
                kind, Piece.answered(RequestBytes.of("GET", "/api/ping").bytes()));
    }

    private boolean permits(final HttpInput input) {
        return switch (input.kind()) {
            // Cut up or cut off: the guard saw the whole of it before.
            case CHUNKED, HALF_SENT -> true;
            default -> guard.permits(input.bytes());
        };
    }

    private HttpInput made(final InputKind kind, final Chance chance, final long number) {
        final Words words = new Words(chance, urls, number);
        final DocumentedCalls calls = new DocumentedCalls(chance, words);
        return switch (kind) {
            case DOCUMENTED -> HttpInput.kept(kind, calls.any().piece());
            case MUTATED -> HttpInput.kept(kind, mutated(calls.withBody(), chance));
            case METHOD -> HttpInput.of(kind, List.of(new OddHeaders(chance, calls).methodPiece()));
            case TARGET -> HttpInput.of(kind, List.of(new OddTargets(chance).piece()));
            case HEADERS -> HttpInput.of(kind, List.of(new OddHeaders(chance, calls).headerPiece()));
            case CHUNKED -> HttpInput.kept(kind, new OddFraming(chance, calls).chunked(guard));
            case FRAMING -> new OddFraming(chance, calls).framing();
            case PIPELINE -> new OddFraming(chance, calls).pipeline();
            case GARBAGE -> HttpInput.of(kind, List.of(Piece.whatever(new OddFraming(chance, calls).garbage())));
            case HALF_SENT -> new OddFraming(chance, calls).halfSent(guard);
            case ABANDONED -> abandoned(chance, number);
            case LARGE -> new LargeCalls(chance, urls, number).input();
        };
    }

    private Piece mutated(final Call call, final Chance chance) {
        final BodyMutator mutator = new BodyMutator(chance);
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            final byte[] request = call.with(mutator.mutated(call.body()));
            if (guard.permits(request) && (call.shape() == Shape.PLAIN || isStoppable(request))) {
                return Piece.answered(request).shaped(call.shape());
            }
        }
        return call.piece();
    }

    /** JSON-RPC cleans no gid and HTTP cleans every one, so a gid with one of these characters could not be stopped over HTTP. */
    private static boolean isStoppable(final byte[] request) {
        final String text = new String(request, StandardCharsets.ISO_8859_1).toLowerCase(Locale.ROOT);
        final int body = text.indexOf("\r\n\r\n") + 4;
        return text.indexOf(';', body) < 0
                && text.indexOf("\\n", body) < 0
                && text.indexOf("\\r", body) < 0
                && text.indexOf("\\u00", body) < 0;
    }

    private HttpInput abandoned(final Chance chance, final long number) {
        final ObjectNode body = JsonNodeFactory.instance
                .objectNode()
                .put("gid", "gone-" + number)
                .put("trans_type", chance.pick("saga", "msg"))
                .put("wait_result", true);
        body.putArray("steps").addObject().put("action", urls.unanswered());
        body.putArray("payloads").add("");
        final Call call = new Call("POST", DocumentedCalls.API + "submit", body, Shape.PLAIN);
        return new HttpInput(
                InputKind.ABANDONED, List.of(call.piece()), chance.oneIn(4) ? Ending.RESET : Ending.ABANDON, 1);
    }
}
