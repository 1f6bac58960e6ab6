"""Programs: the same bytes as the command line's, through files and through pickles."""

import json
import os
import pickle
import shutil
import subprocess
import warnings
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import joblib
import numpy as np
import pytest
import skops.io
import sklearn.exceptions
from sklearn.base import clone

import retune_ts
from retune_ts import RetuneClassifier

DATA = Path(__file__).parents[2] / "data" / "GunPoint"
COMMAND = os.environ.get("RETUNE") or shutil.which("retune")


@pytest.mark.skipif(COMMAND is None, reason="there is no command `retune`, by $RETUNE or on the path")
@pytest.mark.parametrize("preset", ["fast", "words"])
def test_the_command_line_makes_the_same_program(preset, gunpoint, tmp_path):
    X, y, X_test, _ = gunpoint
    path = tmp_path / "program.safetensors"
    fit = [COMMAND, "fit", DATA / "GunPoint_TRAIN.ts", "--out", path, "--preset", preset, "--seed", "3", "-q"]
    subprocess.run(fit, check=True)
    classifier = RetuneClassifier(preset, random_state=3).fit(X, y)
    assert retune_ts.dumps(classifier) == path.read_bytes()
    predict = [COMMAND, "predict", path, DATA / "GunPoint_TEST.ts", "--json", "-q"]
    answer = json.loads(subprocess.run(predict, check=True, capture_output=True).stdout)
    found = np.array([list(row["probabilities"].values()) for row in answer["predictions"]], dtype=np.float32)
    np.testing.assert_array_equal(classifier.predict_proba(X_test), found)
    np.testing.assert_array_equal(retune_ts.load(path).predict_proba(X_test), found)


def test_a_program_that_is_loaded_knows_its_columns_in_another_order(gunpoint, tmp_path):
    pandas = pytest.importorskip("pandas", reason="pandas is not installed")
    X, y, X_test, _ = gunpoint
    names = [f"t{place}" for place in range(X.shape[1])]
    frame = pandas.DataFrame(X_test, columns=names)
    fitted = RetuneClassifier("fast").fit(pandas.DataFrame(X, columns=names), y)
    fitted.save(tmp_path / "a.safetensors")
    loaded = retune_ts.load(tmp_path / "a.safetensors")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        expected = fitted.predict_proba(frame)
        np.testing.assert_array_equal(loaded.predict_proba(frame), expected)
        # Neither names that were never seen nor none say anything of the order.
        np.testing.assert_array_equal(loaded.predict_proba(frame.rename(columns=str.upper)), expected)
        np.testing.assert_array_equal(loaded.predict_proba(X_test), expected)
        with pytest.raises(ValueError, match="those of the training file, in another order"):
            loaded.predict(frame[names[::-1]])
    nameless = retune_ts.loads(retune_ts.dumps(RetuneClassifier("fast").fit(X, y)))
    with pytest.warns(UserWarning, match="fitted without feature names"):
        nameless.predict(frame)
    if COMMAND is not None:
        frame[names[::-1]].to_csv(tmp_path / "turned.csv", index=False)
        predict = [COMMAND, "predict", tmp_path / "a.safetensors", tmp_path / "turned.csv"]
        answer = subprocess.run(predict, capture_output=True, text=True)
        assert answer.returncode == 1 and "in another order" in answer.stderr


def test_every_way_of_keeping_predicts_the_same_bits(fitted, gunpoint, tmp_path):
    X = gunpoint[2]
    expected = fitted.predict_proba(X)
    retune_ts.save(fitted, tmp_path / "a.safetensors")
    joblib.dump(fitted, tmp_path / "a.joblib")
    skops.io.dump(fitted, tmp_path / "a.skops")
    trusted = skops.io.get_untrusted_types(file=tmp_path / "a.skops")
    assert trusted == ["retune_ts.classifier.RetuneClassifier"]
    for kept in (
        retune_ts.load(tmp_path / "a.safetensors"),
        retune_ts.loads(retune_ts.dumps(fitted)),
        pickle.loads(pickle.dumps(fitted)),
        deepcopy(fitted),
        joblib.load(tmp_path / "a.joblib"),
        skops.io.load(tmp_path / "a.skops", trusted=trusted),
    ):
        np.testing.assert_array_equal(kept.predict_proba(X), expected)
        assert kept.program_ == fitted.program_
    assert joblib.hash(fitted) == joblib.hash(pickle.loads(pickle.dumps(fitted)))
    assert not hasattr(clone(fitted), "program_")


def test_a_source_that_the_program_does_not_keep(gunpoint):
    X, y, X_test, _ = gunpoint
    both = RetuneClassifier("default", sources=["speech-embedding", "attrnn-gsc35"], transforms="formants", parts=1).fit(X, y)
    assert len(both._loaded().sources) == 1
    np.testing.assert_array_equal(both.predict_proba(X_test), retune_ts.loads(both.program_).predict_proba(X_test))
    with pytest.raises(ValueError, match="was trained for the source"):
        retune_ts.loads(both.program_, sources="random-3")


