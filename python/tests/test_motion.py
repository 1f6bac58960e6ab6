"""Motion: a network made by the command line, adapted and asked sample by sample."""

import os
import pickle
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

import retune_ts
from retune_ts import MotionAdapter

DATA = Path(__file__).parents[2] / "data" / "walking"
COMMAND = os.environ.get("RETUNE") or shutil.which("retune")
READ = ["--time", "time", "--person", "person", "--trial", "trial"]

pytestmark = pytest.mark.skipif(COMMAND is None, reason="there is no command `retune`, by $RETUNE or on the path")


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    path = tmp_path_factory.mktemp("motion") / "source.safetensors"
    pretrain = [COMMAND, "motion", "pretrain", DATA / "able-bodied.csv", "--out", path, "--epochs", "3", "-q", *READ]
    subprocess.run(pretrain, check=True)
    return path


def recordings(name):
    table = np.genfromtxt(DATA / name, delimiter=",", dtype=None, names=True, encoding="utf-8")
    angles = np.stack([table[column] for column in table.dtype.names[3:]], axis=1).astype(np.float32)
    keys = [f"{person} {trial}" for person, trial in zip(table["person"], table["trial"], strict=True)]
    return [angles[[key == one for key in keys]] for one in dict.fromkeys(keys)]


def test_a_person_is_adapted_to_and_asked_step_by_step(source, tmp_path):
    person = recordings("altered.csv")[:2]
    adapter = MotionAdapter(source, epochs=30)
    assert adapter.input_joints == adapter.recorded_joints
    before = errors(adapter, person[0])
    adapter.fit(person, able_bodied=recordings("able-bodied.csv")[:4])
    after = errors(adapter, person[0])
    assert after < before
    again = pickle.loads(pickle.dumps(adapter))
    assert errors(again, person[0]) == after
    retune_ts.save(adapter, tmp_path / "program.safetensors")
    loaded = retune_ts.load(tmp_path / "program.safetensors", sources=source)
    assert errors(loaded, person[0]) == after
    with pytest.raises(ValueError, match="give the file of its network"):
        retune_ts.load(tmp_path / "program.safetensors")
    table = np.zeros(person[0].shape, dtype=[("flag", "i1"), ("angle", "f4")])
    table["angle"] = person[0]
    assert errors(loaded, table["angle"]) == after
    # Columns are found by their names.
    pandas = pytest.importorskip("pandas", reason="pandas is not installed")
    joints = adapter.input_joints
    frames = [pandas.DataFrame(one, columns=joints)[joints[::-1]] for one in person]
    loaded.clear(), adapter.clear()
    for row in range(adapter.window):
        named, plain = loaded.step(frames[0].iloc[row]), adapter.step(person[0][row])
    np.testing.assert_array_equal(named, plain)
    named = MotionAdapter(source, epochs=2).fit(frames).program_
    assert named == MotionAdapter(source, epochs=2).fit(person).program_
    with pytest.raises(ValueError, match=f"has no column {joints[0]}; it has "):
        MotionAdapter(source).fit([frames[0].rename(columns={joints[0]: "other"})])
    with pytest.raises(ValueError, match="one recording; expected a list"):
        MotionAdapter(source).fit(frames[0])
    with pytest.raises(ValueError, match="complex"):
        MotionAdapter(source).fit([person[0] + 1j])
    # A stream that has begun does not go on with another source.
    with pytest.raises(OSError):
        loaded.set_params(source="nowhere.safetensors").step(person[0][0])
    assert MotionAdapter(source, epochs=30, n_jobs=2).fit(person, recordings("able-bodied.csv")[:4]).program_ == adapter.program_


def errors(adapter, recording):
    """The mean error one horizon ahead, in degrees."""
    adapter.clear()
    total, count = 0.0, 0
    for place, sample in enumerate(recording):
        forecast = adapter.step(sample)
        assert (forecast is None) == (place + 1 < adapter.window)
        ahead = recording[place + 1 : place + 1 + adapter.horizon]
        if forecast is not None and len(ahead) == adapter.horizon:
            assert forecast.shape == (adapter.horizon, len(adapter.target_joints))
            total, count = total + float(np.abs(forecast - ahead).mean()), count + 1
    return total / count


def test_what_is_wrong_is_said(source):
    adapter = MotionAdapter(source)
    with pytest.raises(ValueError, match="the sample has 2 values, expected 6"):
        adapter.step([0.0, 0.0])
    with pytest.raises(ValueError, match="finite"):
        adapter.step([np.nan] * 6)
    with pytest.raises(ValueError, match="dimensions"):
        adapter.fit([np.zeros(10)])
    with pytest.raises(ValueError):
        adapter.fit([np.zeros((4, 6))])
    # As many values as 6 joints by 50 samples.
    with pytest.raises(ValueError, match=r"recordings\[0\] has 3 columns; expected 6: "):
        adapter.fit([np.zeros((100, 3))])
    with pytest.raises(ValueError, match="epochs is -1"):
        MotionAdapter(source, epochs=-1).fit([np.zeros((100, 6))])
    with pytest.raises(OSError):
        MotionAdapter("nowhere.safetensors").step([0.0] * 6)
