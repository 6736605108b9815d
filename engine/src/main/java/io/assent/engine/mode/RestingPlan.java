package io.assent.engine.mode;

/** Nothing to do by itself: something outside, or a deadline, changes the state and with it the plan. */
final class RestingPlan extends Plan {
    @Override
    public Verdict verdict() {
        return Verdict.CONTINUE;
    }

    @Override
    public String reason() {
        return "";
    }

    @Override
    public void settled(int row) {
        // Nothing is under way.
    }

    @Override
    protected boolean isDue(int row) {
        return false;
    }
}
