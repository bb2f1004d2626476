"""What the peers have in common: a limit of time, medians, and results that survive a failure."""

import argparse
import json
import os
import sys
import time


def arguments(description):
    """The options of every peer."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--seconds", type=float, default=60, help="time for everything together (%(default)s)")
    parser.add_argument("--json", default=None, help="file for the results as one JSON object")
    return parser


def numbers(text):
    """A list of positive whole numbers, separated by commas."""
    values = [int(word) for word in text.split(",")]
    if not values or min(values) < 1:
        raise argparse.ArgumentTypeError("must be positive whole numbers, separated by commas, but is " + text)
    return values


def words(*known):
    """A type of option: some of these words, separated by commas."""

    def parse(text):
        values = text.split(",")
        for value in values:
            if value not in known:
                raise argparse.ArgumentTypeError("must be of " + ", ".join(known) + ", but is " + value)
        return values

    return parse


def median(values):
    """The middle value, or the mean of the two in the middle."""
    ordered = sorted(values)
    middle = len(ordered) // 2
    if not ordered:
        raise ValueError("there is no median of nothing")
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2


def statistics(values):
    """Median, extremes and number."""
    return {"median": median(values), "min": min(values), "max": max(values), "count": len(values)}


class Results:
    """Collects results, a dictionary each, and writes all of them anew whenever one is added."""

    def __init__(self, path, seconds, about, clock=time.monotonic):
        self.path = path
        self.clock = clock
        self.begun = clock()
        self.seconds = seconds
        self.all = dict(about, results=[], left_out=[], failed=[])

    def left(self):
        """Seconds that are left."""
        return self.seconds - (self.clock() - self.begun)

    def attempt(self, name, needed, run):
        """Runs one measurement; returns its result, or None if it failed or found no time.

        needed: seconds without which it is not begun
        run: gives a dictionary; may fail in any way without ending the others
        """
        if self.left() < needed:
            self.all["left_out"].append(name)
            self.write()
            return None
        result = None
        try:
            result = dict({"name": name}, **run())
            self.all["results"].append(result)
        except Exception as error:  # a peer may fail in ways of its own
            sentence = (str(error).strip().splitlines() or [""])[0][:300]
            self.all["failed"].append({"name": name, "reason": type(error).__name__ + ": " + sentence})
            print("FAILED", name, type(error).__name__, sentence, file=sys.stderr, flush=True)
        self.write()
        return result

    def write(self):
        """Writes the file, if one was asked for: all of it or nothing."""
        if self.path is None:
            return
        self.all["seconds"] = round(self.clock() - self.begun, 1)
        temporary = self.path + ".tmp"
        with open(temporary, "w", encoding="utf-8") as file:
            json.dump(self.all, file, indent=1)
            file.write("\n")
        os.replace(temporary, self.path)

    def finish(self, summary):
        """Prints the last line; returns the exit code, 0 if anything was measured."""
        self.write()
        counts = [len(self.all[key]) for key in ("results", "failed", "left_out")]
        print("%s; %d measured, %d failed, %d left out" % (summary, *counts))
        return 0 if self.all["results"] else 1


def require_gpu():
    """PyTorch with a GPU, or the end of the program with the reason."""
    try:
        import torch
    except ImportError as error:
        sys.exit("peers: PyTorch cannot be imported: %s" % error)
    if not torch.cuda.is_available():
        sys.exit("peers: PyTorch finds no GPU")
    return torch


def about(torch):
    """What was measured on, and with."""
    return {
        "torch": torch.__version__,
        "cuda": torch.version.cuda,
        "cudnn": torch.backends.cudnn.version(),
        "gpu": torch.cuda.get_device_name(0),
        "date": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
    }


def set_precision(torch, precision):
    """Exact float32 products, or TF32 ones, in cuBLAS and cuDNN alike."""
    tf32 = precision == "tf32"
    torch.set_float32_matmul_precision("high" if tf32 else "highest")
    torch.backends.cudnn.allow_tf32 = tf32
    torch.backends.cudnn.benchmark = True


def captured(torch, body, warm_ups):
    """The body as one CUDA graph, after it has run a few times on a stream beside, as PyTorch asks for."""
    beside = torch.cuda.Stream()
    beside.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(beside):
        for _ in range(warm_ups):
            body()
    torch.cuda.current_stream().wait_stream(beside)
    torch.cuda.synchronize()
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        body()
    return graph
