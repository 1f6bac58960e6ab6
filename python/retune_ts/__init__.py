"""Reprogrammed frozen speech models for time series.

The estimators follow scikit-learn's conventions, without needing scikit-learn; `retune_ts.aeon` and
`retune_ts.sktime` have the same on those libraries' base classes. Programs are the files of the command line.
"""

from . import datasets
from ._estimator import NotFittedError
from ._native import VERSION as __version__
from .classifier import RetuneClassifier
from .explanation import Explanation
from .forecaster import RetuneForecaster
from .motion import MotionAdapter
from .programs import dumps, load, loads, save
from .transformer import RetuneTransformer

__all__ = [
    "Explanation",
    "MotionAdapter",
    "NotFittedError",
    "RetuneClassifier",
    "RetuneForecaster",
    "RetuneTransformer",
    "__version__",
    "datasets",
    "dumps",
    "load",
    "loads",
    "save",
]
