package io.assent.transport;

/** URLs as they may be shown: {@link io.assent.engine.MaskedUrl}, for those who know the engine's wire side only. */
public final class MaskedUrl {
    private MaskedUrl() {}

    /** The URL, or the very same text when there is nothing to hide in it. */
    public static String of(String url) {
        return io.assent.engine.MaskedUrl.of(url);
    }
}
