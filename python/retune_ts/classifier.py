"""The classifier for tables: one series in each row."""

from __future__ import annotations

from typing import Any

import numpy as np

from . import _checks, _native
from ._estimator import OfTables, loaded, sklearn_tags
from .explanation import Explanation


# The presets whose readouts are in closed form, which tell what they would answer to a series left out.
CLOSED_FORM = ("fast", "default", "best")


def in_order(found: np.ndarray, of_program: list[str], classes: np.ndarray) -> np.ndarray:
    """Give columns of a program in the order of `classes`: it sorts numbers by value and other labels as text."""
    places = {text: place for place, text in enumerate(of_program)}
    ordered: np.ndarray = found[:, [places[_checks.label_text(label)] for label in classes]]
    return ordered


class RetuneClassifier(OfTables):
    """Classify series by a frozen speech model that was reprogrammed for them.

    Parameters
    ----------
    preset : str, default="default"
        Where all settings start: "fast" (one source, one transform: seconds), "default", "best", or
        "voice2series", "paper", "words" and "trained-ends", which train by gradient.
    sources : str, path-like, list of these or None, default=None
        Frozen source models: shipped ones by name or files by path; of itself those of the preset.
    transforms : str, list of str or None, default=None
        How the sources hear the series, as `retune classify --transform`; of itself as the preset has it.
    parts : int or None, default=None
        The most readouts that the program keeps; fewer are smaller and faster.
    random_state : int, RandomState or None, default=0
        The seed of everything random; `None` is 0. The same seed gives the same program on any number of
        threads.
    n_jobs : int or None, default=1
        Threads; -1 for one for each core.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The classes, sorted.
    n_features_in_ : int
        How many values a series has.
    feature_names_in_ : ndarray of str
        The names of the columns; there where `fit` had a data frame that names them all.
    program_ : bytes
        The program file: all of the fitted state.

    Examples
    --------
    >>> from retune_ts import RetuneClassifier, datasets
    >>> X_train, y_train, X_test, y_test = datasets.load_gunpoint()
    >>> classifier = RetuneClassifier("fast").fit(X_train, y_train)
    >>> bool(classifier.score(X_test, y_test) > 0.95)
    True
    """

    classes_: np.ndarray

    def __init__(
        self,
        preset: str = "default",
        *,
        sources: _checks.Names = None,
        transforms: _checks.Names = None,
        parts: int | None = None,
        random_state: Any = 0,
        n_jobs: int | None = 1,
    ) -> None:
        self.preset = preset
        self.sources = sources
        self.transforms = transforms
        self.parts = parts
        self.random_state = random_state
        self.n_jobs = n_jobs

    def __sklearn_tags__(self) -> Any:
        from sklearn.utils import ClassifierTags

        return sklearn_tags(estimator_type="classifier", classifier_tags=ClassifierTags(), required=True)

    def fit(self, X: Any, y: Any) -> RetuneClassifier:
        """Fit a program to labelled series.

        Parameters
        ----------
        X : array-like of shape (n_series, n_values) or (n_series, 1, n_values)
            The series, all of one length.
        y : array-like of shape (n_series,)
            Their classes.

        Returns
        -------
        RetuneClassifier
            This one.

        Raises
        ------
        ValueError
            For fewer than two classes, values that are not finite, and settings that do not suit.
        """
        self._fit(X, y)
        return self

    def _fit(self, X: Any, y: Any, *, leave_out: bool = False) -> tuple[np.ndarray, tuple[list[int], np.ndarray] | None]:
        """Fit, and give the places of the classes and what is known of series that were left out."""
        series = _checks.series(X)
        classes, places = _checks.labels(y, len(series))
        if leave_out and (self.preset not in CLOSED_FORM or np.bincount(places).max() < 2):
            # Before a training that may take long.
            raise self._none_left_out(places)
        texts = [_checks.label_text(label) for label in classes]
        if len(set(texts)) < len(texts):
            raise ValueError(f"different classes are written alike: {texts}")
        names = _checks.column_names(X)
        program, left_out = _native.fit_classifier(
            series,
            [texts[place] for place in places],
            preset=_checks.text(self.preset, "preset"),
            sources=_checks.names(self.sources, "sources"),
            transforms=_checks.names(self.transforms, "transforms"),
            parts=_checks.optional(self.parts, "parts", low=1),
            seed=_checks.seed(self.random_state),
            threads=_checks.threads(self.n_jobs),
            columns=None if names is None else names.tolist(),
        )
        self.program_, self.classes_ = program, classes
        self._learnt(X, series.shape[1])
        return places, left_out

    def _none_left_out(self, places: np.ndarray) -> ValueError:
        return ValueError(
            f"with preset {self.preset!r} and {len(places)} series none can be left out; expected a preset in closed "
            f"form ({', '.join(CLOSED_FORM)}), and two series of some class"
        )

    def fit_predict_proba(self, X: Any, y: Any) -> np.ndarray:
        """Fit, and give what would be answered to the series of `fit` had the readouts not seen them.

        One series at a time is left out of each readout; the choice of readouts, their weights and the sharpness of
        the probabilities saw all. A series that is alone in its class gets the shares of the classes.

        Parameters
        ----------
        X : array-like of shape (n_series, n_values) or (n_series, 1, n_values)
            The series, all of one length.
        y : array-like of shape (n_series,)
            Their classes.

        Returns
        -------
        ndarray of shape (n_series, n_classes)
            In the order of `classes_`.

        Raises
        ------
        ValueError
            By presets by gradient, which leave nothing out, and where each class has one series; and as `fit`.
        """
        places, left_out = self._fit(X, y, leave_out=True)
        if left_out is None:
            raise self._none_left_out(places)
        rows, found = left_out
        answers = np.tile(np.bincount(places) / len(places), (len(places), 1))
        answers[rows] = in_order(found, self._loaded().labels, self.classes_)
        return answers

    def _loaded(self) -> _native.Classifier:
        return loaded(_native.Classifier, self._fitted(), self.sources)

    def _knows(self, names: np.ndarray) -> bool:
        return self._loaded().check_columns(names.tolist())

    def predict_proba(self, X: Any) -> np.ndarray:
        """Give the probability of each class.

        Parameters
        ----------
        X : array-like of shape (n_series, n_values) or (n_series, 1, n_values)
            Series as long as those of training.

        Returns
        -------
        ndarray of shape (n_series, n_classes), of single precision
            In the order of `classes_`.
        """
        return self._probabilities(self._checked(X))

    def _probabilities(self, series: np.ndarray) -> np.ndarray:
        program = self._loaded()
        with _checks.finite_answers():
            found = program.predict_proba(series, threads=_checks.threads(self.n_jobs))
        return in_order(found, program.labels, self.classes_)

    def predict(self, X: Any) -> np.ndarray:
        """Give the most probable class of each series.

        Parameters
        ----------
        X : array-like of shape (n_series, n_values) or (n_series, 1, n_values)
            Series as long as those of training.

        Returns
        -------
        ndarray of shape (n_series,)
            Classes as they were in training.
        """
        places = self.predict_proba(X).argmax(axis=1)
        found: np.ndarray = self.classes_[places]
        return found

    def score(self, X: Any, y: Any, sample_weight: Any = None) -> float:
        """Give the share of series whose class is found.

        Parameters
        ----------
        X : array-like of shape (n_series, n_values) or (n_series, 1, n_values)
            Series as long as those of training.
        y : array-like of shape (n_series,)
            Their classes.
        sample_weight : array-like of shape (n_series,) or None, default=None
            How much each counts.

        Returns
        -------
        float
            From 0 to 1.

        Raises
        ------
        ValueError
            For another number of labels or weights than of series, and for labels of another kind than the classes.
        """
        found = self.predict(X)
        right = found == _checks.truth(y, len(found), self.classes_)
        if sample_weight is not None:
            sample_weight = np.asarray(sample_weight, dtype=np.float64)
            if sample_weight.shape != right.shape or sample_weight.sum() == 0:
                raise ValueError(
                    f"sample_weight has the shape {sample_weight.shape} and the sum {sample_weight.sum()}; expected one weight "
                    f"for each of {len(right)} series, not all 0"
                )
        return float(np.average(right, weights=sample_weight))

    def get_metadata_routing(self) -> Any:
        """Give what metadata the methods ask for: for scikit-learn.

        Returns
        -------
        MetadataRequest
            Scikit-learn's own; a copy.
        """
        routing = super().get_metadata_routing()
        if not hasattr(self, "_metadata_request"):
            routing.score.add_request(param="sample_weight", alias=None)
        return routing

    def set_score_request(self, *, sample_weight: bool | str | None = None) -> RetuneClassifier:
        """Say whether `score` asks for weights where scikit-learn routes metadata.

        Parameters
        ----------
        sample_weight : bool, str or None, default=None
            Whether they are asked for, or the name that they are asked for by; `None` refuses them.

        Returns
        -------
        RetuneClassifier
            This one.
        """
        routing = self.get_metadata_routing()
        routing.score.add_request(param="sample_weight", alias=sample_weight)
        self._metadata_request = routing
        return self

    def hear(self, x: Any, part: int = 0) -> tuple[np.ndarray, int]:
        """Give what a source hears of a series by one part of the program.

        Parameters
        ----------
        x : array-like of shape (n_values,)
            One series.
        part : int, default=0
            The part, counted from 0.

        Returns
        -------
        samples : ndarray of shape (n_samples,)
            The sound; a plane that was painted is played by tones.
        rate : int
            Samples a second.
        """
        one = self._one(x)[0]
        with _checks.finite_answers():
            return self._loaded().hear(one.tolist(), _checks.integer(part, "part", low=0))

    def explain(self, x: Any, part: int = 0) -> Explanation:
        """Give what a prediction rests on; shown as a picture in notebooks.

        Parameters
        ----------
        x : array-like of shape (n_values,)
            One series.
        part : int, default=0
            The part whose source is looked at, counted from 0.

        Returns
        -------
        Explanation
            With `saliency`, what the source hears and reports, and `svg()`.
        """
        checked = self._one(x)
        one, program = checked[0].astype(np.float64), self._loaded()
        with _checks.finite_answers():
            plane, attention, words = program.explain(one.tolist(), _checks.integer(part, "part", low=0))
            saliency = program.saliency(one.tolist(), threads=_checks.threads(self.n_jobs))
        return Explanation(
            series=one,
            classes=self.classes_,
            probabilities=self._probabilities(checked)[0],
            saliency=saliency,
            plane=plane,
            attention=attention,
            words=words,
        )
