"""Fixtures: GunPoint, and a classifier of it."""

import pytest

from retune_ts import RetuneClassifier, datasets


@pytest.fixture(scope="session")
def gunpoint():
    return datasets.load_gunpoint()


@pytest.fixture(scope="session")
def fitted(gunpoint):
    X_train, y_train, _, _ = gunpoint
    return RetuneClassifier("fast").fit(X_train, y_train)
