package io.assent.transport.out;

import io.assent.transport.SteadyTasks;
import io.netty.channel.EventLoop;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Host names and their addresses, looked up on threads of our own and remembered.
 *
 * <p>A lookup cannot be stopped, so a name server that hangs holds its thread. What keeps this from spreading: one lookup per name at a time;
 * an answer that has grown old is used on while a new one is fetched; names whose last lookup took too long share a few threads of
 * their own. Shared by all event loops; the lock is held for a map access only.
 */
final class Names implements AutoCloseable {
    private final NameResolver resolver;
    private final SteadyTasks tasks;
    private final DispatcherConfig.Names bounds;
    private final ThreadPoolExecutor threads;
    private final ThreadPoolExecutor slowThreads;
    private final Map<String, Entry> entries = new LinkedHashMap<>(64, 0.75f, true);

    Names(NameResolver resolver, DispatcherConfig.Names bounds, SteadyTasks tasks) {
        this.resolver = resolver;
        this.tasks = tasks;
        this.bounds = bounds;
        this.threads = pool("assent-names-", bounds.threadsMax(), bounds.queueMax());
        this.slowThreads = pool("assent-slow-names-", bounds.slowThreadsMax(), bounds.queueMax());
    }

    /** Somebody who waits for the addresses of a name, on an event loop. */
    abstract static class Waiter {
        private final EventLoop loop;

        Waiter(EventLoop loop) {
            this.loop = loop;
        }

        /** Exactly one of the two is null. Called on the event loop, at most once, and not after {@link Names#forget}. */
        abstract void resolved(InetAddress[] addresses, String failure);
    }

    private static final class Entry {
        final Set<Waiter> waiters = new LinkedHashSet<>();
        InetAddress[] addresses;
        String failure;
        long answeredNs;
        boolean pending;
        boolean slow;
        boolean outdated;
    }

    /** The addresses when they are known, be they old, else null; then the waiter will be told. */
    InetAddress[] lookUp(String host, Waiter waiter) {
        return lookUp(host, bounds.staleMs(), waiter);
    }

    /** The addresses when they are known and not older than this, else null; then the waiter will be told. */
    InetAddress[] lookUp(String host, int ageMsMax, Waiter waiter) {
        long nowNs = System.nanoTime();
        synchronized (entries) {
            Entry entry = entries.get(host);
            if (entry == null) {
                makeRoom();
                entry = new Entry();
                entries.put(host, entry);
            } else {
                long ageMs = TimeUnit.NANOSECONDS.toMillis(nowNs - entry.answeredNs);
                if (entry.addresses != null && !entry.outdated && ageMs < ageMsMax) {
                    if (ageMs >= bounds.ttlMs()) {
                        start(host, entry);
                    }
                    return entry.addresses;
                }
                if (entry.failure != null && ageMs < bounds.failureTtlMs()) {
                    tell(waiter, null, entry.failure);
                    return null;
                }
            }
            entry.waiters.add(waiter);
            start(host, entry);
            return null;
        }
    }

    /** The waiter has lost interest. */
    void forget(String host, Waiter waiter) {
        synchronized (entries) {
            Entry entry = entries.get(host);
            if (entry != null) {
                entry.waiters.remove(waiter);
            }
        }
    }

    /** None of the addresses answered: the next call looks the name up anew. */
    void outdated(String host) {
        synchronized (entries) {
            Entry entry = entries.get(host);
            if (entry != null) {
                entry.outdated = true;
            }
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
        slowThreads.shutdownNow();
    }

    private void makeRoom() {
        if (entries.size() < bounds.cachedMax()) {
            return;
        }
        for (Iterator<Entry> oldest = entries.values().iterator(); oldest.hasNext(); ) {
            if (!oldest.next().pending) {
                oldest.remove();
                return;
            }
        }
    }

    private void start(String host, Entry entry) {
        if (entry.pending) {
            return;
        }
        entry.pending = true;
        try {
            (entry.slow ? slowThreads : threads).execute(() -> resolve(host, entry));
        } catch (RejectedExecutionException full) {
            entry.pending = false;
            for (Waiter waiter : entry.waiters) {
                tell(waiter, null, "too many host names wait to be looked up");
            }
            entry.waiters.clear();
        }
    }

    private void resolve(String host, Entry entry) {
        long startNs = System.nanoTime();
        InetAddress[] addresses = null;
        String failure = null;
        try {
            addresses = alternating(resolver.resolve(host));
        } catch (UnknownHostException unknown) {
            failure = "host name " + host + " cannot be resolved";
        } catch (RuntimeException | Error broken) {
            // The name stays pending for ever otherwise.
            tasks.failed(SteadyTasks.Kind.NAMES, broken);
            failure = "host name " + host + " cannot be resolved";
        }
        if (addresses != null && addresses.length == 0) {
            addresses = null;
            failure = "host name " + host + " has no address";
        }
        long nowNs = System.nanoTime();
        List<Waiter> told;
        synchronized (entries) {
            entry.pending = false;
            entry.slow = TimeUnit.NANOSECONDS.toMillis(nowNs - startNs) > bounds.timeoutMs();
            boolean oldOneHolds = addresses == null
                    && entry.addresses != null
                    && !entry.outdated
                    && TimeUnit.NANOSECONDS.toMillis(nowNs - entry.answeredNs) < bounds.staleMs();
            if (!oldOneHolds) {
                entry.addresses = addresses;
                entry.failure = failure;
                entry.answeredNs = nowNs;
                entry.outdated = false;
            }
            told = new ArrayList<>(entry.waiters);
            entry.waiters.clear();
        }
        for (Waiter waiter : told) {
            tell(waiter, addresses, failure);
        }
    }

    private static void tell(Waiter waiter, InetAddress[] addresses, String failure) {
        try {
            waiter.loop.execute(() -> waiter.resolved(addresses, failure));
        } catch (RejectedExecutionException stopped) {
            // The loop has ended, and its calls with it.
        }
    }

    /** The resolver's order, but the families by turns: when one of them leads nowhere, the other comes second. */
    private static InetAddress[] alternating(InetAddress[] addresses) {
        if (addresses.length < 3) {
            return addresses;
        }
        List<InetAddress> first = new ArrayList<>();
        List<InetAddress> second = new ArrayList<>();
        for (InetAddress address : addresses) {
            (address.getClass() == addresses[0].getClass() ? first : second).add(address);
        }
        InetAddress[] mixed = new InetAddress[addresses.length];
        int count = 0;
        for (int i = 0; count < mixed.length; i++) {
            if (i < first.size()) {
                mixed[count++] = first.get(i);
            }
            if (i < second.size()) {
                mixed[count++] = second.get(i);
            }
        }
        return mixed;
    }

    private static ThreadPoolExecutor pool(String prefix, int threadsMax, int queueMax) {
        AtomicInteger number = new AtomicInteger();
        ThreadPoolExecutor pool = new ThreadPoolExecutor(
                threadsMax, threadsMax, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(queueMax), task -> {
                    Thread thread = new Thread(task, prefix + number.incrementAndGet());
                    thread.setDaemon(true);
                    return thread;
                });
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }
}
