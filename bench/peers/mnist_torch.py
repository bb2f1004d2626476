"""Trains the MNIST network of `quern mnist` in PyTorch, the fastest ways there are, and measures images a second.

As quern does it: all pictures are on the GPU from the start, an epoch draws a new permutation there, each step
gathers its rows, loss and right answers are summed up on the GPU, and nothing is read back within an epoch. Ways:
eager; graph and graph8 (one step, or eight, captured whole as one CUDA graph); compile and compile-graph8 (with
forward, loss and backward by torch.compile). Those that are not compiled run in both memory layouts.
"""

import gzip
import os
import sys
import time

import peers

WAYS = ("eager", "graph", "graph8", "compile-graph8", "compile")
TRAINING_IMAGES = 60000
COMPILING = 20  # seconds that torch.compile may need, the first time most of all


def read_idx(folder, name, header):
    """The bytes behind the header of one of MNIST's files."""
    with gzip.open(os.path.join(folder, name + ".gz"), "rb") as file:
        return bytearray(file.read()[header:])


def load(torch, folder):
    """Pictures and labels on the GPU: those of a folder, or random ones, which take as long."""
    if folder:
        pixels = torch.frombuffer(read_idx(folder, "train-images-idx3-ubyte", 16), dtype=torch.uint8)
        labels = torch.frombuffer(read_idx(folder, "train-labels-idx1-ubyte", 8), dtype=torch.uint8)
    else:
        pixels = torch.randint(0, 256, (TRAINING_IMAGES * 784,), dtype=torch.uint8)
        labels = torch.randint(0, 10, (TRAINING_IMAGES,), dtype=torch.uint8)
    return pixels.view(-1, 1, 28, 28).cuda(), labels.long().cuda()


class Training:
    """The network, its optimizer and one step of it, which needs nothing from the host."""

    def __init__(self, torch, data, batch, channels_last, compiled):
        nn = torch.nn
        torch.manual_seed(1)
        self.torch = torch
        self.pixels, self.labels = data
        self.batch = batch
        self.format = torch.channels_last if channels_last else torch.contiguous_format
        self.network = nn.Sequential(
            nn.Conv2d(1, 32, 3), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(32, 64, 3), nn.ReLU(), nn.MaxPool2d(2),
            nn.Flatten(), nn.Linear(1600, 128), nn.ReLU(), nn.Linear(128, 10),
        ).cuda().to(memory_format=self.format)
        assert sum(p.numel() for p in self.network.parameters()) == 225034
        self.adam = torch.optim.Adam(self.network.parameters(), lr=1e-3, eps=1e-7, fused=True, capturable=True)
        self.order = torch.arange(len(self.labels), device="cuda")
        self.offsets = torch.arange(batch, device="cuda")
        self.position = torch.zeros(1, dtype=torch.long, device="cuda")
        self.loss_sum = torch.zeros((), device="cuda")
        self.right = torch.zeros((), dtype=torch.long, device="cuda")
        self.forward = torch.compile(self.loss, dynamic=False) if compiled else self.loss

    def steps(self):
        """Steps of an epoch; the last few pictures, which fill no batch, wait for the next one."""
        return len(self.labels) // self.batch

    def loss(self, rows):
        x = self.pixels[rows].to(self.torch.float32).mul(1 / 255).contiguous(memory_format=self.format)
        y = self.labels[rows]
        logits = self.network(x)
        return self.torch.nn.functional.cross_entropy(logits, y), (logits.argmax(1) == y).sum()

    def step(self):
        rows = self.order[self.position + self.offsets]
        self.position += self.batch
        self.adam.zero_grad(set_to_none=True)
        loss, right = self.forward(rows)
        loss.backward()
        self.adam.step()
        self.loss_sum += loss.detach()
        self.right += right

    def begin_epoch(self):
        self.order.copy_(self.torch.randperm(len(self.labels), device="cuda"))
        self.position.zero_()
        self.loss_sum.zero_()
        self.right.zero_()


