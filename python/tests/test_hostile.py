"""What is wrong with arrays, each an exception that says so."""

import subprocess
import sys

import numpy as np
import pytest

from retune_ts import RetuneClassifier, RetuneTransformer

Y = np.array(["a", "b"] * 4)
X = np.random.default_rng(0).normal(size=(8, 30))


@pytest.mark.parametrize(
    ("series", "labels", "error", "message"),
    [
        (np.full((8, 30), np.nan), Y, ValueError, r"NaN at \[0, 0\]"),
        (np.where(np.arange(30) == 3, np.inf, X), Y, ValueError, r"inf at \[0, 3\]"),
        (X + 1j, Y, ValueError, "Complex data"),
        (np.array([["x"] * 30] * 8), Y, ValueError, "could not convert"),
        (np.array([[{}] * 30] * 8), Y, TypeError, "argument must be"),
        ([[1.0, 2.0], [1.0]], ["a", "b"], ValueError, "inhomogeneous"),
        (X[:0], Y[:0], ValueError, r"0 sample\(s\)"),
        (X[:, :0], Y, ValueError, r"0 feature\(s\)"),
        (X[0], Y, ValueError, "Expected 2D array, got 1D"),
        (X[None, None], Y, ValueError, "Expected 2D array, got 4D"),
        (np.stack([X, X], axis=1), Y, ValueError, "2 channels"),
        (X, Y[:7], ValueError, "8 series but 7 labels"),
        (X, None, ValueError, "requires y"),
        (X, ["a"] * 8, ValueError, "one class, .*'a'"),
        (X, np.linspace(0, 1, 8), ValueError, "Unknown label type"),
        (X, ["a", None] * 4, ValueError, "missing label"),
        (X, np.stack([Y, Y], axis=1), ValueError, "1d array"),
        (X, np.array(["a", "a\n" * 3000] * 4), ValueError, "label"),
        (X, np.array([0.5, 2.5] * 4, dtype=object), ValueError, "y holds fractions"),
        (X, np.array(["a", 1] * 4, dtype=object), ValueError, "labels of several kinds"),
        (X, np.array([b"a", b"\xff"] * 4), ValueError, "not UTF-8"),
        (X, ["a", np.nan] * 4, ValueError, "missing label"),
        (X, [1, "1"] * 4, ValueError, "labels of several kinds"),
        (X, np.array(["2020", "NaT"] * 4, dtype="datetime64[D]"), ValueError, "missing label"),
        (X, np.ma.masked_array(Y, mask=Y == "a"), ValueError, "masked label"),
        (np.ma.masked_array(X, mask=X > 1), Y, ValueError, "some values are masked"),
        (np.zeros((8, 30), dtype="datetime64[D]"), Y, ValueError, "dates or spans of time"),
    ],
)
def test_what_cannot_be_learnt_is_refused(series, labels, error, message):
    with pytest.raises(error, match=message):
        RetuneClassifier("fast").fit(series, labels)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"preset": "fastest"}, "fastest"),
        ({"transforms": "forments"}, "there is no transform"),
        ({"sources": "nobody"}, "there is no source"),
        ({"transforms": []}, "expected a name"),
        ({"parts": 0}, "parts"),
        ({"n_jobs": 0}, "n_jobs is 0"),
        ({"n_jobs": 10**6}, "n_jobs asks for"),
        ({"random_state": -1}, "random_state is -1"),
        ({"random_state": 0.5}, "random_state is 0.5"),
        ({"parts": -1}, "parts is -1"),
        ({"parts": 1.5}, "parts is 1.5"),
        ({"parts": 2**70}, "parts is "),
        ({"n_jobs": 2**70}, "n_jobs is "),
        ({"n_jobs": "two"}, "n_jobs is 'two'"),
        ({"preset": None}, "preset is None"),
        ({"sources": 5}, "sources is 5"),
        ({"sources": iter(["attrnn-gsc35"])}, "several in a list"),
        ({"sources": {"attrnn-gsc35", "speech-embedding"}}, "several in a list"),
    ],
)
def test_settings_that_do_not_suit_are_refused(settings, message):
    with pytest.raises(ValueError, match=message):
        RetuneClassifier(**{"preset": "fast", **settings}).fit(X, Y)


def test_other_lengths_are_refused(fitted):
    with pytest.raises(ValueError, match="X has 149 features, but RetuneClassifier is expecting 150"):
        fitted.predict(np.zeros((2, 149)))


@pytest.mark.parametrize("values", [1, 2, 3, 10**6])
def test_very_short_and_very_long_series(values):
    series = np.random.default_rng(0).normal(size=(6, values))
    series[::2] += 3
    try:
        RetuneClassifier("fast").fit(series, ["a", "b"] * 3).predict(series)
    except (ValueError, MemoryError) as error:
        assert str(error)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="memory is limited as Linux has it")
def test_memory_that_is_not_there_is_an_exception():
    script = (
        "import resource, numpy as np, retune_ts\n"
        "series = np.random.default_rng(0).normal(size=(2000, 3000))\n"
        "size = int(open('/proc/self/statm').read().split()[0]) * resource.getpagesize()\n"
        "resource.setrlimit(resource.RLIMIT_AS, (size + (400 << 20), size + (400 << 20)))\n"
        "try:\n"
        "    retune_ts.RetuneClassifier('best').fit(series, ['a', 'b'] * 1000)\n"
        "except MemoryError as error:\n"
        "    print('refused:', error)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=300)
    assert done.stdout.startswith("refused:"), done


def test_fields_of_structured_arrays_are_read_as_they_are(fitted, gunpoint):
    X = gunpoint[2][:4]
    for dtype in (np.float32, np.float64):
        # Values lie one byte more apart than they are long.
        table = np.zeros(X.shape, dtype=[("flag", "i1"), ("value", dtype)])
        table["value"] = X
        np.testing.assert_array_equal(fitted.predict_proba(table["value"]), fitted.predict_proba(X.astype(dtype)))


def test_values_too_large_are_refused_as_such(fitted):
    for ask in (lambda one: fitted.predict(one[None]), fitted.hear, fitted.explain):
        with pytest.raises(ValueError, match="not finite"):
            ask(np.linspace(0, 1e200, 150))
    # A case far down is named by its place, from 1.
    many = np.tile(np.sin(np.arange(150.0)), (200, 1))
    many[150] *= 1e300
    hearing = RetuneTransformer("fast", features="means").fit(many[:9])
    for ask in (fitted.predict, hearing.transform):
        with pytest.raises(ValueError, match="case 151 "):
            ask(many)


def test_scores_of_other_labels_than_the_classes_are_refused(fitted, gunpoint):
    X, y = gunpoint[2][:4], gunpoint[3][:4]
    for labels, message in ((y[:1], "4 series but 1 labels"), (y.astype(int), "another kind"), (None, "requires y")):
        with pytest.raises(ValueError, match=message):
            fitted.score(X, labels)
    for weights in ([1.0], [0.0] * 4):
        with pytest.raises(ValueError, match="sample_weight has"):
            fitted.score(X, y, sample_weight=weights)
    assert fitted.score(X, y.tolist(), sample_weight=[1, 2, 3, 4]) > 0


def test_a_preset_that_leaves_nothing_out_is_refused_before_it_trains(gunpoint, monkeypatch):
    monkeypatch.setattr("retune_ts.classifier._native.fit_classifier", lambda *_, **__: pytest.fail("it trains"))
    with pytest.raises(ValueError, match="expected a preset in closed form"):
        RetuneClassifier("paper").fit_predict_proba(*gunpoint[:2])
