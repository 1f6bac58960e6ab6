"""What the READMEs show, run as it stands there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = ROOT / "docs" / "book"


@pytest.mark.parametrize("readme", ["README.md", "python/README.md"])
def test_the_python_block_runs(readme, tmp_path, monkeypatch, capsys):
    blocks = re.findall(r"```python\n(.*?)```", (ROOT / readme).read_text(), flags=re.DOTALL)
    assert len(blocks) == 1
    monkeypatch.chdir(tmp_path)
    exec(compile(blocks[0], readme, "exec"), {})
    printed = capsys.readouterr().out.split()
    said = re.search(r"score\(.*# ([0-9.]+)", blocks[0])[1]
    assert f"{float(printed[0]):.3f}" == said
    assert (tmp_path / "gunpoint.safetensors").stat().st_size > 10_000


def test_the_page_on_python(tmp_path, monkeypatch):
    pytest.importorskip("sklearn", reason="scikit-learn is not installed")
    pytest.importorskip("aeon", reason="aeon is not installed")
    blocks = re.findall(r"```python\n(.*?)```", (PAGES / "python.md").read_text(), flags=re.DOTALL)
    assert len(blocks) == 5
    monkeypatch.chdir(tmp_path)
    for block in blocks:
        exec(compile(block, "python.md", "exec"), {})
    assert (tmp_path / "gunpoint.safetensors").exists()


def test_dask_as_the_page_on_scale_has_it(tmp_path, monkeypatch, gunpoint):
    np = pytest.importorskip("numpy")
    pytest.importorskip("distributed", reason="Dask distributed is not installed")
    blocks = re.findall(r"```python\n(.*?)```", (PAGES / "scale.md").read_text(), flags=re.DOTALL)
    X_train, y_train, X_test, y_test = gunpoint
    monkeypatch.chdir(tmp_path)
    for name in ("GunPoint", "Coffee"):
        np.savez(f"{name}.npz", X_train=X_train[::5, ::5], y_train=y_train[::5], X_test=X_test[:5, ::5], y_test=y_test[:5])
    exec(compile(blocks[0], "scale.md", "exec"), {})
    assert len(list((tmp_path / "results").glob("*.json"))) == 4


def test_the_function_for_spark_maps_batches(gunpoint):
    np, pandas = pytest.importorskip("numpy"), pytest.importorskip("pandas", reason="pandas is not installed")
    import retune_ts

    X_train, y_train, X_test, _ = gunpoint
    classifier = retune_ts.RetuneClassifier("fast").fit(X_train, y_train)
    block = re.findall(r"```python\n(.*?)```", (PAGES / "scale.md").read_text(), flags=re.DOTALL)[2]
    # Without a cluster: what is broadcast, and the function that maps.
    block = block.replace("spark.sparkContext.broadcast(retune_ts.dumps(classifier))", "broadcast(retune_ts.dumps(classifier))")
    block = block[: block.index("answers =")]
    names = {"classifier": classifier, "broadcast": lambda value: type("Broadcast", (), {"value": value})}
    exec(compile(block, "scale.md", "exec"), names)
    batch = pandas.DataFrame({"id": range(9), "series": list(X_test[:9])})
    (answered,) = names["predict"]([batch])
    assert answered["label"].tolist() == classifier.predict(X_test[:9]).tolist()
    assert answered["id"].tolist() == list(range(9)) and np.shape(answered) == (9, 2)
