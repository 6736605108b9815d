package io.assent.journal;

/** Hears how far a replay is. */
@FunctionalInterface
public interface ReplayProgress {

    /** Called after every 2^16 records, and when a file ends. */
    void onProgress(long records, long bytes, String file);
}
