package io.assent.loadtest.kill;

import io.assent.loadtest.kill.Evidence.Kill;
import io.assent.loadtest.kill.Evidence.ServerView;
import io.assent.loadtest.kill.Evidence.Told;
import io.assent.loadtest.participant.LedgerEntry;
import java.util.List;
import java.util.TreeMap;

/** One transaction's whole story from all records in one order, for whoever has to find out why a rule was broken. */
final class Story {

    private Story() {}

    static String of(final Evidence evidence, final String gid, final List<Violation> violations) {
        final StringBuilder text = new StringBuilder();
        violations.stream()
                .filter(v -> v.gid().equals(gid))
                .forEach(v -> text.append(v).append('\n'));
        evidence.plans().stream().filter(plan -> plan.gid().equals(gid)).forEach(plan -> {
            text.append("\nplan: ").append(plan.kind()).append(", must be ").append(plan.finalStatus());
            text.append(", needs ")
                    .append(plan.required())
                    .append(", allows ")
                    .append(plan.allowed())
                    .append('\n');
            plan.requests()
                    .forEach(request -> text.append("  ")
                            .append(request.endpoint())
                            .append(' ')
                            .append(request.body())
                            .append('\n'));
        });
        text.append("\nno.        what\n");
        final TreeMap<Long, String> events = new TreeMap<>();
        for (final Told told : evidence.told().getOrDefault(gid, List.of())) {
            events.put(
                    told.mark(),
                    "client: " + told.endpoint() + (told.repeated() ? " (repeated)" : "") + " sent at " + told.sentMs()
                            + " -> " + told.status() + " " + told.body());
        }
        for (final LedgerEntry call : evidence.ledger()) {
            if (call.gid().equals(gid)) {
                events.put(
                        call.received(),
                        "participant: " + call.operation() + " attempt " + call.attempt() + " at " + call.receivedMs()
                                + ", will be " + call.outcome() + ", moves " + call.delta());
                if (call.answered() > 0) {
                    events.put(
                            call.answered(),
                            "participant: " + call.operation() + " answered " + call.outcome() + " at "
                                    + call.answeredMs());
                }
            }
        }
        for (final Kill kill : evidence.kills()) {
            events.put(
                    kill.before(), "KILL " + kill.number() + " (gone at no. " + kill.after() + ") " + kill.dropped());
        }
        final Evidence.Sighting sighting = evidence.sightings().get(gid);
        if (sighting != null) {
            events.put(sighting.mark(), "query: seen " + sighting.status());
        }
        events.forEach((number, event) -> text.append(String.format("%-10d %s%n", number, event)));
        final ServerView view = evidence.views().get(gid);
        text.append("\nat the end: ")
                .append(view == null ? "unknown to the server" : view.text())
                .append('\n');
        return text.toString();
    }
}
