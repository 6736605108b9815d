package io.assent.server.cli;

import io.assent.server.ServerConfig;
import io.assent.server.config.Setting;
import io.assent.server.config.Settings;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code assent config}: what a server would run with. */
@Command(
        name = "config",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Prints every setting as a server with the same arguments would have it.",
            "Each stands there with where its value comes from and what it means. Secrets are not shown.",
            "The exit code is 2 when a setting can not be used."
        })
final class ConfigCommand implements Runnable {
    @Mixin
    private SettingOptions options;

    @Override
    public void run() {
        Settings settings = options.read();
        ServerConfig.of(settings);
        for (Setting setting : Settings.meaningful()) {
            System.out.println("# " + setting.meaning());
            System.out.println(
                    setting.key() + ": " + settings.shown(setting.key()) + "  # " + settings.source(setting.key()));
        }
        settings.warnings().forEach(warning -> System.err.println("assent: " + warning));
    }
}
