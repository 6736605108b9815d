package io.assent.engine.mode;

/** The client is asked or called back: the only thing to do until the state changes. */
final class CheckBack extends Plan {
    static final String BRANCH_ID = "00";

    CheckBack() {
        offer(CHECK_ROW);
    }

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
        // What the answer decides changes the status, and with it the plan.
    }

    @Override
    protected boolean isDue(int row) {
        return row == CHECK_ROW;
    }
}
