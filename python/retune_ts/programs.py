"""Program files: the same bytes as the command line's."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np

from . import _checks, _native
from ._estimator import Estimator, loaded
from .classifier import RetuneClassifier
from .forecaster import RetuneForecaster
from .transformer import RetuneTransformer


def dumps(estimator: Estimator) -> bytes:
    """Give the program of a fitted estimator.

    Parameters
    ----------
    estimator : Estimator
        A fitted one.

    Returns
    -------
    bytes
        The program file.
    """
    return estimator._fitted()


def loads(program: bytes, *, sources: Any = None) -> RetuneClassifier | RetuneForecaster | RetuneTransformer:
    """Give the estimator of a program.

    Parameters
    ----------
    program : bytes
        A program file. What is in it is checked, and it opens no file.
    sources : str, list of str or None, default=None
        The files of its sources, where these are not shipped.

    Returns
    -------
    RetuneClassifier, RetuneForecaster or RetuneTransformer
        Fitted. Classes are the labels as the program writes them; a forecaster has no history of its own, so
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
        estimator.classes_ = np.array(found.labels)
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
    raise ValueError(f"the program is for {task}; expected one for classification, features or forecasting")


def save(estimator: Estimator, path: str | os.PathLike[str]) -> None:
    """Write the program of a fitted estimator to a file.

    Parameters
    ----------
    estimator : Estimator
        A fitted one.
    path : str or path-like
        The file; an old one is replaced whole or not at all.
    """
    estimator.save(path)


def load(path: str | os.PathLike[str], *, sources: Any = None) -> RetuneClassifier | RetuneForecaster | RetuneTransformer:
    """Read a program file, as `save` or `retune fit --out` wrote it.

    Parameters
    ----------
    path : str or path-like
        The file.
    sources : str, list of str or None, default=None
        The files of its sources, where these are not shipped.

    Returns
    -------
    RetuneClassifier, RetuneForecaster or RetuneTransformer
        Fitted.

    Raises
    ------
    ValueError
        For what is no program, or damaged.
    """
    try:
        return loads(Path(path).read_bytes(), sources=sources)
    except ValueError as error:
        raise type(error)(f"{path}: {str(error).removeprefix('the program: ')}") from None
