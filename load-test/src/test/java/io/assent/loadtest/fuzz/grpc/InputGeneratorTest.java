package io.assent.loadtest.fuzz.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.assent.grpc.DtmRequest;
import io.assent.loadtest.fuzz.BranchUrls;
import io.assent.loadtest.fuzz.Chance;
import io.assent.loadtest.fuzz.grpc.Call.Must;
import io.assent.loadtest.fuzz.grpc.Call.Then;
import io.assent.loadtest.fuzz.grpc.GrpcInput.Calls;
import io.assent.loadtest.fuzz.grpc.GrpcInput.Ending;
import io.assent.loadtest.fuzz.grpc.GrpcInput.Raw;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class InputGeneratorTest {

    private static final BranchUrls URLS = new BranchUrls("127.0.0.1:41001", "127.0.0.1:41002", "127.0.0.1:41003");
    private static final Set<Method> TRANSACTIONS = EnumSet.of(Method.SUBMIT, Method.PREPARE);
    private static final int MANY = 6_000;
    private static final long SEED = 7;

    private final InputGenerator generator = new InputGenerator(SEED, URLS);

    @Test
    void shouldMakeTheSameBytesFromTheSameSeedAndNumberInAnyOrder() {
        final InputGenerator other = new InputGenerator(SEED, URLS);
        for (long number = 2_000; number >= 0; number--) {
            final GrpcInput first = generator.input(2_000 - number);
            final GrpcInput again = other.input(2_000 - number);
            assertThat(again.bytes()).as("input %d", 2_000 - number).isEqualTo(first.bytes());
            assertThat(again.show()).isEqualTo(first.show());
            other.input(number);
        }
    }

    @Test
    void shouldMakeOtherBytesFromAnotherSeed() {
        final InputGenerator other = new InputGenerator(SEED + 1, URLS);
        int same = 0;
        for (long number = 0; number < 1_000; number++) {
            same += Arrays.equals(
                            generator.input(number).bytes(), other.input(number).bytes())
                    ? 1
                    : 0;
        }
        assertThat(same).isLessThan(30);
    }

    @Test
    void shouldMakeEveryKindByItsShareAndEveryMethodAndEnding() {
        final Map<InputKind, Integer> counts = new EnumMap<>(InputKind.class);
        final Set<Method> methods = EnumSet.noneOf(Method.class);
        final Set<Must> musts = EnumSet.noneOf(Must.class);
        final Set<Then> thens = EnumSet.noneOf(Then.class);
        final Set<Ending> endings = EnumSet.noneOf(Ending.class);
        for (long number = 0; number < MANY; number++) {
            final GrpcInput input = generator.input(number);
            counts.merge(input.kind(), 1, Integer::sum);
            if (input instanceof Calls calls) {
                for (final Call call : calls.calls()) {
                    if (call.method() != null) {
                        methods.add(call.method());
                    }
                    musts.add(call.must());
                    thens.add(call.then());
                }
            } else if (input instanceof Raw raw) {
                endings.add(raw.ending());
            }
        }
        assertThat(counts).hasSize(InputKind.values().length);
        assertThat(counts.get(InputKind.DOCUMENTED)).isBetween(MANY / 5, MANY / 3);
        assertThat(counts.get(InputKind.LARGE)).isBetween(MANY / 1_000, MANY / 100);
        assertThat(InputKind.at(0)).isEqualTo(InputKind.DOCUMENTED);
        assertThat(InputKind.at(999)).isEqualTo(InputKind.LARGE);
        assertThat(methods).containsExactly(Method.values());
        assertThat(musts).containsExactly(Must.values());
        assertThat(thens).containsExactly(Then.values());
        assertThat(endings).containsExactly(Ending.values());
    }

    @Test
    void shouldNameNoOtherPortOfThisMachineAndNoOtherHost() throws Exception {
        final Pattern url = Pattern.compile("(?<![a-z])([a-z]++)://([^/?#\"\\s\\\\]*)");
        final Pattern target = Pattern.compile("(?<![0-9.@])([0-9]+[.][0-9.]+:[0-9]+)/");
        final Set<String> permitted = URLS.authorities();
        int found = 0;
        for (long number = 0; number < MANY; number++) {
            if (!(generator.input(number) instanceof Calls calls)) {
                continue;
            }
            for (final Call call : calls.calls()) {
                // What nobody can read names nothing; what is cut or compressed is made from whole messages.
                if (call.message() == null
                        || call.method() == null
                        || !call.method().reads(call.message())) {
                    continue;
                }
                final String text = new String(call.message(), StandardCharsets.ISO_8859_1);
                for (final Matcher urls = url.matcher(text); urls.find(); found++) {
                    assertThat(urls.group(1).equals("topic")
                                    || urls.group(2).equals("127.0.0.1:1")
                                    || permitted.contains(urls.group(2)))
                            .as("input %d names %s", number, urls.group())
                            .isTrue();
                }
                if (TRANSACTIONS.contains(call.method())) {
                    final DtmRequest request = DtmRequest.parseFrom(call.message());
                    final String texts = request.getSteps() + "\n" + request.getQueryPrepared();
                    for (final Matcher targets = target.matcher(texts); targets.find(); found++) {
                        assertThat(permitted).as("input %d", number).contains(targets.group(1));
                    }
                }
            }
        }
        assertThat(found).isGreaterThan(MANY / 10);
    }

    @Test
    void shouldRepeatCallsAtOnceOnlyAFewTimesAndMakeNoGidThatCanNotBeStopped() throws Exception {
        final Set<Long> retries = new HashSet<>();
        for (long number = 0; number < MANY; number++) {
            if (!(generator.input(number) instanceof Calls calls)) {
                continue;
            }
            for (final Call call : calls.calls()) {
                final byte[] message = call.message();
                if (message != null
                        && TRANSACTIONS.contains(call.method())
                        && call.method().reads(message)) {
                    final DtmRequest request = DtmRequest.parseFrom(message);
                    retries.add(request.getTransOptions().getRetryLimit());
                    assertThat(request.getGid()).as("input %d", number).doesNotContain("\r", "\n", ";");
                }
            }
        }
        assertThat(retries)
                .allMatch(count -> count <= 3 || count > Integer.MAX_VALUE)
                .hasSizeGreaterThan(3);
    }

    @Test
    void shouldPermitEveryTargetThatInputsAreMadeFromAndRefuseEveryOther() {
        final MessageGuard guard = new MessageGuard(URLS);
        for (int number = 0; number < MANY; number++) {
            final String target = URLS.anyOverGrpc(new Chance(1, number));
            if (!target.contains("\ud800")) {
                assertThat(guard.permits(prepared(target))).as(target).isTrue();
            }
        }
        assertThat(guard.permits(prepared(URLS.unansweredOverGrpc()))).isTrue();
        assertThat(guard.permits(prepared("example.test:41001/fuzz.Branch/ok"))).isFalse();
        assertThat(guard.permits(prepared("127.0.0.1:41004/fuzz.Branch/ok"))).isFalse();
        assertThat(guard.permits(prepared("117.0.0.1:41001/fuzz.Branch/ok"))).isFalse();
        assertThat(guard.permits(prepared("http://example.test/"))).isFalse();
        assertThat(guard.permits(DtmRequest.newBuilder()
                        .setSteps("[{\"action\":\"example.test:1\\/a.B\\/C\"}]")
                        .build()
                        .toByteArray()))
                .isFalse();
        assertThat(guard.permits(DtmRequest.newBuilder()
                        .putReqExtra("url", "10.0.0.1:41001/a.B/C")
                        .build()
                        .toByteArray()))
                .isFalse();
    }

    private static byte[] prepared(final String target) {
        return DtmRequest.newBuilder().setQueryPrepared(target).build().toByteArray();
    }

    @Test
    void shouldMakeMessagesAtTheBoundAndOneOver() {
        boolean atBound = false;
        boolean over = false;
        for (long number = 0; number < 100; number++) {
            final Call call = new LargeCalls(new Chance(SEED, number), URLS, number).call();
            atBound |= call.message().length == 4 << 20;
            over |= call.message().length > 4 << 20;
        }
        assertThat(atBound).isTrue();
        assertThat(over).isTrue();
    }
}
