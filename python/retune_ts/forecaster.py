"""The forecaster: what comes after a history, with intervals."""

from __future__ import annotations

import os
from typing import Any

import numpy as np

from . import _checks, _native
from ._estimator import Estimator, loaded

Forecast = tuple[np.ndarray, list[tuple[float, np.ndarray, np.ndarray]]]


def histories(y: Any) -> tuple[list[np.ndarray], bool]:
    """Give histories as a list of rows of finite values, and whether there was but one.

    Raises
    ------
    ValueError
        For none, more than two dimensions, and values that are masked, dates or not finite.
    """
    if hasattr(y, "nnz") and hasattr(y, "toarray"):
        raise TypeError("sparse data was passed, but dense data is required: use y.toarray()")
    if isinstance(y, (list, tuple)) and len(y) > 0 and np.ndim(y[0]) == 1:
        rows, one = [_checks.numbers(row, f"history {number}") for number, row in enumerate(y)], False
    else:
        array = _checks.numbers(y, "the histories")
        if array.ndim not in (1, 2):
            raise ValueError(f"y has {array.ndim} dimensions; expected a history, or a row for each of several")
        rows, one = list(np.atleast_2d(array)), array.ndim == 1
    if not rows or min(len(row) for row in rows) == 0:
        raise ValueError("there is no value to forecast from")
    rows = [_checks.aligned(row.astype(np.float64, copy=False)) for row in rows]
    for number, row in enumerate(rows):
        if not np.isfinite(row).all():
            place = int(np.argmin(np.isfinite(row)))
            raise ValueError(f"history {number} holds {row[place]} at {place}; expected no NaN and no inf")
    return rows, one


def covering(intervals: list[tuple[float, np.ndarray, np.ndarray]], level: float) -> tuple[np.ndarray, np.ndarray]:
    """Give the narrowest interval that promises at least `level`.

    Raises
    ------
    ValueError
        When none does.
    """
    for found, lower, upper in sorted(intervals, key=lambda one: one[0]):
        if found >= level - 1e-9:
            return lower, upper
    raise ValueError(f"the level is {level}; expected more than 0 and at most {max(one[0] for one in intervals)}")


class RetuneForecaster(Estimator):
    """Forecast series by a readout of their last values and of what a frozen speech model hears of them.

    Parameters
    ----------
    horizon : int, default=1
        Values to forecast.
    context : int or None, default=None
        Values that a forecast is made from; of itself at most 512, fewer for short histories.
    season : int or None, default=None
        Values in one season; of itself it is looked for, and 0 is for no season.
    source : str, path-like or None, default=None
        The frozen source: a shipped one by name, or a file.
    random_state : int, RandomState or None, default=0
        The seed of which windows are taken where there are very many; `None` is 0.
    n_jobs : int or None, default=1
        Threads; -1 for one for each core.

    Attributes
    ----------
    program_ : bytes
        The program file, as `retune forecast --out` writes it.
    history_ : list of ndarray
        The ends of the histories that it was fitted to.

    Examples
    --------
    >>> import numpy as np
    >>> from retune_ts import RetuneForecaster
    >>> y = np.sin(np.arange(240) * np.pi / 6)
    >>> forecaster = RetuneForecaster(horizon=3).fit(y)
    >>> bool(np.abs(forecaster.predict() - np.sin(np.arange(240, 243) * np.pi / 6)).max() < 0.05)
    True
    """

    history_: list[np.ndarray]

    def __init__(
        self,
        horizon: int = 1,
        *,
        context: int | None = None,
        season: int | None = None,
        source: str | os.PathLike[str] | None = None,
        random_state: Any = 0,
        n_jobs: int | None = 1,
    ) -> None:
        self.horizon = horizon
        self.context = context
        self.season = season
        self.source = source
        self.random_state = random_state
        self.n_jobs = n_jobs

    def fit(self, y: Any) -> RetuneForecaster:
        """Fit one readout for all histories.

        Parameters
        ----------
        y : array-like of shape (n_values,) or (n_histories, n_values), or list of array-like
            What was measured so far at equal distances of time, the oldest first.

        Returns
        -------
        RetuneForecaster
            This one.

        Raises
        ------
        ValueError
            For histories that are too short, or where nothing moves.
        """
        rows, one = histories(y)
        source = _checks.name(self.source, "source")
        program = _native.fit_forecaster(
            rows,
            horizon=_checks.integer(self.horizon, "horizon", low=1),
            context=_checks.optional(self.context, "context", low=1),
            season=_checks.optional(self.season, "season", low=0),
            source=source,
            seed=_checks.seed(self.random_state),
            threads=_checks.threads(self.n_jobs),
        )
        context = loaded(_native.Forecaster, program, source).context
        # All at once: a fit that fails leaves the estimator as it was.
        self.program_, self._one, self.history_ = program, one, [row[-context:].copy() for row in rows]
        return self

    def _loaded(self) -> _native.Forecaster:
        return loaded(_native.Forecaster, self._fitted(), self.source)

    def _forecast(self, y: Any) -> Forecast:
        program = self._loaded()
        if y is None and not hasattr(self, "history_"):
            raise ValueError("the program was loaded, and has no history of its own: give one")
        rows, one = (self.history_, self._one) if y is None else histories(y)
        with _checks.finite_answers():
            values, intervals = program.forecast(rows, threads=_checks.threads(self.n_jobs))
        if one:
            return values[0], [(level, lower[0], upper[0]) for level, lower, upper in intervals]
        return values, intervals

    def predict(self, y: Any = None) -> np.ndarray:
        """Give the values after each history.

        Parameters
        ----------
        y : array-like or None, default=None
            Histories, at least as long as the context; of itself those of `fit`.

        Returns
        -------
        ndarray of shape (horizon,) or (n_histories, horizon)
            In the unit of the histories.

        Raises
        ------
        ValueError
            For histories that are shorter than the context or not finite, and where a program that was loaded
            is given none.
        """
        return self._forecast(y)[0]

    def predict_interval(self, y: Any = None, level: float = 0.95) -> tuple[np.ndarray, np.ndarray]:
        """Give where the values lie with a probability of at least `level`.

        Parameters
        ----------
        y : array-like or None, default=None
            Histories, at least as long as the context; of itself those of `fit`.
        level : float, default=0.95
            The share of values that should lie within. Programs keep conformal intervals of 0.8 and 0.95; the
            narrower one that promises the level is given.

        Returns
        -------
        lower, upper : ndarray of shape (horizon,) or (n_histories, horizon)
            The ends of the intervals.

        Raises
        ------
        ValueError
            For a level that is not above 0 or that the program keeps no intervals for, and as `predict`.
        """
        if not 0 < level < 1:
            raise ValueError(f"the level is {level}; expected more than 0 and at most 0.95")
        return covering(self._forecast(y)[1], level)
