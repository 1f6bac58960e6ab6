"""What the estimators of this package share: scikit-learn's conventions, without scikit-learn."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import lru_cache
from typing import Any, TypeVar

import numpy as np

from . import _checks

Loaded = TypeVar("Loaded")


def loaded(kind: Callable[..., Loaded], program: bytes, sources: Any = None) -> Loaded:
    """Put a program on the CPU, beside its sources; the last few are kept."""
    found: Loaded = _kept(kind, program, _checks.as_key(sources))
    return found


@lru_cache(maxsize=16)
def _kept(kind: Callable[..., Any], program: bytes, sources: tuple[str, ...] | None) -> Any:
    return kind(program, sources=None if sources is None else list(sources))


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

    def set_params(self, **params: Any) -> Estimator:
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
        if not hasattr(self, "program_"):
            error = _checks.from_sklearn("NotFittedError", NotFittedError)
            raise error(f"This {type(self).__name__} is not fitted yet: call `fit` first")
        return self.program_

    def save(self, path: Any) -> None:
        """Write the program to a file, which the command line reads as well.

        Parameters
        ----------
        path : str or path-like
            The file; an old one is replaced whole or not at all.
        """
        from . import _native

        _native.write(str(path), self._fitted())


class OfTables(Estimator):
    """An estimator of tables, one series in each row.

    Attributes
    ----------
    n_features_in_ : int
        How many values a series has.
    """

    n_features_in_: int

    def _checked(self, X: Any) -> np.ndarray:
        """Give series that are as long as those of `fit`."""
        self._fitted()
        found = _checks.series(X)
        if found.shape[1] != self.n_features_in_:
            raise ValueError(
                f"X has {found.shape[1]} features, but {type(self).__name__} is expecting {self.n_features_in_} features "
                "as input: series of as many values as in training"
            )
        return found


class NotFittedError(ValueError, AttributeError):
    """Something was asked of an estimator that has no program yet.

    Where scikit-learn is installed its own `NotFittedError` is raised in its place.
    """


def sklearn_tags(**given: Any) -> Any:
    """Give scikit-learn's tags of an estimator that takes tables of finite values."""
    from sklearn.utils import InputTags, Tags, TargetTags

    required = given.pop("required", False)
    return Tags(
        target_tags=TargetTags(required=required),
        input_tags=InputTags(two_d_array=True, sparse=False, allow_nan=False),
        **given,
    )
