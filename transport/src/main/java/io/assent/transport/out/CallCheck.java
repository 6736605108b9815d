package io.assent.transport.out;

import io.assent.engine.BranchCall.Header;
import io.assent.engine.BranchUrls;
import java.util.List;

/**
 * Tells before anything is stored what can never be called, so that it is refused at the door and not retried for ever (PROTOCOL 13.49). It asks
 * the code that makes the calls, so that both are of one mind.
 *
 * <p>One per event loop: it remembers URLs that were right, for the steps of a service have few.
 */
public final class CallCheck {
    private static final int REMEMBERED = 1_024;
    private static final String NEITHER =
            "it is neither an http:// or https:// URL nor, for gRPC, host:port/package.Service/Method";

    private final String[] http = new String[REMEMBERED];
    private final String[] grpc = new String[REMEMBERED];

    /** Why this URL can not be called in a transaction of this protocol, or null when it can. */
    public String refusal(String protocol, String url) {
        return BranchUrls.isGrpc(protocol, url) ? grpcRefusal(url) : httpRefusal(url);
    }

    /** The same where the protocol is not known: whatever can be called under one of them is right. */
    public String refusal(String url) {
        if (BranchUrls.namesHttp(url)) {
            return httpRefusal(url);
        }
        String refusal = grpcRefusal(url);
        return refusal == null || Target.hasControl(url) ? refusal : NEITHER;
    }

    private String httpRefusal(String url) {
        int place = url.hashCode() & REMEMBERED - 1;
        if (!url.equals(http[place])) {
            try {
                Target.of(url);
            } catch (Unsendable bad) {
                return bad.getMessage();
            }
            http[place] = url;
        }
        return null;
    }

    private String grpcRefusal(String url) {
        int place = url.hashCode() & REMEMBERED - 1;
        if (!url.equals(grpc[place])) {
            try {
                GrpcTarget.of(url);
            } catch (Unsendable bad) {
                return bad.getMessage();
            }
            grpc[place] = url;
        }
        return null;
    }

    /** Why calls with these headers can not be made over HTTP, or null. */
    public static String httpHeadersRefusal(List<Header> headers) {
        return RequestWriter.refusal(headers);
    }

    /** Why calls with these headers can not be made over gRPC, or null. */
    public static String grpcHeadersRefusal(List<Header> headers) {
        return GrpcMetadata.refusal(headers);
    }

    /** Why this text, a gid for example, can not be told to a participant over gRPC, or null. */
    public static String grpcTextRefusal(String name, String text) {
        return GrpcMetadata.isPrintable(text)
                ? null
                : name + " can not be told to a gRPC participant: metadata is printable ASCII";
    }
}
