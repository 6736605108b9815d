package io.assent.barrier;

import io.assent.client.BranchContext;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;

/**
 * Plays a coordinator with bad luck: calls of branch operations that come late, twice, at the same time, or die before their commit. At the end of each history it
 * calls what a coordinator calls until it succeeds, and then compares what was committed with what must be.
 */
final class Disorder {
    /** Branch 01 takes from alice what branch 02 gives to bob. */
    private static final List<String> BRANCHES = List.of("01", "02");

    private static final int SIDE_BY_SIDE = 20;
    private static final int FAULTS_TOLD = 3;

    private final TestDatabase database;
    private final Barrier barrier;
    private final Bank bank;
    private final long seed;

    Disorder(TestDatabase database, Barrier barrier, Bank bank, long seed) {
        this.database = database;
        this.barrier = barrier;
        this.bank = bank;
        this.seed = seed;
    }

    /** @param dies whether the connection is cut between the work and its commit */
    record Call(BranchContext branch, boolean dies) {}

    /** @param commits the coordinator's decision */
    record History(String gid, String transType, boolean commits, int amount, List<Call> calls) {}

    /** Runs histories, some side by side, their calls on so many threads, and returns the first things that went wrong. */
    List<String> run(int histories, int threads) throws Exception {
        List<String> faults = new ArrayList<>();
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            for (int begun = 0; begun < histories; begun += SIDE_BY_SIDE) {
                List<History> together = new ArrayList<>();
                for (int i = begun; i < Math.min(histories, begun + SIDE_BY_SIDE); i++) {
                    together.add(history(new Random(seed + i), "h" + seed + "-" + i));
                }
                callAll(pool, together);
                for (History ended : together) {
                    end(ended);
                    check(ended, "at its end", faults);
                    straggle(pool, ended);
                    check(ended, "after late calls", faults);
                }
            }
        } finally {
            pool.shutdownNow();
        }
        return faults;
    }

    History history(Random random, String gid) {
        String transType = random.nextBoolean() ? "saga" : "tcc";
        boolean commits = random.nextInt(3) == 0;
        List<Call> calls = new ArrayList<>();
        for (String branch : BRANCHES) {
            add(calls, random, new BranchContext(transType, gid, branch, forward(transType)), random.nextInt(4));
            if (!commits) {
                add(calls, random, new BranchContext(transType, gid, branch, backward(transType)), random.nextInt(3));
            }
        }
        if (random.nextInt(4) > 0) {
            Collections.shuffle(calls, random);
        }
        return new History(gid, transType, commits, 1 + random.nextInt(100), List.copyOf(calls));
    }

    private static void add(List<Call> calls, Random random, BranchContext branch, int times) {
        for (int i = 0; i < times; i++) {
            calls.add(new Call(branch, random.nextInt(4) == 0));
        }
    }

    private static String forward(String transType) {
        return transType.equals("saga") ? "action" : "try";
    }

    private static String backward(String transType) {
        return transType.equals("saga") ? "compensate" : "cancel";
    }

    private void callAll(ExecutorService pool, List<History> histories) throws Exception {
        List<Callable<Void>> work = new ArrayList<>();
        for (History history : histories) {
            for (Call call : history.calls()) {
                work.add(() -> {
                    call(call.branch(), history.amount(), call.dies());
                    return null;
                });
            }
        }
        for (Future<Void> done : pool.invokeAll(work)) {
            done.get();
        }
    }

    /** What a coordinator does until it succeeds: the forward calls of a commit, the backward ones of a rollback. */
    private void end(History history) throws Exception {
        String op = history.commits() ? forward(history.transType()) : backward(history.transType());
        for (String branch : BRANCHES) {
            call(new BranchContext(history.transType(), history.gid(), branch, op), history.amount(), false);
        }
    }

    /** Forward calls that the network has kept until now. */
    private void straggle(ExecutorService pool, History history) throws Exception {
        List<Callable<Void>> late = new ArrayList<>();
        for (String branch : BRANCHES) {
            BranchContext forward =
                    new BranchContext(history.transType(), history.gid(), branch, forward(history.transType()));
            late.add(() -> {
                call(forward, history.amount(), false);
                return null;
            });
        }
        for (Future<Void> done : pool.invokeAll(late)) {
            done.get();
        }
    }

    /** One call to the participant; its death and the error of it are part of the game. */
    void call(BranchContext branch, int amount, boolean dies) throws Exception {
        boolean forward = branch.op().equals("action") || branch.op().equals("try");
        String account = branch.branchId().equals("01") ? "alice" : "bob";
        long change = (account.equals("alice") ? -amount : amount) * (forward ? 1L : -1L);
        boolean[] died = new boolean[1];
        try {
            barrier.call(branch, connection -> {
                Bank.change(connection, branch.gid(), branch.branchId(), branch.op(), account, change);
                if (dies) {
                    died[0] = true;
                    die(connection);
                }
            });
            if (died[0]) {
                throw new IllegalStateException("the call died and its transaction is said to be committed");
            }
        } catch (SQLException e) {
            if (!died[0]) {
                throw e;
            }
        }
    }

    /** Cuts the connection to a server. A database of this process has none to cut; there the call ends with an error. */
    private void die(Connection connection) throws SQLException {
        if (database == TestDatabase.POSTGRESQL || database == TestDatabase.MARIADB) {
            connection.abort(Runnable::run);
        } else {
            throw new SQLException("the process dies here");
        }
    }

    private void check(History history, String when, List<String> faults) throws SQLException {
        for (String branch : BRANCHES) {
            List<String> effects = effects(history.gid(), branch);
            String forward = forward(history.transType());
            List<String> undone =
                    Stream.of(forward, backward(history.transType())).sorted().toList();
            boolean right =
                    history.commits() ? effects.equals(List.of(forward)) : effects.isEmpty() || effects.equals(undone);
            if (!right && faults.size() < FAULTS_TOLD) {
                faults.add(history + " branch " + branch + " " + when + ": " + effects);
            }
        }
    }

    List<String> effects(String gid, String branch) throws SQLException {
        return bank.effects(gid, branch);
    }

    /** What alice and bob have together: nothing, as long as no money is made or lost. */
    long moneyInTheBank() throws SQLException {
        return bank.balance("alice") + bank.balance("bob");
    }
}
