"""The transformer: what frozen speech models make of series, as features for whatever comes after."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np

from . import _checks, _native
from ._estimator import OfTables, loaded, sklearn_tags


# What `transform` may give.
CONTAINERS = ("default", "pandas", "polars")


class RetuneTransformer(OfTables):
    """Give the activations of frozen speech models that hear series: features for clustering and the like.

    Nothing is trained: of the series of `fit` only their length and level count.

    Parameters
    ----------
    preset : str, default="fast"
        Which sources hear the series through which transforms: "fast" (one each), "default" or "best".
    sources : str, path-like, list of these or None, default=None
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
    feature_names_in_ : ndarray of str
        The names of the columns; there where `fit` had a data frame that names them all.
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
        sources: _checks.Names = None,
        transforms: _checks.Names = None,
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
        series = _checks.series(X)
        _checks.column_names(X)  # Names that are no good are refused before anything is fitted.
        if self.features not in ("all", "means"):
            raise ValueError(f"features is {self.features!r}; expected 'all' or 'means'")
        self.program_ = _native.fit_features(
            series,
            preset=_checks.text(self.preset, "preset"),
            sources=_checks.names(self.sources, "sources"),
            transforms=_checks.names(self.transforms, "transforms"),
            means=self.features == "means",
            threads=_checks.threads(self.n_jobs),
        )
        self._learnt(X, series.shape[1])
        return self

    def _loaded(self) -> _native.FeatureExtractor:
        return loaded(_native.FeatureExtractor, self._fitted(), self.sources)

    def get_feature_names_out(self, input_features: Any = None) -> np.ndarray:
        """Give a name for each feature.

        Parameters
        ----------
        input_features : array-like of str or None, default=None
            Names of the values of a series, which are only checked: a feature is of the whole series.

        Returns
        -------
        ndarray of str
            "retunetransformer0", "retunetransformer1" and so on.
        """
        width = self._loaded().width
        if input_features is not None:
            given, known = np.asarray(input_features, dtype=object), getattr(self, "feature_names_in_", None)
            if known is not None and not np.array_equal(given, known):
                raise ValueError("input_features is not equal to feature_names_in_")
            if len(given) != self.n_features_in_:
                raise ValueError(
                    f"input_features should have length equal to number of features ({self.n_features_in_}), got {len(given)}"
                )
        return np.array([f"{type(self).__name__.lower()}{number}" for number in range(width)], dtype=object)

    def set_output(self, *, transform: str | None = None) -> RetuneTransformer:
        """Say what `transform` gives.

        Parameters
        ----------
        transform : {"default", "pandas", "polars"} or None, default=None
            An array, or a data frame of a library that is installed; `None` leaves it as it is.

        Returns
        -------
        RetuneTransformer
            This one.
        """
        if transform is not None:
            if transform not in CONTAINERS:
                raise ValueError(f"transform is {transform!r}; expected one of {', '.join(CONTAINERS)}, or None")
            # By the name that scikit-learn's `clone` copies.
            self._sklearn_output_config = {"transform": transform}
        return self

    def _contained(self, found: np.ndarray, X: Any) -> Any:
        """Give features as `set_output`, or else scikit-learn's own setting, has it."""
        kind = getattr(self, "_sklearn_output_config", {}).get("transform")
        if kind is None and "sklearn" in sys.modules:
            kind = sys.modules["sklearn"].get_config().get("transform_output")
        if kind == "pandas":
            import pandas

            return pandas.DataFrame(found, columns=self.get_feature_names_out(), index=X.index if hasattr(X, "columns") else None)
        if kind == "polars":
            import polars

            return polars.DataFrame(found, schema=self.get_feature_names_out().tolist(), orient="row")
        return found

    def transform(self, X: Any) -> Any:
        """Give the features of series.

        Parameters
        ----------
        X : array-like of shape (n_series, n_values) or (n_series, 1, n_values)
            Series as long as those of `fit`.

        Returns
        -------
        ndarray of shape (n_series, n_features), of single precision
            Not scaled: put a StandardScaler behind it. A data frame where `set_output` asked for one.
        """
        series = self._checked(X)
        with _checks.finite_answers():
            found = self._loaded().features(series, threads=_checks.threads(self.n_jobs))
        return self._contained(found, X)

    def fit_transform(self, X: Any, y: Any = None) -> Any:
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
