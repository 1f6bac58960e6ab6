from collections.abc import Sequence
from os import PathLike
from typing import Any, final

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "GUNPOINT_TEST",
    "GUNPOINT_TRAIN",
    "VERSION",
    "Classifier",
    "FeatureExtractor",
    "Forecaster",
    "MotionStream",
    "fit_classifier",
    "fit_features",
    "fit_forecaster",
    "fit_motion",
    "task",
    "write",
]

VERSION: str
GUNPOINT_TRAIN: str
GUNPOINT_TEST: str

def fit_classifier(
    series: NDArray[Any],
    labels: list[str],
    *,
    preset: str,
    sources: list[str] | None = None,
    transforms: list[str] | None = None,
    parts: int | None = None,
    seed: int = 0,
    threads: int = 1,
    columns: list[str] | None = None,
) -> tuple[bytes, tuple[list[int], NDArray[np.float64]] | None]: ...
def fit_forecaster(
    histories: Sequence[NDArray[Any]],
    *,
    horizon: int,
    context: int | None = None,
    season: int | None = None,
    source: str | None = None,
    seed: int = 0,
    threads: int = 1,
) -> bytes: ...
def fit_features(
    series: NDArray[Any],
    *,
    preset: str,
    sources: list[str] | None = None,
    transforms: list[str] | None = None,
    means: bool = False,
    threads: int = 1,
) -> bytes: ...
def fit_motion(
    source: str | PathLike[str],
    person: Sequence[NDArray[np.float32]],
    able_bodied: Sequence[NDArray[np.float32]] | None = None,
    *,
    epochs: int | None = None,
    seed: int = 0,
    threads: int = 1,
) -> bytes: ...
def task(program: bytes) -> str: ...
def write(path: str | PathLike[str], program: bytes) -> None: ...
@final
class Classifier:
    def __new__(cls, program: bytes, sources: list[str] | None = None) -> Classifier: ...
    @property
    def labels(self) -> list[str]: ...
    @property
    def series_length(self) -> int: ...
    @property
    def preset(self) -> str: ...
    @property
    def sources(self) -> list[tuple[str, str]]: ...
    @property
    def parts(self) -> list[tuple[str, str, str, float]]: ...
    @property
    def scores(self) -> list[tuple[str, float]]: ...
    def check_columns(self, names: list[str]) -> bool: ...
    def predict_proba(self, series: NDArray[Any], *, threads: int = 1) -> NDArray[np.float32]: ...
    def hear(self, series: list[float], part: int) -> tuple[NDArray[np.float32], int]: ...
    def explain(
        self, series: list[float], part: int
    ) -> tuple[NDArray[np.float32], NDArray[np.float32], list[tuple[str, float]]]: ...
    def saliency(self, series: list[float], *, threads: int = 1) -> NDArray[np.float32]: ...
@final
class Forecaster:
    def __new__(cls, program: bytes, sources: list[str] | None = None) -> Forecaster: ...
    @property
    def context(self) -> int: ...
    @property
    def horizon(self) -> int: ...
    def forecast(
        self, histories: Sequence[NDArray[Any]], *, threads: int = 1
    ) -> tuple[
        NDArray[np.float64], list[tuple[float, NDArray[np.float64], NDArray[np.float64]]]
    ]: ...
@final
class FeatureExtractor:
    def __new__(cls, program: bytes, sources: list[str] | None = None) -> FeatureExtractor: ...
    @property
    def series_length(self) -> int: ...
    @property
    def width(self) -> int: ...
    def features(self, series: NDArray[Any], *, threads: int = 1) -> NDArray[np.float32]: ...
@final
class MotionStream:
    def __new__(cls, source: str | PathLike[str], program: bytes | None = None) -> MotionStream: ...
    @property
    def input_joints(self) -> list[str]: ...
    @property
    def target_joints(self) -> list[str]: ...
    @property
    def recorded_joints(self) -> list[str]: ...
    @property
    def window(self) -> int: ...
    @property
    def horizon(self) -> int: ...
    @property
    def rate(self) -> float: ...
    def push(self, sample: NDArray[np.float32]) -> NDArray[np.float32] | None: ...
    def clear(self) -> None: ...
