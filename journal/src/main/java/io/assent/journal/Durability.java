package io.assent.journal;

/** What "durable" promises. Named next to every figure we publish. */
public enum Durability {
    /** An acknowledged record survives the loss of power: sync forces the file to the device. */
    FSYNC,
    /** An acknowledged record survives the death of the process, not of the machine; a background force runs each second. */
    OS
}
