package io.assent.barrier;

import java.util.regex.Pattern;

/** The name of a table as it goes into SQL text: checked, for no statement can take it as a parameter. */
final class TableName {
    private static final Pattern PLAIN =
            Pattern.compile("[A-Za-z_][A-Za-z0-9_]{0,62}(\\.[A-Za-z_][A-Za-z0-9_]{0,62})?");

    private TableName() {}

    static String checked(String table) {
        if (!PLAIN.matcher(table).matches()) {
            throw new IllegalArgumentException(
                    "table must be a name of letters, digits and _, with at most one schema in front, but is " + table);
        }
        return table;
    }

    /** The schema in front of the name; null without one. */
    static String schemaOf(String table) {
        int dot = table.indexOf('.');
        return dot < 0 ? null : table.substring(0, dot);
    }

    /** The name without its schema. */
    static String withoutSchema(String table) {
        return table.substring(table.indexOf('.') + 1);
    }
}
