package io.assent.loadtest.process;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A command line with places to fill in: <code>{data}</code>, <code>{port}</code>, <code>{grpc}</code> and <code>{durability}</code>.
 *
 * @param words the words of the command, not interpreted by a shell.
 */
public record ServerCommand(List<String> words) {

    /** How Assent itself is started. */
    public static final String ASSENT =
            "bin/assent serve --data {data} --http-port {port} --grpc-port {grpc} --durability {durability}";

    /** Checks the command. */
    public ServerCommand {
        if (words.isEmpty() || words.get(0).isEmpty()) {
            throw new IllegalArgumentException("the server command is empty");
        }
        words = List.copyOf(words);
    }

    /**
     * Reads a command line; single and double quotes keep blanks within a word.
     *
     * @param line the command line.
     * @return the command.
     */
    public static ServerCommand parse(final String line) {
        final List<String> words = new ArrayList<>();
        StringBuilder word = null;
        char quote = 0;
        for (int i = 0; i < line.length(); i++) {
            final char c = line.charAt(i);
            if (quote != 0) {
                if (c == quote) {
                    quote = 0;
                } else {
                    word.append(c);
                }
            } else if (c == '\'' || c == '"') {
                quote = c;
                word = word == null ? new StringBuilder() : word;
            } else if (Character.isWhitespace(c)) {
                if (word != null) {
                    words.add(word.toString());
                    word = null;
                }
            } else {
                word = (word == null ? new StringBuilder() : word).append(c);
            }
        }
        if (quote != 0) {
            throw new IllegalArgumentException("the server command has an open quote: " + line);
        }
        if (word != null) {
            words.add(word.toString());
        }
        return new ServerCommand(words);
    }

    /**
     * Fills in the places of a server that nobody is going to talk to over gRPC.
     *
     * @param data the data directory.
     * @param port the HTTP port.
     * @param durability the durability level.
     * @return the words to execute.
     */
    public List<String> filled(final Path data, final int port, final String durability) {
        return filled(data, port, 0, durability);
    }

    /**
     * Fills in the places.
     *
     * @param data the data directory.
     * @param port the HTTP port.
     * @param grpcPort the gRPC port, 0 for any free one.
     * @param durability the durability level.
     * @return the words to execute.
     */
    public List<String> filled(final Path data, final int port, final int grpcPort, final String durability) {
        return words.stream()
                .map(word -> word.replace("{data}", data.toString())
                        .replace("{port}", Integer.toString(port))
                        .replace("{grpc}", Integer.toString(grpcPort))
                        .replace("{durability}", durability))
                .toList();
    }
}
