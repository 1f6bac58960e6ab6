"""The same estimators on aeon's base classes."""

from __future__ import annotations

from typing import Any

import numpy as np
from aeon.classification import BaseClassifier
from aeon.forecasting.base import BaseForecaster, DirectForecastingMixin, SeriesToSeriesForecastingMixin

from ._faces import ClassifierFace
from .classifier import CLOSED_FORM
from .forecaster import RetuneForecaster as TableForecaster

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

    Attributes
    ----------
    program_ : bytes
        The program file: all of the fitted state.

    Examples
    --------
    >>> from aeon.datasets import load_unit_test
    >>> from retune_ts.aeon import RetuneClassifier
    >>> X, y = load_unit_test(split="train")
    >>> RetuneClassifier("fast").fit(X, y).predict(X).shape
    (20,)
    """

    _tags = {
        "X_inner_type": "numpy3D",
        "algorithm_type": "deeplearning",
        "capability:multithreading": True,
        "capability:train_estimate": True,
    }

    def _fit_predict_proba(self, X: np.ndarray, y: np.ndarray, **kwargs: Any) -> np.ndarray:
        if self.preset not in CLOSED_FORM:
            # Nothing is left out by gradient: cross-validation of aeon's own.
            return super()._fit_predict_proba(X, y, **kwargs)
        inner = self._of_tables()
        found = inner.fit_predict_proba(X, y)
        self.program_ = inner.program_
        return found

    def _fit_predict(self, X: np.ndarray, y: np.ndarray, **kwargs: Any) -> np.ndarray:
        if self.preset not in CLOSED_FORM:
            return super()._fit_predict(X, y, **kwargs)
        return self.classes_[self._fit_predict_proba(X, y).argmax(axis=1)]

    @classmethod
    def _get_test_params(cls, parameter_set: str = "default") -> dict[str, Any]:
        return {"preset": "fast"}


class RetuneForecaster(BaseForecaster, DirectForecastingMixin, SeriesToSeriesForecastingMixin):
    """Forecast a series by a readout of its last values and of what a frozen speech model hears of them.

    Parameters
    ----------
    horizon : int, default=1
        How many steps ahead is forecast.
    context : int or None, default=None
        Values that a forecast is made from; of itself at most 512, fewer for short histories.
    season : int or None, default=None
        Values in one season; of itself it is looked for, and 0 is for no season.
    source : str or None, default=None
        The frozen source: a shipped one by name, or a file.
    random_state : int, RandomState or None, default=0
        The seed of which windows are taken where there are very many; `None` is 0.

    Attributes
    ----------
    program_ : bytes
        The program file.

    Examples
    --------
    >>> import numpy as np
    >>> from retune_ts.aeon import RetuneForecaster
    >>> y = np.sin(np.arange(240) * np.pi / 6)
    >>> RetuneForecaster().series_to_series_forecast(y, 12).shape
    (12,)
    """

    def __init__(
        self,
        horizon: int = 1,
        context: int | None = None,
        season: int | None = None,
        source: str | None = None,
        random_state: Any = 0,
    ) -> None:
        self.context = context
        self.season = season
        self.source = source
        self.random_state = random_state
        super().__init__(horizon=horizon, axis=1)

    def _fit(self, y: np.ndarray, exog: Any = None) -> RetuneForecaster:
        self.program_ = TableForecaster(**self.get_params()).fit(y).program_
        return self

    def _predict(self, y: np.ndarray, exog: Any = None) -> float:
        inner = TableForecaster(**self.get_params())
        inner.program_ = self.program_
        return float(inner.predict(y)[0, -1])

    def _series_to_series_forecast(self, y: np.ndarray, prediction_horizon: int, exog: Any) -> np.ndarray:
        inner = TableForecaster(**{**self.get_params(), "horizon": prediction_horizon})
        return inner.fit(np.asarray(y).ravel()).predict()

    @classmethod
    def _get_test_params(cls, parameter_set: str = "default") -> dict[str, Any]:
        return {}
