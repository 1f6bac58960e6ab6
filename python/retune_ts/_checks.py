"""What comes in: arrays of series and their labels, checked and as the library takes them."""

from __future__ import annotations

import os
import warnings
from collections.abc import Collection, Iterator, Mapping, Set
from contextlib import contextmanager
from typing import Any

import numpy as np

# Names or files, one or several, as parameters take them.
Names = str | os.PathLike[str] | Collection[str | os.PathLike[str]] | None


def from_sklearn(name: str, base: type) -> type:
    """Give scikit-learn's exception or warning of that name where it is installed, for who catches it, else `base`."""
    try:
        from sklearn import exceptions
    except ImportError:
        return base
    found: type = getattr(exceptions, name)
    return found


def aligned(array: np.ndarray) -> np.ndarray:
    """Give an array that the compiled module reads rightly: its values lie whole items apart.

    The fields of structured arrays may not; those are copied.
    """
    if array.flags.aligned and all(stride % array.itemsize == 0 for stride in array.strides):
        return array
    return array.copy()


def numbers(values: Any, what: str) -> np.ndarray:
    """Give an array of whatever shape whose items are real numbers, or objects that may be.

    Raises
    ------
    ValueError
        For complex numbers, dates and spans of time, and arrays of which some values are masked.
    """
    if np.ma.is_masked(values):
        raise ValueError(f"{what}: some values are masked; expected no missing values")
    found: np.ndarray = np.asarray(values)
    if np.iscomplexobj(found):
        raise ValueError(f"Complex data not supported: {what} hold complex numbers; expected real values")
    if found.dtype.kind in "mM":
        raise ValueError(f"{what}: the values are dates or spans of time; expected numbers")
    return found


def series(X: Any) -> np.ndarray:
    """Give series as a table `[cases, time]` of single or double precision.

    Raises
    ------
    ValueError
        For what has not two dimensions (or three with one channel in the middle), is empty, or holds
        values that are masked, dates or not finite.
    TypeError
        For sparse matrices, and for objects that are no numbers.
    """
    if hasattr(X, "nnz") and hasattr(X, "toarray"):
        raise TypeError("sparse data was passed, but dense data is required: use X.toarray()")
    found = numbers(X, "the series")
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
    return aligned(found)


def column_names(X: Any) -> np.ndarray | None:
    """Give the names of the columns of a data frame where they are text.

    Raises
    ------
    TypeError
        Where some are text and others are not.
    """
    columns = getattr(X, "columns", None)
    if columns is None:
        return None
    found = np.asarray(columns, dtype=object)
    kinds = sorted({type(name).__name__ for name in found})
    if "str" not in kinds:
        return None
    if len(kinds) > 1:
        raise TypeError(
            f"Feature names are only supported if all input features have string names, but your input has {kinds} as "
            "feature name / column name types: use X.columns = X.columns.astype(str)"
        )
    return found


@contextmanager
def finite_answers() -> Iterator[None]:
    """Make an answer that is not finite an error of the series, which hold values too large for single precision."""
    try:
        yield
    except RuntimeError as error:
        if "is not finite" not in str(error):
            raise
        raise ValueError(str(error)) from None


def targets(y: Any, cases: int) -> np.ndarray:
    """Give a label for each case, as they came.

    Raises
    ------
    ValueError
        For no labels, others than one for each case, missing ones, and fractions.
    """
    if y is None:
        raise ValueError("a classifier requires y to be passed, but the target y is None")
    if np.ma.is_masked(y):
        raise ValueError("y contains a masked label; expected a label for each series")
    found: np.ndarray = np.asarray(y)
    if found.dtype.kind in "US" and isinstance(y, (list, tuple)):
        # An array of text has what is missing as `nan`, and numbers as text.
        objects = np.array(y, dtype=object)
        if not all(isinstance(label, (str, bytes)) for label in objects.ravel()):
            found = objects
    if found.ndim == 2 and found.shape[1] == 1:
        warnings.warn(
            "A column-vector y was passed when a 1d array was expected. Please change the shape of y to "
            "(n_samples,), for example using ravel()",
            from_sklearn("DataConversionWarning", UserWarning),
            stacklevel=4,
        )
        found = found.ravel()
    if found.ndim != 1:
        raise ValueError(f"y should be a 1d array, got an array of shape {found.shape} instead")
    if len(found) != cases:
        raise ValueError(f"there are {cases} series but {len(found)} labels; expected one label for each series")
    if found.dtype.kind == "c":
        raise ValueError("Complex data not supported: expected labels")
    is_missing = found.dtype.kind == "O" and any(_is_missing(label) for label in found)
    if is_missing or (found.dtype.kind in "mM" and np.isnat(found).any()):
        raise ValueError("y contains a missing label; expected a label for each series")
    # Objects may be numbers as well.
    floats = found if found.dtype.kind == "f" else np.array([one for one in found.tolist() if isinstance(one, (float, np.floating))])
    if not np.isfinite(floats).all():
        raise ValueError("y contains NaN or inf; expected a label for each series")
    if (floats != np.floor(floats)).any():
        raise ValueError("Unknown label type: y holds fractions; expected classes")
    return found


