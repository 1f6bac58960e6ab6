"""What comes in: arrays of series and their labels, checked and as the library takes them."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np


def from_sklearn(name: str, base: type) -> type:
    """Give scikit-learn's exception or warning of that name where it is installed, for who catches it, else `base`."""
    try:
        from sklearn import exceptions
    except ImportError:
        return base
    found: type = getattr(exceptions, name)
    return found


def series(X: Any) -> np.ndarray:
    """Give series as a table `[cases, time]` of single or double precision.

    Raises
    ------
    ValueError
        For what has not two dimensions (or three with one channel in the middle), is empty, or holds
        values that are not finite.
    TypeError
        For sparse matrices, and for objects that are no numbers.
    """
    if hasattr(X, "nnz") and hasattr(X, "toarray"):
        raise TypeError("sparse data was passed, but dense data is required: use X.toarray()")
    found: np.ndarray = np.asarray(X)
    if np.iscomplexobj(found):
        raise ValueError("Complex data not supported: expected real values")
    if found.dtype != np.float32:
        found = found.astype(np.float64, copy=False)
    if found.ndim == 3:
        if found.shape[1] != 1:
            raise ValueError(
                f"the series have {found.shape[1]} channels; expected one: choose a channel, or put the channels of "
                "each case one after the other"
            )
        found = found[:, 0, :]
    if found.ndim != 2:
        raise ValueError(
            f"Expected 2D array, got {found.ndim}D array instead: one row for each series. Reshape your data either using "
            "array.reshape(-1, 1) if it has a single feature or array.reshape(1, -1) if it is a single series"
        )
    for what, count in (("sample", found.shape[0]), ("feature", found.shape[1])):
        if count == 0:
            raise ValueError(f"Found array with 0 {what}(s) (shape={found.shape}) while a minimum of 1 is required.")
    if not np.isfinite(found).all():
        case, value = np.argwhere(~np.isfinite(found))[0]
        what = "NaN" if np.isnan(found[case, value]) else "inf"
        raise ValueError(f"the series hold {what} at [{case}, {value}]; expected no NaN and no inf")
    return found


def labels(y: Any, cases: int) -> tuple[np.ndarray, np.ndarray]:
    """Give the classes, sorted, and of each case the place of its own.

    Raises
    ------
    ValueError
        For no labels, others than one for each case, missing ones, fractions, and fewer than two classes.
    """
    if y is None:
        raise ValueError("a classifier requires y to be passed, but the target y is None")
    y = np.asarray(y)
    if y.ndim == 2 and y.shape[1] == 1:
        warnings.warn(
            "A column-vector y was passed when a 1d array was expected. Please change the shape of y to "
            "(n_samples,), for example using ravel()",
            from_sklearn("DataConversionWarning", UserWarning),
            stacklevel=3,
        )
        y = y.ravel()
    if y.ndim != 1:
        raise ValueError(f"y should be a 1d array, got an array of shape {y.shape} instead")
    if len(y) != cases:
        raise ValueError(f"there are {cases} series but {len(y)} labels; expected one label for each series")
    if y.dtype.kind == "c":
        raise ValueError("Complex data not supported: expected labels")
    if y.dtype.kind == "f":
        if not np.isfinite(y).all():
            raise ValueError("y contains NaN or inf; expected a label for each series")
        if (y != np.floor(y)).any():
            raise ValueError("Unknown label type: y holds fractions; expected classes")
    if y.dtype.kind == "O" and any(label is None or label != label for label in y):
        raise ValueError("y contains a missing label; expected a label for each series")
    classes, places = np.unique(y, return_inverse=True)
    if len(classes) < 2:
        raise ValueError(f"y has one class, {classes[0]!r}; expected at least 2 classes")
    return classes, places


def label_text(label: Any) -> str:
    """Give a class as a program writes it: what stands in a file of that data set."""
    if isinstance(label, (float, np.floating)):
        return str(int(label))
    return str(label)


def threads(n_jobs: int | None) -> int:
    """Give the number of threads that `n_jobs` asks for; 0 for one for each core."""
    if n_jobs is None:
        return 1
    if n_jobs == 0 or n_jobs != int(n_jobs):
        raise ValueError(f"n_jobs is {n_jobs}; expected a number of threads, or -1 for one for each core")
    if n_jobs < 0:
        import os

        cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        return max(1, cores + 1 + int(n_jobs))
    return int(n_jobs)


def seed(random_state: Any) -> int:
    """Give the seed that `random_state` stands for; `None` is 0, so that nothing is random without being asked."""
    if random_state is None:
        return 0
    if hasattr(random_state, "randint"):
        return int(random_state.randint(2**31))
    if hasattr(random_state, "integers"):
        return int(random_state.integers(2**31))
    if random_state != int(random_state) or not 0 <= random_state < 2**64:
        raise ValueError(f"random_state is {random_state!r}; expected a whole number from 0 to 2**64 - 1, or None")
    return int(random_state)


def names(value: Any, what: str) -> list[str] | None:
    """Give one or several names as a list."""
    if value is None:
        return None
    found: list[str] = [value] if isinstance(value, str) else list(value)
    if not found or not all(isinstance(name, str) for name in found):
        raise ValueError(f"{what} is {value!r}; expected a name, several, or None")
    return found


def as_key(sources: Any) -> tuple[str, ...] | None:
    """Give the names of sources as a key of what is kept."""
    found = names(sources, "sources")
    return None if found is None else tuple(found)
