"""The transformer: what frozen speech models make of series, as features for whatever comes after."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from . import _checks, _native
from ._estimator import OfTables, loaded, sklearn_tags


class RetuneTransformer(OfTables):
    """Give the activations of frozen speech models that hear series: features for clustering and the like.

    Nothing is trained: of the series of `fit` only their length and level count.

    Parameters
    ----------
    preset : str, default="fast"
        Which sources hear the series through which transforms: "fast" (one each), "default" or "best".
    sources : str, list of str or None, default=None
        Frozen source models: shipped ones by name or files by path; of itself those of the preset.
    transforms : str, list of str or None, default=None
        How the sources hear the series; of itself as the preset has it.
    features : str, default="all"
        "all" says what is heard and when, "means" only what.
    n_jobs : int or None, default=1
        Threads; -1 for one for each core.

    Attributes
    ----------
    n_features_in_ : int
        How many values a series has.
    program_ : bytes
        The program: all of the fitted state.

    Examples
    --------
    >>> from retune_ts import RetuneTransformer, datasets
    >>> X, y, _, _ = datasets.load_gunpoint()
    >>> features = RetuneTransformer(features="means").fit_transform(X)
    >>> len(features)
    50
    """

    def __init__(
        self,
        preset: str = "fast",
        *,
        sources: str | Iterable[str] | None = None,
        transforms: str | Iterable[str] | None = None,
        features: str = "all",
        n_jobs: int | None = 1,
    ) -> None:
        self.preset = preset
        self.sources = sources
        self.transforms = transforms
        self.features = features
        self.n_jobs = n_jobs

    def __sklearn_tags__(self) -> Any:
        from sklearn.utils import TransformerTags

        return sklearn_tags(estimator_type="transformer", transformer_tags=TransformerTags(preserves_dtype=[]))

    def fit(self, X: Any, y: Any = None) -> RetuneTransformer:
        """Take the length and the level of series.

        Parameters
        ----------
        X : array-like of shape (n_series, n_values) or (n_series, 1, n_values)
            The series, all of one length.
        y : None
            Not used: for scikit-learn.

        Returns
        -------
        RetuneTransformer
            This one.
        """
        X = _checks.series(X)
        if self.features not in ("all", "means"):
            raise ValueError(f"features is {self.features!r}; expected 'all' or 'means'")
        self.program_ = _native.fit_features(
            X,
            preset=self.preset,
            sources=_checks.names(self.sources, "sources"),
            transforms=_checks.names(self.transforms, "transforms"),
            means=self.features == "means",
            threads=_checks.threads(self.n_jobs),
        )
        self.n_features_in_ = X.shape[1]
        return self

    def transform(self, X: Any) -> np.ndarray:
        """Give the features of series.

        Parameters
        ----------
        X : array-like of shape (n_series, n_values) or (n_series, 1, n_values)
            Series as long as those of `fit`.

        Returns
        -------
        ndarray of shape (n_series, n_features), of single precision
            Not scaled: put a StandardScaler behind it.
        """
        X = self._checked(X)
        program = loaded(_native.FeatureExtractor, self.program_, self.sources)
        return program.features(X, threads=_checks.threads(self.n_jobs))

    def fit_transform(self, X: Any, y: Any = None) -> np.ndarray:
        """Fit to series and give their features.

        Parameters
        ----------
        X : array-like of shape (n_series, n_values) or (n_series, 1, n_values)
            The series, all of one length.
        y : None
            Not used: for scikit-learn.

        Returns
        -------
        ndarray of shape (n_series, n_features)
            As `transform` gives them.
        """
        return self.fit(X, y).transform(X)
