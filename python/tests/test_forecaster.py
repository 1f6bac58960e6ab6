"""Forecasts of tables."""

import os
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

import retune_ts
from retune_ts import RetuneForecaster

AIRLINE = Path(__file__).parents[2] / "data" / "Airline" / "Airline.csv"
COMMAND = os.environ.get("RETUNE") or shutil.which("retune")


@pytest.fixture(scope="module")
def airline():
    return np.genfromtxt(AIRLINE, delimiter=",", skip_header=1)[:, -1]


@pytest.mark.skipif(COMMAND is None, reason="there is no command `retune`, by $RETUNE or on the path")
def test_the_command_line_makes_the_same_program(airline, tmp_path):
    path = tmp_path / "program.safetensors"
    # Arrays have no times, whose step a program keeps.
    columns = ["--time", "none", "--column", "Passengers"]
    forecast = [COMMAND, "forecast", AIRLINE, *columns, "--horizon", "12", "--out", path, "-q"]
    done = subprocess.run(forecast, check=True, capture_output=True, text=True)
    forecaster = RetuneForecaster(12).fit(airline)
    assert forecaster.program_ == path.read_bytes()
    rows = np.array([line.split(",")[-5:] for line in done.stdout.splitlines()[1:]], dtype=float)
    found = np.stack([forecaster.predict(), *forecaster.predict_interval(level=0.8), *forecaster.predict_interval()], 1)
    np.testing.assert_allclose(found, rows, rtol=1e-6)


def test_several_histories_and_programs_without_one(airline):
    forecaster = RetuneForecaster(6).fit([airline, airline[:100]])
    assert forecaster.predict().shape == (2, 6)
    alone = forecaster.predict(airline)
    assert alone.shape == (6,)
    loaded = retune_ts.loads(retune_ts.dumps(forecaster))
    np.testing.assert_array_equal(loaded.predict(airline), alone)
    with pytest.raises(ValueError, match="no history of its own"):
        loaded.predict()


def test_a_history_of_fifteen_values_is_enough():
    y = np.random.default_rng(0).normal(size=15).cumsum()
    assert np.isfinite(RetuneForecaster(3).fit(y).predict()).all()


@pytest.mark.parametrize(
    ("y", "settings", "message"),
    [
        ([1.0, np.nan] * 20, {}, "history 0 holds nan at 1"),
        ([], {}, "no value"),
        (np.zeros((2, 2, 2)), {}, "3 dimensions"),
        ([1.0, 2.0], {}, "has 2 values"),
        (np.arange(40.0), {"horizon": 0}, "horizon is 0"),
        (np.arange(40.0), {"horizon": None}, "horizon is None"),
        (np.arange(40.0), {"context": -3}, "context is -3"),
        (np.arange(40.0), {"season": 2.5}, "season is 2.5"),
        (np.arange(40.0), {"source": ["a", "b"]}, "expected one name"),
        (np.arange(40.0), {"horizon": 39}, "expected at least"),
        (np.full(40, 3.0), {}, "moves"),
        (np.arange(40.0) % 7, {"source": "nobody"}, "there is no source"),
    ],
)
def test_what_cannot_be_forecast_is_refused(y, settings, message):
    with pytest.raises(ValueError, match=message):
        RetuneForecaster(**settings).fit(y)


def test_levels_that_no_program_keeps_are_refused(airline):
    forecaster = RetuneForecaster().fit(airline)
    for level in (0.0, 0.96, 1.0):
        with pytest.raises(ValueError, match="the level is"):
            forecaster.predict_interval(level=level)


def test_a_fit_that_fails_changes_nothing(airline):
    forecaster = RetuneForecaster().fit(airline)
    expected = forecaster.predict()
    with pytest.raises(ValueError, match="expected at least"):
        forecaster.set_params(horizon=1000).fit(np.stack([airline, airline]))
    np.testing.assert_array_equal(forecaster.predict(), expected)


def test_fields_of_structured_arrays_are_read_as_they_are(airline):
    table = np.zeros(len(airline), dtype=[("flag", "i1"), ("value", "f8")])
    table["value"] = airline
    assert RetuneForecaster().fit(table["value"]).program_ == RetuneForecaster().fit(airline).program_
