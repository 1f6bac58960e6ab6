"""What the estimators of this package share: scikit-learn's conventions, without scikit-learn."""

from __future__ import annotations

import inspect
import os
import warnings
from collections.abc import Callable
from copy import deepcopy
from functools import lru_cache
from typing import Any, TypeVar

import numpy as np

from . import _checks

Loaded = TypeVar("Loaded")
Same = TypeVar("Same", bound="Estimator")


def loaded(kind: Callable[..., Loaded], program: bytes, sources: Any = None) -> Loaded:
    """Put a program on the CPU, beside its sources; the last few are kept."""
    found: Loaded = _kept(kind, program, _checks.as_key(sources))
    return found


@lru_cache(maxsize=64)
def _kept(kind: Callable[..., Any], program: bytes, sources: tuple[str, ...] | None) -> Any:
    return kind(program, sources=None if sources is None else list(sources))


def fitted(estimator: Any) -> bytes:
    """Give the program of an estimator, of this package or of its faces on other libraries' base classes."""
    if not hasattr(estimator, "program_"):
        raise _not_fitted(f"This {type(estimator).__name__} is not fitted yet: call `fit` first")
    program: bytes = estimator.program_
    return program


def write(estimator: Any, path: Any) -> None:
    """Write the program of an estimator to a file."""
    from . import _native

    _native.write(os.fsdecode(path), fitted(estimator))


class Estimator:
    """An estimator whose parameters are the arguments of `__init__`, and whose fitted state is a program.

    Attributes
    ----------
    program_ : bytes
        The program file, as `retune fit --out` writes it.
    """

    program_: bytes

    @classmethod
    def _parameters(cls) -> list[str]:
        signature = inspect.signature(cls.__init__)
        return [name for name in signature.parameters if name != "self"]

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Give the parameters by name.

        Parameters
        ----------
        deep : bool, default=True
            There is nothing deeper: for scikit-learn.

        Returns
        -------
        dict
            As they were given.
        """
        return {name: getattr(self, name) for name in self._parameters()}

    def set_params(self: Same, **params: Any) -> Same:
        """Set parameters by name.

        Returns
        -------
        Estimator
            This one.
        """
        known = self._parameters()
        for name, value in params.items():
            if name not in known:
                raise ValueError(
                    f"Invalid parameter {name!r} for estimator {self}. Valid parameters are: {known!r}."
                )
            setattr(self, name, value)
        return self

    def __repr__(self) -> str:
        signature = inspect.signature(type(self).__init__)
        given = [
            f"{name}={getattr(self, name)!r}"
            for name, parameter in signature.parameters.items()
            if name != "self" and getattr(self, name) is not parameter.default
        ]
        return f"{type(self).__name__}({', '.join(given)})"

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "program_")

    def _fitted(self) -> bytes:
        """Give the program; for what needs one."""
        return fitted(self)

    def save(self, path: Any) -> None:
        """Write the program to a file, which the command line reads as well.

        Parameters
        ----------
        path : str or path-like
            The file; an old one is replaced whole or not at all.
        """
        write(self, path)


class OfTables(Estimator):
    """An estimator of tables, one series in each row.

    Attributes
    ----------
    n_features_in_ : int
        How many values a series has.
    feature_names_in_ : ndarray of str
        The names of the columns; there where `fit` had a data frame that names them all.
    """

    n_features_in_: int
    feature_names_in_: np.ndarray

    def get_metadata_routing(self) -> Any:
        """Give what metadata the methods ask for: for scikit-learn.

        Returns
        -------
        MetadataRequest
            Scikit-learn's own; a copy.
        """
        from sklearn.utils.metadata_routing import MetadataRequest

        kept = getattr(self, "_metadata_request", None)
        return MetadataRequest(owner=self) if kept is None else deepcopy(kept)

    def _learnt(self, X: Any, values: int) -> None:
        """Keep how many columns the series of `fit` had, and their names."""
        names = _checks.column_names(X)
        self.n_features_in_ = values
        self.__dict__.pop("feature_names_in_", None)
        if names is not None:
            self.feature_names_in_ = names

    def _knows(self, names: np.ndarray) -> bool:
        """Say whether the program keeps what tells names of columns in another order, which are refused."""
        return False

    def _check_names(self, X: Any) -> None:
        """Refuse a data frame of other columns than those of `fit`, or in another order."""
        known, found, own = getattr(self, "feature_names_in_", None), _checks.column_names(X), type(self).__name__
        if known is None and found is not None:
            if self._knows(found):
                return
            warnings.warn(f"X has feature names, but {own} was fitted without feature names", stacklevel=4)
        elif known is not None and found is None:
            warnings.warn(f"X does not have valid feature names, but {own} was fitted with feature names", stacklevel=4)
        elif known is not None and found is not None and not np.array_equal(known, found):
            message = "The feature names should match those that were passed during fit.\n"
            unseen, missing = sorted(set(found) - set(known)), sorted(set(known) - set(found))
            for what, names in (("unseen at fit time", unseen), ("seen at fit time, yet now missing", missing)):
                if names:
                    message += f"Feature names {what}:\n" + "".join(f"- {name}\n" for name in names[:5])
                    message += "- ...\n" if len(names) > 5 else ""
            if not unseen and not missing:
                message += "Feature names must be in the same order as they were in fit.\n"
            raise ValueError(message)

    def _checked(self, X: Any) -> np.ndarray:
        """Give series that are as long as those of `fit`, with columns of the same names where they have some."""
        self._fitted()
        self._check_names(X)
        return self._as_long(_checks.series(X))

    def _one(self, x: Any) -> np.ndarray:
        """Give one series as a table of one row."""
        self._fitted()
        return self._as_long(_checks.series(np.asarray(x)[None]))

    def _as_long(self, found: np.ndarray) -> np.ndarray:
        if found.shape[1] != self.n_features_in_:
            raise ValueError(
                f"X has {found.shape[1]} features, but {type(self).__name__} is expecting {self.n_features_in_} features "
                "as input: series of as many values as in training"
            )
        return found


class NotFittedError(ValueError, AttributeError):
    """Something was asked of an estimator that has no program yet.

    Where scikit-learn is installed it is caught as its own `NotFittedError` as well.
    """

    def __reduce__(self) -> Any:
        return _not_fitted, (str(self),)


def _not_fitted(message: str) -> NotFittedError:
    theirs = _checks.from_sklearn("NotFittedError", NotFittedError)
    kind = NotFittedError if theirs is NotFittedError else type("NotFittedError", (NotFittedError, theirs), {})
    found: NotFittedError = kind(message)
    return found


def sklearn_tags(**given: Any) -> Any:
    """Give scikit-learn's tags of an estimator that takes tables of finite values."""
    from sklearn.utils import InputTags, Tags, TargetTags

    required = given.pop("required", False)
    return Tags(
        target_tags=TargetTags(required=required),
        input_tags=InputTags(two_d_array=True, sparse=False, allow_nan=False),
        **given,
    )
