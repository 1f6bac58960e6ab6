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


def test_quantiles_are_those_of_the_intervals_and_the_forecast():
    forecaster = RetuneForecaster().fit(load_airline(), fh=[1, 2, 3])
    levels = [0.025, 0.1, 0.3, 0.5, 0.9, 0.975]
    found = forecaster.predict_quantiles(alpha=levels).to_numpy()
    assert (np.diff(found, axis=1) > 0).all()
    np.testing.assert_array_equal(found[:, 3], forecaster.predict())
    np.testing.assert_array_equal(found[:, [0, 5]], forecaster.predict_interval(coverage=0.95))
    np.testing.assert_array_equal(found[:, [1, 4]], forecaster.predict_interval(coverage=0.8))
    np.testing.assert_allclose(found[:, 2], (found[:, 1] + found[:, 3]) / 2)
    with pytest.raises(ValueError, match="alpha holds 0.01; expected from 0.025"):
        forecaster.predict_quantiles(alpha=[0.01])
    # A normal distribution has the same 80 % interval.
    normal = forecaster.predict_proba().quantile([0.1, 0.9]).to_numpy()
    np.testing.assert_allclose(normal, found[:, [1, 4]])


@pytest.mark.parametrize("remember", [True, False])
def test_new_values_are_forecast_from(remember):
    y = load_airline()
    forecaster = RetuneForecaster(context=24).set_config(remember_data=remember).fit(y[:-12], fh=[1, 2, 3])
    # Six of these were there before.
    forecaster.update(y[-18:-4], update_params=False)
    forecaster.update(y[-4:], update_params=False)
    found = forecaster.predict()
    assert found.index[0] == y.index[-1] + 1
    of_tables = retune_ts.loads(retune_ts.dumps(forecaster))
    np.testing.assert_array_equal(found, of_tables.predict(y.to_numpy()))


def test_gaps_are_not_spliced_over():
    y = load_airline()
    forecaster = RetuneForecaster(context=24).set_config(remember_data=False).fit(y[:-12], fh=[1])
    with pytest.raises(ValueError, match="do not follow .* expected no gap"):
        forecaster.update(y[-10:], update_params=False)
    with pytest.warns(UserWarning, match="stays as it is"):
        forecaster.update(y[-12:], update_params=True)
    counted = y.set_axis(range(0, 2 * len(y), 2))
    with pytest.raises(ValueError, match="do not go up by 1"):
        RetuneForecaster(context=24).fit(counted, fh=[1])


def test_horizons_may_be_spans_of_time():
    pandas = pytest.importorskip("pandas", reason="pandas is not installed")
    y = pandas.Series(np.sin(np.arange(200) / 5), index=pandas.date_range("2000-01-01", periods=200, freq="D"))
    days = [pandas.Timedelta(days=1), pandas.Timedelta(days=3)]
    pandas.testing.assert_series_equal(RetuneForecaster().fit(y, fh=days).predict(), RetuneForecaster().fit(y, fh=[1, 3]).predict())
    with pytest.raises(ValueError, match="expected multiples of the step"):
        RetuneForecaster().fit(y, fh=[pandas.Timedelta(hours=5)])


def test_programs_are_kept_as_those_of_the_table(tmp_path):
    y = load_airline()
    forecaster = RetuneForecaster().fit(y, fh=[1, 2])
    retune_ts.save(forecaster, tmp_path / "program.safetensors")
    found = retune_ts.load(tmp_path / "program.safetensors").predict(y.to_numpy())
    np.testing.assert_array_equal(found, forecaster.predict())
