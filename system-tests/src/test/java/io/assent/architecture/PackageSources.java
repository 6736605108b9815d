package io.assent.architecture;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;

/** Where the sources of a package are. A package-info without annotations leaves no class file. */
final class PackageSources {

    private PackageSources() {}

    static boolean hasDescription(String packageName) {
        File[] modules = new File("..").listFiles(File::isDirectory);
        String path = packageName.replace('.', '/') + "/package-info.java";
        for (File module : modules == null ? new File[0] : modules) {
            if (Files.exists(Path.of(module.getPath(), "src/main/java", path))) {
                return true;
            }
        }
        return false;
    }
}
