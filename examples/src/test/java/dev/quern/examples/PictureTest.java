package dev.quern.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.quern.train.data.DataException;
import dev.quern.train.data.DataSet;
import dev.quern.train.data.SyntheticDigits;
import java.awt.image.BufferedImage;
import java.awt.image.DataBufferByte;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pictures from files, in the size that a network takes. */
class PictureTest {
  private static final Offset<Float> ROUNDING = Offset.offset(0.01f);

  @TempDir private Path folder;

  private static Picture gray(int height, int width, float... values) {
    return new Picture(height, width, 1, values);
  }

  @Test
  void coloursStayOrBecomeGray() throws IOException {
    BufferedImage image = new BufferedImage(2, 1, BufferedImage.TYPE_INT_ARGB);
    image.setRGB(0, 0, 0xff102030);
    image.setRGB(1, 0, 0x00000000); // all transparent: white
    Path file = Pictures.write(folder.resolve("two.png"), image);
    assertThat(Picture.read(file, 3).values()).containsExactly(0x10, 0x20, 0x30, 255, 255, 255);
    assertThat(Picture.read(file, 1).values())
        .containsExactly(new float[] {0.299f * 16 + 0.587f * 32 + 0.114f * 48, 255}, ROUNDING);
  }

  @Test
  void jpegIsReadAsWell() throws IOException {
    BufferedImage image = new BufferedImage(16, 16, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < 256; i++) {
      image.setRGB(i % 16, i / 16, 0x4080c0);
    }
    Path file = Pictures.write(folder.resolve("plain.jpg"), image);
    Picture picture = Picture.read(file, 3);
    assertThat(picture.height()).isEqualTo(16);
    assertThat(picture.at(8, 8, 0)).isCloseTo(0x40, Offset.offset(4f));
    assertThat(picture.at(8, 8, 2)).isCloseTo(0xc0, Offset.offset(4f));
  }

  @Test
  void enlargingInterpolatesBetweenPixels() {
    assertThat(gray(1, 2, 0, 100).resized(1, 4).values())
        .containsExactly(new float[] {0, 25, 75, 100}, ROUNDING);
    assertThat(gray(2, 1, 0, 100).resized(4, 1).values())
        .containsExactly(new float[] {0, 25, 75, 100}, ROUNDING);
  }

  @Test
  void shrinkingLosesNoLine() {
    float[] line = new float[32];
    line[15] = 255;
    float[] small = gray(1, 32, line).resized(1, 4).values();
    float sum = 0;
    for (float value : small) {
      sum += value;
    }
    assertThat(sum * 8).isBetween(200f, 310f);
    assertThat(gray(1, 32, new float[32]).inverted().resized(1, 5).values())
        .containsExactly(new float[] {255, 255, 255, 255, 255}, ROUNDING);
  }

  @Test
  void aDigitInMnistsStyleIsCentredByMass() {
    float[] page = new float[100 * 60];
    Arrays.fill(page, 230);
    for (int y = 50; y < 90; y++) {
      for (int x = 5; x < 13; x++) {
        page[y * 60 + x] = 20;
      }
    }
    Picture digit = MnistStyle.of(gray(100, 60, page));
    assertThat(digit.height()).isEqualTo(28);
    assertThat(digit.at(3, 13, 0)).isZero();
    assertThat(digit.at(4, 13, 0)).isEqualTo(255);
    assertThat(digit.at(23, 14, 0)).isEqualTo(255);
    assertThat(digit.at(24, 14, 0)).isZero();
    assertThat(digit.at(14, 11, 0)).isZero();
    assertThat(digit.at(14, 12, 0)).isEqualTo(255);
  }

  @Test
  void anEmptyPageIsBlack() {
    assertThat(MnistStyle.of(gray(3, 3, new float[9]).inverted()).values()).containsOnly(0f);
  }

  /** MNIST's own pictures are in its style already, but for rounding. */
  @Test
  void aDrawnDigitIsFoundAgain() throws IOException {
    DataSet digits = SyntheticDigits.draw(20, 3);
    for (int row = 0; row < 20; row++) {
      Path plain = Pictures.write(folder.resolve("plain.png"), digits, row);
      Path drawn = Pictures.writeDrawn(folder.resolve("drawn.png"), digits, row, 7, 31, 60);
      Picture one = MnistStyle.of(Picture.read(plain, 1));
      Picture other = MnistStyle.of(Picture.read(drawn, 1));
      float difference = 0;
      for (int i = 0; i < one.values().length; i++) {
        difference += Math.abs(one.values()[i] - other.values()[i]) / one.values().length;
      }
      assertThat(difference).as("row %d", row).isLessThan(12);
    }
  }

  @Test
  void ofAPhotographNoMoreIsKeptThanFits() throws IOException {
    for (String name : new String[] {"photo.png", "photo.jpg"}) {
      BufferedImage image = new BufferedImage(4_032, 3_024, BufferedImage.TYPE_BYTE_GRAY);
      Arrays.fill(((DataBufferByte) image.getRaster().getDataBuffer()).getData(), (byte) 200);
      Picture photo = Picture.read(Pictures.write(folder.resolve(name), image), 1);
      assertThat(photo.height()).isEqualTo(1_512);
      assertThat(photo.width()).isEqualTo(2_016);
      assertThat(photo.at(1_511, 2_015, 0)).isCloseTo(photo.at(0, 0, 0), ROUNDING);
    }
  }

  @Test
  void whatIsNoPictureIsASentence() throws IOException {
    refused(folder, "is a folder");
    refused(folder.resolve("gone.png"), "no such file");
    Path text = Files.writeString(folder.resolve("text.png"), "hello");
    refused(text, "is no PNG or JPEG");
    assertThatExceptionOfType(DataException.class)
        .isThrownBy(() -> Picture.read(text, 2))
        .withMessageContaining("the model takes 2");
  }

  @Test
  void damagedPicturesEndInASentenceOrAreRead() throws IOException {
    DataSet digits = SyntheticDigits.draw(1, 3);
    int refusals = 0;
    for (String name : new String[] {"digit.png", "digit.jpg"}) {
      byte[] right = Files.readAllBytes(Pictures.write(folder.resolve(name), digits, 0));
      for (int seed = 0; seed < 50_000; seed++) {
        SplittableRandom random = new SplittableRandom(seed);
        byte[] damaged = right.clone();
        int at = random.nextInt(damaged.length);
        damaged[at] ^= (byte) (1 << random.nextInt(8));
        Path file = Files.write(folder.resolve("damaged"), damaged);
        try {
          Picture.read(file, 1);
        } catch (DataException e) {
          assertThat(e.getMessage()).as("seed %d", seed).startsWith(file.toString());
          refusals++;
        } catch (RuntimeException | Error e) {
          throw new AssertionError("%s, seed %d".formatted(name, seed), e);
        }
      }
    }
    assertThat(refusals).isPositive();
  }

  private static void refused(Path file, String said) {
    assertThatExceptionOfType(DataException.class)
        .isThrownBy(() -> Picture.read(file, 1))
        .satisfies(
            e -> assertThat(e.getMessage()).startsWith(file + ": ").contains(said).hasLineCount(1));
  }
}
