package io.assent.scenario;

import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Scenario by protocol: what became of each cell. */
final class Matrix {
    /** How a scenario ended. */
    enum Cell {
        PASSED,
        FAILED,
        /** It gave up by an assumption. */
        SKIPPED
    }

    private static final String EMPTY = "-";

    private final String title;
    private final Map<String, Map<Protocol, Cell>> rows = new TreeMap<>();

    Matrix(String title, Collection<String> scenarios) {
        this.title = title;
        scenarios.forEach(scenario -> rows.put(scenario, new EnumMap<>(Protocol.class)));
    }

    void ended(String scenario, Protocol protocol, Cell cell) {
        Map<Protocol, Cell> row = rows.get(scenario);
        if (row == null) {
            throw new IllegalStateException("expected a scenario of " + title + ", found " + scenario);
        }
        row.put(protocol, cell);
    }

    /** Each cell that says nothing, as a sentence. */
    List<String> gaps() {
        List<String> gaps = new ArrayList<>();
        rows.forEach((scenario, row) -> {
            for (Protocol protocol : Protocol.values()) {
                Cell cell = row.get(protocol);
                if (cell == null) {
                    gaps.add(scenario + " did not run over " + protocol);
                } else if (cell == Cell.SKIPPED) {
                    gaps.add(scenario + " was skipped over " + protocol);
                }
            }
        });
        if (rows.isEmpty()) {
            gaps.add(title + " has no scenario");
        }
        return gaps;
    }

    @Override
    public String toString() {
        int width = rows.keySet().stream().mapToInt(String::length).max().orElse(0);
        StringBuilder table = new StringBuilder(title).append('\n');
        table.append(" ".repeat(width));
        for (Protocol protocol : Protocol.values()) {
            table.append(String.format("  %-7s", protocol));
        }
        rows.forEach((scenario, row) -> {
            table.append('\n').append(scenario).append(" ".repeat(width - scenario.length()));
            for (Protocol protocol : Protocol.values()) {
                Cell cell = row.get(protocol);
                table.append(String.format("  %-7s", cell == null ? EMPTY : cell.name()));
            }
        });
        return table.append('\n').toString();
    }
}
