/**
 * The suite's kernels in JMH: {@code quern bench --jmh FILE}, or JMH's own command line with all
 * its flags. After {@code mvn package}, in the project's folder:
 *
 * <pre>{@code
 * java --add-modules jdk.incubator.vector --enable-native-access=ALL-UNNAMED -Xss16m \
 *   -cp 'examples/target/lib/*:jmh/target/*:jmh/target/lib/*' org.openjdk.jmh.Main KernelBenchmark \
 *   -p 'kernel=gemm/NNm512n512k512 forward' -p device=cpu -f 2 -wi 3 -i 5 -rf json -rff jmh.json
 * }</pre>
 *
 * <p>Forks inherit the options of this {@code java}. {@code quern bench --list} gives the names of
 * kernels.
 *
 * <p>{@link dev.quern.jmh.CallBenchmark} measures what a call of NVIDIA's libraries costs, and is
 * why this module sees a backend.
 */
@NullMarked
package dev.quern.jmh;

import org.jspecify.annotations.NullMarked;
