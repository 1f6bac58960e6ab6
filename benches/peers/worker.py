"""One peer in a process of its own, which waits between its turns.

A process each, because two frameworks in one would share thread pools; and one for the whole run,
because compiling anew each round would take longer than measuring.
"""

from __future__ import annotations

import importlib
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np

import graph
from peer import Peer

TRAINING_BATCH = 32
INFERENCE_BATCH = 64
# Series of those that only predict.
PREDICTED = {"inference": INFERENCE_BATCH, "inference-1024": 1024, "latency": 1}
# Module, class, device.
PEERS = {
    "TensorFlow": ("tensorflow_peer", "TensorFlow", "cpu"),
    "PyTorch": ("pytorch_peer", "PyTorch", "cpu"),
    "PyTorch CUDA": ("pytorch_peer", "PyTorch", "cuda"),
}


# Calls before a variant is timed: the first compiles, the second may again.
WARM_UP_CALLS = 3
# Timed calls that choose the variant, by the fastest: other work on the machine only ever adds.
TRIAL_CALLS = 5
# p99 of fewer calls would be their maximum.
LATENCY_CALLS = 100
FEWEST_CALLS = 5


@dataclass
class Prepared:
    """What `Worker.prepare` found out about one workload."""

    chosen: str = ""
    # Seconds of each variant's fastest trial call.
    fastest: dict[str, float] = field(default_factory=dict)
    # The first losses of each variant, from one θ: the same everywhere, or the graphs differ.
    losses: dict[str, list[float]] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)


class Worker:
    """Prepares, measures and checks one peer."""

    def __init__(self, name: str, weights: Path, threads: int) -> None:
        module, peer, device = PEERS[name]
        self._peer: Peer = getattr(importlib.import_module(module), peer)(
            graph.read_safetensors(weights), threads, device
        )
        self._calls: dict[str, Callable[[], Any]] = {}

    def version(self) -> str:
        return self._peer.version

    def prepare(self, workload: str, variants: list[str] | None) -> Prepared:
        """Compiles every variant (of those given), and keeps the fastest for `measure`."""
        found = Prepared()
        for variant in self._peer.variants:
            if variants and variant not in variants:
                continue
            try:
                call = _call(self._peer, workload, variant)
                results = [call() for _ in range(WARM_UP_CALLS)]
                fastest = min(_timed(call) for _ in range(TRIAL_CALLS))
            except Exception as reason:
                found.failed[variant] = _first_line(reason)
                continue
            if workload.startswith("train"):
                found.losses[variant] = results
            if not found.chosen or fastest < found.fastest[found.chosen]:
                found.chosen = variant
                self._calls[workload] = call
            found.fastest[variant] = fastest
        return found

    def measure(self, workload: str, seconds: float) -> dict[str, float]:
        """One turn: metrics by name, over calls for at least `seconds`."""
        call = self._calls[workload]
        # The other processes' turns have pushed this one out of the caches.
        call()
        fewest = LATENCY_CALLS if workload == "latency" else FEWEST_CALLS
        times: list[float] = []
        while len(times) < fewest or sum(times) < seconds:
            times.append(_timed(call))
        median = float(np.median(times))
        if workload == "latency":
            p99 = float(np.percentile(times, 99))
            return {"latency median": median * 1e3, "latency p99": p99 * 1e3}
        return {workload: PREDICTED.get(workload, 1) / median}

    def check(self, golden: Path) -> dict[str, dict[str, float]]:
        """Each variant's largest errors against a golden file's probabilities and gradient."""
        expected = graph.read_safetensors(golden)
        labels = expected["probabilities"].argmax(axis=1)
        errors = {}
        for variant in self._peer.variants:
            found = self._peer.probabilities(variant, expected["waveform"])
            errors[variant] = {"probabilities": float(abs(found - expected["probabilities"]).max())}
            if "gradient" in expected:
                found = self._peer.gradient(variant, expected["gradient_waveform"], labels)
                largest = abs(expected["gradient"]).max()
                error = float(abs(found - expected["gradient"]).max() / largest)
                errors[variant]["gradient"] = error
        return errors


def _call(peer: Peer, workload: str, variant: str) -> Callable[[], Any]:
    """One step, one batch or one series, as a function without arguments."""
    if workload == "train-stretched":
        values, classes = graph.series(TRAINING_BATCH)
        placed = graph.stretch(values)
        step = peer.trainer(variant, np.ones(graph.CLIP_SAMPLES, np.float32))
        return lambda: step(placed, classes)
    if workload == "train-padding":
        values, classes = graph.series(TRAINING_BATCH)
        placed = graph.pad(values)
        step = peer.trainer(variant, graph.padding_mask())
        return lambda: step(placed, classes)
    values, _ = graph.series(PREDICTED[workload])
    predict = peer.predictor(variant)
    return lambda: predict(values)


def workloads(peer: str) -> list[str]:
    """What a peer is measured by: the large batch only on a card, for it takes a CPU seconds a call."""
    training = ["train-padding", "train-stretched"]
    large = PEERS[peer][2] == "cuda"
    return training + [one for one in PREDICTED if large or one != "inference-1024"]


def _timed(call: Callable[[], Any]) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def _first_line(reason: BaseException) -> str:
    lines = str(reason).strip().splitlines()
    return f"{type(reason).__name__}: {lines[0] if lines else 'no reason given'}"


def serve(connection: Connection, name: str, weights: Path, threads: int) -> None:
    """Answers `(method, arguments)` with `(True, result)` or `(False, why not)` until nobody asks."""
    try:
        worker = Worker(name, weights, threads)
    except Exception as reason:
        connection.send((False, _first_line(reason)))
        return
    connection.send((True, worker.version()))
    while True:
        try:
            method, arguments = connection.recv()
        except (EOFError, KeyboardInterrupt):
            return
        try:
            connection.send((True, getattr(worker, method)(*arguments)))
        except Exception as reason:
            connection.send((False, _first_line(reason)))
