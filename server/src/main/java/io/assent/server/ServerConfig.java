package io.assent.server;

import io.assent.journal.Durability;
import io.assent.server.config.BadSetting;
import io.assent.server.config.LogConfig;
import io.assent.server.config.Settings;
import io.assent.transport.out.GrpcTls;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.ZoneOffset;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/** The settings as the parts need them: checked, in their units. A new one is a field, a line that reads it, and an accessor. */
public final class ServerConfig {
    /** Up to this many cores, a hand-off between threads costs more than it brings. */
    private static final int FEW_CORES = 3;

    private static final int RETRY_INTERVAL_S_MIN = 10;
    private static final double SECONDS_PER_HOUR = 3_600;
    private static final Pattern BASE_PATH = Pattern.compile("(/[A-Za-z0-9._~-]+)+");

    /** Who syncs the journal. */
    public enum Sync {
        AUTO,
        INLINE,
        THREAD
    }

    private final List<InetAddress> bindAddresses;
    private final int httpPort;
    private final int grpcPort;
    private final Path dataDir;
    private final Durability durability;
    private final int eventLoops;
    private final boolean drainOnLoop;
    private final Sync sync;
    private final boolean manualClock;
    private final io.assent.engine.Settings engine;
    private final int requestTimeoutMs;
    private final long shutdownTimeoutMs;
    private final int ringSlots;
    private final long bufferPoolBytes;
    private final int connectionsMax;
    private final long freeDiskMinBytes;
    private final Path trustStore;
    private final String trustStorePassword;
    private final GrpcTls grpcTls;
    private final LogConfig log;
    private final ZoneOffset zone;
    private final URI alertWebHook;
    private final int alertRetryLimit;
    private final String adminBasePath;

    private ServerConfig(Settings settings) {
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
        bindAddresses = bindAddresses(settings.text("BindAddress"));
        httpPort = (int) settings.integer("HttpPort", 0, 65_535);
        grpcPort = (int) settings.integer("GrpcPort", 0, 65_535);
        dataDir = Path.of(settings.text("DataDir"));
        durability = settings.choice("Durability", "fsync", "os").equals("os") ? Durability.OS : Durability.FSYNC;
        eventLoops = loops;
        drainOnLoop = onLoop;
        sync = Sync.valueOf(settings.choice("Sync", "auto", "inline", "thread").toUpperCase(Locale.ROOT));
        manualClock = settings.choice("Clock", "real", "manual").equals("manual");
        engine = engineSettings(settings);
        requestTimeoutMs = (int) settings.integer("RequestTimeout", 1, 86_400) * 1_000;
        shutdownTimeoutMs = settings.integer("ShutdownTimeout", 0, 3_600) * 1_000;
        ringSlots = slots;
        bufferPoolBytes = settings.integer("BufferPoolBytes", 16L << 20, 1L << 40);
        connectionsMax = (int) settings.integer("ConnectionsMax", 1, 1_000_000);
        freeDiskMinBytes = settings.integer("FreeDiskMin", 0, Long.MAX_VALUE);
        String store = settings.text("TrustStore");
        trustStore = store.isEmpty() ? null : Path.of(store);
        trustStorePassword = settings.text("TrustStorePassword");
        grpcTls = grpcTls(settings.text("GrpcTls"));
        zone = zone(settings.text("TimeZoneOffset"));
        log = LogConfig.of(settings, zone);
        alertWebHook = webHook(settings.text("AlertWebHook"));
        alertRetryLimit = (int) settings.integer("AlertRetryLimit", 0, 1_000);
        adminBasePath = adminBasePath(settings.text("AdminBasePath"));
    }

    /** Reads and checks every setting; the first that can not be used is a {@link BadSetting}. */
    public static ServerConfig of(Settings settings) {
        return new ServerConfig(settings);
    }

    /** {@code localhost} is both loopback addresses, as far as the machine has them. */
    private static List<InetAddress> bindAddresses(String text) {
        Set<InetAddress> addresses = new LinkedHashSet<>();
        for (String entry : text.split(",", -1)) {
            String name = entry.strip();
            try {
                if (name.isEmpty()) {
                    throw new BadSetting(
                            "BindAddress must be addresses or names with commas between, found '" + text + "'");
                } else if (name.equalsIgnoreCase("localhost")) {
                    addresses.add(InetAddress.getByName("127.0.0.1"));
                    InetAddress six = InetAddress.getByName("::1");
                    if (NetworkInterface.getByInetAddress(six) != null) {
                        addresses.add(six);
                    }
                } else {
                    addresses.add(InetAddress.getByName(name));
                }
            } catch (UnknownHostException e) {
                throw new BadSetting("BindAddress: '" + name + "' is no address and no name that can be resolved");
            } catch (SocketException e) {
                throw new BadSetting("BindAddress: the addresses of this machine can not be told: " + e.getMessage());
            }
        }
        return List.copyOf(addresses);
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

    public List<InetAddress> bindAddresses() {
        return bindAddresses;
    }

    public int httpPort() {
        return httpPort;
    }

    public int grpcPort() {
        return grpcPort;
    }

    public Path dataDir() {
        return dataDir;
    }

    public Durability durability() {
        return durability;
    }

    public int eventLoops() {
        return eventLoops;
    }

    public boolean drainOnLoop() {
        return drainOnLoop;
    }

    public Sync sync() {
        return sync;
    }

    public boolean manualClock() {
        return manualClock;
    }

    public io.assent.engine.Settings engine() {
        return engine;
    }

    public int requestTimeoutMs() {
        return requestTimeoutMs;
    }

    public long shutdownTimeoutMs() {
        return shutdownTimeoutMs;
    }

    public int ringSlots() {
        return ringSlots;
    }

    public long bufferPoolBytes() {
        return bufferPoolBytes;
    }

    public int connectionsMax() {
        return connectionsMax;
    }

    public long freeDiskMinBytes() {
        return freeDiskMinBytes;
    }

    public Path trustStore() {
        return trustStore;
    }

    public String trustStorePassword() {
        return trustStorePassword;
    }

    public GrpcTls grpcTls() {
        return grpcTls;
    }

    public LogConfig log() {
        return log;
    }

    public ZoneOffset zone() {
        return zone;
    }

    public URI alertWebHook() {
        return alertWebHook;
    }

    public int alertRetryLimit() {
        return alertRetryLimit;
    }

    public String adminBasePath() {
        return adminBasePath;
    }
}
