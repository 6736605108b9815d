package io.assent.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.assent.server.ServerConfig;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** PROTOCOL 10: names, precedence, and what is refused. */
class SettingsTest {
    @TempDir
    Path directory;

    private Path file(String yaml) throws IOException {
        return Files.writeString(directory.resolve("c.yml"), yaml);
    }

    private static ServerConfig config(String key, String value) {
        return ServerConfig.of(Settings.of(Map.of(), null, Map.of(key, value)));
    }

    @Test
    void shouldNameEnvironmentVariablesAsDtmDoes() {
        assertThat(new Setting("MicroService.EndPoint", Setting.Kind.TEXT, "", "").environmentName())
                .isEqualTo("MICRO_SERVICE_END_POINT");
        assertThat(new Setting("Log.RotationConfigJSON", Setting.Kind.TEXT, "", "").environmentName())
                .isEqualTo("LOG_ROTATION_CONFIG_JSON");
        assertThat(new Setting("HttpPort", Setting.Kind.TEXT, "", "").environmentName())
                .isEqualTo("HTTP_PORT");
    }

    /** Every variable of the page, as it is written there. */
    @Test
    void shouldKnowEveryVariableOfDtm() {
        String names =
                "STORE_DRIVER STORE_HOST STORE_PORT STORE_USER STORE_PASSWORD STORE_DB STORE_SCHEMA STORE_MAX_OPEN_CONNS "
                        + "STORE_MAX_IDLE_CONNS STORE_CONN_MAX_LIFE_TIME STORE_DATA_EXPIRE STORE_FINISHED_DATA_EXPIRE STORE_REDIS_PREFIX "
                        + "TRANS_CRON_INTERVAL TIMEOUT_TO_FAIL RETRY_INTERVAL REQUEST_TIMEOUT HTTP_PORT GRPC_PORT JSON_RPC_PORT "
                        + "MICRO_SERVICE_DRIVER MICRO_SERVICE_TARGET MICRO_SERVICE_END_POINT HTTP_MICRO_SERVICE_DRIVER "
                        + "HTTP_MICRO_SERVICE_REGISTRY_TYPE HTTP_MICRO_SERVICE_REGISTRY_ADDRESS HTTP_MICRO_SERVICE_REGISTRY_OPTIONS "
                        + "HTTP_MICRO_SERVICE_TARGET HTTP_MICRO_SERVICE_END_POINT UPDATE_BRANCH_SYNC UPDATE_BRANCH_ASYNC_GOROUTINE_NUM "
                        + "LOG_LEVEL LOG_OUTPUTS LOG_ROTATION_ENABLE LOG_ROTATION_CONFIG_JSON TIME_ZONE_OFFSET CONFIG_UPDATE_INTERVAL "
                        + "ALERT_RETRY_LIMIT ALERT_WEB_HOOK ADMIN_BASE_PATH GRPC_SERVICE_CONFIG";
        for (String name : names.split(" ")) {
            Settings settings = Settings.of(Map.of(name, "4242"), null, Map.of());
            boolean used = Settings.meaningful().stream()
                    .anyMatch(setting -> settings.text(setting.key()).equals("4242"));
            boolean named = settings.warnings().size() == 1
                    && settings.warnings().get(0).startsWith("these settings have no meaning here");
            assertThat(used ^ named).as(name).isTrue();
        }
        assertThat(Settings.of(Map.of("HTTP_PORT", "+8"), null, Map.of()).text("HttpPort"))
                .isEqualTo("+8");
    }

    @Test
    void shouldLetTheLaterSourceWin() throws IOException {
        Map<String, String> environment = Map.of("RETRY_INTERVAL", "11", "HTTP_PORT", "1", "REQUEST_TIMEOUT", "");
        Settings settings =
                Settings.of(environment, file("HttpPort: '2'\nTimeoutToFail: 40\n"), Map.of("HttpPort", "3"));
        assertThat(settings.text("RetryInterval")).isEqualTo("11");
        assertThat(settings.text("TimeoutToFail")).isEqualTo("40");
        assertThat(settings.text("HttpPort")).isEqualTo("3");
        assertThat(settings.text("RequestTimeout"))
                .as("an empty variable counts as unset")
                .isEqualTo("3");
        assertThat(settings.warnings()).isEmpty();
    }

    @Test
    void shouldWarnOfUnknownAndOfMeaninglessSettings() throws IOException {
        Settings settings = Settings.of(
                Map.of(), file("Store:\n  Driver: redis\n  Port: 6379\nJsonRpcPort: 1\nNoSuch: 5\n"), Map.of());
        assertThat(settings.warnings()).hasSize(2);
        assertThat(settings.warnings().get(0)).contains("unknown setting NoSuch");
        assertThat(settings.warnings().get(1)).contains("JsonRpcPort, Store.Driver, Store.Port");
    }

