package io.assent.transport.front;

import java.net.InetAddress;
import java.time.ZoneOffset;
import java.util.List;

/**
 * Bounds and names of the front, each with a default and set by its name. Times in milliseconds. Set up before a front takes it and never changed
 * afterwards; then any thread may read it.
 */
public final class FrontConfig {
    private final List<InetAddress> bindAddresses;
    private final int port;
    private final String version;
    private int connectionsMax = 10_000;
    private int headerBytesMax = 16 << 10;
    private long idleMs = 75_000;
    private long wholeRequestMs = 30_000;
    private long stalledWriteMs = 30_000;
    private int pipelinedMax = 64;
    private long requestTimeoutMs = 3_000;
    private ZoneOffset zone = ZoneOffset.UTC;
    private boolean manualClock = false;
    private String adminBasePath = "";
    private int resetTimeoutS = 105;

    private FrontConfig(List<InetAddress> bindAddresses, int port, String version) {
        this.bindAddresses = bindAddresses;
        this.port = port;
        this.version = version;
    }

    /**
     * All defaults.
     *
     * @param bindAddresses to listen on, one or more, all at the same port
     * @param port 0 for any free one
     */
    public static FrontConfig of(List<InetAddress> bindAddresses, int port, String version) {
        return new FrontConfig(bindAddresses, port, version);
    }

    public List<InetAddress> bindAddresses() {
        return bindAddresses;
    }

    public int port() {
        return port;
    }

    public String version() {
        return version;
    }

    /** Client connections at most; one more is closed. */
    public int connectionsMax() {
        return connectionsMax;
    }

    public FrontConfig connectionsMax(int given) {
        connectionsMax = given;
        return this;
    }

    /** Of a request. */
    public int headerBytesMax() {
        return headerBytesMax;
    }

    public FrontConfig headerBytesMax(int given) {
        headerBytesMax = given;
        return this;
    }

    /** How long a connection without a request stays open. */
    public long idleMs() {
        return idleMs;
    }

    public FrontConfig idleMs(long given) {
        idleMs = given;
        return this;
    }

    /** In which a request has to arrive. */
    public long wholeRequestMs() {
        return wholeRequestMs;
    }

    public FrontConfig wholeRequestMs(long given) {
        wholeRequestMs = given;
        return this;
    }

    /** In which a client has to take an answer. */
    public long stalledWriteMs() {
        return stalledWriteMs;
    }

    public FrontConfig stalledWriteMs(long given) {
        stalledWriteMs = given;
        return this;
    }

    /** Requests of one connection that wait for their answers. */
    public int pipelinedMax() {
        return pipelinedMax;
    }

    public FrontConfig pipelinedMax(int given) {
        pipelinedMax = given;
        return this;
    }

    /** Default time-out of a branch call: a waiting client waits this long and two seconds more. */
    public long requestTimeoutMs() {
        return requestTimeoutMs;
    }

    public FrontConfig requestTimeoutMs(long given) {
        requestTimeoutMs = given;
        return this;
    }

    /** In which times are shown. */
    public ZoneOffset zone() {
        return zone;
    }

    public FrontConfig zone(ZoneOffset given) {
        zone = given;
        return this;
    }

    /** Whether {@code /api/clock/advance} exists. */
    public boolean manualClock() {
        return manualClock;
    }

    public FrontConfig manualClock(boolean given) {
        manualClock = given;
        return this;
    }

    /** Below it the pages of a console are reserved, "" for the root. */
    public String adminBasePath() {
        return adminBasePath;
    }

    public FrontConfig adminBasePath(String given) {
        adminBasePath = given;
        return this;
    }

    /** Default of resetCronTime's timeout, seconds. */
    public int resetTimeoutS() {
        return resetTimeoutS;
    }

    public FrontConfig resetTimeoutS(int given) {
        resetTimeoutS = given;
        return this;
    }
}
