package io.assent.server.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Where text logging goes (PROTOCOL 10, LogLevel and Log).
 *
 * @param level debug, info, warn or error
 * @param json whether each line is a JSON object
 * @param outputs {@code stderr}, {@code stdout}, or names of files
 * @param rotation how files are cut, null for not at all
 * @param zone in which times are shown
 */
public record LogConfig(String level, boolean json, List<String> outputs, Rotation rotation, ZoneOffset zone) {

    /**
     * @param maxSizeMb a file that reaches this is put aside
     * @param maxAgeDays files put aside longer ago are deleted; 0 keeps them. Holds only while their number is not bounded
     * @param maxBackups files put aside that are kept; 0 keeps all
     */
    public record Rotation(int maxSizeMb, int maxAgeDays, int maxBackups, boolean compress) {
        /** What the logging library can number. */
        static final int BACKUPS_MAX = 20;
    }

    private static final int DEFAULT_SIZE_MB = 100;
    private static final Set<String> KEYS = Set.of("maxsize", "maxage", "maxbackups", "localtime", "compress");

    /** Reads and checks the settings. */
    public static LogConfig of(Settings settings, ZoneOffset zone) {
        List<String> outputs = new ArrayList<>();
        for (String output : settings.text("Log.Outputs").split(",")) {
            if (!output.isBlank()) {
                outputs.add(output.strip());
            }
        }
        if (outputs.isEmpty()) {
            throw new BadSetting("Log.Outputs must name stderr, stdout or files, found nothing");
        }
        boolean rotates = settings.integer("Log.RotationEnable", 0, 1) == 1;
        return new LogConfig(
                settings.choice("LogLevel", "debug", "info", "warn", "error"),
                settings.choice("Log.Format", "text", "json").equals("json"),
                List.copyOf(outputs),
                rotates ? rotation(settings.text("Log.RotationConfigJSON")) : null,
                zone);
    }

    private static Rotation rotation(String text) {
        JsonNode root;
        try {
            root = new ObjectMapper().readTree(text.isBlank() ? "{}" : text);
        } catch (JsonProcessingException e) {
            throw new BadSetting("Log.RotationConfigJSON is no valid JSON: " + e.getOriginalMessage());
        }
        if (!root.isObject()) {
            throw new BadSetting("Log.RotationConfigJSON must be a JSON object, found " + text);
        }
        root.fieldNames().forEachRemaining(key -> {
            if (!KEYS.contains(key)) {
                throw new BadSetting("Log.RotationConfigJSON knows maxsize, maxage, maxbackups, localtime and compress,"
                        + " found " + key);
            }
        });
        return new Rotation(
                number(root, "maxsize", DEFAULT_SIZE_MB, 1, 1 << 20),
                number(root, "maxage", 0, 0, 36_500),
                number(root, "maxbackups", 0, 0, Rotation.BACKUPS_MAX),
                flag(root, "compress"));
    }

    private static int number(JsonNode root, String key, int byDefault, int min, int max) {
        JsonNode node = root.path(key);
        if (node.isMissingNode() || node.isNull()) {
            return byDefault;
        }
        if (!node.isInt() || (node.asInt() != 0 && (node.asInt() < min || node.asInt() > max))) {
            throw new BadSetting("Log.RotationConfigJSON: " + key + " must be an integer between " + min + " and " + max
                    + ", found " + node);
        }
        return node.asInt() == 0 ? byDefault : node.asInt();
    }

    private static boolean flag(JsonNode root, String key) {
        JsonNode node = root.path(key);
        if (!node.isMissingNode() && !node.isNull() && !node.isBoolean()) {
            throw new BadSetting("Log.RotationConfigJSON: " + key + " must be true or false, found " + node);
        }
        return node.asBoolean(false);
    }
}
