"""What one prediction rests on."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from html import escape

import numpy as np

from ._checks import label_text

WIDTH, HEIGHT, MARGIN = 640, 200, 24
# Characters that XML has no way to write.
NO_XML = re.compile("[^\\t\\n\\r\\x20-\\ud7ff\\ue000-\\ufffd\\U00010000-\\U0010ffff]")


@dataclass(frozen=True, eq=False)
class Explanation:
    """What a prediction rests on, in arrays; a notebook shows it as a picture.

    Attributes
    ----------
    series : ndarray of shape (n_values,)
        The series.
    classes : ndarray of shape (n_classes,)
        The classes.
    probabilities : ndarray of shape (n_classes,)
        Their probabilities.
    saliency : ndarray of shape (n_values,)
        How much the answer rests on each value: how far it moves when a stretch around the value becomes a
        straight line. The largest is 1.
    plane : ndarray of shape (n_frames, n_filters)
        What the source hears.
    attention : ndarray of shape (n_frames,) or (0,)
        The weight that the source gives each frame, where it has attention.
    words : list of (str, float)
        The words that the source itself would report, the most probable first; none where it has none.
    """

    series: np.ndarray
    classes: np.ndarray
    probabilities: np.ndarray
    saliency: np.ndarray
    plane: np.ndarray
    attention: np.ndarray
    words: list[tuple[str, float]]

    def __eq__(self, other: object) -> bool:
        """Say whether all arrays and words are the same."""
        if not isinstance(other, Explanation):
            return NotImplemented
        pairs = ((getattr(self, field.name), getattr(other, field.name)) for field in fields(self))
        return all(np.array_equal(a, b) if isinstance(a, np.ndarray) else bool(a == b) for a, b in pairs)

    # Arrays have no hash.
    __hash__ = None  # type: ignore[assignment]

    def svg(self) -> str:
        """Draw the series on a ground that is dark where the answer rests on it.

        Returns
        -------
        str
            An SVG image.
        """
        count = len(self.series)
        low, high = float(self.series.min()), float(self.series.max())
        spread = high - low or 1.0
        width, height = WIDTH - 2 * MARGIN, HEIGHT - 2 * MARGIN
        step = width / count

        def at(place: int, value: float) -> str:
            x = MARGIN + (place + 0.5) * step
            y = MARGIN + height * (1 - (value - low) / spread)
            return f"{x:.1f},{y:.1f}"

        ground = "".join(
            f'<rect x="{MARGIN + place * step:.2f}" y="{MARGIN}" width="{step + 0.05:.2f}" height="{height}" '
            f'fill="#e08214" fill-opacity="{max(0.0, float(weight)) * 0.7:.3f}"/>'
            for place, weight in enumerate(self.saliency)
        )
        line = " ".join(at(place, float(value)) for place, value in enumerate(self.series))
        best = int(self.probabilities.argmax())
        title = f"{label_text(self.classes[best])}: {float(self.probabilities[best]):.1%}"
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}">'
            f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>{ground}'
            f'<polyline points="{line}" fill="none" stroke="#222" stroke-width="1.5"/>'
            f'<text x="{MARGIN}" y="{MARGIN - 8}" font-family="sans-serif" font-size="13">{escape(NO_XML.sub("�", title))}</text></svg>'
        )

    def _repr_svg_(self) -> str:
        return self.svg()