def test_threads_and_layouts_change_nothing(fitted, gunpoint):
    X, y, X_test, _ = gunpoint
    expected = fitted.predict_proba(X_test)
    for n_jobs in (2, -1, None):
        assert RetuneClassifier("fast", n_jobs=n_jobs).fit(X, y).program_ == fitted.program_
        assert RetuneClassifier("fast", n_jobs=n_jobs).fit(X[:, None, :], y.tolist()).program_ == fitted.program_
    strided = np.repeat(X_test, 2, axis=1)[:, ::2]
    for same in (np.asfortranarray(X_test), strided, X_test.tolist(), X_test[:, None, :]):
        np.testing.assert_array_equal(fitted.predict_proba(same), expected)
    np.testing.assert_array_equal(np.concatenate([fitted.predict_proba(X_test[k : k + 1]) for k in range(9)]), expected[:9])
    # Single precision goes in as it is.
    single = X_test.astype(np.float32)
    np.testing.assert_array_equal(fitted.predict_proba(single), fitted.predict_proba(single.astype(np.float64)))


def test_what_is_said_of_series_that_were_left_out(gunpoint):
    X, y, _, _ = gunpoint
    # The second class by text is the first by value; one series is alone in its class.
    labels = np.where(y == "1", "10", "9")
    labels[0] = "11"
    classifier = RetuneClassifier("fast")
    left_out = classifier.fit_predict_proba(X, labels)
    assert classifier.program_ == RetuneClassifier("fast").fit(X, labels).program_
    assert left_out.shape == (50, 3)
    np.testing.assert_allclose(left_out.sum(axis=1), 1)
    np.testing.assert_allclose(left_out[0], [(labels == label).mean() for label in classifier.classes_])
    right = classifier.classes_[left_out.argmax(axis=1)] == labels
    scores = dict(classifier._loaded().scores)
    assert right[1:].mean() == pytest.approx(scores["selection_accuracy"])
    # Seen in training they are answered more surely.
    truth = np.searchsorted(classifier.classes_, labels)
    seen = classifier.predict_proba(X)[np.arange(50), truth]
    assert seen[1:].mean() > left_out[np.arange(50), truth][1:].mean()
    with pytest.raises(ValueError, match="none can be left out"):
        RetuneClassifier("fast").fit_predict_proba(X[:2], ["a", "b"])


def test_damaged_programs_are_refused(fitted):
    program = fitted.program_
    for damaged in (b"", b"{}", program[:-1], program[: len(program) // 2], program.replace(b"GunPoint", b"GunPaint") + b"!"):
        with pytest.raises(ValueError, match="not a program, or damaged"):
            retune_ts.loads(damaged)
    with pytest.raises(FileNotFoundError):
        retune_ts.load("nowhere.safetensors")
    with pytest.raises(OSError, match="cannot write"):
        fitted.save("/nowhere/a.safetensors")
    for kind in (ValueError, retune_ts.NotFittedError, sklearn.exceptions.NotFittedError):
        with pytest.raises(kind, match="not fitted yet") as caught:
            RetuneClassifier().predict(np.zeros((2, 9)))
        assert isinstance(pickle.loads(pickle.dumps(caught.value)), kind)
    with pytest.raises(ValueError, match="not fitted yet"):
        RetuneClassifier().save("a.safetensors")


def test_what_a_prediction_rests_on(fitted, gunpoint):
    X = gunpoint[2]
    explanation = fitted.explain(X[0])
    assert explanation.saliency.shape == (150,)
    assert explanation.saliency.max() == 1
    assert explanation.plane.ndim == 2
    np.testing.assert_array_equal(explanation.probabilities, fitted.predict_proba(X[:1])[0])
    picture = explanation._repr_svg_()
    assert picture.startswith("<svg") and picture.count("<rect") == 151
    samples, rate = fitted.hear(X[0])
    assert rate == 16_000 and samples.dtype == np.float32 and np.abs(samples).max() > 0
    with pytest.raises(ValueError, match="there is no part 9"):
        fitted.hear(X[0], part=8)


def test_paths_are_paths(fitted, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with (tmp_path / "open").open("w") as file:
        for wrong in (None, 5, file):
            with pytest.raises(TypeError):
                fitted.save(wrong)
            with pytest.raises(TypeError):
                retune_ts.save(fitted, wrong)
    fitted.save(b"bytes.safetensors")
    assert retune_ts.load(b"bytes.safetensors").program_ == fitted.program_
    assert {path.name for path in tmp_path.iterdir()} == {"open", "bytes.safetensors"}


def test_explanations_are_compared_and_drawn_whatever_the_labels(fitted, gunpoint):
    first, same, other = (fitted.explain(gunpoint[2][place]) for place in (0, 0, 1))
    assert first == same and first != other and first != "picture"
    strange = replace(first, classes=np.array(["a\x01<", "b\x00"]))
    ElementTree.fromstring(strange.svg())
