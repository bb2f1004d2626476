package dev.quern.dialect;

import dev.quern.core.ComputeException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.jr.ob.JSON;

/**
 * Which tiles have been measured to be fastest on a device, by class of product. Looked for in the
 * user's own findings ({@code quern/} and the backend's name in {@code XDG_CONFIG_HOME} or {@code
 * ~/.config}; the system property {@code quern.opencl.tuning}, for example, names another folder
 * for OpenCL), then among those that come with the library; taken only if device and driver are
 * exactly the same.
 */
public final class Tuning {
  private static final System.Logger LOG = System.getLogger(Tuning.class.getName());

  /** Names of files in this package's resources, one a line. */
  private static final String SHIPPED_LIST = "tuning/list.txt";

  private final Map<String, Tile> tiles;

  private Tuning(Map<String, Tile> tiles) {
    this.tiles = tiles;
  }

  /** What is known of a device; nothing, if it has not been measured. */
  static Tuning of(String backend, Traits traits) {
    Tuning own = read(file(backend, traits), traits);
    if (own != null) {
      return own;
    }
    for (String name : shippedNames()) {
      Tuning shipped = parse(resource("tuning/" + name), name, traits);
      if (shipped != null) {
        return shipped;
      }
    }
    return new Tuning(Map.of());
  }

  /** The tile that was fastest, or null if the class has not been measured. */
  @Nullable Tile tile(ProductClass products) {
    return tiles.get(products.text());
  }

  /** Where the findings of a device are kept. */
  static Path file(String backend, Traits traits) {
    String named = System.getProperty("quern." + backend + ".tuning");
    String settings = System.getenv("XDG_CONFIG_HOME");
    Path home =
        settings == null || settings.isEmpty()
            ? Path.of(System.getProperty("user.home", "."), ".config")
            : Path.of(settings);
    Path folder = named == null ? home.resolve("quern").resolve(backend) : Path.of(named);
    String plain = traits.name().replaceAll("[^A-Za-z0-9.]+", "-");
    return folder.resolve(
        plain + "-" + ProgramCache.key(traits.key(), "", "").substring(0, 8) + ".json");
  }

  private static @Nullable Tuning read(Path file, Traits traits) {
    if (!Files.exists(file)) {
      return null;
    }
    try {
      return parse(Files.readString(file), file.toString(), traits);
    } catch (IOException e) {
      LOG.log(System.Logger.Level.WARNING, "{0} cannot be read and is left out", file);
      return null;
    }
  }

  private static @Nullable Tuning parse(String json, String name, Traits traits) {
    try {
      Map<String, Object> all = JSON.std.mapFrom(json);
      if (!traits.key().equals(all.get("device"))) {
        return null;
      }
      Map<String, Tile> tiles = new LinkedHashMap<>();
      if (all.get("products") instanceof List<?> products) {
        for (Object entry : products) {
          if (entry instanceof Map<?, ?> product && product.get("class") instanceof String text) {
            tiles.put(text, Tile.of(product.get("tile")));
          }
        }
      }
      return new Tuning(tiles);
    } catch (JacksonException | IllegalArgumentException e) {
      LOG.log(System.Logger.Level.WARNING, "{0} holds no findings and is left out", name);
      return null;
    }
  }

  private static List<String> shippedNames() {
    return resource(SHIPPED_LIST).lines().filter(line -> !line.isBlank()).toList();
  }

  private static String resource(String name) {
    try (InputStream stream = Tuning.class.getResourceAsStream(name)) {
      return stream == null ? "" : new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      return "";
    }
  }

  /**
   * One measured class.
   *
   * @param products the class
   * @param tile its fastest tile
   * @param gflops what that reaches
   * @param untunedGflops what the tile of an untuned device reaches
   */
  record Finding(ProductClass products, Tile tile, double gflops, double untunedGflops) {}

  /**
   * Writes what was found, in one step.
   *
   * @throws ComputeException if the file cannot be written
   */
  static Path write(String backend, Traits traits, List<Finding> findings) {
    List<Map<String, Object>> products = new ArrayList<>();
    for (Finding finding : findings) {
      Map<String, Object> product = new LinkedHashMap<>();
      product.put("class", finding.products().text());
      product.put("tile", finding.tile().asMap());
      product.put("gflops", Math.round(finding.gflops() * 10) / 10.0);
      product.put("untuned_gflops", Math.round(finding.untunedGflops() * 10) / 10.0);
      products.add(product);
    }
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("device", traits.key());
    all.put("products", products);
    Path file = file(backend, traits);
    try {
      Files.createDirectories(file.toAbsolutePath().getParent());
      Path partial = Files.createTempFile(file.toAbsolutePath().getParent(), "tuning", ".part");
      Files.writeString(
          partial, JSON.std.with(JSON.Feature.PRETTY_PRINT_OUTPUT).asString(all) + "\n");
      Files.move(
          partial, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      return file;
    } catch (IOException e) {
      throw new ComputeException(
          "the findings cannot be written to " + file + " (" + e.getMessage() + ")", e);
    }
  }
}
