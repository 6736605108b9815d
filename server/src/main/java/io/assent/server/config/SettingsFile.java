package io.assent.server.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** A YAML file as flat texts: nested names joined with dots. */
final class SettingsFile {

    private SettingsFile() {}

    static Map<String, String> read(Path file) {
        Map<String, String> texts = new LinkedHashMap<>();
        try {
            JsonNode root = new ObjectMapper(new YAMLFactory()).readTree(Files.readString(file));
            if (root != null && !root.isMissingNode() && !root.isNull()) {
                if (!root.isObject()) {
                    throw new BadSetting("configuration file " + file + " must hold names and values");
                }
                flatten("", root, texts);
            }
        } catch (NoSuchFileException e) {
            throw new BadSetting("configuration file " + file + " does not exist");
        } catch (JsonProcessingException e) {
            throw new BadSetting("configuration file " + file + " is no valid YAML: " + e.getOriginalMessage());
        } catch (IOException e) {
            throw new BadSetting("configuration file " + file + " can not be read: " + e.getMessage());
        }
        return texts;
    }

    private static void flatten(String prefix, JsonNode node, Map<String, String> texts) {
        node.properties().forEach(field -> {
            String key = prefix + field.getKey();
            JsonNode value = field.getValue();
            if (value.isObject() && !value.isEmpty()) {
                flatten(key + ".", value, texts);
            } else if (!value.isNull()) {
                texts.put(key, value.isValueNode() ? value.asText() : value.toString());
            }
        });
    }
}