    @Test
    void shouldNameTheSettingAndTheRule() throws IOException {
        assertThatThrownBy(() -> Settings.of(Map.of("HTTP_PORT", "x"), null, Map.of()))
                .isInstanceOf(BadSetting.class)
                .hasMessageContaining("HttpPort must be an integer, found 'x' in environment variable HTTP_PORT");
        Path broken = file("a: [");
        assertThatThrownBy(() -> Settings.of(Map.of(), broken, Map.of())).hasMessageContaining("no valid YAML");
        assertThatThrownBy(() -> config("HttpPort", "65536"))
                .hasMessageContaining("HttpPort must be between 0 and 65535");
        assertThatThrownBy(() -> config("RetryInterval", "9")).hasMessageContaining("RetryInterval must be between 10");
        assertThatThrownBy(() -> config("TimeoutToFail", "9")).hasMessageContaining("TimeoutToFail must be between 10");
        assertThatThrownBy(() -> config("Durability", "maybe"))
                .hasMessageContaining("Durability must be one of fsync, os");
        assertThatThrownBy(() -> config("GrpcTls", "a, b*")).hasMessageContaining("GrpcTls: 'b*' is no host:port");
        assertThatThrownBy(() -> config("RingSlots", "100")).hasMessageContaining("power of two");
        assertThatThrownBy(() -> config("TimeZoneOffset", "x")).hasMessageContaining("TimeZoneOffset");
        assertThatThrownBy(
                        () -> ServerConfig.of(Settings.of(Map.of(), null, Map.of("Drain", "loop", "EventLoops", "2"))))
                .hasMessageContaining("Drain loop needs exactly one event loop");
    }

    @Test
    void shouldLiftTheFloorsOnlyWhenAskedTo() {
        ServerConfig config = ServerConfig.of(Settings.of(
                Map.of(), null, Map.of("AllowShortRetryInterval", "1", "RetryInterval", "1", "TimeoutToFail", "1")));
        assertThat(config.engine().retryIntervalS()).isEqualTo(1);
    }

    @Test
    void shouldTakeDtmsSampleFileAsItIs() throws Exception {
        Path sample = Path.of(SettingsTest.class.getResource("/dtm.conf.yml").toURI());
        Settings settings = Settings.of(Map.of(), sample, Map.of());
        ServerConfig config = ServerConfig.of(settings);
        assertThat(config.httpPort()).isEqualTo(36_789);
        assertThat(config.zone()).isEqualTo(ZoneOffset.ofHours(8));
        assertThat(config.alertWebHook()).isNull();
        assertThat(config.log().outputs()).containsExactly("stderr");
        assertThat(settings.warnings()).hasSize(2);
        assertThat(settings.warnings().get(0)).contains("unknown setting SomethingOfTheFuture");
        assertThat(settings.warnings().get(1))
                .contains("Store.Driver", "Store.Port", "HttpMicroService.RegistryOptions", "UpdateBranchSync")
                .doesNotContain("Log.", "AlertRetryLimit", "TimeZoneOffset");
    }

    @Test
    void shouldStandInTheOperatorsManualWithItsDefault() throws IOException {
        Map<String, String> told = new TreeMap<>();
        String manual = Files.readString(Path.of("..", "docs", "operating.md"));
        String section = manual.substring(manual.indexOf("## Settings"), manual.indexOf("## Bounds"));
        for (String line : section.split("\n")) {
            String[] cells = line.split("\\|", -1);
            if (cells.length > 3 && !line.startsWith("| setting") && !line.startsWith("|--")) {
                String[] keys = cells[1].strip().split(" / ");
                String[] defaults = cells[2].strip().split(" / ", -1);
                assertThat(cells[3]).as(cells[1]).isNotBlank();
                for (int i = 0; i < keys.length; i++) {
                    told.put(keys[i], defaults[Math.min(i, defaults.length - 1)]);
                }
            }
        }
        Map<String, String> known = new TreeMap<>();
        Settings.meaningful().forEach(setting -> known.put(setting.key(), setting.byDefault()));
        assertThat(told).isEqualTo(known);
    }

    @Test
    void shouldTakeTheSampleFileAndFindItsOwnDefaultsInIt() {
        Settings sample = Settings.of(Map.of(), Path.of("..", "conf", "assent.sample.yml"), Map.of());
        assertThat(sample.warnings()).isEmpty();
        Settings.meaningful()
                .forEach(setting ->
                        assertThat(sample.text(setting.key())).as(setting.key()).isEqualTo(setting.byDefault()));
    }

