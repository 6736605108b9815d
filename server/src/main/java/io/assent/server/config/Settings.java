package io.assent.server.config;

import io.assent.server.config.Setting.Kind;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Every setting with its text, and what was strange about where the texts came from. */
public final class Settings {
    private static final List<Setting> ALL = List.of(
            text(
                    "BindAddress",
                    "localhost",
                    "addresses to listen on, with commas between; 0.0.0.0 serves other machines"),
            integer("HttpPort", "36789", "port of the HTTP API; 0 for any free one"),
            integer("GrpcPort", "36790", "port of the gRPC API; 0 for any free one"),
            text("DataDir", "data", "directory of the journal"),
            text("Durability", "fsync", "fsync: survives loss of power; os: survives the process only"),
            text("Drain", "auto", "who drains the ring: loop, thread, or auto by the number of cores"),
            text("Sync", "auto", "who syncs: inline, thread, or auto by the speed of the disk"),
            integer("EventLoops", "0", "number of event loops; 0 by the number of cores"),
            text("Clock", "real", "real, or manual for tests"),
            integer("RetryInterval", "10", "seconds; default retry interval, at least 10"),
            integer("AllowShortRetryInterval", "0", "1 lifts the floors of RetryInterval and TimeoutToFail, for tests"),
            integer("TimeoutToFail", "35", "seconds; default time-out of transactions that are not sagas"),
            integer("RequestTimeout", "3", "seconds; default time-out of a branch call"),
            integer("RetryIntervalCap", "0", "seconds; longest retry interval, 0 for none"),
            integer("RetryJitterPercent", "0", "0 to 50; spreads retries"),
            integer("ShutdownTimeout", "10", "seconds that open calls get when the server stops"),
            integer("FinishedKept", "100000", "finished transactions kept; the oldest is forgotten first"),
            integer("LiveTransactionsMax", "5000000", "unfinished transactions at most"),
            integer("LiveBytesMax", "0", "bytes of unfinished transactions at most; 0 for 40 % of the heap"),
            integer("RingSlots", "4096", "commands under way at most; a power of two"),
            integer("BufferPoolBytes", "134217728", "bytes of large commands under way at most"),
            integer("ConnectionsMax", "10000", "client connections at most"),
            integer("FreeDiskMin", "536870912", "bytes of free disk below which new transactions are refused"),
            text(
                    "TrustStore",
                    "",
                    "file of certificates that branch calls over TLS trust, a key store or PEM; empty for the system's"),
            text("TrustStorePassword", "", "password of the trust store"),
            text("GrpcTls", "", "gRPC targets called over TLS: host:port, host, *.domain or *, with commas between"),
            text("LogLevel", "info", "debug, info, warn or error"),
            text("Log.Outputs", "stderr", "stderr, stdout or names of files, with commas between"),
            text("Log.Format", "text", "text, or json for an object a line"),
            integer("Log.RotationEnable", "0", "1 cuts log files as Log.RotationConfigJSON says"),
            text("Log.RotationConfigJSON", "{}", "maxsize in MB, maxage in days, maxbackups, compress"),
            text("TimeZoneOffset", "", "hours from UTC in which times are shown, such as +8 or -3.5; empty for UTC"),
            text("AlertWebHook", "", "http(s) address that hears of branches that keep failing; empty for none"),
            integer("AlertRetryLimit", "3", "doublings of a retry interval from which on alerts are sent"),
            text("AdminBasePath", "", "path below which the pages of a console are reserved, such as /dtm"),
            meaningless("Store.Driver"),
            meaningless("Store.Host"),
            meaningless("Store.Port"),
            meaningless("Store.User"),
            meaningless("Store.Password"),
            meaningless("Store.Db"),
            meaningless("Store.Schema"),
            meaningless("Store.MaxOpenConns"),
            meaningless("Store.MaxIdleConns"),
            meaningless("Store.ConnMaxLifeTime"),
            meaningless("Store.DataExpire"),
            meaningless("Store.FinishedDataExpire"),
            meaningless("Store.RedisPrefix"),
            meaningless("TransCronInterval"),
            meaningless("JsonRpcPort"),
            meaningless("MicroService.Driver"),
            meaningless("MicroService.Target"),
            meaningless("MicroService.EndPoint"),
            meaningless("HttpMicroService.Driver"),
            meaningless("HttpMicroService.RegistryType"),
            meaningless("HttpMicroService.RegistryAddress"),
            meaningless("HttpMicroService.RegistryOptions"),
            meaningless("HttpMicroService.Target"),
            meaningless("HttpMicroService.EndPoint"),
            meaningless("UpdateBranchSync"),
            meaningless("UpdateBranchAsyncGoroutineNum"),
            meaningless("ConfigUpdateInterval"),
            meaningless("GrpcServiceConfig"));

    /** Before the name of any variable: wins over the variable without it. */
    private static final String PREFIX = "ASSENT_";
    /** What a container platform sets for a service that is called as one of our settings. */
    private static final Pattern SERVICE_LINK = Pattern.compile("(tcp|udp|sctp)://.*");

    private static final Pattern USER_INFORMATION = Pattern.compile("//[^/@]*@");
    private static final String DEFAULT = "default";

    private final Map<String, String> texts = new HashMap<>();
    private final Map<String, String> sources = new HashMap<>();
    private final List<String> warnings = new ArrayList<>();

    private Settings() {
        for (Setting setting : ALL) {
            texts.put(setting.key(), setting.byDefault());
            sources.put(setting.key(), DEFAULT);
        }
    }

