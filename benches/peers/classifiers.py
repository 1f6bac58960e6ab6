"""Retune's presets, from the command line and from Python, beside aeon's MiniROCKET, MultiROCKET-Hydra and nearest
neighbour by dynamic time warping on the same sets, on this machine.

Each method goes through all sets in a process of its own, one after the other, and leaves its predictions in
tsml-eval's layout; the table has what can be read off them: accuracy, Brier score, expected calibration error
(15 ranges, arXiv 1706.04599), seconds to fit and to predict, and the highest memory of the process; of those in
Python the seconds until their module is imported, NumPy included, and the mean size of a fitted model, pickled. The
ridge of a peer gives decisions and no probabilities: their softmax is taken.

    python classifiers.py --data SETS --out results [--sets A,B] [--methods fast,wheel-fast,minirocket]
"""

from __future__ import annotations

import argparse
import json
import os
import pickle
import subprocess
import sys
import time
from pathlib import Path

PEERS = {"minirocket": "MiniROCKET", "multirocket-hydra": "MultiROCKET-Hydra", "dtw": "1-NN DTW, window of 10 %"}
PRESETS = ("fast", "default")
WHEEL = "wheel-"
RANGES = 15


def read_split(data: Path, name: str, split: str):
    """A split of the archive, as `[series, channels = 1, values]` with its labels."""
    import numpy as np

    rows = np.loadtxt(data / name / f"{name}_{split}.tsv", delimiter="\t")
    return rows[:, None, 1:], rows[:, 0]


def classifier(method: str, threads: int):
    """A classifier of series as `[series, channels = 1, values]`."""
    if method.startswith(WHEEL):
        from retune_ts import RetuneClassifier

        return RetuneClassifier(method.removeprefix(WHEEL), n_jobs=threads)
    if method == "dtw":
        from aeon.classification.distance_based import KNeighborsTimeSeriesClassifier

        return KNeighborsTimeSeriesClassifier(
            distance="dtw", distance_params={"window": 0.1}, n_jobs=threads
        )
    if method == "minirocket":
        from aeon.classification.convolution_based import MiniRocketClassifier as Classifier
    else:
        from aeon.classification.convolution_based import (
            MultiRocketHydraClassifier as Classifier,
        )
    return Classifier(n_jobs=threads, random_state=0)


def answers(fitted, series):
    """The classes and their probabilities, `[series, classes]`."""
    import numpy as np

    if not hasattr(fitted, "pipeline_") and not hasattr(fitted, "_scale_hydra"):
        return fitted.classes_, fitted.predict_proba(series)
    values, classes = decisions(fitted, series)
    raised = np.exp(values - values.max(axis=1, keepdims=True))
    return classes, raised / raised.sum(axis=1, keepdims=True)


def decisions(fitted, series):
    """The decisions of the ridge at the end of a peer, `[series, classes]`, and the classes."""
    import numpy as np

    if hasattr(fitted, "pipeline_"):
        ridge, values = fitted.pipeline_, fitted.pipeline_.decision_function(series)
    else:
        hydra = fitted._scale_hydra.transform(fitted._transform_hydra.transform(series))
        rocket = fitted._scale_multirocket.transform(
            fitted._transform_multirocket.transform(series)
        )
        ridge = fitted.classifier
        values = ridge.decision_function(np.concatenate((hydra, rocket), axis=1))
    if values.ndim == 1:
        values = np.stack((-values, values), axis=1)
    return values, ridge.classes_


def run_one(method: str, data: Path, out: Path, sets: list[str], threads: int) -> None:
    """Fits and predicts every set; what is there already is left."""
    start = time.perf_counter()
    classifier(method, threads)
    imported = time.perf_counter() - start
    import numpy as np

    # Numba compiles on first use: on a set that does not count.
    noise = np.random.default_rng(0).standard_normal((20, 1, 100))
    answers(classifier(method, threads).fit(noise, np.arange(20) % 2), noise)
    sizes = []
    for name in sets:
        path = out / method / "Predictions" / name / "testResample0.csv"
        if path.exists():
            continue
        series, labels = read_split(data, name, "TRAIN")
        test, truth = read_split(data, name, "TEST")
        start = time.perf_counter()
        fitted = classifier(method, threads).fit(series, labels)
        fit = time.perf_counter() - start
        start = time.perf_counter()
        classes, probabilities = answers(fitted, test)
        predict = time.perf_counter() - start
        sizes.append(len(pickle.dumps(fitted)))
        right = np.searchsorted(classes, truth)
        found = probabilities.argmax(axis=1)
        accuracy = float((right == found).mean())
        lines = [f"{name},{method},TEST,0,MILLISECONDS,", "as it is of itself"]
        times = f"{fit * 1000:.0f},{predict * 1000:.0f}"
        lines.append(f"{accuracy},{times},-1,-1,{len(classes)},N/A,-1,-1")
        for one, other, row in zip(right, found, probabilities):
            lines.append(f"{one},{other},," + ",".join(str(float(p)) for p in row))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join(lines) + "\n")
        print(f"{method} {name} {accuracy:.4f} {times}", file=sys.stderr, flush=True)
    size = sum(sizes) / max(1, len(sizes))
    of_process = {"import": imported, "size": size}
    (out / method / "process.json").write_text(json.dumps(of_process))


