"""scikit-learn's own checks, and the tools that people put estimators into."""

import numpy as np
from sklearn.cluster import KMeans
from sklearn.ensemble import StackingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import adjusted_rand_score
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

from retune_ts import RetuneClassifier, RetuneTransformer


@parametrize_with_checks([RetuneClassifier("fast"), RetuneTransformer(features="means")])
def test_all_checks(estimator, check):
    check(estimator)


def test_a_grid_search_over_presets_and_transforms(gunpoint):
    X, y, X_test, y_test = gunpoint
    grid = {"transforms": ["formants", "formants-level"], "parts": [1, None]}
    search = GridSearchCV(RetuneClassifier("fast"), grid, cv=2).fit(X, y)
    assert search.best_params_["transforms"] in grid["transforms"]
    assert search.score(X_test, y_test) > 0.9


def test_a_pipeline_cross_validation_and_a_stacking_ensemble(gunpoint):
    X, y, X_test, y_test = gunpoint
    pipeline = make_pipeline(StandardScaler(with_std=False), RetuneClassifier("fast"))
    assert cross_val_score(pipeline, X, y, cv=3).mean() > 0.8
    ensemble = StackingClassifier(
        [("retune", RetuneClassifier("fast")), ("neighbour", KNeighborsClassifier(1))], LogisticRegression(), cv=2
    )
    assert ensemble.fit(X, y).score(X_test, y_test) > 0.9


def test_features_serve_a_classifier_and_a_clustering(gunpoint):
    X, y, X_test, y_test = gunpoint
    pipeline = make_pipeline(RetuneTransformer(), StandardScaler(), LogisticRegression(max_iter=1000))
    assert pipeline.fit(X, y).score(X_test, y_test) > 0.95
    means, all_features = RetuneTransformer(features="means"), RetuneTransformer("default")
    assert means.fit_transform(X).shape[1] < all_features.fit_transform(X).shape[1]
    clusters = make_pipeline(means, StandardScaler(), KMeans(2, n_init=10, random_state=0)).fit_predict(X_test)
    assert -1 <= adjusted_rand_score(y_test, clusters) <= 1
    one_by_one = np.concatenate([means.transform(row[None]) for row in X_test[:5]])
    np.testing.assert_array_equal(one_by_one, means.transform(X_test)[:5])


def test_classes_come_back_as_they_were(gunpoint):
    X, y, _, _ = gunpoint
    of_text = RetuneClassifier("fast").fit(X, y)
    for classes in (np.array([7, 10]), np.array([-1.0, 1.0]), np.array(["b", "ä"]), np.array([False, True])):
        labels = np.where(y == "1", classes[0], classes[1])
        classifier = RetuneClassifier("fast").fit(X, labels)
        found = classifier.predict(X)
        assert found.dtype == classes.dtype
        assert set(found) == set(classes)
        np.testing.assert_array_equal(classifier.predict_proba(X), of_text.predict_proba(X))
    # As text "10" comes before "9", as numbers after it.
    labels = np.where(y == "1", "10", "9")
    classifier = RetuneClassifier("fast").fit(X, labels)
    assert classifier.classes_.tolist() == ["10", "9"]
    np.testing.assert_allclose(classifier.predict_proba(X), of_text.predict_proba(X), atol=1e-6)
