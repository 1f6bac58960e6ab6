"""scikit-learn's own checks, and the tools that people put estimators into."""

import numpy as np
import pytest
from sklearn import config_context
from sklearn.base import clone
from sklearn.cluster import KMeans
from sklearn.ensemble import StackingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import adjusted_rand_score
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import check_dataframe_column_names_consistency, parametrize_with_checks

import retune_ts
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
    for classes in (np.array([b"1", b"2"]), np.array([7, 10]), np.array([-1.0, 1.0]), np.array(["b", "ä"]), np.array([False, True])):
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
    # As `fit` has them after a file, too, although the program has "9" first.
    loaded = retune_ts.loads(classifier.program_)
    assert loaded.classes_.tolist() == ["10", "9"]
    np.testing.assert_array_equal(loaded.predict_proba(X), classifier.predict_proba(X))


@pytest.mark.parametrize("estimator", [RetuneClassifier("fast"), RetuneTransformer(features="means")])
def test_columns_of_data_frames_are_known_by_name(estimator):
    pytest.importorskip("pandas", reason="pandas is not installed")
    check_dataframe_column_names_consistency(type(estimator).__name__, estimator)


def test_features_come_as_data_frames_where_they_are_asked_for(gunpoint):
    pandas = pytest.importorskip("pandas", reason="pandas is not installed")
    X = gunpoint[0]
    frame = pandas.DataFrame(X, columns=[f"t{place}" for place in range(150)], index=np.arange(50) + 7)
    transformer = RetuneTransformer(features="means").fit(frame)
    array, names = transformer.transform(frame), transformer.get_feature_names_out()
    assert names.shape == array.shape[1:] and names[0] == "retunetransformer0"
    with config_context(transform_output="pandas"):
        by_config = transformer.transform(frame)
    for found in (clone(transformer).set_output(transform="pandas").fit_transform(frame), by_config):
        np.testing.assert_array_equal(found.to_numpy(), array)
        assert found.columns.tolist() == names.tolist() and found.index.tolist() == frame.index.tolist()
    pipeline = make_pipeline(RetuneTransformer(features="means"), StandardScaler()).set_output(transform="pandas")
    assert pipeline.fit_transform(frame).columns.tolist() == names.tolist()
    with pytest.raises(ValueError, match="transform is 'excel'"):
        transformer.set_output(transform="excel")
    with pytest.raises(ValueError, match="length equal to number of features"):
        RetuneTransformer().fit(X).get_feature_names_out(["a"])


def test_weights_are_routed_to_the_score(gunpoint):
    X, y, X_test, y_test = gunpoint
    weights = np.arange(150.0)
    with config_context(enable_metadata_routing=True):
        plain = make_pipeline(RetuneTransformer(), StandardScaler(), RetuneClassifier("fast")).fit(X, y)
        assert 0 <= plain.score(X_test, y_test) <= 1
        with pytest.raises(Exception, match="sample_weight"):
            plain.score(X_test, y_test, sample_weight=weights)
        classifier = clone(RetuneClassifier("fast").set_score_request(sample_weight=True))
        asked = make_pipeline(StandardScaler(with_std=False), classifier).fit(X, y)
        expected = np.average(asked.predict(X_test) == y_test, weights=weights)
        assert asked.score(X_test, y_test, sample_weight=weights) == pytest.approx(expected)
