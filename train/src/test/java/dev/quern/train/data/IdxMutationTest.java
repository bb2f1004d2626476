package dev.quern.train.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Damaged files end in a sentence or are read; nothing else may happen. */
class IdxMutationTest {
  private static final int ROUNDS = 50_000;

  @Test
  void plainFilesEndInASentence(@TempDir Path folder) throws IOException {
    mutate(folder.resolve("plain"), IdxBytes.images(5, 3, 4), 11);
  }

  @Test
  void packedFilesEndInASentence(@TempDir Path folder) throws IOException {
    mutate(folder.resolve("packed"), IdxBytes.gzip(IdxBytes.images(5, 3, 4)), 12);
  }

  private static void mutate(Path file, byte[] right, long firstSeed) throws IOException {
    int refused = 0;
    for (long seed = firstSeed; seed < firstSeed + ROUNDS; seed++) {
      byte[] damaged = Mutation.of(right, new SplittableRandom(seed));
      Files.write(file, damaged);
      try {
        IdxFile images = IdxFile.images(file);
        assertThat(images.values().length)
            .as("seed %d", seed)
            .isEqualTo(images.count() * images.height() * images.width() * images.channels());
      } catch (DataException e) {
        assertThat(e.getMessage()).as("seed %d", seed).startsWith(file + ": ").hasLineCount(1);
        refused++;
      } catch (RuntimeException | Error e) {
        throw new AssertionError("seed %d".formatted(seed), e);
      }
    }
    assertThat(refused).isGreaterThan(ROUNDS / 3);
  }
}
