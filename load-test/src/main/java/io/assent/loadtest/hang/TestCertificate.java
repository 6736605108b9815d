package io.assent.loadtest.hang;

import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Map;
import javax.net.ssl.KeyManagerFactory;

/** A certificate for 127.0.0.1, made by the JDK's own tool, and what makes a server trust it. */
final class TestCertificate {

    private static final String PASSWORD = "changeit";

    private final Path keys;

    /**
     * Makes it.
     *
     * @param directory where the key store goes.
     * @throws IOException if the tool fails.
     * @throws InterruptedException if interrupted.
     */
    TestCertificate(final Path directory) throws IOException, InterruptedException {
        keys = directory.resolve("keys.p12");
        final Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "participant",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=localhost",
                        "-ext",
                        "san=ip:127.0.0.1",
                        "-storetype",
                        "PKCS12",
                        "-storepass",
                        PASSWORD,
                        "-keystore",
                        keys.toString())
                .redirectErrorStream(true)
                .start();
        final String said = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (keytool.waitFor() != 0) {
            throw new IOException("keytool makes no certificate: " + said);
        }
    }

    /** For the participant. */
    SslContext context() throws IOException {
        try (InputStream in = Files.newInputStream(keys)) {
            final KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(in, PASSWORD.toCharArray());
            final KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            managers.init(store, PASSWORD.toCharArray());
            return SslContextBuilder.forServer(managers).build();
        } catch (final GeneralSecurityException e) {
            throw new IOException("the certificate can not be used: " + e.getMessage(), e);
        }
    }

    /** For the server. */
    Map<String, String> environment() {
        return Map.of("TRUST_STORE", keys.toString(), "TRUST_STORE_PASSWORD", PASSWORD);
    }
}
