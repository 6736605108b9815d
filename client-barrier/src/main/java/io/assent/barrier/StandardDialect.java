package io.assent.barrier;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** The databases that the barrier is tested against, each on a real server or file. */
public enum StandardDialect implements BarrierDialect {
    /** MariaDB and MySQL. The key compares byte by byte: a collation that ignores case would take two gids for one. */
    MYSQL {
        @Override
        public String insertSql(String table) {
            return "insert ignore into " + table + COLUMNS + " values (?, ?, ?, ?, ?, ?)";
        }

        @Override
        public boolean isTransient(SQLException failure) {
            // 1205 is a lock that was waited for too long, 1213 a deadlock, 1020 a row that changed since it was read.
            return Set.of(1205, 1213, 1020).contains(failure.getErrorCode()) || isConflict(failure);
        }

        @Override
        public List<String> createSql(String table) {
            List<String> statements = withSchema("create database if not exists ", table);
            statements.add("""
                    create table if not exists %s (
                      id bigint primary key auto_increment,
                      trans_type varchar(45) not null default '',
                      gid varchar(128) not null default '',
                      branch_id varchar(128) not null default '',
                      op varchar(45) not null default '',
                      barrier_id varchar(45) not null default '',
                      reason varchar(45) not null default '',
                      create_time datetime not null default now(),
                      update_time datetime not null default now(),
                      key (create_time),
                      key (update_time),
                      unique key uniq_barrier (gid, branch_id, op, barrier_id)
                    ) engine = InnoDB default charset = utf8mb4 collate = utf8mb4_bin
                    """.formatted(table));
            return statements;
        }

        @Override
        public String cleanSql(String table) {
            return "delete from " + table + " where create_time < ? limit ?";
        }
    },

    /** PostgreSQL. */
    POSTGRESQL {
        @Override
        public String insertSql(String table) {
            return "insert into " + table + COLUMNS
                    + " values (?, ?, ?, ?, ?, ?) on conflict (gid, branch_id, op, barrier_id) do nothing";
        }

        @Override
        public boolean isTransient(SQLException failure) {
            return isConflict(failure)
                    || "40P01".equals(failure.getSQLState())
                    || "55P03".equals(failure.getSQLState());
        }

        @Override
        public List<String> createSql(String table) {
            List<String> statements = withSchema("create schema if not exists ", table);
            statements.add("""
                    create table if not exists %s (
                      id bigserial primary key,
                      trans_type varchar(45) not null default '',
                      gid varchar(128) not null default '',
                      branch_id varchar(128) not null default '',
                      op varchar(45) not null default '',
                      barrier_id varchar(45) not null default '',
                      reason varchar(45) not null default '',
                      create_time timestamp not null default now(),
                      update_time timestamp not null default now(),
                      constraint uniq_barrier unique (gid, branch_id, op, barrier_id)
                    )
                    """.formatted(table));
            statements.add("create index if not exists barrier_create_time on " + table + " (create_time)");
            return statements;
        }

        @Override
        public String cleanSql(String table) {
            return "delete from " + table + " where id in (select id from " + table + " where create_time < ? limit ?)";
        }
    },

