"""Measures TensorFlow, PyTorch and retune on the same graph, in turns. See README.md."""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import platform
import statistics
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

from worker import PEERS, Prepared, serve, workloads

REPOSITORY = Path(__file__).resolve().parents[2]

# Metric, unit, whether more is better, and the key of `retune bench --json`.
METRICS = (
    ("train-padding", "steps/s", True, "train_padding_steps_per_second"),
    ("train-stretched", "steps/s", True, "train_stretched_steps_per_second"),
    ("inference", "series/s", True, "inference_series_per_second"),
    ("inference-1024", "series/s", True, "inference_1024_series_per_second"),
    ("latency median", "ms", False, "latency_median_ms"),
    ("latency p99", "ms", False, "latency_p99_ms"),
)
PROBABILITY_TOLERANCE = 1e-4
# Of the largest gradient.
GRADIENT_TOLERANCE = 1e-4
# The second loss follows one step, so it differs where a gradient is wrong. Later ones drift apart
# by rounding alone: Adam's first steps have the same length however small a gradient is.
COMPARED_LOSSES = 2
LOSS_TOLERANCE = 1e-3

Metrics = dict[str, float]


class Skipped(Exception):
    """Why one implementation is not measured."""


def note(message: str) -> None:
    """Progress goes to stderr: stdout is the result."""
    print(message, file=sys.stderr, flush=True)


class PeerProcess:
    """A framework in its own process."""

    def __init__(self, name: str, arguments: argparse.Namespace) -> None:
        # Not a fork: a framework's threads would not survive one.
        context = multiprocessing.get_context("spawn")
        self._connection, theirs = context.Pipe()
        settings = (theirs, name, arguments.weights, arguments.threads)
        self._process = context.Process(target=serve, args=settings, daemon=True)
        self._process.start()
        theirs.close()
        self.name = name
        self.version: str = self._answer()
        self.prepared: dict[str, Prepared] = {}

    def _answer(self) -> Any:
        try:
            done, answer = self._connection.recv()
        except EOFError:
            raise Skipped("its process died") from None
        if not done:
            raise Skipped(answer)
        return answer

    def ask(self, method: str, *arguments: Any) -> Any:
        self._connection.send((method, arguments))
        return self._answer()

    def prepare(self, variants: list[str] | None) -> None:
        """Compiles the variants of every workload and chooses the fastest."""
        for workload in workloads(self.name):
            note(f"{self.name} {self.version}: preparing {workload}")
            found: Prepared = self.ask("prepare", workload, variants)
            for variant, reason in found.failed.items():
                note(f"  {variant} does not run: {reason}")
            if not found.chosen:
                raise Skipped(f"no variant runs {workload}")
            times = ", ".join(f"{v} {t * 1e3:.1f} ms" for v, t in found.fastest.items())
            note(f"  {times}: takes {found.chosen}")
            self.prepared[workload] = found

    def round(self, seconds: float) -> dict[str, Metrics]:
        metrics: Metrics = {}
        for workload in self.prepared:
            metrics |= self.ask("measure", workload, seconds)
        return {self.name: metrics}


class Retune:
    """The retune binary: a fresh process each round, which measures all of its backends."""

    name = "retune"

    def __init__(self, binary: Path, threads: int) -> None:
        # A name without a folder would be looked for on the search path.
        self._binary = binary.absolute()
        self._threads = str(threads)
        self.version = self._run("--version").removeprefix("retune").strip()

    def _run(self, *arguments: str) -> str:
        command = [str(self._binary), *arguments]
        environment = os.environ | {
            "RAYON_NUM_THREADS": self._threads,
            "MATMUL_NUM_THREADS": self._threads,
        }
        try:
            done = subprocess.run(command, capture_output=True, text=True, env=environment)
        except OSError as reason:
            raise Skipped(f"cannot run {self._binary}: {reason.strerror}") from None
        if done.returncode != 0:
            lines = done.stderr.strip().splitlines()
            why = lines[0] if lines else "no message"
            raise Skipped(f"`{' '.join(command)}` exited with {done.returncode}: {why}")
        return done.stdout

    def round(self, _seconds: float) -> dict[str, Metrics]:
        return benched(self._run("bench", "--json"))


class Recorded:
    """What `retune bench --json` printed before, in place of a binary."""

    name = "retune"
    version = "measured before"

    def __init__(self, file: Path) -> None:
        self._output = file.read_text()

    def round(self, _seconds: float) -> dict[str, Metrics]:
        return benched(self._output)