def _is_missing(label: Any) -> bool:
    try:
        return label is None or bool(label != label)
    except TypeError:
        # As pandas' NA, of which nothing is known.
        return True


def truth(y: Any, cases: int, classes: np.ndarray) -> np.ndarray:
    """Give the labels that answers are compared with.

    Raises
    ------
    ValueError
        As `targets`, and for labels of another kind than the classes, which would never be equal.
    """
    found = targets(y, cases)
    if {_kind(label) for label in found.tolist()} - {_kind(label) for label in classes.tolist()}:
        raise ValueError(
            f"y holds labels of another kind than the classes, such as {found[0]!r} beside {classes[0]!r}; expected labels like "
            "those of `fit`"
        )
    return found


def _kind(label: Any) -> str:
    return "text" if isinstance(label, str) else "bytes" if isinstance(label, bytes) else "number"


def labels(y: Any, cases: int) -> tuple[np.ndarray, np.ndarray]:
    """Give the classes, sorted, and of each case the place of its own.

    Raises
    ------
    ValueError
        As `targets`, and for labels of several kinds and fewer than two classes.
    """
    y = targets(y, cases)
    try:
        classes, places = np.unique(y, return_inverse=True)
    except TypeError:
        raise ValueError("y holds labels of several kinds, which have no order; expected labels of one kind") from None
    if len(classes) < 2:
        raise ValueError(f"y has one class, {classes[0]!r}; expected at least 2 classes")
    return classes, places


def label_text(label: Any) -> str:
    """Give a class as a program writes it: what stands in a file of that data set."""
    if isinstance(label, (float, np.floating)):
        return str(int(label))
    if isinstance(label, bytes):
        try:
            return label.decode()
        except UnicodeDecodeError:
            raise ValueError(f"y holds the label {label!r}, which is not UTF-8; expected text") from None
    return str(label)


def integer(value: Any, what: str, *, low: int, bits: int = 63, expected: str | None = None) -> int:
    """Give a parameter that is a whole number from `low` to `2**bits - 1`; `expected` says what it should be.

    Raises
    ------
    ValueError
        For anything else, with the name of the parameter.
    """
    try:
        found = int(value)
        good = bool(found == value) and low <= found < 2**bits
    except (TypeError, ValueError, OverflowError):
        good = False
    if not good:
        raise ValueError(f"{what} is {value!r}; expected {expected or f'a whole number from {low} to 2**{bits} - 1'}")
    return found


def optional(value: Any, what: str, *, low: int) -> int | None:
    """Give a parameter that is a whole number of at least `low`, or `None`."""
    return None if value is None else integer(value, what, low=low, expected=f"a whole number of at least {low}, or None")


def threads(n_jobs: Any) -> int:
    """Give the number of threads that `n_jobs` asks for; 0 for one for each core."""
    if n_jobs is None:
        return 1
    expected = "a number of threads, or -1 for one for each core"
    found = integer(n_jobs, "n_jobs", low=-(2**63), expected=expected)
    if found == 0:
        raise ValueError(f"n_jobs is {n_jobs}; expected {expected}")
    if found < 0:
        cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        return max(1, cores + 1 + found)
    return found


def seed(random_state: Any) -> int:
    """Give the seed that `random_state` stands for; `None` is 0, so that nothing is random without being asked."""
    if random_state is None:
        return 0
    if hasattr(random_state, "getrandbits"):
        return int(random_state.getrandbits(31))
    if hasattr(random_state, "randint"):
        return int(random_state.randint(2**31))
    if hasattr(random_state, "integers"):
        return int(random_state.integers(2**31))
    return integer(random_state, "random_state", low=0, bits=64, expected="a whole number from 0 to 2**64 - 1, or None")


def text(value: Any, what: str) -> str:
    """Give a parameter that is a name."""
    if not isinstance(value, str):
        raise ValueError(f"{what} is {value!r}; expected a name")
    return value


def names(value: Any, what: str) -> list[str] | None:
    """Give one or several names or files as a list."""
    if value is None:
        return None
    several = [value] if isinstance(value, (str, os.PathLike)) else value
    # What gives its names once would have none left when the estimator is asked again; sets have no order, and
    # another one in each process.
    good = isinstance(several, Collection) and not isinstance(several, (Set, Mapping)) and len(several) > 0
    found = [os.fspath(name) if isinstance(name, os.PathLike) else name for name in several] if good else []
    if not found or not all(isinstance(name, str) for name in found):
        raise ValueError(f"{what} is {value!r}; expected a name, several in a list, or None")
    return found


def name(value: Any, what: str) -> str | None:
    """Give one name or file."""
    found = names(value, what)
    if found is not None and len(found) > 1:
        raise ValueError(f"{what} is {value!r}; expected one name, or None")
    return found[0] if found else None


def as_key(sources: Any) -> tuple[str, ...] | None:
    """Give the names of sources as a key of what is kept."""
    found = names(sources, "sources")
    return None if found is None else tuple(found)
