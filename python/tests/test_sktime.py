"""sktime's own checks."""

import numpy as np
import pytest

pytest.importorskip("sktime", reason="sktime is not installed")

from sktime.datasets import load_airline  # noqa: E402
from sktime.utils.estimator_checks import check_estimator  # noqa: E402

import retune_ts  # noqa: E402
from retune_ts.sktime import RetuneClassifier, RetuneForecaster  # noqa: E402


# That of the forecaster fits more than a thousand times.
@pytest.mark.parametrize("estimator", [RetuneClassifier, RetuneForecaster])
def test_all_checks(estimator):
    results = check_estimator(estimator, raise_exceptions=True, verbose=False)
    assert len(results) > 20
    assert {outcome for outcome in results.values()} == {"PASSED"}


def test_it_is_the_classifier_for_tables(gunpoint):
    X, y, X_test, _ = gunpoint
    classifier = RetuneClassifier("fast").fit(X[:, None], y)
    of_tables = retune_ts.RetuneClassifier("fast").fit(X, y)
    assert classifier.program_ == of_tables.program_
    np.testing.assert_array_equal(classifier.predict_proba(X_test[:, None]), of_tables.predict_proba(X_test))


def test_intervals_promise_at_least_what_is_asked():
    y = load_airline()
    forecaster = RetuneForecaster().fit(y[:-12], fh=np.arange(1, 13))
    wide, narrow = (forecaster.predict_interval(coverage=level) for level in (0.95, 0.8))
    between = forecaster.predict_interval(coverage=0.9)
    np.testing.assert_array_equal(between.to_numpy(), wide.to_numpy())
    assert ((wide.iloc[:, 1] - wide.iloc[:, 0]) >= (narrow.iloc[:, 1] - narrow.iloc[:, 0])).all()
    inside = (y[-12:] >= wide.iloc[:, 0]) & (y[-12:] <= wide.iloc[:, 1])
    assert inside.mean() >= 0.5
    with pytest.raises(ValueError, match="at most 0.95"):
        forecaster.predict_interval(coverage=0.99)
