package io.assent.barrier;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import javax.sql.DataSource;

/** Accounts, and a line for each effect that was committed: what a participant's business is in these tests. */
final class Bank {
    private final DataSource source;

    Bank(DataSource source) throws SQLException {
        this.source = source;
        try (Connection connection = source.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("drop table if exists account");
            statement.execute("drop table if exists effect");
            statement.execute("create table account (name varchar(20) primary key, balance bigint not null)");
            statement.execute(
                    "create table effect (gid varchar(128) not null, branch varchar(10) not null, op varchar(20) not null)");
            statement.execute("create index effect_gid on effect (gid)");
            statement.execute("insert into account values ('alice', 0), ('bob', 0)");
        }
    }

    /** Moves money and writes the line, in the transaction of the connection. */
    static void change(Connection connection, String gid, String branch, String op, String account, long amount)
            throws SQLException {
        try (PreparedStatement line = connection.prepareStatement("insert into effect values (?, ?, ?)")) {
            line.setString(1, gid);
            line.setString(2, branch);
            line.setString(3, op);
            line.executeUpdate();
        }
        try (PreparedStatement update =
                connection.prepareStatement("update account set balance = balance + ? where name = ?")) {
            update.setLong(1, amount);
            update.setString(2, account);
            update.executeUpdate();
        }
    }

    long balance(String account) throws SQLException {
        try (Connection connection = source.getConnection();
                PreparedStatement query = connection.prepareStatement("select balance from account where name = ?")) {
            query.setString(1, account);
            try (ResultSet rows = query.executeQuery()) {
                rows.next();
                return rows.getLong(1);
            }
        }
    }

    /** The committed operations of one branch, sorted. */
    List<String> effects(String gid, String branch) throws SQLException {
        List<String> effects = new ArrayList<>();
        try (Connection connection = source.getConnection();
                PreparedStatement query =
                        connection.prepareStatement("select op from effect where gid = ? and branch = ?")) {
            query.setString(1, gid);
            query.setString(2, branch);
            try (ResultSet rows = query.executeQuery()) {
                while (rows.next()) {
                    effects.add(rows.getString(1));
                }
            }
        }
        Collections.sort(effects);
        return effects;
    }
}