    /** H2, file or memory. A taken key is an error there, and the transaction goes on. */
    H2 {
        private static final int DUPLICATE_KEY = 23505;
        private static final int LOCK_TIMEOUT = 50200;
        private static final int DEADLOCK = 40001;
        private static final int CONCURRENT_UPDATE = 90131;

        @Override
        public String insertSql(String table) {
            return "insert into " + table + COLUMNS + " values (?, ?, ?, ?, ?, ?)";
        }

        @Override
        public boolean insert(PreparedStatement insert) throws SQLException {
            try {
                return insert.executeUpdate() > 0;
            } catch (SQLException e) {
                if (e.getErrorCode() == DUPLICATE_KEY) {
                    return false;
                }
                throw e;
            }
        }

        @Override
        public boolean isTransient(SQLException failure) {
            return Set.of(LOCK_TIMEOUT, DEADLOCK, CONCURRENT_UPDATE).contains(failure.getErrorCode())
                    || isConflict(failure);
        }

        @Override
        public List<String> createSql(String table) {
            List<String> statements = withSchema("create schema if not exists ", table);
            statements.add("""
                    create table if not exists %s (
                      id bigint generated by default as identity primary key,
                      trans_type varchar(45) default '' not null,
                      gid varchar(128) default '' not null,
                      branch_id varchar(128) default '' not null,
                      op varchar(45) default '' not null,
                      barrier_id varchar(45) default '' not null,
                      reason varchar(45) default '' not null,
                      create_time timestamp default current_timestamp not null,
                      update_time timestamp default current_timestamp not null,
                      constraint uniq_%s unique (gid, branch_id, op, barrier_id)
                    )
                    """.formatted(table, TableName.withoutSchema(table)));
            return statements;
        }

        @Override
        public String cleanSql(String table) {
            return "delete from " + table + " where create_time < ? fetch first ? rows only";
        }
    },

    /** SQLite. It has one writer at a time: set a busy time-out on the data source. */
    SQLITE {
        private static final int BUSY = 5;
        private static final int LOCKED = 6;

        @Override
        public String defaultTable() {
            return "barrier";
        }

        @Override
        public String insertSql(String table) {
            return "insert or ignore into " + table + COLUMNS + " values (?, ?, ?, ?, ?, ?)";
        }

        @Override
        public boolean isTransient(SQLException failure) {
            // The lower byte is the plain code, the upper ones tell more of it.
            int code = failure.getErrorCode() & 0xff;
            return code == BUSY || code == LOCKED;
        }

        @Override
        public List<String> createSql(String table) {
            return List.of("""
                    create table if not exists %s (
                      id integer primary key autoincrement,
                      trans_type text not null default '',
                      gid text not null default '',
                      branch_id text not null default '',
                      op text not null default '',
                      barrier_id text not null default '',
                      reason text not null default '',
                      create_time integer not null default (cast(strftime('%%s', 'now') as integer) * 1000),
                      update_time integer not null default (cast(strftime('%%s', 'now') as integer) * 1000),
                      unique (gid, branch_id, op, barrier_id)
                    )
                    """.formatted(table));
        }

        @Override
        public String cleanSql(String table) {
            return "delete from " + table + " where id in (select id from " + table + " where create_time < ? limit ?)";
        }
    };

    private static final String COLUMNS = " (trans_type, gid, branch_id, op, barrier_id, reason)";

    @Override
    public String defaultTable() {
        return "dtm_barrier.barrier";
    }

    /**
     * The dialect of the database behind a connection.
     *
     * @throws SQLException if the database does not say what it is.
     * @throws IllegalArgumentException if it is none of these.
     */
    public static StandardDialect of(Connection connection) throws SQLException {
        String product = connection.getMetaData().getDatabaseProductName();
        return switch (product.toLowerCase(Locale.ROOT)) {
            case "mysql", "mariadb" -> MYSQL;
            case "postgresql" -> POSTGRESQL;
            case "h2" -> H2;
            case "sqlite" -> SQLITE;
            default ->
                throw new IllegalArgumentException("no barrier dialect for " + product
                        + ": give one of your own to Barrier.builder, or one of " + List.of(values()));
        };
    }

    /** Begins with the statement that makes the schema of the table, if its name has one. */
    private static List<String> withSchema(String create, String table) {
        List<String> statements = new ArrayList<>();
        if (TableName.schemaOf(table) != null) {
            statements.add(create + TableName.schemaOf(table));
        }
        return statements;
    }

    /** SQLSTATE class 40 is a transaction that was rolled back by the database. */
    private static boolean isConflict(SQLException failure) {
        return failure.getSQLState() != null && failure.getSQLState().startsWith("40");
    }
}
