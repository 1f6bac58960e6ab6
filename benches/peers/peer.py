"""What a framework must offer to be measured."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import numpy as np

# One training step: placed series `[batch, 16000]` and their classes `[batch]` give the loss.
TrainStep = Callable[[np.ndarray, np.ndarray], float]
# Series `[batch, 500]`, which it pads itself, give ln P(class) `[batch, classes]`.
Predict = Callable[[np.ndarray], np.ndarray]


class Peer(Protocol):
    """The graph in one framework, in one or more variants: ways to run the same graph.

    Arrays go in and come out as NumPy, so the timed part is the same for every framework. The
    functions of a variant may raise whatever the framework does where it cannot run that variant.
    """

    version: str
    variants: tuple[str, ...]

    def trainer(self, variant: str, mask: np.ndarray) -> TrainStep:
        """Adam on a fresh θ, which sounds where `mask` is 1."""
        ...

    def predictor(self, variant: str) -> Predict:
        """The same forward pass on padded series, with a θ that stays as it is."""
        ...

    def probabilities(self, variant: str, waveform: np.ndarray) -> np.ndarray:
        """P(label) `[batch, 36]` of clips `[batch, 16000]`: the source model alone, for `--check`."""
        ...

    def gradient(self, variant: str, waveform: np.ndarray, labels: np.ndarray) -> np.ndarray:
        """That of the sum of −ln P(label) with respect to `waveform`, `[batch, 16000]`."""
        ...
