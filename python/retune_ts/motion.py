"""Prosthesis motion: forecasts of joints sample by sample, fitted to a person."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Any

import numpy as np

from . import _checks, _native
from ._estimator import Estimator


class MotionAdapter(Estimator):
    """Forecast the motion of joints with a frozen network, adapted to how a person walks.

    A small module in front of the network turns the person's signals into such that the network forecasts right
    (after Dey and Nair 2024, ReMAP). Angles are degrees.

    Parameters
    ----------
    source : str or path-like
        The network of able-bodied walking, as `retune motion pretrain` writes it.
    epochs : int or None, default=None
        Passes over the person's windows; of itself 200.
    random_state : int, RandomState or None, default=0
        The seed of everything random; `None` is 0.
    n_jobs : int or None, default=1
        Threads of `fit`; -1 for one for each core.

    Attributes
    ----------
    program_ : bytes
        The program file, as `retune motion adapt` writes it; there after `fit`.
    """

    def __init__(
        self,
        source: str | os.PathLike[str],
        *,
        epochs: int | None = None,
        random_state: Any = 0,
        n_jobs: int | None = 1,
    ) -> None:
        self.source = source
        self.epochs = epochs
        self.random_state = random_state
        self.n_jobs = n_jobs

    def _stream(self) -> _native.MotionStream:
        # A stream knows the last samples, so each estimator has its own; it is not pickled.
        # Another source or program is another stream.
        of = (os.fspath(self.source), getattr(self, "program_", None))
        kept: tuple[Any, _native.MotionStream] | None = self.__dict__.get("_kept")
        if kept is None or kept[0] != of:
            kept = self._kept = of, _native.MotionStream(*of)
        return kept[1]

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if name != "_kept"}

    @property
    def input_joints(self) -> list[str]:
        """The joints of a sample, in order."""
        return self._stream().input_joints

    @property
    def recorded_joints(self) -> list[str]:
        """The columns of a recording to fit to: the joints of a sample, and those that are only forecast."""
        return self._stream().recorded_joints

    @property
    def target_joints(self) -> list[str]:
        """The joints that are forecast, in order."""
        return self._stream().target_joints

    @property
    def window(self) -> int:
        """How many samples go into a forecast."""
        return self._stream().window

    @property
    def horizon(self) -> int:
        """How many samples are forecast."""
        return self._stream().horizon

    @property
    def rate(self) -> float:
        """Samples a second."""
        return self._stream().rate

    def fit(self, recordings: Iterable[Any], able_bodied: Iterable[Any] | None = None) -> MotionAdapter:
        """Fit a module to recordings of one person.

        Parameters
        ----------
        recordings : list of array-like of shape (n_samples, n_joints)
            With the columns of `recorded_joints`, in that order or, in data frames, by these names, at the rate of
            the source.
        able_bodied : list of array-like or None, default=None
            Recordings that corrected inputs are retrieved from; without them the module learns by the error of
            the forecast alone.

        Returns
        -------
        MotionAdapter
            This one, at the beginning of a stream.

        Raises
        ------
        ValueError
            For recordings of other joints, too short ones, and values that are not finite.
        """
        # An old program may be of another source.
        joints = _native.MotionStream(os.fspath(self.source)).recorded_joints
        self.program_ = _native.fit_motion(
            os.fspath(self.source),
            _recordings(recordings, joints, "recordings"),
            None if able_bodied is None else _recordings(able_bodied, joints, "able_bodied"),
            epochs=_checks.optional(self.epochs, "epochs", low=1),
            seed=_checks.seed(self.random_state),
            threads=_checks.threads(self.n_jobs),
        )
        self.__dict__.pop("_kept", None)
        return self

    def step(self, sample: Any) -> np.ndarray | None:
        """Take the next sample, and forecast what comes after it.

        Before `fit` it is the network's own forecast.

        Parameters
        ----------
        sample : array-like of shape (n_joints,)
            The angles of `input_joints`, in that order or, in a series of pandas, by these names.

        Returns
        -------
        ndarray of shape (horizon, n_target_joints) or None
            The angles of `target_joints`; `None` until there is a whole window.
        """
        sample = _by_name(sample, getattr(sample, "index", None), self.input_joints, "the sample")
        if sample.ndim != 1:
            raise ValueError(f"the sample has {sample.ndim} dimensions; expected one angle for each joint")
        return self._stream().push(_checks.aligned(sample))

    def clear(self) -> None:
        """Forget what came before: another recording begins."""
        self._stream().clear()


def _recordings(several: Iterable[Any], joints: list[str], what: str) -> list[np.ndarray]:
    """Give recordings with a column for each joint."""
    if hasattr(several, "columns") or isinstance(several, np.ndarray) and several.ndim == 2:
        raise ValueError(f"{what} is one recording; expected a list of them")
    listed = enumerate(several)
    found = [_by_name(one, getattr(one, "columns", None), joints, f"{what}[{number}]") for number, one in listed]
    for number, one in enumerate(found):
        if one.ndim != 2:
            raise ValueError(f"{what}[{number}] has {one.ndim} dimensions; expected [samples, joints]")
        if one.shape[1] != len(joints):
            raise ValueError(f"{what}[{number}] has {one.shape[1]} columns; expected {len(joints)}: {', '.join(joints)}")
    return [_checks.aligned(one) for one in found]


def _by_name(values: Any, names: Any, joints: list[str], what: str) -> np.ndarray:
    """Give angles in single precision, those that have the names of joints in the order of the joints."""
    known = [] if names is None or callable(names) else list(names)
    if known and all(isinstance(name, str) for name in known):
        missing = [joint for joint in joints if joint not in known]
        if missing:
            raise ValueError(f"{what} has no column {', '.join(missing)}; it has {', '.join(known)}")
        values = values[joints]
    return _checks.numbers(values, what).astype(np.float32, copy=False)
