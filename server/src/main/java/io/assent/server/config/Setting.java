package io.assent.server.config;

import java.util.Locale;

/**
 * One setting.
 *
 * @param key as in the YAML file, nested names joined with dots
 * @param byDefault its text when nobody sets it
 * @param meaning one sentence; "" for a setting of DTM that has no meaning here
 */
public record Setting(String key, Kind kind, String byDefault, String meaning) {

    /** What its text must be. */
    public enum Kind {
        TEXT,
        INTEGER
    }

    /** Whether its text is never shown. */
    public boolean isSecret() {
        return key.endsWith("Password");
    }

    public boolean hasMeaning() {
        return !meaning.isEmpty();
    }

    /** The environment variable's name (PROTOCOL 10): {@code MicroService.EndPoint} is {@code MICRO_SERVICE_END_POINT}. */
    public String environmentName() {
        return key.replaceAll("([A-Z])([A-Z][a-z])", "$1_$2")
                .replaceAll("([a-z])([A-Z])", "$1_$2")
                .replace('.', '_')
                .toUpperCase(Locale.ROOT);
    }
}
