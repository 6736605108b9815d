package io.assent.system;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;

/**
 * Writes a journal with every event of this version's modes, to be kept under {@code resources/golden} once, when a version is released.
 * Argument: the file to write.
 */
final class GoldenJournalWriter {

    private GoldenJournalWriter() {}

    public static void main(String[] arguments) throws IOException {
        Path data = Files.createTempDirectory("golden");
        try (TestServer server = new TestServer(data)) {
            tcc(server, "confirmed");
            post(server, "submit", "{'gid':'confirmed','trans_type':'tcc','wait_result':true}");
            tcc(server, "cancelled");
            post(server, "abort", "{'gid':'cancelled','trans_type':'tcc','rollback_reason':'first reason'}");
            tcc(server, "stuck");
            register(server, "stuck", "03", "http://127.0.0.1:1/confirm");
            post(server, "abort", "{'gid':'stuck','trans_type':'tcc','rollback_reason':'first reason'}");
            server.advance("ms=0");
            post(server, "abort", "{'gid':'stuck','trans_type':'tcc','rollback_reason':'second reason'}");
            post(server, "prepare", "{'gid':'registering','trans_type':'xa','timeout_to_fail':2000000000}");
            post(
                    server,
                    "registerBranch",
                    "{'gid':'registering','trans_type':'xa','branch_id':'01','url':'http://127.0.0.1:1/xa'}");
            post(
                    server,
                    "prepareWorkflow",
                    "{'gid':'workflow','trans_type':'workflow','custom_data':'{\\'name\\':\\'w\\'}'}");
            progress(server, "01", "succeed", "r1");
            progress(server, "02", "failed", "no");
            post(
                    server,
                    "submit",
                    "{'gid':'workflow','trans_type':'workflow',"
                            + "'req_extra':{'status':'failed','rollback_reason':'no','result':'cmVz'}}");
            for (String path : new String[] {
                "subscribe?topic=t&url=http://127.0.0.1:1/a&remark=r",
                "subscribe?topic=t&url=http://127.0.0.1:1/b",
                "subscribe?topic=gone&url=http://127.0.0.1:1/c"
            }) {
                server.get("/api/dtmsvr/" + path);
            }
            post(
                    server,
                    "prepare",
                    "{'gid':'topics','trans_type':'msg','timeout_to_fail':2000000000,'query_prepared':'http://127.0.0.1:1/q',"
                            + "'steps':[{'action':'topic://t'},{'action':'http://127.0.0.1:1/last'}],'payloads':['{}','{}']}");
            server.get("/api/dtmsvr/unsubscribe?topic=t&url=http://127.0.0.1:1/a");
            server.delete("/api/dtmsvr/topic/gone");
        }
        try (Stream<Path> files = Files.walk(data.resolve("journal"))) {
            Path cycle = files.filter(file -> file.toString().endsWith(".cq4"))
                    .findFirst()
                    .orElseThrow();
            byte[] bytes = Files.readAllBytes(cycle);
            int end = bytes.length;
            while (bytes[end - 1] == 0) {
                end--;
            }
            // Some of the space that was filled ahead stays, as in a file of a process that was killed.
            try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(Path.of(arguments[0])))) {
                out.write(bytes, 0, Math.min(bytes.length, (end + 4_095) / 4_096 * 4_096));
            }
        }
    }

    private static void tcc(TestServer server, String gid) {
        post(server, "prepare", "{'gid':'" + gid + "','trans_type':'tcc','timeout_to_fail':2000000000}");
        register(server, gid, "01", "");
        register(server, gid, "02", "");
    }

    private static void register(TestServer server, String gid, String id, String cancel) {
        post(
                server,
                "registerBranch",
                "{'gid':'" + gid + "','trans_type':'tcc','branch_id':'" + id + "','data':'{}','confirm':'','cancel':'"
                        + cancel + "'}");
    }

    private static void progress(TestServer server, String id, String status, String result) {
        post(
                server,
                "registerBranch",
                "{'gid':'workflow','trans_type':'workflow','branch_id':'" + id + "','op':'action','status':'" + status
                        + "','data':'" + result + "'}");
    }

    private static void post(TestServer server, String endpoint, String body) {
        TestServer.Reply reply = server.post("/api/dtmsvr/" + endpoint, body.replace('\'', '"'));
        if (reply.status() != 200) {
            throw new IllegalStateException(endpoint + " " + body + ": " + reply.body());
        }
    }
}