def benched(output: str) -> dict[str, Metrics]:
    """The metrics of each backend in what `retune bench --json` printed."""
    try:
        return {
            f"retune {backend['backend']}": {
                metric: float(backend[key]) for metric, _, _, key in METRICS if key in backend
            }
            for backend in json.loads(output)["backends"]
        }
    except (KeyError, TypeError, ValueError) as reason:
        raise Skipped(f"`bench --json` printed something else than expected: {reason!r}") from None


def check(peers: list[PeerProcess], golden: Path, as_json: bool) -> bool:
    """Compares every variant with a golden file; whether all are within the tolerance."""
    errors = {peer.name: peer.ask("check", golden) for peer in peers}
    tolerances = {"probabilities": PROBABILITY_TOLERANCE, "gradient": GRADIENT_TOLERANCE}
    rows = [
        (name, variant, what, error, error <= tolerances[what])
        for name, variants in errors.items()
        for variant, found in variants.items()
        for what, error in found.items()
    ]
    if as_json:
        print(json.dumps(errors, indent=2))
    else:
        for name, variant, what, error, fine in rows:
            limit = f"{'within' if fine else 'BEYOND'} {tolerances[what]:.0e}"
            print(f"{name:<10}  {variant:<8}  {what:<13}  {error:.1e}  {limit}")
    return bool(rows) and all(fine for *_, fine in rows)


def disagreements(peers: list[PeerProcess]) -> list[str]:
    """Variants whose first losses differ from those of the first one: not the same graph."""
    found = []
    for workload in ("train-padding", "train-stretched"):
        losses = [
            (f"{peer.name} {variant}", values[:COMPARED_LOSSES])
            for peer in peers
            for variant, values in peer.prepared[workload].losses.items()
        ]
        for name, values in losses[1:]:
            first, expected = losses[0]
            if any(abs(a - b) > LOSS_TOLERANCE for a, b in zip(values, expected)):
                found.append(f"{workload}: losses {values} of {name}, but {expected} of {first}")
    return found


def measure(
    implementations: list[PeerProcess | Retune | Recorded],
    rounds: int,
    seconds: float,
    skip: Callable[[str, Skipped], None],
) -> dict[str, list[Metrics]]:
    """The metrics of each round by implementation, all of which take turns in each round."""
    measured: dict[str, list[Metrics]] = defaultdict(list)
    for number in range(rounds):
        # Each comes first in turn, so that none always has the cooler processor.
        first = number % len(implementations)
        for one in list(implementations[first:] + implementations[:first]):
            note(f"round {number + 1} of {rounds}: {one.name}")
            try:
                for name, metrics in one.round(seconds).items():
                    measured[name].append(metrics)
            except Skipped as reason:
                skip(one.name, reason)
                implementations.remove(one)
        if not implementations:
            break
    # One that failed midway has too few rounds to be compared with.
    return {name: found for name, found in measured.items() if len(found) == rounds}


def ratio(ours: list[Metrics], theirs: list[Metrics], metric: str, more_is_better: bool) -> float:
    """How many times as fast ours is: the median over the rounds, each of which shares its weather."""
    ratios = [a[metric] / b[metric] for a, b in zip(ours, theirs)]
    found = statistics.median(ratios)
    return found if more_is_better else 1 / found


def summary(measured: dict[str, list[Metrics]]) -> list[dict[str, Any]]:
    """For each metric the medians by implementation and retune's ratios to the peers."""
    rows = []
    for metric, unit, more_is_better, _ in METRICS:
        ratios = {
            f"{ours} / {theirs}": ratio(measured[ours], measured[theirs], metric, more_is_better)
            for ours in measured
            if ours not in PEERS
            for theirs in PEERS
            if theirs in measured and metric in measured[theirs][0] and metric in measured[ours][0]
        }
        values = {
            name: [found[metric] for found in rounds]
            for name, rounds in measured.items()
            if metric in rounds[0]
        }
        rows.append(
            {
                "metric": metric,
                "unit": unit,
                "median": {name: statistics.median(found) for name, found in values.items()},
                "rounds": values,
                "speed_ratio": ratios,
            }
        )
    return rows


