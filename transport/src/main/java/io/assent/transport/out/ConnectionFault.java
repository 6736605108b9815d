package io.assent.transport.out;

import io.netty.handler.proxy.ProxyConnectException;
import io.netty.handler.ssl.NotSslRecordException;
import java.nio.channels.ClosedChannelException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What went wrong with a connection, in words for the person who reads them in the text of a call: what the peer did and what can be done
 * about it. The libraries below us tell it by calls of the system, numbers of errors and dumps of bytes.
 */
final class ConnectionFault {
    /** How a port without TLS is called by HTTP. */
    static final String PLAIN_HTTP = "call it by http://";

    private static final int CAUSES_MAX = 16;
    private static final Pattern CALL_OF_THE_SYSTEM =
            Pattern.compile("\\w+\\(\\.\\.\\) failed(?: with error\\(-?\\d+\\))?: ");
    private static final String ALERT = "Received fatal alert: ";
    private static final Pattern FIRST_FRAME =
            Pattern.compile("First received frame was not SETTINGS\\. Hex dump for first \\d+ bytes: (\\p{XDigit}*)");
    private static final String TLS_RECORD = "1[4-7]03.*";
    private static final String HTTP_1 = "48545450.*";

    private ConnectionFault() {}

    /** @param withoutTls what is to be done when the port turns out to speak no TLS */
    static String text(Throwable fault, String withoutTls) {
        if (has(fault, CertificateExpiredException.class) != null) {
            return "its certificate has expired";
        }
        if (has(fault, CertificateNotYetValidException.class) != null) {
            return "its certificate is not valid yet";
        }
        if (has(fault, CertPathBuilderException.class) != null
                || has(fault, CertPathValidatorException.class) != null) {
            return "its certificate is not trusted, TrustStore must hold it or its issuer";
        }
        Throwable certificate = has(fault, CertificateException.class);
        if (certificate != null) {
            return "its certificate is for another name: " + certificate.getMessage();
        }
        if (has(fault, NotSslRecordException.class) != null) {
            return "the port does not speak TLS, " + withoutTls;
        }
        Throwable proxy = has(fault, ProxyConnectException.class);
        return words(proxy == null ? fault : proxy);
    }

    private static String words(Throwable fault) {
        String message = fault.getMessage();
        if (fault instanceof ClosedChannelException) {
            return "the peer closed the connection";
        }
        if (message == null || message.isBlank()) {
            return fault.getClass().getSimpleName();
        }
        int alert = message.indexOf(ALERT);
        if (alert >= 0) {
            return "the peer refused our side of TLS: " + message.substring(alert + ALERT.length());
        }
        Matcher frame = FIRST_FRAME.matcher(message);
        if (frame.find()) {
            return firstBytes(frame.group(1));
        }
        return CALL_OF_THE_SYSTEM.matcher(message).replaceFirst("");
    }

    private static String firstBytes(String hex) {
        if (hex.matches(TLS_RECORD)) {
            return "the port speaks TLS, GrpcTls must name it";
        }
        return hex.matches(HTTP_1) ? "the port speaks HTTP/1 and not gRPC" : "the port does not speak HTTP/2";
    }

    private static Throwable has(Throwable fault, Class<? extends Throwable> kind) {
        Throwable at = fault;
        for (int i = 0; i < CAUSES_MAX && at != null; i++) {
            if (kind.isInstance(at)) {
                return at;
            }
            at = at.getCause();
        }
        return null;
    }
}
