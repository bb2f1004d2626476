"""Times PyTorch's matrix products and convolutions, forward and backward, by CUDA events.

Matrix products of 1024 and 4096, the 23 different convolutions of ResNet-50 and the layers of the MNIST network, in
float32 and TF32. Names are those that quern gives the same problems. Each time is the median over replays of a CUDA
graph that holds several runs, so that it is the GPU's alone; the buffers stay the same, and small ones in the cache.
"""

import sys
import time

import peers

PASSES = ("forward", "backward-data", "backward-filter")

# Channels in, size in, filters, window, stride, padding: ResNet-50 v1.5 for pictures of 224 x 224.
RESNET50 = [
    (3, 224, 64, 7, 2, 3),
    (64, 56, 64, 1, 1, 0), (64, 56, 64, 3, 1, 1), (64, 56, 256, 1, 1, 0), (256, 56, 64, 1, 1, 0),
    (256, 56, 128, 1, 1, 0), (128, 56, 128, 3, 2, 1), (128, 28, 512, 1, 1, 0), (256, 56, 512, 1, 2, 0),
    (512, 28, 128, 1, 1, 0), (128, 28, 128, 3, 1, 1),
    (512, 28, 256, 1, 1, 0), (256, 28, 256, 3, 2, 1), (256, 14, 1024, 1, 1, 0), (512, 28, 1024, 1, 2, 0),
    (1024, 14, 256, 1, 1, 0), (256, 14, 256, 3, 1, 1),
    (1024, 14, 512, 1, 1, 0), (512, 14, 512, 3, 2, 1), (512, 7, 2048, 1, 1, 0), (1024, 14, 2048, 1, 2, 0),
    (2048, 7, 512, 1, 1, 0), (512, 7, 512, 3, 1, 1),
]  # fmt: skip
MNIST = [(1, 28, 32, 3, 1, 0), (32, 13, 64, 3, 1, 0)]
MNIST_DENSE = [(128, 1600), (10, 128)]


def size_out(size, window, stride, padding):
    return (size + 2 * padding - window) // stride + 1


def conv_name(batch, shape, precision, channels_last):
    """As quern's Conv2d.Spec describes it."""
    channels, size, filters, window, stride, padding = shape
    return "conv2d/%smb%dic%dih%doc%doh%dkh%d%s%s%s" % (
        "" if channels_last else "nchw", batch, channels, size, filters, size_out(size, window, stride, padding), window,
        "sh%d" % stride if stride > 1 else "", "ph%d" % padding if padding else "", "+TF32" if precision == "tf32" else "",
    )  # fmt: skip


def conv_flops(batch, shape):
    channels, size, filters, window, stride, padding = shape
    return 2.0 * batch * filters * size_out(size, window, stride, padding) ** 2 * channels * window**2


def gemm_name(m, n, k, precision):
    return "gemm/NNm%dn%dk%d%s" % (m, n, k, "+TF32" if precision == "tf32" else "")


def timed(torch, body, flops, seconds):
    """Median time of a run, from a graph of as many runs as take about two milliseconds."""
    start, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))
    for _ in range(3):  # the first one searches for an algorithm
        body()
    torch.cuda.synchronize()
    start.record()
    body()
    end.record()
    torch.cuda.synchronize()
    runs = max(1, min(100, int(2 / max(start.elapsed_time(end), 1e-3))))

    def several():
        for _ in range(runs):
            body()

    graph = peers.captured(torch, several, warm_ups=1)
    graph.replay()
    torch.cuda.synchronize()
    times = []
    deadline = time.perf_counter() + seconds
    while len(times) < 5 or time.perf_counter() < deadline:
        start.record()
        graph.replay()
        end.record()
        torch.cuda.synchronize()
        times.append(1000 * start.elapsed_time(end) / runs)
    return {"microseconds": peers.statistics(times), "tflops": flops / peers.median(times) / 1e6, "runs_in_a_graph": runs}


def gemm(torch, m, n, k, precision, seconds):
    peers.set_precision(torch, precision)
    a, b = torch.randn(m, k, device="cuda"), torch.randn(k, n, device="cuda")
    c = torch.empty(m, n, device="cuda")
    return timed(torch, lambda: torch.matmul(a, b, out=c), 2.0 * m * n * k, seconds)


def conv(torch, batch, shape, step, precision, channels_last, seconds):
    """One pass of a convolution without bias."""
    peers.set_precision(torch, precision)
    channels, size, filters, window, stride, padding = shape
    layout = torch.channels_last if channels_last else torch.contiguous_format
    x = torch.randn(batch, channels, size, size, device="cuda").contiguous(memory_format=layout)
    w = torch.randn(filters, channels, window, window, device="cuda").contiguous(memory_format=layout)
    out = size_out(size, window, stride, padding)
    dy = torch.randn(batch, filters, out, out, device="cuda").contiguous(memory_format=layout)
    geometry = [stride] * 2, [padding] * 2, [1, 1], False, [0, 0], 1
    aten = torch.ops.aten
    if step == "forward":
        body = lambda: aten.convolution(x, w, None, *geometry)
    else:
        wanted = [step == "backward-data", step == "backward-filter", False]
        body = lambda: aten.convolution_backward(dy, x, w, None, *geometry, wanted)
    with torch.no_grad():
        return timed(torch, body, conv_flops(batch, shape), seconds)


def plan(batch):
    """What to measure, the most telling first: (name, kind, arguments)."""
    for precision in ("fp32", "tf32"):
        for size in (4096, 1024):
            yield gemm_name(size, size, size, precision) + " forward", gemm, (size, size, size, precision)
    convs = [(32, s) for s in MNIST] + [(128, s) for s in MNIST] + [(batch, s) for s in RESNET50]
    for channels_last in (True, False):
        for precision in ("fp32", "tf32"):
            for rows, shape in convs:
                for step in PASSES:
                    name = conv_name(rows, shape, precision, channels_last) + " " + step
                    yield name, conv, (rows, shape, step, precision, channels_last)
        if channels_last:
            for precision in ("fp32", "tf32"):
                for rows in (32, 128):
                    for n, k in MNIST_DENSE:
                        yield gemm_name(rows, n, k, precision) + " forward", gemm, (rows, n, k, precision)


def main():
    parser = peers.arguments(__doc__.splitlines()[0])
    parser.add_argument("--batch", type=int, default=32, help="of ResNet-50's layers (%(default)s)")
    parser.add_argument("--case", default="", help="only problems with this in their names")
    options = parser.parse_args()
    torch = peers.require_gpu()
    results = peers.Results(options.json, options.seconds, dict(peers.about(torch), batch=options.batch))
    todo = [problem for problem in plan(options.batch) if options.case in problem[0]]
    best = ""
    for name, kind, details in todo:
        result = results.attempt(name, 0.5, lambda: kind(torch, *details, options.seconds / len(todo) / 4))
        if result:
            print("%-64s %10.1f us %7.1f TFLOP/s" % (name, result["microseconds"]["median"], result["tflops"]), flush=True)
            if name.startswith("gemm/NNm4096"):
                best += "%s: %.1f TFLOP/s, " % (name.split(" ")[0], result["tflops"])
    return results.finish(best.rstrip(", ") or "nothing")


if __name__ == "__main__":
    sys.exit(main())
