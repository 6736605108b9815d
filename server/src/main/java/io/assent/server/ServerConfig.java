package io.assent.server;

import io.assent.journal.Durability;
import io.assent.server.config.BadSetting;
import io.assent.server.config.LogConfig;
import io.assent.server.config.Settings;
import io.assent.transport.out.GrpcTls;
import io.netty.util.internal.PlatformDependent;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.ZoneOffset;
import java.util.Locale;
import java.util.regex.Pattern;

/** The settings as the parts need them: checked, in their units. */
public record ServerConfig(
        String bindAddress,
        int httpPort,
        int grpcPort,
        int adminPort,
        Path dataDir,
        Durability durability,
        int eventLoops,
        boolean drainOnLoop,
        Sync sync,
        boolean manualClock,
        io.assent.engine.Settings engine,
        int requestTimeoutMs,
        long shutdownTimeoutMs,
        int ringSlots,
        long bufferPoolBytes,
        long heldBytesMax,
        int connectionsMax,
        long freeDiskMinBytes,
        Path trustStore,
        String trustStorePassword,
        GrpcTls grpcTls,
        LogConfig log,
        ZoneOffset zone,
        URI alertWebHook,
        int alertRetryLimit,
        String adminBasePath) {
    /** Up to this many cores, a hand-off between threads costs more than it brings. */
    private static final int FEW_CORES = 3;

    private static final long BUFFER_POOL_BYTES_MIN = 16L << 20;
    private static final long BUFFER_POOL_BYTES_DEFAULT_MAX = 128L << 20;
    /** A quarter of it is the largest share: room for the record of the largest submission, whose payloads stand there twice, in base64. */
    private static final long HELD_BYTES_MIN = 48L << 20;

    private static final int RETRY_INTERVAL_S_MIN = 10;
    private static final double SECONDS_PER_HOUR = 3_600;
    private static final Pattern BASE_PATH = Pattern.compile("(/[A-Za-z0-9._~-]+)+");

    /** Who syncs the journal. */
    public enum Sync {
        AUTO,
        INLINE,
        THREAD
    }

    public static ServerConfig of(Settings settings) {
        int cores = Runtime.getRuntime().availableProcessors();
        String drain = settings.choice("Drain", "auto", "loop", "thread");
        int loops = (int) settings.integer("EventLoops", 0, 256);
        if (loops == 0) {
            loops = drain.equals("loop") || cores <= FEW_CORES ? 1 : cores / 2;
        }
        boolean onLoop = drain.equals("loop") || (drain.equals("auto") && loops == 1);
        if (onLoop && loops != 1) {
            throw new BadSetting("Drain loop needs exactly one event loop, EventLoops is " + loops);
        }
        int slots = (int) settings.integer("RingSlots", 8, 1 << 20);
        if (Integer.bitCount(slots) != 1) {
            throw new BadSetting("RingSlots must be a power of two, found " + slots);
        }
        String trustStore = settings.text("TrustStore");
        ZoneOffset zone = zone(settings.text("TimeZoneOffset"));
        return new ServerConfig(
                settings.text("BindAddress"),
                (int) settings.integer("HttpPort", 0, 65_535),
                (int) settings.integer("GrpcPort", 0, 65_535),
                (int) settings.integer("AdminPort", -1, 65_535),
                Path.of(settings.text("DataDir")),
                settings.choice("Durability", "fsync", "os").equals("os") ? Durability.OS : Durability.FSYNC,
                loops,
                onLoop,
                Sync.valueOf(settings.choice("Sync", "auto", "inline", "thread").toUpperCase(Locale.ROOT)),
                settings.choice("Clock", "real", "manual").equals("manual"),
                engineSettings(settings),
                (int) settings.integer("RequestTimeout", 1, 86_400) * 1_000,
                settings.integer("ShutdownTimeout", 0, 3_600) * 1_000,
                slots,
                bufferPoolBytes(settings.integer("BufferPoolBytes", 0, 1L << 40)),
                heldBytesMax(settings.integer("HeldBytesMax", 0, 1L << 40)),
                (int) settings.integer("ConnectionsMax", 1, 1_000_000),
                settings.integer("FreeDiskMin", 0, Long.MAX_VALUE),
                trustStore.isEmpty() ? null : Path.of(trustStore),
                settings.text("TrustStorePassword"),
                grpcTls(settings.text("GrpcTls")),
                LogConfig.of(settings, zone),
                zone,
                webHook(settings.text("AlertWebHook")),
                (int) settings.integer("AlertRetryLimit", 0, 1_000),
                adminBasePath(settings.text("AdminBasePath")));
    }

    private static io.assent.engine.Settings engineSettings(Settings settings) {
        boolean floors = settings.integer("AllowShortRetryInterval", 0, 1) == 0;
        int retryInterval = (int) settings.integer("RetryInterval", floors ? RETRY_INTERVAL_S_MIN : 1, 1_000_000);
        long liveBytes = settings.integer("LiveBytesMax", 0, Long.MAX_VALUE);
        return new io.assent.engine.Settings(
                retryInterval,
                (int) settings.integer("TimeoutToFail", floors ? retryInterval : 1, 1_000_000_000),
                (int) settings.integer("RetryIntervalCap", 0, Integer.MAX_VALUE),
                (int) settings.integer("RetryJitterPercent", 0, 50),
                (int) settings.integer("LiveTransactionsMax", 1, Integer.MAX_VALUE),
                liveBytes == 0 ? Runtime.getRuntime().maxMemory() / 10 * 4 : liveBytes,
                (int) settings.integer("FinishedKept", 0, Integer.MAX_VALUE),
                false);
    }

    private static long bufferPoolBytes(long given) {
        if (given == 0) {
            long part = Runtime.getRuntime().maxMemory() / 16;
            return Math.max(BUFFER_POOL_BYTES_MIN, Math.min(BUFFER_POOL_BYTES_DEFAULT_MAX, part));
        }
        if (given < BUFFER_POOL_BYTES_MIN) {
            throw new BadSetting("BufferPoolBytes must be 0 or at least " + BUFFER_POOL_BYTES_MIN + ", found " + given);
        }
        return given;
    }

    /** A part of it is held outside the heap for a while, where the network library has its memory. */
    private static long heldBytesMax(long given) {
        if (given == 0) {
            return Math.min(Runtime.getRuntime().maxMemory() / 5, PlatformDependent.maxDirectMemory() / 2);
        }
        if (given < HELD_BYTES_MIN) {
            throw new BadSetting("HeldBytesMax must be 0 or at least " + HELD_BYTES_MIN + ", found " + given);
        }
        return given;
    }

    private static GrpcTls grpcTls(String patterns) {
        try {
            return GrpcTls.parse(patterns);
        } catch (IllegalArgumentException e) {
            throw new BadSetting("GrpcTls: " + e.getMessage());
        }
    }

    private static ZoneOffset zone(String hours) {
        if (hours.isEmpty()) {
            return ZoneOffset.UTC;
        }
        try {
            double seconds = Double.parseDouble(hours) * SECONDS_PER_HOUR;
            if (seconds != Math.rint(seconds) || seconds % 60 != 0) {
                throw new BadSetting("TimeZoneOffset must be whole minutes, found '" + hours + "'");
            }
            return ZoneOffset.ofTotalSeconds((int) seconds);
        } catch (NumberFormatException | DateTimeException e) {
            throw new BadSetting("TimeZoneOffset must be hours from -18 to 18, found '" + hours + "'");
        }
    }

    private static URI webHook(String address) {
        if (address.isEmpty()) {
            return null;
        }
        try {
            URI uri = new URI(address);
            boolean web = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
            if (web && uri.getHost() != null) {
                return uri;
            }
        } catch (URISyntaxException e) {
            // Told below.
        }
        throw new BadSetting("AlertWebHook must be an http or https address, found '" + address + "'");
    }

    private static String adminBasePath(String path) {
        if (path.isEmpty()) {
            return "";
        }
        if (!BASE_PATH.matcher(path).matches() || path.equals("/api") || path.startsWith("/api/")) {
            throw new BadSetting(
                    "AdminBasePath must be a path such as /dtm, without a slash at its end and not below /api,"
                            + " found '" + path + "'");
        }
        return path;
    }
}
