package io.assent.loadtest.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class MainTest {

    private final StringWriter out = new StringWriter();

    private int run(final String... arguments) {
        final CommandLine main = Main.commandLine();
        main.setOut(new PrintWriter(out));
        main.setErr(new PrintWriter(out));
        return main.execute(arguments);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"participant", "forwarder", "generate", "compare", "kill", "hang", "soak", "addresses", "fuzz"})
    void shouldDescribeEveryOptionWhenAskedForHelp(final String command) {
        assertThat(run(command, "--help")).isZero();
        assertThat(out.toString()).contains("Usage: load-test " + command);
        Main.commandLine()
                .getSubcommands()
                .get(command)
                .getCommandSpec()
                .options()
                .forEach(option -> assertThat(option.description())
                        .as(option.longestName())
                        .isNotEmpty());
    }

    @Test
    void shouldExitWith2WhenTheUsageIsWrong() {
        assertThat(run("compare", "--nonsense")).isEqualTo(2);
        assertThat(run("kill", "--drop-unsynced", "no.such.Class", "--kills", "1"))
                .isEqualTo(2);
        assertThat(out.toString()).contains("no.such.Class");
        assertThat(run("compare", "--protocol", "carrier-pigeon")).isEqualTo(2);
        assertThat(out.toString()).contains("carrier-pigeon", "--protocol");
    }

    @Test
    void shouldExitWith1AndSayWhyWhenTheServerDoesNotStart() {
        assertThat(run("compare", "--server-command", "/no/such/server {port}")).isEqualTo(1);
        assertThat(out.toString()).contains("/no/such/server");
    }
}
