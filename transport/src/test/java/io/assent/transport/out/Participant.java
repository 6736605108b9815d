package io.assent.transport.out;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** A participant on a real loopback socket whose every byte the test decides. One thread per connection. */
final class Participant implements AutoCloseable {
    static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK";

    private final ServerSocket server;
    private final Script script;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final List<Request> requests = new CopyOnWriteArrayList<>();
    private final AtomicInteger accepted = new AtomicInteger();
    private volatile boolean closed;

    /** Serves one connection; returning closes it. */
    interface Script {
        void serve(Exchange exchange) throws IOException;
    }

    /** The head as text, ISO-8859-1, without the empty line; and the body. */
    record Request(String head, byte[] body) {
        String line() {
            return head.substring(0, head.indexOf("\r\n"));
        }

        /** The value of a header, or null. */
        String header(String name) {
            for (String line : head.split("\r\n")) {
                if (line.toLowerCase(Locale.ROOT).startsWith(name.toLowerCase(Locale.ROOT) + ":")) {
                    return line.substring(name.length() + 1).strip();
                }
            }
            return null;
        }
    }

    Participant(Script script) throws IOException {
        this(new ServerSocket(0, 4096, InetAddress.getByName("127.0.0.1")), script);
    }

    Participant(ServerSocket server, Script script) {
        this.server = server;
        this.script = script;
        thread(this::accept);
    }

    /** Answers every request with these bytes and keeps the connection. */
    static Participant answering(String reply) throws IOException {
        return answering(reply.getBytes(StandardCharsets.ISO_8859_1));
    }

    static Participant answering(byte[] reply) throws IOException {
        return new Participant(exchange -> {
            while (exchange.read() != null) {
                exchange.write(reply);
            }
        });
    }

    /** Takes requests and never answers. */
    static Participant hanging() throws IOException {
        return new Participant(exchange -> {
            while (exchange.read() != null) {
                // Said nothing.
            }
        });
    }

    int port() {
        return server.getLocalPort();
    }

    String url() {
        return "http://127.0.0.1:" + port() + "/step";
    }

    List<Request> requests() {
        return requests;
    }

    int accepted() {
        return accepted.get();
    }

    int open() {
        return sockets.size();
    }

    @Override
    public void close() throws IOException {
        closed = true;
        server.close();
        for (Socket socket : sockets) {
            socket.close();
        }
    }

    private void accept() {
        while (!closed) {
            try {
                Socket socket = server.accept();
                int number = accepted.getAndIncrement();
                sockets.add(socket);
                thread(() -> serve(socket, number));
            } catch (IOException ended) {
                return;
            }
        }
    }

    private void serve(Socket socket, int number) {
        try (socket) {
            socket.setTcpNoDelay(true);
            script.serve(new Exchange(socket, number));
        } catch (IOException gone) {
            // The other side has closed.
        } finally {
            sockets.remove(socket);
        }
    }

    private static void thread(Runnable task) {
        Thread thread = new Thread(task, "participant");
        thread.setDaemon(true);
        thread.start();
    }

    final class Exchange {
        final Socket socket;
        /** Counts the connections from 0. */
        final int number;

        private final InputStream in;
        private final OutputStream out;

        private Exchange(Socket socket, int number) throws IOException {
            this.socket = socket;
            this.number = number;
            this.in = new BufferedInputStream(socket.getInputStream());
            this.out = socket.getOutputStream();
        }

        /** The next request, or null when there is none any more. */
        Request read() throws IOException {
            ByteArrayOutputStream head = new ByteArrayOutputStream();
            int last = 0;
            while (last != 0x0d0a0d0a) {
                int b = in.read();
                if (b < 0) {
                    return null;
                }
                head.write(b);
                last = last << 8 | b;
            }
            String text = head.toString(StandardCharsets.ISO_8859_1);
            Request bare = new Request(text.substring(0, text.length() - 2), new byte[0]);
            String length = bare.header("Content-Length");
            byte[] body = length == null ? new byte[0] : in.readNBytes(Integer.parseInt(length));
            Request request = new Request(bare.head(), body);
            requests.add(request);
            return request;
        }

        void write(String bytes) throws IOException {
            write(bytes.getBytes(StandardCharsets.ISO_8859_1));
        }

        void write(byte[] bytes) throws IOException {
            out.write(bytes);
            out.flush();
        }

        /** Closes with a reset. */
        void reset() throws IOException {
            socket.setSoLinger(true, 0);
            socket.close();
        }
    }

    static List<String> lines(Request request) {
        List<String> lines = new ArrayList<>(List.of(request.head().split("\r\n")));
        return lines;
    }
}
