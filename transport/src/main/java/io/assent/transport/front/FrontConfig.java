package io.assent.transport.front;

import java.time.ZoneOffset;

/**
 * Bounds and names of the front. Times in milliseconds.
 *
 * @param requestTimeoutMs default time-out of a branch call: a waiting client waits this long and two seconds more
 * @param zone in which times are shown
 * @param adminBasePath below it the pages of a console are reserved, "" for the root
 * @param resetTimeoutS default of resetCronTime's timeout, seconds
 * @param manualClock whether {@code /api/clock/advance} exists
 */
public record FrontConfig(
        String bindAddress,
        int port,
        int connectionsMax,
        int headerBytesMax,
        long idleMs,
        long wholeRequestMs,
        long stalledWriteMs,
        int pipelinedMax,
        long requestTimeoutMs,
        String version,
        ZoneOffset zone,
        boolean manualClock,
        String adminBasePath,
        int resetTimeoutS) {

    public static FrontConfig of(String bindAddress, int port, String version) {
        return new FrontConfig(
                bindAddress,
                port,
                10_000,
                16 << 10,
                75_000,
                30_000,
                30_000,
                64,
                3_000,
                version,
                ZoneOffset.UTC,
                false,
                "",
                105);
    }
}
