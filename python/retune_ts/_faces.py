"""What the classifiers on aeon's and on sktime's base classes share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from . import _checks
from .classifier import RetuneClassifier


class ClassifierFace:
    """A classifier that asks the one for tables: a mix-in to stand before a library's base class."""

    program_: bytes
    classes_: np.ndarray
    # Of the base class.
    get_params: Callable[..., dict[str, Any]]

    def __init__(
        self,
        preset: str = "default",
        sources: _checks.Names = None,
        transforms: _checks.Names = None,
        parts: int | None = None,
        random_state: Any = 0,
        n_jobs: int = 1,
    ) -> None:
        self.preset = preset
        self.sources = sources
        self.transforms = transforms
        self.parts = parts
        self.random_state = random_state
        self.n_jobs = n_jobs
        super().__init__()

    def _of_tables(self) -> RetuneClassifier:
        return RetuneClassifier(**self.get_params())

    def _fit(self, X: np.ndarray, y: np.ndarray) -> ClassifierFace:
        self.program_ = self._of_tables().fit(X, y).program_
        return self

    def _predict_proba(self, X: np.ndarray) -> np.ndarray:
        inner = self._of_tables()
        inner.program_, inner.classes_, inner.n_features_in_ = self.program_, self.classes_, X.shape[2]
        return inner.predict_proba(X)

    def _predict(self, X: np.ndarray) -> np.ndarray:
        found: np.ndarray = self.classes_[self._predict_proba(X).argmax(axis=1)]
        return found
