package io.assent.transport.out;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TargetTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "http://h|h|80|h|/?",
                "http://h:8080|h|8080|h:8080|/?",
                "http://h:|h|80|h|/?",
                "http://h:80/|h|80|h:80|/?",
                "https://H.Example/p|h.example|443|H.Example|/p?",
                "HTTPS://h/p|h|443|h|/p?",
                "http://h/p?|h|80|h|/p?",
                "http://h?a=1|h|80|h|/?a=1&",
                "http://h/p?a={x}&b=c d|h|80|h|/p?a={x}&b=c%20d&",
                "http://h/p?a=%zz?&&|h|80|h|/p?a=%zz?&&&",
                "http://h/p?q=ü|h|80|h|/p?q=%C3%BC&",
                "http://h/p?y=a%20b%E4&z=%u12 \u00a0\uD83D\uDE00|h|80|h|/p?y=a%20b%E4&z=%u12%20%C2%A0%F0%9F%98%80&",
                "http://h/\u0085\u2028|h|80|h|/%C2%85%E2%80%A8?",
                "http://h/p#frag|h|80|h|/p?",
                "http://h/p?a=1#frag?x|h|80|h|/p?a=1&",
                "http://h#frag/p|h|80|h|/?",
                "http://h/a%2Fb%20c|h|80|h|/a%2Fb%20c?",
                "http://h/a b{c}ü%zz|h|80|h|/a%20b%7Bc%7D%C3%BC%25zz?",
                "http://h/a;b,c:d@e!$&'()*+=[]|h|80|h|/a;b,c:d@e!$&'()*+=[]?",
                "http://h//a/../b|h|80|h|//a/../b?",
                "http://user:pw@h/p|h|80|h|/p?",
                "http://a@b:c@h:1/p@q|h|1|h:1|/p@q?",
                "http://[::1]:9/p|::1|9|[::1]:9|/p?",
                "http://[fe80::1%25eth0]/p|fe80::1%eth0|80|[fe80::1]|/p?",
                "http://bücher.example/|xn--bcher-kva.example|80|xn--bcher-kva.example|/?",
                "http://under_score/|under_score|80|under_score|/?",
            })
    void shouldReadUrlsAsTheyAre(String url, String host, int port, String hostHeader, String resource)
            throws Unsendable {
        Target target = Target.of(url);
        assertThat(target.host).isEqualTo(host);
        assertThat(target.port).isEqualTo(port);
        assertThat(target.hostHeader).isEqualTo(hostHeader);
        assertThat(new String(target.resource, StandardCharsets.UTF_8)).isEqualTo(resource);
        assertThat(target.secure)
                .isEqualTo(url.toLowerCase(java.util.Locale.ROOT).startsWith("https"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "h:8080/p",
                "/p",
                "ftp://h/p",
                " http://h/p",
                "http:/h/p",
                "http://",
                "http:///p",
                "http://:80/p",
                "http://h:0/p",
                "http://h:65536/p",
                "http://h:8x/p",
                "http://h:99999999999/p",
                "http://h h/p",
                "http://h%41/p",
                "http://a:b:c/p",
                "http://[::1/p",
                "http://[x]/p",
                "http://[::1]x/p",
                "http://h/p\r\nX: y",
                "http://h/p?a\u0000",
                "http://h/p?a\u007f",
            })
    void shouldRefuseWhatNoRequestCanBeWrittenFor(String url) {
        assertThatThrownBy(() -> Target.of(url)).isInstanceOf(Unsendable.class).hasMessageContaining("URL");
    }

    @Test
    void shouldReadCredentials() throws Unsendable {
        // user:pw
        assertThat(Target.of("http://user:pw@h/").authorization).isEqualTo("Basic dXNlcjpwdw==");
        // user: with no password; u@r:p:w with escapes
        assertThat(Target.of("http://user@h/").authorization).isEqualTo("Basic dXNlcjo=");
        assertThat(Target.of("http://u%40r:p:w@h/").authorization).isEqualTo("Basic dUByOnA6dw==");
        assertThat(Target.of("http://h/").authorization).isNull();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "http://o/x|o|/x",
                "https://o:1|o:1|/",
                "HTTP://o/x?y=1#f|o|/x?y=1",
                "//o/x|o|/x",
                "/x|h:8|/x",
                "/x?y|h:8|/x?y",
                "/a/./b/../c|h:8|/a/c",
                "/../x|h:8|/x",
                "x|h:8|/p/x",
                "x?y=a/../b|h:8|/p/x?y=a/../b",
                "../x|h:8|/x",
                "./|h:8|/p/",
                "?y=1|h:8|/p/q?y=1",
                "#f|h:8|/p/q?a=1&",
                " /x |h:8|/x",
                "/x y?a b=ü|h:8|/x%20y?a%20b=%C3%BC",
            })
    void shouldFollowLocations(String location, String hostHeader, String resource) throws Unsendable {
        Target target = Target.of("http://h:8/p/q?a=1#f").follow(location);
        assertThat(target.hostHeader).isEqualTo(hostHeader);
        assertThat(new String(target.resource, StandardCharsets.UTF_8)).isEqualTo(resource);
    }

    @Test
    void shouldKeepCredentialsOnlyWhenTheLocationIsRelative() throws Unsendable {
        Target target = Target.of("http://user:pw@h/p");
        assertThat(target.follow("/x").authorization).isEqualTo(target.authorization);
        assertThat(target.follow("http://h/x").authorization).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"ftp://h/x", "mailto:a", "http:x", "HTTPS:/x", "http://", "//"})
    void shouldNotFollowWhatIsNotHttp(String location) {
        assertThatThrownBy(() -> Target.of("http://h/p").follow(location)).isInstanceOf(Unsendable.class);
    }

    @ParameterizedTest
    @CsvSource({"h,h,true", "h,sub.h,true", "sub.h,h,false", "h,xh,false", "h,o,false"})
    void shouldShareCredentialsWithTheSameHostAndThoseBelow(String from, String to, boolean share) throws Unsendable {
        assertThat(Target.of("http://" + from + "/").shareCredentials(Target.of("https://" + to + ":1/")))
                .isEqualTo(share);
    }
}
