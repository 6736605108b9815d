package io.assent.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MaskedUrlTest {
    @ParameterizedTest
    @CsvSource({
        "http://user:word@host/a, http://user:***@host/a",
        "https://user:word@host:8443/a?b=c@d, https://user:***@host:8443/a?b=c@d",
        "http://user:w@rd@host, http://user:***@host",
        "http://user:w:rd@host, http://user:***@host",
        "http://user:@host, http://user:***@host",
        "http://token@host/a, http://***@host/a",
        "http://:word@host/a, http://:***@host/a",
        "http://user:wo/rd@host/a, http://user:***@host/a",
        "http://user:wo?rd@host/a, http://user:***@host/a",
        "http://user:wo#rd@host/a, http://user:***@host/a",
        "HTTP://user:word@[::1]:80/a, HTTP://user:***@[::1]:80/a",
        "user:word@host:50051/p.S/M, user:***@host:50051/p.S/M",
    })
    void shouldHideWhatIsSecretWhenAUrlHasUserInformation(String url, String shown) {
        assertEquals(shown, MaskedUrl.of(url));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "http://host",
                "http://host/a@b",
                "http://host:8080/a@b?c=d@e#f@g",
                "http://[::1]:8080/a",
                "host:50051/p.S/M",
                "topic://name",
                "/only/a/path",
                "http://",
            })
    void shouldLeaveAUrlAsItIsWhenThereIsNothingToHide(String url) {
        assertSame(url, MaskedUrl.of(url));
    }
}
