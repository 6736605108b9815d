package io.assent.server;

import io.assent.engine.Limits;
import io.assent.engine.NoHistory;
import io.assent.engine.Pressure;
import io.assent.engine.StateMachine;
import io.assent.engine.codec.CommandPublisher;
import io.assent.journal.ChronicleJournal;
import io.assent.journal.DataDirectory;
import io.assent.journal.Disk;
import io.assent.journal.Journal;
import io.assent.journal.JournalConfig;
import io.assent.journal.JournalException;
import io.assent.journal.JournalException.Reason;
import io.assent.server.alert.AlertWebHook;
import io.assent.server.log.EngineLog;
import io.assent.server.log.FrontLog;
import io.assent.server.metrics.MeteredJournal;
import io.assent.server.metrics.Metrics;
import io.assent.server.sequencer.CommandRing;
import io.assent.server.sequencer.Drainer;
import io.assent.server.sequencer.EngineClock;
import io.assent.server.sequencer.Halt;
import io.assent.server.sequencer.LoopDrainer;
import io.assent.server.sequencer.LoopOutlet;
import io.assent.server.sequencer.ManualClock;
import io.assent.server.sequencer.Sequencer;
import io.assent.server.sequencer.SyncThread;
import io.assent.server.sequencer.ThreadDrainer;
import io.assent.transport.EventLoops;
import io.assent.transport.MemoryBudget;
import io.assent.transport.SteadyTasks;
import io.assent.transport.front.ClockControl;
import io.assent.transport.front.FrontConfig;
import io.assent.transport.front.FrontMeter;
import io.assent.transport.front.HttpFront;
import io.assent.transport.front.ProbeFront;
import io.assent.transport.front.ServerCondition;
import io.assent.transport.front.ServerState;
import io.assent.transport.grpc.GrpcFront;
import io.assent.transport.grpc.GrpcFrontConfig;
import io.assent.transport.out.CallEnds;
import io.assent.transport.out.Dispatcher;
import io.assent.transport.out.DispatcherConfig;
import io.assent.transport.out.NameResolver;
import io.assent.transport.out.Outbound;
import io.netty.util.NetUtil;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The whole server: built front to back by {@link #start}, closed back to front by {@link #close}. */
public final class CoordinatorServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(CoordinatorServer.class);
    private static final long STOP_LOOK_NANOS = 5_000_000;
    /** With less than this left for unfinished transactions, hardly one is accepted. */
    private static final int SMALL_TRANSACTION_BYTES = 512;

    private static final String CLOCK_PROPERTY = "clock";
    /** resetCronTime looks at what is further away than this many time-outs, unless told otherwise (PROTOCOL 2.2). */
    private static final int RESET_TIMEOUTS = 3;

    private final ServerConfig config;
    private final Halt halt;
    private final UnaryOperator<Journal> journalDecorator;
    private final Disk disk;
    private final LongSupplier nanoTime;
    private final LongSupplier wallMs;
    private final StateMachine machine;
    private final CommandRing ring;
    private final EventLoops eventLoops;
    private final List<CommandPublisher> publishers = new ArrayList<>();
    private final List<LoopPort> ports = new ArrayList<>();
    /** Null when nobody wants to hear. */
    private final AlertWebHook alerts;

    private final MemoryBudget budget;
    private final Descriptors descriptors;
    private final Metrics metrics;

    private DataDirectory directory;
    private Outbound outbound;
    private HttpFront front;
    private GrpcFront grpcFront;
    private ProbeFront probes;
    private ChronicleJournal journal;
    private SyncThread syncThread;
    private Sequencer sequencer;
    private volatile EngineFigures figures;
    private volatile Drainer drainer;
    private volatile ManualClock manualClock;
    private volatile ServerState state = ServerState.STARTING;
    private volatile boolean stopRequested;
    /** As last told; the drainer's. */
    private boolean lowOnDisk;

    private boolean closed;

    public CoordinatorServer(ServerConfig config, Halt halt) {
        this(config, halt, UnaryOperator.identity());
    }

    /** @param journalDecorator wraps the journal that the sequencer sees, for example to count or to witness syncs */
    public CoordinatorServer(ServerConfig config, Halt halt, UnaryOperator<Journal> journalDecorator) {
        this(config, halt, journalDecorator, System::nanoTime, System::currentTimeMillis);
    }

    /** @param disk what the data directory and the journal ask of the file system */
    public CoordinatorServer(ServerConfig config, Halt halt, UnaryOperator<Journal> journalDecorator, Disk disk) {
        this(config, halt, journalDecorator, disk, System::nanoTime, System::currentTimeMillis);
    }

    /**
     * @param journalDecorator see there
     * @param nanoTime monotonic time that engine time follows; what the transport waits for stays in real time
     * @param wallMs wall clock, epoch milliseconds
     */
    public CoordinatorServer(
            ServerConfig config,
            Halt halt,
            UnaryOperator<Journal> journalDecorator,
            LongSupplier nanoTime,
            LongSupplier wallMs) {
        this(config, halt, journalDecorator, Disk.REAL, nanoTime, wallMs);
    }

    private CoordinatorServer(
            ServerConfig config,
            Halt halt,
            UnaryOperator<Journal> journalDecorator,
            Disk disk,
            LongSupplier nanoTime,
            LongSupplier wallMs) {
        this.journalDecorator = journalDecorator;
        this.disk = disk;
        this.nanoTime = nanoTime;
        this.wallMs = wallMs;
        this.config = config;
        this.halt = halt;
        this.machine = new StateMachine((gid, command, failure) -> LOG.atError()
                .addKeyValue("gid", gid)
                .setCause(failure)
                .log("command {} of gid '{}' failed before its first event and was contained", command, gid));
        this.ring = new CommandRing(config.ringSlots(), config.bufferPoolBytes());
        this.eventLoops = EventLoops.create(config.eventLoops());
        this.descriptors = Descriptors.of(Descriptors.systemLimit(), config.connectionsMax());
        this.budget = new MemoryBudget(config.heldBytesMax());
        this.metrics = new Metrics(Version.netty(), Version.grpc(), eventLoops.tasks());
        this.alerts = config.alertWebHook() == null
                ? null
                : new AlertWebHook(config.alertWebHook(), config.alertRetryLimit(), config.requestTimeoutMs());
    }

    /** Returns when the server serves. HTTP answers from early on; while the journal is replayed it answers 503. */
    public void start() {
        try {
            directory = DataDirectory.open(config.dataDir(), disk);
            checkClockKind();
            openFront();
            Recovery recovery = new Recovery(machine, () -> stopRequested);
            journal = recovery.open(directory, journalConfig(), steadyWake());
            double recoverySeconds = recovery.elapsedMs() / 1e3;
            metrics.gauge("assent_recovery_seconds", "Duration of the replay at the start.", () -> recoverySeconds);
            metrics.gauge("assent_recovery_records", "Records replayed at the start.", recovery::records);
            if (stopRequested) {
                throw new Recovery.Stopped();
            }
            startSequencer();
            state = ServerState.SERVING;
            grpcFront.serving(true);
            LOG.info(
                    "assent serves http://{}/api/dtmsvr and grpc {} (probes on port {}, on {}, data {}, durability {}, drain {}, sync {}, {} x{}{},"
                            + " boot {}, {} records)",
                    shown(config.bindAddresses().get(0), front.port()),
                    shown(config.bindAddresses().get(0), grpcFront.port()),
                    probes.port(),
                    config.bindAddresses().stream()
                            .map(InetAddress::getHostAddress)
                            .collect(Collectors.joining(" and ")),
                    config.dataDir().toAbsolutePath(),
                    config.durability().name().toLowerCase(Locale.ROOT),
                    config.drainOnLoop() ? "loop" : "thread",
                    syncThread == null ? "inline" : "thread",
                    eventLoops.name(),
                    config.eventLoops(),
                    config.manualClock() ? ", manual clock" : "",
                    journal.boot(),
                    recovery.records());
            tellWhoIsServed();
        } catch (JournalException e) {
            throw StartFailure.of(e);
        }
    }

    private void checkClockKind() {
        String kind = config.manualClock() ? "manual" : "real";
        String remembered = directory.property(CLOCK_PROPERTY);
        if (remembered == null && directory.hasJournal()) {
            throw new JournalException(
                    Reason.DAMAGED,
                    "journal damaged: data directory " + config.dataDir()
                            + " holds a journal, but does not remember its kind of clock any more");
        }
        if (remembered != null && !remembered.equals(kind)) {
            throw new JournalException(
                    Reason.MISMATCH,
                    "data directory " + config.dataDir() + " belongs to a server with a " + remembered
                            + " clock, this one has a " + kind + " clock");
        }
        directory.remember(CLOCK_PROPERTY, kind);
    }

    private void openFront() {
        for (int i = 0; i < config.eventLoops(); i++) {
            publishers.add(new CommandPublisher(ring.newSink()));
        }
        FrontConfig frontConfig = FrontConfig.of(config.bindAddresses(), config.httpPort(), Version.text())
                .connectionsMax(descriptors.clients())
                .idleMs(config.clientIdleMs())
                .origins(config.origins())
                .requestTimeoutMs(config.requestTimeoutMs())
                .zone(config.zone())
                .manualClock(config.manualClock())
                .adminBasePath(config.adminBasePath())
                .resetTimeoutS(RESET_TIMEOUTS * config.engine().timeoutToFailS());
        ClockControl clock = (advance, whenDone) -> manualClock.advance(advance, whenDone);
        FrontMeter meter = new FrontLog(metrics, System::nanoTime);
        front = new HttpFront(
                eventLoops, frontConfig, publishers::get, new NoHistory(), condition(), clock, meter, budget);
        grpcFront = new GrpcFront(eventLoops, grpcFrontConfig(frontConfig), front::loop);
        try {
            outbound = new Outbound(dispatcherConfig(), NameResolver.SYSTEM, eventLoops.tasks(), budget);
        } catch (IOException | IllegalArgumentException e) {
            // A trust store or a proxy variable.
            throw new StartFailure(ExitCode.BAD_CONFIGURATION, e.getMessage(), e);
        }
        try {
            for (int i = 0; i < config.eventLoops(); i++) {
                ports.add(newPort(i));
            }
            front.start();
            grpcFront.start();
            openProbes(frontConfig);
        } catch (IOException e) {
            throw new StartFailure(ExitCode.PORT_IN_USE, e.getMessage(), e);
        }
    }

    /** Their port is next to the others unless it is set, and only one that is set has to be free. */
    private void openProbes(FrontConfig http) throws IOException {
        probes = new ProbeFront(http.version(), http.wholeRequestMs(), condition(), metrics);
        boolean set = config.adminPort() >= 0;
        boolean anyFree = set ? config.adminPort() == 0 : config.httpPort() == 0;
        int nextTo = Math.max(front.port(), grpcFront.port()) + 1;
        int port = anyFree ? 0 : set ? config.adminPort() : nextTo;
        try {
            probes.start(http.bindAddresses(), port);
        } catch (IOException e) {
            if (set) {
                throw e;
            }
            LOG.warn("{}; AdminPort sets another port", e.getMessage());
            probes.start(http.bindAddresses(), 0);
        }
    }

    private GrpcFrontConfig grpcFrontConfig(FrontConfig http) {
        GrpcFrontConfig defaults = GrpcFrontConfig.of(config.bindAddresses(), config.grpcPort());
        return new GrpcFrontConfig(
                defaults.bindAddresses(),
                defaults.port(),
                http.connectionsMax(),
                defaults.callsPerConnectionMax(),
                Limits.BODY_BYTES_MAX,
                http.headerBytesMax(),
                http.idleMs(),
                http.wholeRequestMs(),
                http.stalledWriteMs());
    }

    private LoopPort newPort(int number) {
        var loop = eventLoops.loops().get(number);
        CommandPublisher commands = publishers.get(number);
        LoopPort[] port = new LoopPort[1];
        CallEnds ends = (callNumber, outcome, text, latencyMs, retryAfterS) -> {
            boolean taken = commands.branchReplied(callNumber, outcome, text, latencyMs, retryAfterS);
            if (!taken) {
                port[0].onRingFull();
            }
            return taken;
        };
        Dispatcher dispatcher = loop.submit(() -> outbound.dispatcher(loop, ends))
                .syncUninterruptibly()
                .getNow();
        port[0] = new LoopPort(
                loop, eventLoops.tasks(), front.loop(number), dispatcher, alerts == null ? alert -> {} : alerts);
        return port[0];
    }

    private DispatcherConfig dispatcherConfig() {
        Map<String, String> environment = System.getenv();
        DispatcherConfig base =
                DispatcherConfig.fromEnvironment(environment).withRequestTimeoutMs(config.requestTimeoutMs());
        int loops = config.eventLoops();
        DispatcherConfig secured = base.withGrpc(base.grpc()
                        .withTls(config.grpcTls())
                        .withChannelsMax(Math.max(1, descriptors.channels() / loops)))
                .withPool(base.pool().withConnectionsMax(Math.max(1, descriptors.calls() / loops)));
        return config.trustStore() == null
                ? secured
                : secured.withTrustStore(
                        new DispatcherConfig.TrustStore(config.trustStore(), config.trustStorePassword()));
    }

    private JournalConfig journalConfig() {
        JournalConfig defaults = JournalConfig.of(directory.journalPath(), config.durability());
        return new JournalConfig(
                defaults.directory(),
                defaults.durability(),
                defaults.cycleBytesMax(),
                defaults.fillAheadBytes(),
                defaults.blockBytes(),
                config.freeDiskMinBytes());
    }

    private void startSequencer() {
        EngineClock clock = config.manualClock()
                ? EngineClock.manual(nanoTime, wallMs, journal.lastTimeMs())
                : EngineClock.real(nanoTime, wallMs, journal.lastTimeMs());
        Journal decorated = new MeteredJournal(journalDecorator.apply(journal), metrics);
        machine.observer(new EngineLog(metrics.engine(), System::nanoTime));
        if (alerts != null) {
            metrics.counters(
                    "assent_alerts_total",
                    "Alerts to the web hook.",
                    "result",
                    new String[] {"sent", "failed", "dropped"},
                    new DoubleSupplier[] {alerts::sent, alerts::failed, alerts::dropped});
        }
        figures = new EngineFigures(machine, clock);
        ServerGauges.registerTasks(metrics, eventLoops.tasks(), journal::fillerFailures);
        ServerGauges.register(metrics, ring, journal, machine, figures, directory, front, grpcFront, dispatchers());
        ServerGauges.register(metrics, budget);
        syncThread = syncsInline() ? null : new SyncThread(decorated, steadyWake(), halt);
        List<LoopOutlet> outlets = new ArrayList<>(ports);
        sequencer = new Sequencer(
                ring, new MachineDecider(machine), decorated, clock, outlets, this::pressure, syncThread, halt);
        Drainer ready = config.drainOnLoop()
                ? new LoopDrainer(sequencer, outlets.get(0))
                : new ThreadDrainer(sequencer, outlets);
        if (config.manualClock()) {
            manualClock = new ManualClock(
                    sequencer,
                    nanoTime,
                    delayMs -> eventLoops.loops().get(0).schedule(ready::wake, delayMs, TimeUnit.MILLISECONDS),
                    () -> alerts == null || alerts.isIdle());
            if (alerts != null) {
                alerts.onIdle(eventLoops.tasks().steady(SteadyTasks.Kind.WAKE_UPS, ready::wake));
            }
        }
        sequencer.afterEachDrain(figures::publish);
        sequencer.start(config.engine(), journal.boot());
        drainer = ready;
        ring.onPublished(ready::wake);
        ready.start();
    }

    private List<Dispatcher> dispatchers() {
        return ports.stream().map(LoopPort::dispatcher).toList();
    }

    private boolean syncsInline() {
        return switch (config.sync()) {
            case INLINE -> true;
            case THREAD -> false;
            case AUTO -> SyncProbe.isShort(directory.path());
        };
    }

    private ServerCondition condition() {
        return new ServerCondition() {
            @Override
            public ServerState state() {
                return state;
            }

            @Override
            public String refusesNewGids() {
                return boundReached();
            }
        };
    }

    private Pressure pressure() {
        boolean low = journal.lowOnDisk();
        if (low != lowOnDisk) {
            lowOnDisk = low;
            tellDisk(low);
        }
        if (state == ServerState.DRAINING) {
            return Pressure.DRAINING;
        }
        return low ? Pressure.DISK : Pressure.NONE;
    }

    private static void tellDisk(boolean low) {
        if (low) {
            LOG.warn("the journal's disk has less than FreeDiskMin free: new transactions are refused");
        } else {
            LOG.info("the journal's disk has enough free space again: new transactions are accepted");
        }
    }

    private String boundReached() {
        io.assent.engine.Settings bounds = config.engine();
        if (sequencer.hasNoRoom()) {
            return "nothing can be recorded, for the journal's disk is full";
        }
        if (journal.lowOnDisk()) {
            return Pressure.DISK.boundName() + " is below FreeDiskMin " + config.freeDiskMinBytes();
        }
        if (figures.liveTransactions() >= bounds.liveTransactionsMax()) {
            return bounds.liveTransactionsMax() + " unfinished transactions are the bound LiveTransactionsMax";
        }
        if (figures.liveBytes() + SMALL_TRANSACTION_BYTES > bounds.liveBytesMax()) {
            return bounds.liveBytesMax() + " bytes of unfinished transactions are the bound LiveBytesMax";
        }
        return "";
    }

    /** For threads that must not end because a wake-up fails. */
    private Runnable steadyWake() {
        return eventLoops.tasks().steady(SteadyTasks.Kind.WAKE_UPS, this::wakeDrainer);
    }

    private void wakeDrainer() {
        Drainer current = drainer;
        if (current != null) {
            current.wake();
        }
    }

    private static String shown(InetAddress address, int port) {
        return NetUtil.toSocketAddressString(new InetSocketAddress(address, port));
    }

    private void tellWhoIsServed() {
        if (config.bindAddresses().stream().allMatch(InetAddress::isLoopbackAddress)) {
            LOG.info("only this machine is served; BindAddress (BIND_ADDRESS) 0.0.0.0 serves others");
        } else {
            LOG.warn("other machines are served and the API has no authentication yet");
        }
    }

    public int httpPort() {
        return front.port();
    }

    /** Where probes and metrics are answered whatever else goes on. */
    public int adminPort() {
        return probes.port();
    }

    public int grpcPort() {
        return grpcFront.port();
    }

    /** Ends a replay under way. Any thread. */
    public void requestStop() {
        stopRequested = true;
    }

    /**
     * Stops: new gids are refused, open calls get their time, answers are written, the journal is synced and sealed. What is not finished goes on after
     * the next start.
     */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        boolean serving = state == ServerState.SERVING;
        state = ServerState.DRAINING;
        if (grpcFront != null) {
            grpcFront.serving(false);
        }
        if (serving) {
            awaitOpenCalls();
        }
        if (drainer != null) {
            drainer.close();
        }
        if (syncThread != null) {
            syncThread.close();
        }
        if (front != null) {
            front.close();
        }
        if (grpcFront != null) {
            grpcFront.close();
        }
        for (int i = 0; i < ports.size(); i++) {
            Dispatcher dispatcher = ports.get(i).dispatcher();
            eventLoops.loops().get(i).submit(dispatcher::close).awaitUninterruptibly(5, TimeUnit.SECONDS);
        }
        if (alerts != null) {
            alerts.close();
        }
        if (journal != null) {
            journal.close();
        }
        eventLoops.close();
        if (outbound != null) {
            outbound.close();
        }
        if (directory != null) {
            directory.close();
        }
        if (probes != null) {
            probes.close();
        }
    }

    private void awaitOpenCalls() {
        long deadline = System.nanoTime() + config.shutdownTimeoutMs() * 1_000_000L;
        while (System.nanoTime() - deadline < 0 && !(sequencer.openCalls() == 0 && sequencer.isIdle())) {
            drainer.wake();
            LockSupport.parkNanos(STOP_LOOK_NANOS);
        }
    }
}
