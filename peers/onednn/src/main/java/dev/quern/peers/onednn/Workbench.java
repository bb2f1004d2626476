package dev.quern.peers.onednn;

import dev.quern.bench.peers.KernelRun;
import dev.quern.kernels.cases.Values;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.dnnl.IntMemoryMap;
import org.bytedeco.dnnl.engine;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.primitive;
import org.bytedeco.dnnl.primitive_desc;
import org.bytedeco.dnnl.reorder;
import org.bytedeco.dnnl.stream;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;

/**
 * What a run of oneDNN is put together from: memories, primitives in order, and where the outputs
 * are. Everything made while a plan is carried out is released with the run.
 */
final class Workbench {

  /** Puts a run together. */
  @FunctionalInterface
  interface Plan {
    /** Returns how the run works. */
    String carryOut(Workbench work);
  }

  private record Step(primitive call, IntMemoryMap arguments) {}

  private record Output(memory held, memory.desc plain) {}

  private static final List<memory.format_tag> NAMED =
      List.of(
          memory.format_tag.nhwc,
          memory.format_tag.nchw,
          memory.format_tag.nChw16c,
          memory.format_tag.nChw8c,
          memory.format_tag.nChw4c);

  private final engine processor;
  private final stream queue;
  private final List<Step> steps = new ArrayList<>();
  private final Map<String, Output> outputs = new HashMap<>();
  private final Deque<Pointer> kept = new ArrayDeque<>();

  private Workbench(engine processor, stream queue) {
    this.processor = processor;
    this.queue = queue;
  }

  static KernelRun build(engine processor, stream queue, Plan plan) {
    Workbench work = new Workbench(processor, queue);
    try (PointerScope _ = new PointerScope()) {
      return work.new Run(plan.carryOut(work));
    } catch (RuntimeException e) {
      work.release();
      throw e;
    }
  }

  /** Beyond the scope in which it was made. */
  private <P extends Pointer> P keep(P pointer) {
    pointer.retainReference();
    kept.push(pointer);
    return pointer;
  }

  private void release() {
    while (!kept.isEmpty()) {
      kept.pop().close();
    }
  }

  engine processor() {
    return processor;
  }

  static memory.desc desc(memory.format_tag layout, long... extents) {
    return new memory.desc(extents, memory.data_type.f32, layout);
  }

  /** Memory of a layout, with nothing certain in it. */
  memory empty(memory.desc layout) {
    return keep(new memory(layout, processor));
  }

  /** Memory with these values. */
  memory filled(memory.desc layout, float[] values) {
    memory filled = empty(layout);
    floats(filled, values.length).put(values);
    return filled;
  }

  /** Values of one layout, in another. */
  memory filled(memory.desc plain, float[] values, memory.desc wanted) {
    memory source = filled(plain, values);
    if (wanted.equals(plain)) {
      return source;
    }
    memory target = empty(wanted);
    move(source, target);
    return target;
  }

  private void move(memory source, memory target) {
    new reorder(source, target).execute(queue, source, target);
    queue._wait();
  }

  private static FloatPointer floats(memory held, long count) {
    return new FloatPointer(held.get_data_handle()).capacity(count);
  }

  /** Arguments of a primitive, by their numbers: pairs of a number and a memory. */
  static IntMemoryMap arguments(Object... pairs) {
    IntMemoryMap map = new IntMemoryMap();
    for (int i = 0; i < pairs.length; i += 2) {
      map.put((Integer) pairs[i], (memory) pairs[i + 1]);
    }
    return map;
  }

  /** Runs a primitive once, now. */
  void once(primitive_desc desc, IntMemoryMap arguments) {
    new primitive(desc).execute(queue, arguments);
    queue._wait();
  }

  /** A primitive of each run. */
  void step(primitive_desc desc, IntMemoryMap arguments) {
    steps.add(new Step(keep(new primitive(desc)), keep(arguments)));
  }

  /** Where an output is, and what layout the op's contract has for it. */
  void output(String role, memory held, memory.desc plain) {
    outputs.put(role, new Output(held, keep(plain)));
  }

  /** The name of an image's layout. */
  static String name(memory.desc image) {
    for (memory.format_tag tag : NAMED) {
      try (LongPointer extents = image.get_dims()) {
        long[] of = new long[(int) extents.limit()];
        extents.get(of);
        if (image.equals(desc(tag, of))) {
          return tag.name();
        }
      }
    }
    return "a layout of its own";
  }

  private final class Run implements KernelRun {
    private final String how;

    Run(String how) {
      this.how = how;
    }

    @Override
    public String how() {
      return how;
    }

    @Override
    public void run() {
      for (Step step : steps) {
        step.call().execute(queue, step.arguments());
      }
    }

    @Override
    public void await() {
      queue._wait();
    }

    @Override
    public Map<String, Values> outputs() {
      Map<String, Values> all = new HashMap<>();
      outputs.forEach((role, output) -> all.put(role, read(output)));
      return all;
    }

    private Values read(Output output) {
      try (PointerScope _ = new PointerScope()) {
        memory plain = new memory(output.plain(), processor);
        move(output.held(), plain);
        float[] values = new float[(int) (output.plain().get_size() / Float.BYTES)];
        floats(plain, values.length).get(values);
        return Values.of(values);
      }
    }

    @Override
    public void close() {
      release();
    }
  }
}
