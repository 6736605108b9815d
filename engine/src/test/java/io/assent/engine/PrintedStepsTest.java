package io.assent.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.assent.engine.codec.EventPrinter;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A step without a URL calls nobody; whoever misspelt its name reads it in the life of the transaction. */
class PrintedStepsTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "a,a  | 2 steps, retry",
                "a,-,- | 3 steps (of which 2 without a URL: 2, 3), retry",
                "-,-,-,-,-,-,- | 7 steps (of which 7 without a URL: 1, 2, 3, 4, 5, ...), retry",
                "c | 1 steps, retry",
            })
    void shouldNameTheStepsWithoutAUrl(String steps, String printed) {
        SubmissionBuilder builder = new SubmissionBuilder().gid("g").kind(TransactionKind.SAGA);
        for (String step : steps.split(",")) {
            builder.step(step.equals("a") ? "http://x/" : "", step.equals("c") ? "http://x/" : "", new byte[0]);
        }
        List<String> lines = new ArrayList<>();
        new EventPrinter((gid, line) -> lines.add(line))
                .transactionCreated(1, 1, TransactionStatus.SUBMITTED, 10, 0, builder.build());
        assertThat(lines).singleElement().asString().contains(printed);
    }
}
