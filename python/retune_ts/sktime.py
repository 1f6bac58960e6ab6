"""The same estimators on sktime's base classes."""

from __future__ import annotations

import warnings
from statistics import NormalDist
from typing import Any

import numpy as np
import pandas as pd
from sktime.classification.base import BaseClassifier
from sktime.forecasting.base import BaseForecaster, ForecastingHorizon

from ._faces import ClassifierFace
from .forecaster import RetuneForecaster as TableForecaster
from .forecaster import covering, histories

__all__ = ["RetuneClassifier", "RetuneForecaster"]


class RetuneClassifier(ClassifierFace, BaseClassifier):
    """Classify series by a frozen speech model that was reprogrammed for them.

    Parameters
    ----------
    preset : str, default="default"
        Where all settings start: "fast", "default", "best", or a preset by gradient.
    sources : str, list of str or None, default=None
        Frozen source models; of itself those of the preset.
    transforms : str, list of str or None, default=None
        How the sources hear the series; of itself as the preset has it.
    parts : int or None, default=None
        The most readouts that the program keeps.
    random_state : int, RandomState or None, default=0
        The seed of everything random; `None` is 0. The presets in closed form ("fast", "default", "best") have
        nothing random.
    n_jobs : int, default=1
        Threads; -1 for one for each core.

    Examples
    --------
    >>> from retune_ts.sktime import RetuneClassifier
    >>> from sktime.datasets import load_unit_test
    >>> X_train, y_train = load_unit_test(split="train")
    >>> X_test, y_test = load_unit_test(split="test")
    >>> classifier = RetuneClassifier("fast")
    >>> classifier.fit(X_train, y_train)
    RetuneClassifier(...)
    >>> y_pred = classifier.predict(X_test)
    """

    _tags = {
        "authors": ["retune"],
        "maintainers": ["retune"],
        "X_inner_mtype": "numpy3D",
        "y_inner_mtype": "numpy1D",
        "capability:multivariate": False,
        "capability:unequal_length": False,
        "capability:missing_values": False,
        "capability:predict_proba": True,
        "capability:multithreading": True,
        "capability:random_state": True,
        "property:randomness": "derandomized",
    }

    @classmethod
    def get_test_params(cls, parameter_set: str = "default") -> list[dict[str, Any]]:
        """Give parameters to test with.

        Parameters
        ----------
        parameter_set : str, default="default"
            There is one set.

        Returns
        -------
        list of dict
            Two that are quick.
        """
        return [{"preset": "fast"}, {"preset": "fast", "transforms": "formants", "parts": 1}]


