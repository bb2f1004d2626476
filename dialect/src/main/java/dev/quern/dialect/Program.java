package dev.quern.dialect;

/** A compiled program. Its device made it, knows what is in it and frees it. */
public interface Program {}
