package dev.quern.train;

import dev.quern.train.files.Safetensors;
import java.nio.file.Path;
import java.util.List;

/** A process that replaces a model again and again, until it is killed. */
final class SavingProcess {
  private SavingProcess() {}

  /**
   * Saves in turn what two files hold.
   *
   * @param arguments the file to replace, and the two
   */
  public static void main(String[] arguments) {
    Path file = Path.of(arguments[0]);
    Safetensors.Contents first = Safetensors.read(Path.of(arguments[1]));
    Safetensors.Contents second = Safetensors.read(Path.of(arguments[2]));
    List<Safetensors.Array> ofFirst = List.copyOf(first.arrays().values());
    List<Safetensors.Array> ofSecond = List.copyOf(second.arrays().values());
    Safetensors.write(file, ofFirst, first.metadata()); // the first time takes longest
    System.out.println("saving");
    while (true) {
      Safetensors.write(file, ofFirst, first.metadata());
      Safetensors.write(file, ofSecond, second.metadata());
    }
  }
}
