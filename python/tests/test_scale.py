"""Sweeps on Dask and on Ray, with a worker killed on the way."""

import os
import signal
import time
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from retune_ts import archive


@pytest.fixture(scope="module")
def twelve(tmp_path_factory, gunpoint):
    """Twelve jobs, and the bytes of their results in one process."""
    folder = tmp_path_factory.mktemp("sweep")
    X_train, y_train, X_test, y_test = gunpoint
    for step in (1, 2, 3):
        np.savez(
            folder / f"Every{step}.npz",
            X_train=X_train[:, ::step],
            y_train=y_train,
            X_test=X_test[:, ::step],
            y_test=y_test,
        )
    data = [str(path) for path in sorted(folder.glob("*.npz"))]
    jobs = list(archive.jobs(data, ["fast"], [0, 1, 2, 3]))
    alone = {one.name: Path(archive.job(one, folder / "alone")).read_bytes() for one in jobs}
    assert len(alone) == 12
    return jobs, alone


def traced(out):
    """A job that notes who begins it."""

    def run(one):
        with (Path(out) / "begun").open("a") as begun:
            begun.write(f"{os.getpid()} {one.name}\n")
        return archive.job(one, out)

    return run


def kill_one_at_work(out):
    """Kill a worker that has begun a job and not ended it."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        for line in (Path(out) / "begun").read_text().splitlines():
            process, name = line.split()
            if not (Path(out) / f"{name}.json").exists():
                os.kill(int(process), signal.SIGKILL)
                return
        time.sleep(0.005)
    pytest.fail("no worker was at work")


def check(out, alone):
    found = {path.stem: path.read_bytes() for path in Path(out).glob("*.json")}
    assert found == alone
    begun = Counter(line.split()[1] for line in (Path(out) / "begun").read_text().splitlines())
    assert set(begun) == set(alone)
    assert max(begun.values()) >= 2, "no job was tried twice"
    leftover = {path.suffix for path in Path(out).iterdir()} - {".json", ""}
    assert len(archive.results(out)) == 12, leftover


def test_a_killed_worker_of_dask(twelve, tmp_path):
    distributed = pytest.importorskip("distributed", reason="Dask distributed is not installed")
    jobs, alone = twelve
    with (
        distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster,
        distributed.Client(cluster) as client,
    ):
        futures = client.map(traced(tmp_path), jobs, retries=3, pure=False)
        for count, _ in enumerate(distributed.as_completed(futures), 1):
            if count == 3:
                kill_one_at_work(tmp_path)
        assert len(client.gather(futures)) == 12
    check(tmp_path, alone)


def test_a_killed_worker_of_ray(twelve, tmp_path):
    ray = pytest.importorskip("ray", reason="Ray is not installed")
    jobs, alone = twelve
    ray.init(num_cpus=2, include_dashboard=False)
    try:
        remote = ray.remote(num_cpus=1, max_retries=3)(traced(tmp_path))
        waiting, count = [remote.remote(one) for one in jobs], 0
        while waiting:
            done, waiting = ray.wait(waiting, num_returns=1, timeout=120)
            assert done, "the run does not end"
            ray.get(done)
            count += 1
            if count == 3:
                kill_one_at_work(tmp_path)
        assert count == 12
    finally:
        ray.shutdown()
    check(tmp_path, alone)


def test_what_is_wrong_with_a_job_is_said_before_it_trains(gunpoint, tmp_path, monkeypatch):
    with pytest.raises(ValueError, match="one name"):
        archive.jobs(["a/One.npz", "b/One.npz"], ["fast"], [0])
    with pytest.raises(ValueError, match="presets is 'fast'; expected a list"):
        archive.jobs(["One.npz"], "fast", [0])
    assert len(list(archive.jobs((one for one in ["One.npz", "Two.npz"]), ["fast"], [0]))) == 2
    assert len(list(archive.jobs(["a/One.npz", "a/One.npz"], ["fast"], [0]))) == 2
    X, y, X_test, y_test = gunpoint
    good = {"X_train": X, "y_train": y, "X_test": X_test, "y_test": y_test}
    np.savez(tmp_path / "Good.npz", **good)
    result = archive.job(archive.Job(str(tmp_path / "Good.npz"), "fast", np.int64(3)), tmp_path)
    assert Path(result).name == "Good.fast.3.json"
    before = Path(result).read_bytes()
    # The same data in another file of that name, then other data.
    np.savez(tmp_path / "Good.npz", **good)
    assert Path(archive.job(archive.Job(str(tmp_path / "Good.npz"), "fast", 3), tmp_path)).read_bytes() == before
    np.savez(tmp_path / "Good.npz", **{**good, "y_test": y_test[::-1]})
    with pytest.raises(ValueError, match="of other data"):
        archive.job(archive.Job(str(tmp_path / "Good.npz"), "fast", 3), tmp_path)
    monkeypatch.setattr("retune_ts.classifier._native.fit_classifier", lambda *_, **__: pytest.fail("it trains"))
    for wrong, message in (
        ({"y_test": y_test[:1]}, "150 series but 1 labels"),
        ({"y_test": y_test.astype(int)}, "another kind"),
        ({"y_test": np.tile(y_test, (150, 1))}, "1d array"),
    ):
        np.savez(tmp_path / "Wrong.npz", **{**good, **wrong})
        with pytest.raises(ValueError, match=message):
            archive.job(archive.Job(str(tmp_path / "Wrong.npz"), "fast"), tmp_path)
    np.savez(tmp_path / "Wrong.npz", X_train=X, y_train=y)
    with pytest.raises(ValueError, match="has no X_test, y_test"):
        archive.job(archive.Job(str(tmp_path / "Wrong.npz"), "fast"), tmp_path)
