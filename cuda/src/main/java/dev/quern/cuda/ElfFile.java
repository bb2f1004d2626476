package dev.quern.cuda;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What can be known of a library before it is opened.
 *
 * <p>The loader maps a file without looking at its length: one that was cut short in a download
 * ends the process with a bus error when its missing part is touched. And a cuDNN that has been
 * opened never quite leaves the process again, so what it was built for is read from the file.
 * Source: System V ABI, chapters 4 and 5; offsets are those of the 64-bit structures in {@code
 * elf.h}.
 */
final class ElfFile {
  private static final int HEADER_BYTES = 64;
  private static final int MAGIC = 0x464c457f; // 0x7f E L F, little-endian
  private static final byte CLASS_64 = 2;
  private static final short MACHINE_X86_64 = 62;
  private static final int SEGMENT_LOAD = 1; // PT_LOAD
  private static final int MOST_TABLE_BYTES = 1 << 20;
  private static final int MOST_SECTION_BYTES = 1 << 26;

  private ElfFile() {}

  /**
   * Why a file cannot be opened as a library of this processor, ready to follow its name; or null.
   */
  static @Nullable String problem(Path file) {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      ByteBuffer header = read(channel, 0, HEADER_BYTES);
      if (header.remaining() < HEADER_BYTES || header.getInt(0) != MAGIC) {
        return channel.size() == 0 ? "is empty" : "is no library";
      }
      if (header.get(4) != CLASS_64 || header.getShort(18) != MACHINE_X86_64) {
        return "is for another processor";
      }
      long end = segmentsEnd(channel, header);
      return end <= channel.size()
          ? null
          : "is cut short, to " + channel.size() + " bytes of at least " + end;
    } catch (IOException e) {
      return "cannot be read (" + e + ")";
    }
  }

  /** Where the last segment that is mapped ends in the file. */
  private static long segmentsEnd(FileChannel channel, ByteBuffer header) throws IOException {
    int entryBytes = Short.toUnsignedInt(header.getShort(54));
    int count = Short.toUnsignedInt(header.getShort(56));
    long tableEnd = header.getLong(32) + (long) entryBytes * count;
    long end = tableEnd;
    if (tableEnd <= channel.size() && entryBytes >= 56) {
      ByteBuffer table = read(channel, header.getLong(32), entryBytes * count);
      for (int at = 0; at < table.limit(); at += entryBytes) {
        if (table.getInt(at) == SEGMENT_LOAD) {
          end = Math.max(end, table.getLong(at + 8) + table.getLong(at + 32));
        }
      }
    }
    return end;
  }

  /**
   * The first match of a pattern in a library's constant texts ({@code .rodata}).
   *
   * @return null if there is none, or the file is not as it should be
   */
  static @Nullable Matcher findText(Path file, Pattern pattern) {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      ByteBuffer header = read(channel, 0, HEADER_BYTES);
      if (problem(file) != null) {
        return null;
      }
      int entryBytes = Short.toUnsignedInt(header.getShort(58));
      int count = Short.toUnsignedInt(header.getShort(60));
      ByteBuffer sections = read(channel, header.getLong(40), entryBytes * count);
      int names = Short.toUnsignedInt(header.getShort(62)) * entryBytes;
      ByteBuffer text = section(channel, sections, names, MOST_TABLE_BYTES);
      for (int at = 0; at + entryBytes <= sections.limit(); at += entryBytes) {
        if (nameAt(text, sections.getInt(at)).equals(".rodata")) {
          ByteBuffer bytes = section(channel, sections, at, MOST_SECTION_BYTES);
          Matcher matcher = pattern.matcher(StandardCharsets.ISO_8859_1.decode(bytes));
          return matcher.find() ? matcher : null;
        }
      }
      return null;
    } catch (IOException | IndexOutOfBoundsException e) {
      return null; // without section headers, as stripped files may be
    }
  }

  private static ByteBuffer section(FileChannel channel, ByteBuffer sections, int at, int most)
      throws IOException {
    long bytes = Math.clamp(sections.getLong(at + 32), 0L, (long) most);
    return read(channel, sections.getLong(at + 24), (int) bytes);
  }

  private static String nameAt(ByteBuffer names, int at) {
    int end = at;
    while (names.get(end) != 0) {
      end++;
    }
    return StandardCharsets.ISO_8859_1.decode(names.slice(at, end - at)).toString();
  }

  /** That many bytes, or fewer where the file ends. */
  private static ByteBuffer read(FileChannel channel, long from, int bytes) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    while (buffer.hasRemaining()) {
      if (channel.read(buffer, from + buffer.position()) < 0) {
        break;
      }
    }
    return buffer.flip();
  }
}