class RetuneForecaster(BaseForecaster):
    """Forecast a series by a readout of its last values and of what a frozen speech model hears of them.

    Parameters
    ----------
    context : int or None, default=None
        Values that a forecast is made from; of itself at most 512, fewer for short histories.
    season : int or None, default=None
        Values in one season; of itself it is looked for, and 0 is for no season.
    source : str or None, default=None
        The frozen source: a shipped one by name, or a file.
    random_state : int, RandomState or None, default=0
        The seed of which windows are taken where there are very many; `None` is 0.
    n_jobs : int, default=1
        Threads; -1 for one for each core.

    Examples
    --------
    >>> from retune_ts.sktime import RetuneForecaster
    >>> from sktime.datasets import load_airline
    >>> y = load_airline()
    >>> forecaster = RetuneForecaster()
    >>> forecaster.fit(y, fh=[1, 2, 3])
    RetuneForecaster(...)
    >>> y_pred = forecaster.predict()
    """

    _tags = {
        "authors": ["retune"],
        "maintainers": ["retune"],
        "y_inner_mtype": "pd.Series",
        "X_inner_mtype": "pd.DataFrame",
        "capability:exogenous": False,
        "capability:missing_values": False,
        "capability:insample": False,
        "capability:pred_int": True,
        "capability:pred_int:insample": False,
        "capability:random_state": True,
        "property:randomness": "derandomized",
        "requires-fh-in-fit": True,
    }

    def __init__(
        self,
        context: int | None = None,
        season: int | None = None,
        source: str | None = None,
        random_state: Any = 0,
        n_jobs: int = 1,
    ) -> None:
        self.context = context
        self.season = season
        self.source = source
        self.random_state = random_state
        self.n_jobs = n_jobs
        super().__init__()

    def _steps(self, fh: Any) -> np.ndarray:
        ahead = fh.to_relative(self.cutoff).to_pandas()
        if isinstance(ahead, pd.TimedeltaIndex):
            # Spans of time: as many steps as lead to the same times.
            times, freq = fh.to_absolute_index(self.cutoff), getattr(self.cutoff, "freq", None)
            if freq is None:
                raise ValueError("fh holds spans of time, but the index has no frequency; expected numbers of steps")
            ahead = ForecastingHorizon(times, is_relative=False, freq=freq).to_relative(self.cutoff).to_pandas()
            if not ForecastingHorizon(ahead, freq=freq).to_absolute_index(self.cutoff).equals(times):
                raise ValueError(f"fh holds {list(fh)}; expected multiples of the step of the index, {freq}")
        return np.asarray(ahead, dtype=int)

    def _fit(self, y: pd.Series, X: Any, fh: Any) -> RetuneForecaster:
        if pd.api.types.is_integer_dtype(y.index) and (np.diff(y.index) != 1).any():
            raise ValueError("the index holds whole numbers that do not go up by 1; expected times, or a plain count: reset_index(drop=True)")
        horizon = int(self._steps(fh).max())
        inner = TableForecaster(horizon, **self.get_params()).fit(y.to_numpy())
        self.program_, self._history, self._name = inner.program_, inner.history_, y.name
        self._end = y.index[-1:]
        return self

    def _update(self, y: pd.Series, X: Any = None, update_params: bool = True) -> RetuneForecaster:
        if update_params and self.get_config().get("remember_data", True):
            # A fit to all values, as sktime does where there is nothing better.
            return super()._update(y, X, update_params)
        if update_params:
            warnings.warn("the program stays as it is: with remember_data=False there is nothing to fit again", stacklevel=2)
        (new,), _ = histories(y.to_numpy())
        # Values that were there before count once.
        is_new = y.index > self._end[0]
        if is_new.any():
            times, known = y.index[is_new], getattr(self._end, "freq", None) or pd.api.types.is_integer_dtype(y.index)
            if known is not None and known is not False:
                following = ForecastingHorizon(np.arange(1, len(times) + 1)).to_absolute_index(self._end)
                if not following.equals(times):
                    raise ValueError(f"the values from {times[0]} on do not follow {self._end[0]} step by step; expected no gap")
            self._history = [np.concatenate([self._history[0], new[is_new]])[-len(self._history[0]) :]]
            self._end = y.index[-1:]
        return self

    def _inner(self) -> TableForecaster:
        inner = TableForecaster(**self.get_params())
        inner.program_, inner.history_, inner._one = self.program_, self._history, True
        return inner

    def _predict(self, fh: Any, X: Any) -> pd.Series:
        values = self._inner().predict()[self._steps(fh) - 1]
        return pd.Series(values, index=self._index(fh), name=self._name)

    def _predict_interval(self, fh: Any, X: Any, coverage: list[float]) -> pd.DataFrame:
        """Give the narrowest intervals of the program that promise the coverage; programs keep 0.8 and 0.95."""
        intervals = self._inner()._forecast(None)[1]
        name = self._get_varnames()[0]
        columns = {}
        for level in coverage:
            lower, upper = covering(intervals, level)
            columns[name, level, "lower"] = lower[self._steps(fh) - 1]
            columns[name, level, "upper"] = upper[self._steps(fh) - 1]
        return pd.DataFrame(columns, index=self._index(fh))

    def _predict_quantiles(self, fh: Any, X: Any, alpha: list[float]) -> pd.DataFrame:
        """Give quantiles: the forecast is the median, and those between the ends of the intervals lie on straight lines."""
        values, intervals = self._inner()._forecast(None)
        known = {0.5: values}
        for level, lower, upper in intervals:
            known[round((1 - level) / 2, 9)], known[round((1 + level) / 2, 9)] = lower, upper
        levels = sorted(known)
        name, rows, columns = self._get_varnames()[0], self._steps(fh) - 1, {}
        for one in alpha:
            if not levels[0] <= one <= levels[-1]:
                raise ValueError(f"alpha holds {one}; expected from {levels[0]} to {levels[-1]}, for which programs keep intervals")
            columns[name, one] = [np.interp(one, levels, [known[level][row] for level in levels]) for row in rows]
        return pd.DataFrame(columns, index=self._index(fh))

    def _predict_var(self, fh: Any, X: Any = None, cov: bool = False) -> pd.DataFrame:
        """Give the variance of a normal distribution whose 80 % interval is that of the program."""
        quantiles = self._predict_quantiles(fh, X, [0.1, 0.9])
        deviation = (quantiles.iloc[:, 1] - quantiles.iloc[:, 0]) / (2 * NormalDist().inv_cdf(0.9))
        return pd.DataFrame({self._get_varnames()[0]: deviation**2})

    def _index(self, fh: Any) -> Any:
        return fh.to_absolute_index(self.cutoff)

    @classmethod
    def get_test_params(cls, parameter_set: str = "default") -> list[dict[str, Any]]:
        """Give parameters to test with.

        Parameters
        ----------
        parameter_set : str, default="default"
            There is one set.

        Returns
        -------
        list of dict
            Two that are quick.
        """
        return [{}, {"context": 3, "season": 0}]
