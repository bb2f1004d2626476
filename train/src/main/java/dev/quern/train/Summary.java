package dev.quern.train;

import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The table of a network, much as Keras prints it. */
final class Summary {
  private final Network network;
  private final boolean chain;
  private final StringBuilder text = new StringBuilder();
  private final int nameWidth;
  private final int shapeWidth;

  private Summary(Network network) {
    this.network = network;
    chain =
        IntStream.range(0, network.entries().size())
            .allMatch(i -> network.entries().get(i).inputs().equals(List.of(i)));
    nameWidth = widest(30, Summary::layer);
    shapeWidth = widest(16, entry -> entry.output().toString());
  }

  /** Columns for these texts, and no fewer than there are for short ones. */
  private int widest(int least, Function<Network.Entry, String> text) {
    return network.entries().stream().map(text).mapToInt(String::length).reduce(least, Math::max);
  }

  private static String layer(Network.Entry entry) {
    return entry.name() + " (" + entry.operation().getClass().getSimpleName() + ")";
  }

  static String of(Network network) {
    return new Summary(network).table();
  }

  private String table() {
    row("Layer (type)", "Output shape", "Param #", "Connected to");
    rule();
    long total = 0;
    long trainable = 0;
    for (Network.Entry entry : network.entries()) {
      long count = entry.weights().stream().mapToLong(WeightSpec::count).sum();
      total += count;
      trainable +=
          entry.weights().stream().filter(WeightSpec::trainable).mapToLong(WeightSpec::count).sum();
      row(layer(entry), entry.output().toString(), number(count), inputs(entry));
    }
    rule();
    text.append("Total params: ").append(number(total)).append('\n');
    text.append("Trainable params: ").append(number(trainable)).append('\n');
    text.append("Non-trainable params: ").append(number(total - trainable)).append('\n');
    return text.toString();
  }

  private String inputs(Network.Entry entry) {
    return entry.inputs().stream()
        .map(value -> value == 0 ? "input" : network.entries().get(value - 1).name())
        .collect(Collectors.joining(", "));
  }

  private void row(String layer, String shape, String count, String inputs) {
    text.append(layer).repeat(" ", nameWidth + 1 - layer.length());
    text.append(shape).repeat(" ", shapeWidth + 1 - shape.length());
    text.append(" ".repeat(Math.max(0, 10 - count.length()))).append(count);
    text.append(chain ? "" : "  " + inputs).append('\n');
  }

  private void rule() {
    text.append("-".repeat(nameWidth + 1 + shapeWidth + 1 + 10)).append('\n');
  }

  private static String number(long count) {
    return String.format(Locale.ROOT, "%,d", count);
  }
}
