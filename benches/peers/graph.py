"""What both peers share: the graph's numbers, its frozen weights and the series it is measured on.

Nothing here uses a framework, so that neither gets numbers that the other does not.
"""

from __future__ import annotations

import json
import struct
from pathlib import Path

import numpy as np

CLIP_SAMPLES = 16_000
SAMPLE_RATE = 16_000
FRAME_SAMPLES = 1024
HOP_SAMPLES = 128
FRAMES = CLIP_SAMPLES // HOP_SAMPLES
BINS = FRAME_SAMPLES // 2 + 1
MELS = 80
LOG_OFFSET = 1e-6
UNITS = 64
NORM_EPSILON = 1e-3
# Under the root of a clip's variance, so that silence is divided by something.
VARIANCE_FLOOR = 1e-12

LABELS = 36
CLASSES = 2
SERIES_SAMPLES = 500
LEARNING_RATE = 0.05
INITIAL_AMPLITUDE = 0.05

Weights = dict[str, np.ndarray]


def read_safetensors(path: Path) -> Weights:
    """Float32 tensors by name; the format is a JSON header before the bytes, so no package is needed."""
    data = path.read_bytes()
    (length,) = struct.unpack_from("<Q", data)
    header = json.loads(data[8 : 8 + length])
    header.pop("__metadata__", None)
    tensors = {}
    for name, entry in header.items():
        if entry["dtype"] != "F32":
            raise ValueError(f"{path}: tensor {name} is {entry['dtype']}, expected F32")
        start, end = entry["data_offsets"]
        values = np.frombuffer(data[8 + length + start : 8 + length + end], "<f4")
        tensors[name] = values.reshape(entry["shape"]).copy()
    return tensors


def hann_window() -> np.ndarray:
    """The periodic Hann window, `[FRAME_SAMPLES]`."""
    phase = 2 * np.pi * np.arange(FRAME_SAMPLES) / FRAME_SAMPLES
    return (0.5 - 0.5 * np.cos(phase)).astype(np.float32)


def mel_matrix() -> np.ndarray:
    """`[BINS, MELS]`: HTK mel triangles from 40 to 8,000 Hz, linear in mel, peak 1."""

    def mel(hz: np.ndarray) -> np.ndarray:
        return 1127.0 * np.log1p(hz / 700.0)

    edges = np.linspace(mel(np.float64(40.0)), mel(np.float64(8000.0)), MELS + 2)
    bins = mel(np.arange(BINS) * (SAMPLE_RATE / FRAME_SAMPLES))[:, None]
    lower, centre, upper = edges[:-2], edges[1:-1], edges[2:]
    rising = (bins - lower) / (centre - lower)
    falling = (upper - bins) / (upper - centre)
    return np.maximum(0.0, np.minimum(rising, falling)).astype(np.float32)


def norm_scale_and_shift(weights: Weights, norm: str) -> tuple[np.ndarray, np.ndarray]:
    """A batch norm at rest is one scale and one shift of each channel."""
    scale = weights[f"{norm}.gamma"] / np.sqrt(weights[f"{norm}.variance"] + NORM_EPSILON)
    return scale, weights[f"{norm}.beta"] - weights[f"{norm}.mean"] * scale


def label_groups() -> np.ndarray:
    """`[CLASSES, LABELS]`: ln(1 / group size) where a label belongs to a class, else a number whose exp is 0.

    `ln P(class) = logsumexp(ln P(label) + this)` is the mean probability of the class's labels.
    """
    size = LABELS // CLASSES
    order = np.random.default_rng(0).permutation(LABELS)
    groups = np.full((CLASSES, LABELS), -1e30, np.float32)
    for group in range(CLASSES):
        groups[group, order[group * size : (group + 1) * size]] = -np.log(size)
    return groups


def initial_theta() -> np.ndarray:
    """θ before training, `[CLIP_SAMPLES]`: the same for both peers."""
    bound = INITIAL_AMPLITUDE
    return np.random.default_rng(1).uniform(-bound, bound, CLIP_SAMPLES).astype(np.float32)


def series(count: int) -> tuple[np.ndarray, np.ndarray]:
    """Noisy sines of two frequencies, z-normalised `[count, SERIES_SAMPLES]`, and their classes `[count]`.

    Speed does not depend on their values; two classes that differ keep the training sane.
    """
    random = np.random.default_rng(2)
    classes = np.arange(count) % CLASSES
    time = np.arange(SERIES_SAMPLES) / SERIES_SAMPLES
    turns = (3 + 4 * classes)[:, None] * time + random.uniform(size=(count, 1))
    values = np.sin(2 * np.pi * turns) + 0.2 * random.standard_normal((count, SERIES_SAMPLES))
    values -= values.mean(axis=1, keepdims=True)
    values /= values.std(axis=1, keepdims=True)
    return values.astype(np.float32), classes.astype(np.int64)


START = (CLIP_SAMPLES - SERIES_SAMPLES) // 2


def pad(values: np.ndarray) -> np.ndarray:
    """Series in the centre of a silent clip: `[batch, SERIES_SAMPLES]` gives `[batch, CLIP_SAMPLES]`."""
    clips = np.zeros((len(values), CLIP_SAMPLES), np.float32)
    clips[:, START : START + SERIES_SAMPLES] = values
    return clips


def padding_mask() -> np.ndarray:
    """0 where `pad` puts the series and 1 where θ sounds, `[CLIP_SAMPLES]`."""
    mask = np.ones(CLIP_SAMPLES, np.float32)
    mask[START : START + SERIES_SAMPLES] = 0.0
    return mask


def stretch(values: np.ndarray) -> np.ndarray:
    """Series drawn out over the whole clip on straight lines, `[batch, CLIP_SAMPLES]`."""
    new = np.linspace(0, SERIES_SAMPLES - 1, CLIP_SAMPLES)
    old = np.arange(SERIES_SAMPLES)
    return np.stack([np.interp(new, old, row) for row in values]).astype(np.float32)
