package dev.quern.cuda;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.quern.core.DeviceException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import jcuda.jcublas.cublasStatus;

/** The functions of cuBLASLt, with the signatures of {@code cublasLt.h}. Objects are numbers. */
final class LtFunctions {
  static final int SUCCESS = cublasStatus.CUBLAS_STATUS_SUCCESS;

  /** The kinds of objects that describe a product. */
  enum Kind {
    DESCRIPTOR("cublasLtMatmulDesc"),
    LAYOUT("cublasLtMatrixLayout"),
    PREFERENCE("cublasLtMatmulPreference");

    private final String stem;

    Kind(String stem) {
      this.stem = stem;
    }
  }

  /** cublasLtMatmulAlgoGetHeuristic; see {@link #bindHeuristic}. */
  final MethodHandle heuristic;

  /** cublasLtMatmul; see {@link #bindMatmul}. */
  final MethodHandle matmul;

  /** cublasLtMatmulDescSetAttribute, for values in memory that the caller keeps. */
  final MethodHandle setDescriptor;

  private final MethodHandle statusName;
  private final MethodHandle create;
  private final MethodHandle destroy;
  private final MethodHandle createDescriptor;
  private final MethodHandle createLayout;
  private final MethodHandle createPreference;
  private final Map<Kind, MethodHandle> destroys = new EnumMap<>(Kind.class);
  private final Map<Kind, MethodHandle> sets = new EnumMap<>(Kind.class);

  LtFunctions(SymbolLookup library) {
    Functions lt = new Functions("cuBLASLt", library);
    statusName = lt.text("cublasLtGetStatusName");
    create = lt.status("cublasLtCreate", ADDRESS);
    destroy = lt.status("cublasLtDestroy", JAVA_LONG);
    createDescriptor = lt.status("cublasLtMatmulDescCreate", ADDRESS, JAVA_INT, JAVA_INT);
    createLayout =
        lt.status("cublasLtMatrixLayoutCreate", ADDRESS, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG);
    createPreference = lt.status("cublasLtMatmulPreferenceCreate", ADDRESS);
    for (Kind kind : Kind.values()) {
      destroys.put(kind, lt.status(kind.stem + "Destroy", JAVA_LONG));
      sets.put(
          kind, lt.status(kind.stem + "SetAttribute", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG));
    }
    setDescriptor = of(sets, Kind.DESCRIPTOR);
    heuristic = bindHeuristic(lt);
    matmul = bindMatmul(lt);
  }

  private static MethodHandle bindHeuristic(Functions lt) {
    return lt.status(
        "cublasLtMatmulAlgoGetHeuristic",
        JAVA_LONG, // handle
        JAVA_LONG, // descriptor
        JAVA_LONG, // layout of the first factor
        JAVA_LONG, // of the second
        JAVA_LONG, // of what is added
        JAVA_LONG, // of the result
        JAVA_LONG, // preference
        JAVA_INT, // most results
        ADDRESS, // results
        ADDRESS); // their number
  }

  private static MethodHandle bindMatmul(Functions lt) {
    return lt.status(
        "cublasLtMatmul",
        JAVA_LONG, // handle
        JAVA_LONG, // descriptor
        ADDRESS, // alpha
        JAVA_LONG, // first factor
        JAVA_LONG, // its layout
        JAVA_LONG, // second factor
        JAVA_LONG,
        ADDRESS, // beta
        JAVA_LONG, // what is added
        JAVA_LONG,
        JAVA_LONG, // result
        JAVA_LONG,
        ADDRESS, // algorithm
        JAVA_LONG, // workspace
        JAVA_LONG, // its bytes
        JAVA_LONG); // stream
  }

  /** A handle for the current context. */
  long create() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment out = arena.allocate(JAVA_LONG);
      check("cublasLtCreate", (int) create.invokeExact(out));
      return out.get(JAVA_LONG, 0);
    } catch (Throwable e) {
      throw Functions.unexpected(e);
    }
  }

  /** Gives a handle back. */
  void destroy(long handle) {
    try {
      int ignored = (int) destroy.invokeExact(handle); // there is nothing to be done about it
    } catch (Throwable e) {
      throw Functions.unexpected(e);
    }
  }

  /** A cublasLtMatmulDesc_t. */
  long createDescriptor(int computeType, int scaleType) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment out = arena.allocate(JAVA_LONG);
      int status = (int) createDescriptor.invokeExact(out, computeType, scaleType);
      check("cublasLtMatmulDescCreate", status);
      return out.get(JAVA_LONG, 0);
    } catch (Throwable e) {
      throw Functions.unexpected(e);
    }
  }

  /** A cublasLtMatrixLayout_t. */
  long createLayout(int type, long rows, long columns, long lead) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment out = arena.allocate(JAVA_LONG);
      int status = (int) createLayout.invokeExact(out, type, rows, columns, lead);
      check("cublasLtMatrixLayoutCreate", status);
      return out.get(JAVA_LONG, 0);
    } catch (Throwable e) {
      throw Functions.unexpected(e);
    }
  }

  /** A cublasLtMatmulPreference_t. */
  long createPreference() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment out = arena.allocate(JAVA_LONG);
      check("cublasLtMatmulPreferenceCreate", (int) createPreference.invokeExact(out));
      return out.get(JAVA_LONG, 0);
    } catch (Throwable e) {
      throw Functions.unexpected(e);
    }
  }

  /** Gives an object back, unless it is 0. */
  void destroy(Kind kind, long object) {
    if (object != 0) {
      MethodHandle function = of(destroys, kind);
      try {
        int ignored = (int) function.invokeExact(object); // there is nothing to be done about it
      } catch (Throwable e) {
        throw Functions.unexpected(e);
      }
    }
  }

  /** Sets an attribute of 32 bits. */
  void set(Kind kind, long object, int attribute, int value) {
    try (Arena arena = Arena.ofConfined()) {
      set(kind, object, attribute, arena.allocateFrom(JAVA_INT, value));
    }
  }

  /** Sets an attribute of 64 bits. */
  void set(Kind kind, long object, int attribute, long value) {
    try (Arena arena = Arena.ofConfined()) {
      set(kind, object, attribute, arena.allocateFrom(JAVA_LONG, value));
    }
  }

  private void set(Kind kind, long object, int attribute, MemorySegment value) {
    MethodHandle function = of(sets, kind);
    try {
      int status = (int) function.invokeExact(object, attribute, value, value.byteSize());
      check(kind.stem + "SetAttribute of attribute " + attribute, status);
    } catch (Throwable e) {
      throw Functions.unexpected(e);
    }
  }

  /**
   * Throws unless a call succeeded.
   *
   * @throws DeviceException with the status by name
   */
  void check(String what, int status) {
    if (status != SUCCESS) {
      throw new DeviceException("cuBLASLt: " + what + " failed with " + name(status), null);
    }
  }

  /** A status by name. */
  String name(int status) {
    return Functions.name(statusName, status);
  }

  private static MethodHandle of(Map<Kind, MethodHandle> functions, Kind kind) {
    return Objects.requireNonNull(functions.get(kind), "every kind is bound");
  }
}
