"""A data set to begin with."""

from __future__ import annotations

import numpy as np

from . import _native


def load_gunpoint() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Give GunPoint: does a person draw a gun, or point a finger?

    The place of a hand over five seconds, from Ratanamahatana and Keogh 2005; classes "1" (gun) and "2" (point).

    Returns
    -------
    X_train, y_train, X_test, y_test : ndarray
        50 and 150 series of 150 values, and their labels.

    Examples
    --------
    >>> X_train, y_train, X_test, y_test = load_gunpoint()
    >>> X_train.shape, X_test.shape
    ((50, 150), (150, 150))
    """
    return (*_read(_native.GUNPOINT_TRAIN), *_read(_native.GUNPOINT_TEST))


def _read(text: str) -> tuple[np.ndarray, np.ndarray]:
    """Read the cases of a .ts file of ours: values, a colon, the label."""
    rows = [line.split(":") for line in text.splitlines() if line and line[0] not in "#@"]
    values = [[float(value) for value in row[0].split(",")] for row in rows]
    return np.array(values), np.array([row[1] for row in rows])
