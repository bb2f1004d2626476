package dev.quern.train;

import dev.quern.train.data.DataException;
import dev.quern.train.files.Safetensors;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** A model's weights in a safetensors file, under their names and in Keras's order. */
final class WeightFile {
  private WeightFile() {}

  /**
   * All weights, from a file that holds these and no others, but for an optimizer's arrays. Nothing
   * changes if one is wrong.
   */
  static void load(Model model, Path file) {
    Safetensors.Contents contents = Safetensors.read(file);
    List<String> names = model.weightNames();
    for (String name : names) {
      Safetensors.Array array = contents.arrays().get(name);
      if (array == null) {
        throw new DataException(
            "%s: there is no weight '%s' of the network in it; it holds %s"
                .formatted(file, name, contents.arrays().keySet()));
      }
      if (!array.shape().equals(model.weightShape(name))) {
        throw new DataException(
            ("%s: weight '%s' has shape %s there, but %s in the network; loadMatching takes over"
                    + " those that fit")
                .formatted(file, name, array.shape(), model.weightShape(name)));
      }
    }
    for (String name : contents.arrays().keySet()) {
      if (!names.contains(name) && !Weights.isState(name)) {
        throw new DataException(
            "%s: holds a weight '%s', which the network does not have; it has %s"
                .formatted(file, name, names));
      }
    }
    contents
        .arrays()
        .forEach(
            (name, array) -> {
              if (!Weights.isState(name)) {
                model.setWeight(name, array.values());
              }
            });
  }

  /** The weights that the file holds under the same name in the same shape. */
  static List<String> loadMatching(Model model, Path file, Predicate<String> wanted) {
    Safetensors.Contents contents = Safetensors.read(file);
    List<String> loaded = new ArrayList<>();
    for (String name : model.weightNames()) {
      Safetensors.Array array = contents.arrays().get(name);
      if (wanted.test(name) && array != null && array.shape().equals(model.weightShape(name))) {
        model.setWeight(name, array.values());
        loaded.add(name);
      }
    }
    return loaded;
  }
}
