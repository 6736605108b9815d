package io.assent.simulation;

import io.assent.engine.BranchCall;
import io.assent.engine.Outcome;
import io.assent.simulation.Scenario.Wish;
import java.util.HashMap;
import java.util.Map;

/**
 * The participants and their own records: what each branch really did, whatever the coordinator heard of it. They are idempotent and keep
 * the barrier's promise (PROTOCOL 6.11): an action that arrives behind its compensation does nothing.
 */
final class Ledger {
    /** What the participants of one transaction recorded. */
    static final class Account {
        final boolean[] done;
        /** The compensation came through, whether or not there was anything to undo. */
        final boolean[] compensated;

        /** Second phases of registered branches. */
        final boolean[] kept;

        final boolean[] undone;
        final int[] actionsRefused;

        int checksYes;
        int checksNo;
        boolean decided;

        Account(int steps) {
            done = new boolean[steps];
            compensated = new boolean[steps];
            kept = new boolean[steps];
            undone = new boolean[steps];
            actionsRefused = new int[steps];
        }
    }

    private final Chance chance;
    private final Scenario scenario;
    private final Map<String, Account> accounts = new HashMap<>();
    private final Map<String, Wish> wishes = new HashMap<>();
    private boolean calm;

    Ledger(Chance chance, Scenario scenario) {
        this.chance = chance;
        this.scenario = scenario;
        for (Wish wish : scenario.wishes) {
            accounts.put(wish.gid, new Account(wish.steps));
            wishes.put(wish.gid, wish);
        }
    }

    Account account(String gid) {
        return accounts.get(gid);
    }

    /** From now on every participant says at once what it will say for good. */
    void calmDown() {
        calm = true;
    }

    /** The sender's local transaction of a message has ended. */
    void decide(String gid) {
        accounts.get(gid).decided = true;
    }

    Outcome execute(BranchCall call) {
        Account account = accounts.get(call.gid());
        Wish wish = wishes.get(call.gid());
        if (call.operation().equals("msg")) {
            return check(account, wish);
        }
        if (wish.isWorkflow()) {
            return mood();
        }
        if (wish.isRegistered()) {
            return secondPhase(account, wish, call);
        }
        int step = Integer.parseInt(call.branchId()) - 1;
        Outcome mood = mood();
        boolean actsFirst = mood != Outcome.SUCCESS && chance.oneIn(3);
        if (mood != Outcome.SUCCESS && !actsFirst) {
            return mood;
        }
        if (call.operation().equals("compensate")) {
            account.compensated[step] = true;
            return mood;
        }
        if (account.compensated[step] || account.done[step]) {
            return mood;
        }
        if (wish.refuses[step] || (!calm && wish.isSaga() && chance.oneIn(40))) {
            account.actionsRefused[step]++;
            return Outcome.FAILURE;
        }
        if (!wish.isSaga() && !calm && chance.oneIn(40)) {
            return Outcome.FAILURE;
        }
        account.done[step] = true;
        return mood;
    }

    private Outcome secondPhase(Account account, Wish wish, BranchCall call) {
        Outcome mood = !calm && chance.oneIn(40) ? Outcome.FAILURE : mood();
        if (mood == Outcome.SUCCESS || chance.oneIn(3)) {
            boolean keeps = call.operation().equals(wish.keeps());
            (keeps ? account.kept : account.undone)[wish.branch(call.branchId())] = true;
        }
        return mood;
    }

    /** The first phase of a registered branch, which its client calls itself: false when it refuses, or comes behind its undoing. */
    boolean tryBranch(Wish wish, int branch) {
        Account account = accounts.get(wish.gid);
        if (wish.refuses[branch] || account.undone[branch]) {
            return false;
        }
        account.done[branch] = true;
        return true;
    }

    private Outcome check(Account account, Wish wish) {
        Outcome mood = mood();
        if (mood != Outcome.SUCCESS) {
            return mood;
        }
        if (!account.decided) {
            return Outcome.ONGOING;
        }
        if (wish.committed) {
            account.checksYes++;
            return Outcome.SUCCESS;
        }
        account.checksNo++;
        return Outcome.FAILURE;
    }

    private Outcome mood() {
        if (!calm && chance.percent(scenario.unknownPercent)) {
            return Outcome.UNKNOWN;
        }
        return !calm && chance.percent(scenario.ongoingPercent) ? Outcome.ONGOING : Outcome.SUCCESS;
    }
}
