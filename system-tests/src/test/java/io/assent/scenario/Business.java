package io.assent.scenario;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** What stands behind participants of both protocols: answers each name by its script, then ok for ever, and records what was asked. Any thread. */
final class Business {
    private static final long GENEROUS_S = 30;

    private final List<Received> received = new ArrayList<>();
    private final Map<String, Queue<Answer>> scripts = new HashMap<>();
    private final Map<String, Semaphore> gates = new HashMap<>();
    private final Semaphore never = new Semaphore(0);

    /** What a participant says. */
    enum Result {
        OK,
        /** A definite no. */
        NO,
        ONGOING,
        /** Something broke: nobody knows whether it was done. */
        ERROR,
        /** Nothing, ever. */
        HANG
    }

    record Answer(Result result, String text) {
        static final Answer OK = new Answer(Result.OK, "");

        static Answer parse(String script) {
            String[] parts = script.split(" ", 2);
            Result result = switch (parts[0]) {
                case "ok" -> Result.OK;
                case "no" -> Result.NO;
                case "ongoing" -> Result.ONGOING;
                case "error" -> Result.ERROR;
                case "hang" -> Result.HANG;
                default -> throw new IllegalArgumentException("no answer of a participant: " + script);
            };
            return new Answer(result, parts.length > 1 ? parts[1] : "");
        }
    }

    /** The next answers of this name: {@code ok}, {@code no TEXT}, {@code ongoing}, {@code error TEXT}, {@code hang}. */
    synchronized void script(String name, String... answers) {
        Queue<Answer> script = new ArrayDeque<>();
        for (String answer : answers) {
            script.add(Answer.parse(answer));
        }
        scripts.put(name, script);
    }

    /** Calls of this name wait, each until the gate gives a permit. */
    synchronized Semaphore gate(String name) {
        return gates.computeIfAbsent(name, each -> new Semaphore(0));
    }

    /** The names that were called, in the order in which the calls came. */
    synchronized List<String> calls() {
        return received.stream().map(Received::name).toList();
    }

    synchronized List<Received> received() {
        return new ArrayList<>(received);
    }

    synchronized Received first(String name) {
        return received.stream()
                .filter(call -> call.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError(name + " was not called, only " + calls()));
    }

    /** Returns when the name has been called that often. */
    synchronized void awaitCalls(String name, int count) {
        long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(GENEROUS_S);
        while (calls().stream().filter(name::equals).count() < count) {
            long leftMs = TimeUnit.NANOSECONDS.toMillis(deadlineNs - System.nanoTime());
            if (leftMs <= 0) {
                throw new AssertionError("expected " + count + " calls of " + name + ", found " + calls());
            }
            try {
                wait(leftMs);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new AssertionError("interrupted", e);
            }
        }
    }

    /** Records the call and answers it, behind its gate if there is one. */
    Answer answer(Received call) throws InterruptedException {
        Answer answer;
        Semaphore gate;
        synchronized (this) {
            received.add(call);
            notifyAll();
            gate = gates.get(call.name());
            Queue<Answer> script = scripts.get(call.name());
            answer = script == null || script.isEmpty() ? Answer.OK : script.poll();
        }
        if (gate != null) {
            gate.acquire();
        }
        if (answer.result == Result.HANG) {
            never.acquire();
        }
        return answer;
    }
}
