"""Program files: the same bytes as the command line's."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from . import _checks, _native
from ._estimator import fitted, loaded, write
from .classifier import RetuneClassifier
from .forecaster import RetuneForecaster
from .motion import MotionAdapter
from .transformer import RetuneTransformer


Loaded = RetuneClassifier | RetuneForecaster | RetuneTransformer | MotionAdapter


class Fitted(Protocol):
    """An estimator of this package, or of `retune_ts.aeon` and `retune_ts.sktime`."""

    program_: bytes


def dumps(estimator: Fitted) -> bytes:
    """Give the program of a fitted estimator.

    Parameters
    ----------
    estimator : Estimator
        A fitted one, on the base classes of aeon and sktime as well.

    Returns
    -------
    bytes
        The program file.
    """
    return fitted(estimator)


def loads(program: bytes, *, sources: Any = None) -> Loaded:
    """Give the estimator of a program.

    Parameters
    ----------
    program : bytes
        A program file. What is in it is checked, and it opens no file.
    sources : str, path-like, list of these or None, default=None
        The files of its sources, where these are not shipped. A program of motion needs that of its network.

    Returns
    -------
    RetuneClassifier, RetuneForecaster, RetuneTransformer or MotionAdapter
        Fitted. Classes are the labels as the program writes them, sorted as text; a forecaster has no history of its own, so
        `predict` needs one. Parameters that a program does not keep have their defaults, which matters only where it
        is fitted again.

    Raises
    ------
    ValueError
        For what is no program, or damaged.
    """
    task = _native.task(program)
    if task == "classification":
        found = loaded(_native.Classifier, program, sources)
        estimator = RetuneClassifier(found.preset, sources=sources)
        estimator.program_ = program
        # In the order of `fit`: programs sort numbers by value.
        estimator.classes_ = np.unique(np.array(found.labels, dtype=object))
        if not any(label.endswith("\0") for label in found.labels):
            # Text of a fixed width, which would lose such an end.
            estimator.classes_ = estimator.classes_.astype(str)
        estimator.n_features_in_ = found.series_length
        return estimator
    if task == "features":
        hearing = RetuneTransformer(sources=sources)
        hearing.program_ = program
        hearing.n_features_in_ = loaded(_native.FeatureExtractor, program, sources).series_length
        return hearing
    if task == "forecasting":
        key = _checks.as_key(sources)
        forecasting = RetuneForecaster(loaded(_native.Forecaster, program, sources).horizon, source=key[0] if key else None)
        forecasting.program_ = program
        return forecasting
    if task == "motion":
        network = _checks.name(sources, "sources")
        if network is None:
            raise ValueError("the program is for motion; give the file of its network: sources=...")
        motion = MotionAdapter(network)
        motion.program_ = program
        # Here and not at the first sample it is found out whether they belong together.
        motion.clear()
        return motion
    raise ValueError(f"the program is for {task}; expected one for classification, features, forecasting or motion")


def save(estimator: Fitted, path: str | os.PathLike[str]) -> None:
    """Write the program of a fitted estimator to a file.

    Parameters
    ----------
    estimator : Estimator
        A fitted one, on the base classes of aeon and sktime as well.
    path : str or path-like
        The file; an old one is replaced whole or not at all.
    """
    # Not its own method: sktime's writes an archive.
    write(estimator, path)


def load(path: str | os.PathLike[str], *, sources: Any = None) -> Loaded:
    """Read a program file, as `save` or `retune fit --out` wrote it.

    Parameters
    ----------
    path : str or path-like
        The file.
    sources : str, path-like, list of these or None, default=None
        The files of its sources, where these are not shipped. A program of motion needs that of its network.

    Returns
    -------
    RetuneClassifier, RetuneForecaster, RetuneTransformer or MotionAdapter
        Fitted.

    Raises
    ------
    ValueError
        For what is no program, or damaged.
    """
    try:
        return loads(Path(os.fsdecode(path)).read_bytes(), sources=sources)
    except ValueError as error:
        raise type(error)(f"{path}: {str(error).removeprefix('the program: ')}") from None
