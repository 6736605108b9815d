package io.assent.loadtest.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ServerCommandTest {

    @Test
    void shouldFillInThePlacesWhenTheCommandHasThem() {
        assertThat(ServerCommand.parse(ServerCommand.ASSENT).filled(Path.of("d"), 7, "os"))
                .containsExactly(
                        "bin/assent",
                        "serve",
                        "--data",
                        "d",
                        "--http-port",
                        "7",
                        "--grpc-port",
                        "0",
                        "--durability",
                        "os");
    }

    @Test
    void shouldKeepBlanksWhenAWordIsQuoted() {
        assertThat(ServerCommand.parse(" a 'b c'  \"d 'e\" f'' ").words()).containsExactly("a", "b c", "d 'e", "f");
    }

    @Test
    void shouldRefuseTheCommandWhenItIsEmptyOrAQuoteIsOpen() {
        assertThatThrownBy(() -> ServerCommand.parse("  ")).hasMessageContaining("empty");
        assertThatThrownBy(() -> ServerCommand.parse("a 'b")).hasMessageContaining("open quote");
    }
}
