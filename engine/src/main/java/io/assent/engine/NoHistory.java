package io.assent.engine;

/** The history of a server that has none: what the engine forgot is unknown to everybody. */
public final class NoHistory implements History {

    @Override
    public HistoryAnswer find(String gid) {
        return HistoryAnswer.NO_HISTORY;
    }

    @Override
    public long position() {
        return 0;
    }

    @Override
    public void add(String gid, TransactionStatus finalStatus) {
        throw new UnsupportedOperationException("this server keeps no history");
    }

    @Override
    public void completeUpTo(long position) {
        throw new UnsupportedOperationException("this server keeps no history");
    }
}
