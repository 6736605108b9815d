package io.assent.loadtest.net;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/**
 * One whole HTTP/1.1 response.
 *
 * @param status its status code.
 * @param headers its header fields in their order.
 * @param body its body, empty for a response that has none.
 */
public record Response(int status, List<Header> headers, byte[] body) {

    /**
     * One header field.
     *
     * @param name its name as sent.
     * @param value its value without blanks around it, each char being a byte.
     */
    public record Header(String name, String value) {}

    /**
     * Finds a header field.
     *
     * @param name its name in any case.
     * @return its first value.
     */
    public Optional<String> header(final String name) {
        return headers.stream()
                .filter(header -> header.name().equalsIgnoreCase(name))
                .map(Header::value)
                .findFirst();
    }

    /**
     * Tells whether the server closes the connection behind it.
     *
     * @return whether it says so.
     */
    public boolean closes() {
        return header("Connection").filter("close"::equalsIgnoreCase).isPresent();
    }

    /**
     * Tells whether it is a JSON text by its own account.
     *
     * @return whether its type is application/json.
     */
    public boolean isJson() {
        return header("Content-Type")
                .filter(type -> type.startsWith("application/json"))
                .isPresent();
    }

    /**
     * Tells the body as text.
     *
     * @return the body read as UTF-8.
     */
    public String text() {
        return new String(body, StandardCharsets.UTF_8);
    }
}
