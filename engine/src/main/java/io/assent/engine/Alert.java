package io.assent.engine;

/**
 * A branch operation keeps ending without a definite result (PROTOCOL 6.10).
 *
 * @param branchUrl the URL that was called
 * @param error why, with the sentence that stands before every such error
 * @param retryCount how often its interval has doubled; one that stands at its cap counts its calls instead
 */
public record Alert(String gid, TransactionStatus status, String branchUrl, String error, int retryCount) {}
