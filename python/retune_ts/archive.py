"""One job of a sweep over data sets: what Dask, Ray and Spark run many of."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from . import __version__, _checks
from .classifier import RetuneClassifier


class Job(NamedTuple):
    """One fit and one test.

    Attributes
    ----------
    data : str
        An `.npz` file with `X_train`, `y_train`, `X_test` and `y_test`.
    preset : str
        The preset.
    seed : int
        The seed.
    """

    data: str
    preset: str = "default"
    seed: int = 0

    @property
    def name(self) -> str:
        """The name of its result."""
        return f"{Path(self.data).stem}.{self.preset}.{self.seed}"


def jobs(data: list[str], presets: list[str], seeds: list[int]) -> Iterator[Job]:
    """Give the jobs of all combinations.

    Parameters
    ----------
    data : list of str
        The files.
    presets : list of str
        The presets.
    seeds : list of int
        The seeds.

    Returns
    -------
    iterator of Job
        Data set by data set.

    Raises
    ------
    ValueError
        For two files of one name in different folders: so their results would be named; for a text in place of a
        list.
    """
    for what, values in (("data", data), ("presets", presets), ("seeds", seeds)):
        if isinstance(values, (str, bytes, os.PathLike)):
            raise ValueError(f"{what} is {values!r}; expected a list")
    data, presets, seeds = list(data), list(presets), list(seeds)
    by_name: dict[str, str] = {}
    for path in data:
        other = by_name.setdefault(Path(path).stem, path)
        if Path(other) != Path(path):
            raise ValueError(f"data holds {other} and {path}, whose results would have one name; expected files of different names")
    return (Job(*one) for one in product(data, presets, seeds))


def job(one: Job, out: str | os.PathLike[str]) -> str:
    """Run a job, unless its result is there.

    The result is written whole or not at all, and is the same bytes wherever it runs: a job may be tried
    again, or run twice at once.

    Parameters
    ----------
    one : Job
        What to run.
    out : str or path-like
        The folder of the results, which all workers see.

    Returns
    -------
    str
        The file of the result: JSON with the accuracy, the probabilities, and the sha256 of the program.

    Raises
    ------
    ValueError
        For a file that lacks an array, or whose test labels are not one for each series and of the kind of those
        of training; for a result that is there and of other data or another version; and as
        `RetuneClassifier.fit`.
    """
    seed = _checks.integer(one.seed, "seed", low=0, bits=64)
    path = Path(out) / f"{one.name}.json"
    with np.load(one.data, allow_pickle=False) as data:
        missing = {"X_train", "y_train", "X_test", "y_test"} - set(data.files)
        if missing:
            raise ValueError(f"{one.data} has no {', '.join(sorted(missing))}; expected X_train, y_train, X_test and y_test")
        splits = [data[name] for name in ("X_train", "y_train", "X_test", "y_test")]
    of = {"data_sha256": _sha256(splits), "retune": __version__}
    if path.exists():
        there = json.loads(path.read_text())
        if any(there.get(key) != value for key, value in of.items()):
            raise ValueError(f"{path} is of other data than {one.data} or of another version; remove it, or give another folder")
        return str(path)
    X_train, y_train, X_test, y_test = splits
    # Before the training, which may take long.
    classes, _ = _checks.labels(y_train, len(X_train))
    y_test = _checks.truth(y_test, len(_checks.series(X_test)), classes)
    classifier = RetuneClassifier(one.preset, random_state=seed).fit(X_train, y_train)
    probabilities = classifier.predict_proba(X_test)
    right = classifier.classes_[probabilities.argmax(axis=1)] == y_test
    result: dict[str, Any] = {
        "data": Path(one.data).stem,
        "preset": one.preset,
        "seed": seed,
        "accuracy": float(right.mean()),
        "classes": [_checks.label_text(label) for label in classifier.classes_],
        "probabilities": [[float(value) for value in row] for row in probabilities],
        "program_sha256": hashlib.sha256(classifier.program_).hexdigest(),
        **of,
    }
    _write_whole(path, json.dumps(result, indent=1).encode())
    return str(path)


def results(out: str | os.PathLike[str]) -> list[dict[str, Any]]:
    """Read the results of a folder, sorted by name.

    Parameters
    ----------
    out : str or path-like
        The folder.

    Returns
    -------
    list of dict
        What `job` wrote.
    """
    return [json.loads(path.read_text()) for path in sorted(Path(out).glob("*.json"))]


def _sha256(arrays: list[np.ndarray]) -> str:
    total = hashlib.sha256()
    for array in arrays:
        total.update(f"{array.dtype.str} {array.shape}\n".encode())
        total.update(np.ascontiguousarray(array).tobytes())
    return total.hexdigest()


def _write_whole(path: Path, text: bytes) -> None:
    from . import _native

    path.parent.mkdir(parents=True, exist_ok=True)
    _native.write(path, text)
