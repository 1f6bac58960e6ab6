"""aeon's own checks."""

import numpy as np
import pytest

pytest.importorskip("aeon", reason="aeon is not installed")

from aeon.testing.estimator_checking import check_estimator  # noqa: E402

import retune_ts  # noqa: E402
from retune_ts.aeon import RetuneClassifier, RetuneForecaster  # noqa: E402


@pytest.mark.parametrize("estimator", [RetuneClassifier, RetuneForecaster])
def test_all_checks(estimator):
    results = check_estimator(estimator, raise_exceptions=True)
    assert len(results) > 15
    assert {outcome for outcome in results.values()} == {"PASSED"}


def test_it_is_the_classifier_for_tables(gunpoint):
    X, y, X_test, y_test = gunpoint
    classifier = RetuneClassifier("fast").fit(X[:, None], y)
    of_tables = retune_ts.RetuneClassifier("fast").fit(X, y)
    assert classifier.program_ == of_tables.program_
    np.testing.assert_array_equal(classifier.predict_proba(X_test[:, None]), of_tables.predict_proba(X_test))


def test_a_series_at_once_and_a_step_at_once():
    y = np.sin(np.arange(240) * np.pi / 6)
    expected = np.sin(np.arange(240, 246) * np.pi / 6)
    np.testing.assert_allclose(RetuneForecaster().series_to_series_forecast(y, 6), expected, atol=0.05)
    np.testing.assert_allclose(RetuneForecaster().direct_forecast(y, 6), expected, atol=0.05)


def test_programs_are_kept_as_those_of_the_table(gunpoint, tmp_path):
    X, y, X_test, _ = gunpoint
    classifier = RetuneClassifier("fast").fit(X[:, None], y)
    assert retune_ts.dumps(classifier) == classifier.program_
    retune_ts.save(classifier, tmp_path / "program.safetensors")
    found = retune_ts.load(tmp_path / "program.safetensors").predict_proba(X_test)
    np.testing.assert_array_equal(found, classifier.predict_proba(X_test[:, None]))
    with pytest.raises(ValueError, match="not fitted yet"):
        retune_ts.dumps(RetuneClassifier("fast"))