    @Test
    void shouldCheckAddressesPathsAndZones() {
        assertThat(config("AlertWebHook", "https://hook/x").alertWebHook()).hasToString("https://hook/x");
        for (String bad : new String[] {"hook", "ftp://hook/x", "http://", "http://a b"}) {
            assertThatThrownBy(() -> config("AlertWebHook", bad)).hasMessageContaining("AlertWebHook must be an http");
        }
        assertThat(config("AdminBasePath", "/dtm/console").adminBasePath()).isEqualTo("/dtm/console");
        for (String bad : new String[] {"dtm", "/", "/dtm/", "/api", "/api/dtmsvr", "/a b"}) {
            assertThatThrownBy(() -> config("AdminBasePath", bad)).hasMessageContaining("AdminBasePath must be a path");
        }
        assertThat(config("TimeZoneOffset", "-3.5").zone()).isEqualTo(ZoneOffset.ofHoursMinutes(-3, -30));
        for (String bad : new String[] {"19", "8.01", "x"}) {
            assertThatThrownBy(() -> config("TimeZoneOffset", bad)).hasMessageContaining("TimeZoneOffset must be");
        }
    }

    @Test
    void shouldSuggestTheSettingThatIsNearlyNamed() throws IOException {
        assertThat(Settings.of(Map.of(), file("retryinterval: 11\nAnything: 1\n"), Map.of())
                        .warnings())
                .satisfiesExactly(
                        near -> assertThat(near).endsWith("c.yml is ignored; is RetryInterval meant?"),
                        far -> assertThat(far).endsWith("c.yml is ignored"));
        assertThatThrownBy(() -> config("HtpPort", "1"))
                .isInstanceOf(BadSetting.class)
                .hasMessage("there is no setting HtpPort; is HttpPort meant?");
        Path missing = directory.resolve("missing.yml");
        assertThatThrownBy(() -> Settings.of(Map.of(), missing, Map.of()))
                .isInstanceOf(BadSetting.class)
                .hasMessage("configuration file " + missing + " does not exist");
    }

    @Test
    void shouldTakeVariablesWithAPrefixAndLeaveOutThoseOfServices() {
        Settings settings = Settings.of(
                Map.of(
                        "HTTP_PORT", "tcp://10.0.0.7:80",
                        "ASSENT_GRPC_PORT", "7",
                        "GRPC_PORT", "6",
                        "ASSENT_RETRY_INTERVALL", "60",
                        "ASSENT_PORT_36789_TCP_ADDR", "10.0.0.7",
                        "ASSENT_HEAP", "2g"),
                null,
                Map.of());
        assertThat(settings.text("HttpPort")).isEqualTo("36789");
        assertThat(settings.text("GrpcPort")).isEqualTo("7");
        assertThat(settings.source("GrpcPort")).isEqualTo("environment variable ASSENT_GRPC_PORT");
        assertThat(settings.warnings())
                .satisfiesExactly(
                        link -> assertThat(link).startsWith("environment variable HTTP_PORT is tcp://10.0.0.7:80, "),
                        misspelt -> assertThat(misspelt)
                                .isEqualTo("environment variable ASSENT_RETRY_INTERVALL is no setting;"
                                        + " is ASSENT_RETRY_INTERVAL meant?"));
    }

    @Test
    void shouldShowWhatIsSetAndNoSecret() {
        Settings settings = Settings.of(
                Map.of("TRUST_STORE_PASSWORD", "changeit"),
                null,
                Map.of("AlertWebHook", "https://ann:secret@hook/x", "HttpPort", "1"));
        assertThat(settings.given())
                .isEqualTo(
                        "HttpPort=1 (command line), TrustStorePassword=*** (environment variable TRUST_STORE_PASSWORD),"
                                + " AlertWebHook=https://***@hook/x (command line)");
        assertThat(Settings.of(Map.of(), null, Map.of()).given()).isEqualTo("all settings stand at their defaults");
    }

    @Test
    void shouldListenOnBothLoopbackAddressesUnlessToldOtherwise() {
        assertThat(ServerConfig.of(Settings.of(Map.of(), null, Map.of())).bindAddresses())
                .isNotEmpty()
                .allMatch(InetAddress::isLoopbackAddress)
                .anyMatch(Inet4Address.class::isInstance);
        assertThat(config("BindAddress", "127.0.0.2, [::1],127.0.0.2").bindAddresses())
                .extracting(InetAddress::getHostAddress)
                .containsExactly("127.0.0.2", "0:0:0:0:0:0:0:1");
        assertThatThrownBy(() -> config("BindAddress", "no such host"))
                .isInstanceOf(BadSetting.class)
                .hasMessage("BindAddress: 'no such host' is no address and no name that can be resolved");
        assertThatThrownBy(() -> config("BindAddress", "127.0.0.1,"))
                .isInstanceOf(BadSetting.class)
                .hasMessageContaining("with commas between");
    }
}