    private static Setting text(String key, String byDefault, String meaning) {
        return new Setting(key, Kind.TEXT, byDefault, meaning);
    }

    private static Setting integer(String key, String byDefault, String meaning) {
        return new Setting(key, Kind.INTEGER, byDefault, meaning);
    }

    private static Setting meaningless(String key) {
        return new Setting(key, Kind.TEXT, "", "");
    }

    /** The settings that mean something here, for help and documentation. */
    public static List<Setting> meaningful() {
        return ALL.stream().filter(Setting::hasMeaning).toList();
    }

    /**
     * @param file null for none
     * @param commandLine texts by key
     */
    public static Settings of(Map<String, String> environment, Path file, Map<String, String> commandLine) {
        Settings settings = new Settings();
        Set<String> unused = new TreeSet<>();
        for (Setting setting : ALL) {
            settings.readVariable(environment, setting.environmentName(), setting, unused);
            settings.readVariable(environment, PREFIX + setting.environmentName(), setting, unused);
        }
        settings.warnOfMisspeltVariables(environment.keySet());
        if (file != null) {
            settings.readFile(file, unused);
        }
        commandLine.forEach((key, value) -> settings.set(named(key), value, "command line", unused));
        if (!unused.isEmpty()) {
            settings.warnings.add("these settings have no meaning here and are ignored: " + String.join(", ", unused));
        }
        return settings;
    }

    private void readVariable(Map<String, String> environment, String name, Setting setting, Set<String> unused) {
        String value = environment.get(name);
        if (value == null || value.isEmpty()) {
            return;
        }
        if (setting.kind() == Kind.INTEGER && SERVICE_LINK.matcher(value).matches()) {
            warnings.add("environment variable " + name + " is " + value
                    + ", as a container platform sets it for a service of that name, and is ignored");
            return;
        }
        set(setting, value, "environment variable " + name, unused);
    }

    /** Variables with our prefix may belong to others, so only those that nearly name a setting are told of. */
    private void warnOfMisspeltVariables(Set<String> names) {
        Map<String, String> known = new TreeMap<>();
        ALL.forEach(setting -> known.put(setting.environmentName(), setting.key()));
        for (String name : new TreeSet<>(names)) {
            if (name.startsWith(PREFIX) && !known.containsKey(name.substring(PREFIX.length()))) {
                String near = Spelling.nearest(name.substring(PREFIX.length()), known.keySet());
                if (near != null) {
                    warnings.add("environment variable " + name + " is no setting; is " + PREFIX + near + " meant?");
                }
            }
        }
    }

    private void readFile(Path file, Set<String> unused) {
        Map<String, Setting> byKey = new LinkedHashMap<>();
        ALL.forEach(setting -> byKey.put(setting.key(), setting));
        SettingsFile.read(file).forEach((key, value) -> {
            Setting setting = byKey.get(key);
            if (setting == null) {
                warnings.add("unknown setting " + key + " in " + file + " is ignored" + suggestion(key));
            } else {
                set(setting, value, file.toString(), unused);
            }
        });
    }

    private static Setting named(String key) {
        return ALL.stream()
                .filter(setting -> setting.key().equals(key))
                .findFirst()
                .orElseThrow(() -> new BadSetting("there is no setting " + key + suggestion(key)));
    }

    private static String suggestion(String key) {
        String near = Spelling.nearest(key, ALL.stream().map(Setting::key).toList());
        return near == null ? "" : "; is " + near + " meant?";
    }

    private void set(Setting setting, String value, String source, Set<String> unused) {
        if (!setting.hasMeaning()) {
            unused.add(setting.key());
            return;
        }
        if (setting.kind() == Kind.INTEGER) {
            try {
                Long.parseLong(value.strip());
            } catch (NumberFormatException e) {
                throw new BadSetting(setting.key() + " must be an integer, found '" + value + "' in " + source);
            }
        }
        texts.put(setting.key(), value.strip());
        sources.put(setting.key(), source);
    }

    /** Where the text of a setting comes from: {@code default}, a variable, a file, or {@code command line}. */
    public String source(String key) {
        return sources.get(key);
    }

    /** The text as it may be shown: a secret is not. */
    public String shown(String key) {
        String value = text(key);
        return named(key).isSecret() && !value.isEmpty()
                ? "***"
                : USER_INFORMATION.matcher(value).replaceAll("//***@");
    }

    /** The settings that somebody has set, as they may be shown, for the log. */
    public String given() {
        String given = meaningful().stream()
                .map(Setting::key)
                .filter(key -> !source(key).equals(DEFAULT))
                .map(key -> key + "=" + shown(key) + " (" + source(key) + ")")
                .collect(Collectors.joining(", "));
        return given.isEmpty() ? "all settings stand at their defaults" : given;
    }

    /** What a user should hear of where the settings came from. */
    public List<String> warnings() {
        return warnings;
    }

    public String text(String key) {
        return texts.get(key);
    }

    /** The text in lower case, which must be one of the choices. */
    public String choice(String key, String... choices) {
        String value = text(key).toLowerCase(Locale.ROOT);
        if (!List.of(choices).contains(value)) {
            throw new BadSetting(key + " must be one of " + String.join(", ", choices) + ", found '" + text(key) + "'");
        }
        return value;
    }

    public long integer(String key, long min, long max) {
        long value = Long.parseLong(text(key));
        if (value < min || value > max) {
            throw new BadSetting(key + " must be between " + min + " and " + max + ", found " + value);
        }
        return value;
    }
}
