package io.assent.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.assent.loadtest.attack.Attack;
import io.assent.loadtest.attack.AttackConfig;
import io.assent.loadtest.attack.AttackResult;
import io.assent.loadtest.attack.AttackRig;
import io.assent.server.cli.Main;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code bin/load-test attack} in short, on a server with a small heap: it goes on, serves others, and holds nothing behind each attack. */
@Timeout(value = 300, unit = TimeUnit.SECONDS)
class AttackTest {
    @TempDir
    Path work;

    @Test
    void shouldOutliveClientsAndParticipantsThatFillItsMemory() throws Exception {
        List<Attack> attacks = List.of(
                Attack.UNREAD_ANSWERS,
                Attack.BODIES_LESS_A_BYTE,
                Attack.HEADER_FLOOD,
                Attack.GRPC_MESSAGES_LESS_A_BYTE,
                Attack.UNREAD_CALLS);
        AttackResult result = new AttackRig(
                        new AttackConfig(
                                ChildJvm.server(List.of("-Xmx256m", "-XX:MaxDirectMemorySize=128m"), Main.class),
                                "",
                                "fsync",
                                work,
                                attacks,
                                Duration.ofSeconds(2)),
                        System.out::println)
                .run();
        System.out.println(result);
        assertThat(result.ending()).isEmpty();
        assertThat(result.rounds()).extracting(AttackResult.Round::attack).containsExactlyElementsOf(attacks);
        assertThat(result.rounds()).allSatisfy(round -> {
            assertThat(round.served().answered()).isPositive();
            assertThat(round.probed().answered()).isPositive();
            assertThat(round.peakBudgetBytes()).isPositive();
            assertThat(round.restBudgetBytes()).isZero();
        });
    }
}
