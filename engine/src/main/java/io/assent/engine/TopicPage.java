package io.assent.engine;

import java.util.List;

/**
 * A part of the topics, by name.
 *
 * @param next continue behind this name; "" when the listing is complete
 */
public record TopicPage(List<Topic> topics, String next) {}