def run_method(method: str, options) -> int:
    """Runs a method in a process of its own; gives its highest memory in MiB."""
    sets = ",".join(options.sets)
    if method in PRESETS:
        command = [options.retune, "archive", "run", "--data", options.data]
        command += ["--out", options.out / "retune", "--presets", method, "--sets", sets]
        command += ["--predictions", options.out, "--controls", "none", "--quiet"]
    else:
        command = [sys.executable, __file__, "--data", options.data, "--out", options.out]
        command += ["--sets", sets, "--one", method, "--threads", options.threads]
    environment = os.environ | {"RAYON_NUM_THREADS": str(options.threads)}
    child = subprocess.Popen(list(map(str, command)), env=environment, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    if status != 0:
        sys.exit(f"{method} failed: {command}")
    return usage.ru_maxrss // 1024


def scores(path: Path) -> dict[str, float]:
    """What a file of predictions says."""
    import numpy as np

    lines = path.read_text().splitlines()
    third = lines[2].split(",")
    rows = [line.split(",") for line in lines[3:]]
    truth = np.array([int(row[0]) for row in rows])
    found = np.array([int(row[1]) for row in rows])
    probabilities = np.array([[float(field) for field in row[3:]] for row in rows])
    right = found == truth
    sure = probabilities[np.arange(len(rows)), found]
    ranges = np.minimum((sure * RANGES).astype(int), RANGES - 1)
    gaps = [abs((right - sure)[ranges == at].sum()) for at in range(RANGES)]
    wanted = np.arange(probabilities.shape[1]) == truth[:, None]
    return {
        "accuracy": float(right.mean()),
        "brier": float(((probabilities - wanted) ** 2).sum(axis=1).mean()),
        "calibration": float(sum(gaps) / len(rows)),
        "fit": float(third[1]) / 1000,
        "predict": float(third[2]) / 1000,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--sets", type=lambda text: text.split(","))
    methods = [*PRESETS, *(WHEEL + preset for preset in PRESETS), *PEERS]
    parser.add_argument("--methods", default=",".join(methods))
    parser.add_argument("--retune", default="target/release/retune")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--one", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.sets is None:
        options.sets = sorted(one.name for one in options.data.iterdir() if one.is_dir())
    if options.one:
        run_one(options.one, options.data, options.out, options.sets, options.threads)
        return
    columns = ["accuracy", "Brier", "calibration error", "fit, s", "predict, s", "memory, MiB", "import, s", "model, KiB"]
    print("| method | " + " | ".join(columns) + " |")
    print("|---" * (len(columns) + 1) + "|")
    for method in options.methods.split(","):
        memory = run_method(method, options)
        folder = f"retune-{method}" if method in PRESETS else method
        files = [
            options.out / folder / "Predictions" / name / "testResample0.csv"
            for name in options.sets
        ]
        every = [scores(path) for path in files]
        process = options.out / folder / "process.json"
        told = "– | –"
        if process.exists():
            of_process = json.loads(process.read_text())
            told = f"{of_process['import']:.2f} | {of_process['size'] / 1024:.0f}"
        mean = lambda key: sum(one[key] for one in every) / len(every)
        total = lambda key: sum(one[key] for one in every)
        print(
            f"| {PEERS.get(method, 'retune ' + method)} | {100 * mean('accuracy'):.2f} "
            f"| {mean('brier'):.4f} | {mean('calibration'):.4f} | {total('fit'):.1f} "
            f"| {total('predict'):.1f} | {memory} | {told} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