def table(rows: list[dict[str, Any]]) -> str:
    """Medians, then ratios; in brackets the lowest and highest round."""
    names, pairs = list(rows[0]["median"]), list(rows[0]["speed_ratio"])
    lines = [["", "unit", *names, *pairs]]
    for row in rows:
        found, medians, ratios = row["rounds"], row["median"], row["speed_ratio"]
        cells = [
            f"{medians[name]:.4g} ({min(found[name]):.4g}–{max(found[name]):.4g})"
            if name in found
            else "–"
            for name in names
        ]
        cells += [f"{ratios[pair]:.2f}×" if pair in ratios else "–" for pair in pairs]
        lines.append([row["metric"], row["unit"], *cells])
    widths = [max(map(len, column)) for column in zip(*lines)]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if place < 2 else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(line, widths))
        ).rstrip()
        for line in lines
    )


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--retune",
        type=Path,
        default=REPOSITORY / "target/release/retune",
        help="the retune binary [default: %(default)s]",
    )
    parser.add_argument(
        "--bench",
        type=Path,
        metavar="FILE",
        help="in place of the binary, what `retune bench --json` printed",
    )
    parser.add_argument(
        "--weights",
        type=Path,
        default=REPOSITORY / "models/attrnn-gsc35.safetensors",
        help="the peers' source, as `retune source import` writes it [default: %(default)s]",
    )
    parser.add_argument(
        "--device",
        choices=("cpu", "cuda", "all"),
        default="all",
        help="where the peers run: TensorFlow and PyTorch on the CPU, PyTorch on a card [default: %(default)s]",
    )
    parser.add_argument(
        "--variants",
        nargs="+",
        metavar="VARIANT",
        help="of the peers' variants only these; eager alone saves the minutes of compiling",
    )
    parser.add_argument("--rounds", type=int, default=5, help="[default: %(default)s]")
    parser.add_argument(
        "--seconds",
        type=float,
        default=5.0,
        help="of each peer's workload in each round [default: %(default)s]",
    )
    parser.add_argument(
        "--threads", type=int, default=os.cpu_count(), help="for each [default: all cores]"
    )
    parser.add_argument(
        "--check",
        type=Path,
        metavar="FILE",
        help="measure nothing; compare both peers with a golden safetensors file",
    )
    parser.add_argument("--json", action="store_true", help="print the result as JSON")
    arguments = parser.parse_args()
    if arguments.rounds < 1 or arguments.threads < 1:
        parser.error("--rounds and --threads are at least 1")
    for path in (arguments.weights, arguments.check, arguments.bench):
        if path is not None and not path.is_file():
            parser.error(f"there is no file {path}")
    return arguments


def main() -> int:
    arguments = parse()
    load_before = os.getloadavg()[0]
    skipped: dict[str, str] = {}

    def skip(name: str, reason: Skipped) -> None:
        skipped[name] = str(reason)
        note(f"{name}: skipped: {reason}")

    peers: list[PeerProcess] = []
    for name, (_, _, device) in PEERS.items():
        if arguments.device not in (device, "all"):
            continue
        try:
            peer = PeerProcess(name, arguments)
            if arguments.check is None:
                peer.prepare(arguments.variants)
            peers.append(peer)
        except Skipped as reason:
            skip(name, reason)

    if arguments.check is not None:
        try:
            fine = check(peers, arguments.check, arguments.json)
        except Skipped as reason:
            note(f"error: {reason}")
            return 1
        return 0 if fine and skipped.keys() <= {"PyTorch CUDA"} else 1

    if different := disagreements(peers):
        note("error: the peers do not run the same graph\n" + "\n".join(different))
        return 1

    implementations: list[PeerProcess | Retune | Recorded] = list(peers)
    try:
        if arguments.bench is not None:
            implementations.append(Recorded(arguments.bench))
        else:
            implementations.append(Retune(arguments.retune, arguments.threads))
    except Skipped as reason:
        skip(Retune.name, reason)
    measured = measure(implementations, arguments.rounds, arguments.seconds, skip)
    versions = {one.name: one.version for one in implementations}
    if not measured:
        note("error: nothing could be measured")
        return 1

    rows = summary(measured)
    # Above the number of threads, somebody else was computing too.
    load = [load_before, os.getloadavg()[0]]
    if arguments.json:
        result = {
            "machine": f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores",
            "threads": arguments.threads,
            "rounds": arguments.rounds,
            "load_before_and_after": load,
            "versions": versions,
            "variants": {
                peer.name: {
                    workload: {
                        "chosen": found.chosen,
                        "fastest_ms": {v: t * 1e3 for v, t in found.fastest.items()},
                        "failed": found.failed,
                    }
                    for workload, found in peer.prepared.items()
                }
                for peer in peers
            },
            "skipped": skipped,
            "results": rows,
        }
        print(json.dumps(result, indent=2, ensure_ascii=False))
        return 0

    print(table(rows))
    print("\nMedians of the rounds (lowest–highest); a ratio above 1 means that retune is faster.")
    for peer in (peer for peer in peers if peer.name in versions):
        chosen = ", ".join(f"{workload} {one.chosen}" for workload, one in peer.prepared.items())
        print(f"{peer.name} {peer.version}: {chosen}")
    if "retune" in versions:
        print(f"retune {versions['retune']}")
    print(f"{arguments.threads} threads each; load {load[0]:.1f} before, {load[1]:.1f} after")
    for name, reason in skipped.items():
        print(f"{name} is missing: {reason}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
