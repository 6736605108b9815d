package io.assent.wire;

import io.assent.server.CoordinatorServer;
import io.assent.server.ServerConfig;
import io.assent.server.config.Settings;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** A whole server on a free port of the loopback address, its time moved by hand. */
public final class WireServer implements AutoCloseable {
    private final CoordinatorServer server;

    /** Settings are names and values in turn. */
    public WireServer(Path data, String... settings) {
        Map<String, String> given = new LinkedHashMap<>();
        given.put("DataDir", data.toString());
        given.put("HttpPort", "0");
        given.put("GrpcPort", "0");
        given.put("Clock", "manual");
        given.put("FreeDiskMin", "0");
        for (int i = 0; i < settings.length; i += 2) {
            given.put(settings[i], settings[i + 1]);
        }
        ServerConfig config = ServerConfig.of(Settings.of(Map.of(), null, given));
        server = new CoordinatorServer(config, (why, cause) -> {
            throw new AssertionError(why, cause);
        });
        try {
            server.start();
        } catch (RuntimeException failure) {
            server.close();
            throw failure;
        }
    }

    public int port() {
        return server.httpPort();
    }

    @Override
    public void close() {
        server.close();
    }
}