def measure(torch, training, way, seconds, clock=time.perf_counter):
    """Images a second over whole epochs, or parts of them if an epoch takes too long; at least three."""
    together = 8 if way.endswith("8") else 1

    def steps_together():
        for _ in range(together):
            training.step()

    training.begin_epoch()
    run = peers.captured(torch, steps_together, warm_ups=3).replay if "graph" in way else training.step

    def time_of(launches):
        torch.cuda.synchronize()
        begun = clock()
        start.record()
        training.begin_epoch()
        for _ in range(launches):
            run()
        end.record()
        torch.cuda.synchronize()
        return clock() - begun, start.elapsed_time(end) / 1000

    start, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))
    time_of(20 // together + 1)  # the first ones search for algorithms
    tried = 48 // together
    launches = int(tried * seconds / 4 / time_of(tried)[0])
    launches = max(1, min(training.steps() // together, max(tried, launches)))
    steps = launches * together
    walls, events = [], []
    deadline = clock() + seconds
    while len(walls) < 3 or clock() < deadline:
        wall, event = time_of(launches)
        walls.append(steps * training.batch / wall)
        events.append(steps * training.batch / event)
    return {
        "images_per_second": peers.statistics(walls),
        "images_per_second_by_events": peers.statistics(events),
        "step_microseconds": 1e6 * training.batch / peers.median(walls),
        "steps_a_repeat": steps,
        "last_loss": training.loss_sum.item() / steps,
        "last_accuracy": training.right.item() / (steps * training.batch),
    }


def plan(ways, precisions, batches):
    """What to measure, the most telling first: compiling takes long and comes last."""
    kinds = [[w for w in ways if not w.startswith("compile")], [w for w in ways if w.startswith("compile")]]
    for group in kinds:
        for batch in batches:
            for precision in precisions:
                for way in group:
                    # What torch.compile makes of a layout is its own affair: once is enough.
                    for channels_last in (False, True) if group is kinds[0] else (False,):
                        yield way, precision, batch, channels_last


def main():
    parser = peers.arguments(__doc__.splitlines()[0])
    parser.add_argument("--data", default=os.environ.get("QUERN_MNIST_DIR"), help="folder of MNIST's files; random without")
    parser.add_argument("--batch", type=peers.numbers, default=[32, 128], help="batch sizes (32,128)")
    parser.add_argument("--precision", type=peers.words("fp32", "tf32"), default=["fp32", "tf32"])
    parser.add_argument("--ways", type=peers.words(*WAYS), default=list(WAYS), help=",".join(WAYS))
    options = parser.parse_args()
    torch = peers.require_gpu()
    results = peers.Results(options.json, options.seconds, dict(peers.about(torch), data=options.data or "random"))
    data = load(torch, options.data)
    best = {}
    slot = min(1.0, options.seconds / 90)
    for way, precision, batch, channels_last in plan(options.ways, options.precision, options.batch):

        def run():
            peers.set_precision(torch, precision)
            torch.cuda.empty_cache()
            torch._dynamo.reset()  # or it gives up compiling after eight networks
            training = Training(torch, data, batch, channels_last, way.startswith("compile"))
            result = measure(torch, training, way, slot)
            return dict(way=way, precision=precision, batch=batch, channels_last=channels_last, **result)

        name = "%s %s batch %d %s" % (way, precision, batch, "NHWC" if channels_last else "NCHW")
        result = results.attempt(name, COMPILING if way.startswith("compile") else 2 * slot, run)
        if result:
            rate = result["images_per_second"]["median"]
            print("%-40s %9.0f images/s %8.1f us a step" % (name, rate, result["step_microseconds"]), flush=True)
            key = precision, batch
            best[key] = max(best.get(key, (0, "")), (rate, way))
    summary = ", ".join("%s batch %d: %.0f images/s (%s)" % (*key, *best[key]) for key in sorted(best))
    return results.finish(summary or "nothing")


if __name__ == "__main__":
    sys.exit(main())
