"""What the peers do without a GPU: python3 -m unittest discover bench/peers."""

import argparse
import json
import os
import tempfile
import unittest

import kernels_torch
import mnist_torch
import peers


class PeersTest(unittest.TestCase):
    def test_medians(self):
        self.assertEqual(peers.median([3]), 3)
        self.assertEqual(peers.median([4, 1, 9]), 4)
        self.assertEqual(peers.median([4, 1, 9, 6]), 5)
        self.assertEqual(peers.statistics([2, 4]), {"median": 3, "min": 2, "max": 4, "count": 2})
        with self.assertRaises(ValueError):
            peers.median([])

    def test_options(self):
        self.assertEqual(peers.numbers("32,128"), [32, 128])
        self.assertEqual(peers.words("a", "b")("b,a"), ["b", "a"])
        with self.assertRaises(argparse.ArgumentTypeError):
            peers.numbers("0")
        with self.assertRaises(argparse.ArgumentTypeError):
            peers.words("a", "b")("c")

    def test_a_failure_loses_nothing_and_nothing_begins_too_late(self):
        now = [0.0]
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "results.json")
            results = peers.Results(path, 10, {"gpu": "none"}, clock=lambda: now[0])
            self.assertEqual(results.attempt("first", 1, lambda: {"x": 1})["x"], 1)
            self.assertIsNone(results.attempt("second", 1, lambda: 1 / 0))
            now[0] = 9.5
            self.assertIsNone(results.attempt("third", 1, lambda: {"x": 3}))
            self.assertEqual(results.finish("done"), 0)
            with open(path, encoding="utf-8") as file:
                written = json.load(file)
        self.assertEqual(written["gpu"], "none")
        self.assertEqual(written["results"], [{"name": "first", "x": 1}])
        self.assertEqual(written["failed"][0]["name"], "second")
        self.assertIn("ZeroDivisionError", written["failed"][0]["reason"])
        self.assertEqual(written["left_out"], ["third"])

    def test_nothing_measured_is_a_failure(self):
        self.assertEqual(peers.Results(None, 10, {}).finish("nothing"), 1)

    def test_what_is_quick_comes_first(self):
        plan = list(mnist_torch.plan(mnist_torch.WAYS, ["fp32", "tf32"], [32, 128]))
        self.assertEqual(len(plan), len(set(plan)))
        self.assertEqual(len(plan), 3 * 2 * 2 * 2 + 2 * 2 * 2)
        compiled = [way.startswith("compile") for way, _, _, _ in plan]
        self.assertEqual(compiled, sorted(compiled))

    def test_names_and_costs_of_problems(self):
        self.assertEqual(len(set(kernels_torch.RESNET50)), 23)
        names = [name for name, _, _ in kernels_torch.plan(32)]
        self.assertEqual(len(names), len(set(names)))
        self.assertIn("conv2d/mb32ic3ih224oc64oh112kh7sh2ph3 forward", names)
        self.assertIn("conv2d/nchwmb32ic64ih56oc64oh56kh3ph1+TF32 backward-filter", names)
        self.assertEqual(kernels_torch.conv_flops(1, (1, 28, 32, 3, 1, 0)), 2 * 32 * 26 * 26 * 9)
        resnet = sum(kernels_torch.conv_flops(1, shape) for shape in kernels_torch.RESNET50)
        self.assertAlmostEqual(resnet / 1e9, 4.0, delta=1.0)


if __name__ == "__main__":
    unittest.main()
