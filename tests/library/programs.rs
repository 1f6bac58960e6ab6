//! Fitting, saving, loading and predicting.

use std::slice::from_ref;

use crate::common::{noisy_series, two_tones};
use burn::backend::Autodiff;
use retune::fit::{FitProgress, FitSettings, Preset, ReadoutKind, fit_features};
use retune::kernel::Cpu;
use retune::mapping::Pooling;
use retune::program::{FeatureProgram, Program};
use retune::series::Split;
use retune::source::SourceWeights;
use retune::task::{Classifier, FeatureExtractor};
use retune::transform::{Transform, Waveform, names};

pub fn settings() -> FitSettings {
    FitSettings {
        epochs: 2,
        batch: 4,
        validation: 0.25,
        ..FitSettings::preset(Preset::Paper)
    }
}

pub fn source() -> SourceWeights {
    SourceWeights::find("attrnn-gsc35").unwrap()
}

pub fn fit(train: &Split, settings: &FitSettings) -> Result<Classifier<Cpu>, retune::Error> {
    Classifier::fit::<Autodiff<Cpu>>(
        train,
        &[source()],
        settings,
        &Default::default(),
        &mut |_| {},
    )
}

/// The same as one at a time, and after saving; a program finds its shipped sources itself, and refuses others.
#[test]
fn features_are_those_of_each_series_alone() {
    let (train, test) = (two_tones(4, 1), two_tones(3, 50));
    let sources = Preset::Default.find_sources().unwrap();
    let settings = FitSettings {
        transforms: Some(vec![
            Transform::named("formants").unwrap(),
            Transform::named("statistics-level").unwrap(),
        ]),
        ..FitSettings::preset(Preset::Default)
    };
    let program = fit_features(&train.series, &sources, &settings, Pooling::Means).unwrap();
    let program = FeatureProgram::from_bytes(&program.to_bytes().unwrap(), "p".as_ref()).unwrap();
    assert_eq!(program.feature_parts().len(), 4);
    let found = program.find_sources(&[]).unwrap();
    let extractor =
        FeatureExtractor::<Cpu>::new(program.clone(), &found, &Default::default()).unwrap();
    let features = extractor.features(&test.series).unwrap();
    for (series, features) in test.series.iter().zip(&features) {
        assert_eq!(features.len(), extractor.width());
        assert_eq!(&extractor.features(from_ref(series)).unwrap()[0], features);
    }
    assert_ne!(features[0], features[1]);
    let all = fit_features(&train.series, &sources, &settings, Pooling::All).unwrap();
    let all = FeatureExtractor::<Cpu>::new(all, &found, &Default::default()).unwrap();
    assert!(all.width() > extractor.width());

    let error = extractor.features(&[vec![0.0; 3]]).unwrap_err();
    assert!(
        error.to_string().contains("series 1 has 3 samples"),
        "{error}"
    );
    let other = sources[0].random(7).unwrap();
    let error = program.find_sources(&[other]).unwrap_err();
    assert!(error.to_string().contains(", not for random-"), "{error}");
    assert!(fit_features(&[], &sources, &settings, Pooling::All).is_err());
    assert!(fit_features(&train.series, &[], &settings, Pooling::All).is_err());
}

/// By fitting again without each series: with one readout there is nothing to choose, and the ridge's own
/// penalty is the same for nearly all.
#[test]
fn series_that_are_left_out_are_answered_as_by_a_fit_without_them() {
    let train = two_tones(6, 3);
    let settings = FitSettings {
        readouts: vec![ReadoutKind::Means],
        ..FitSettings::preset(Preset::Fast)
    };
    let fit = |train: &Split| {
        let sources = Preset::Fast.find_sources().unwrap();
        let fit = Classifier::<Cpu>::fit::<Autodiff<Cpu>>;
        fit(train, &sources, &settings, &Default::default(), &mut |_| {}).unwrap()
    };
    let whole = fit(&train);
    let left_out = whole.left_out().unwrap();
    assert_eq!(left_out.rows, (0..train.len()).collect::<Vec<_>>());
    for (row, found) in left_out.probabilities.iter().enumerate() {
        let mut without = train.clone();
        without.series.remove(row);
        without.labels.remove(row);
        let expected = fit(&without).predict(&train.series[row..=row]).unwrap();
        let expected = &expected[0].probabilities;
        assert!((found.iter().sum::<f64>() - 1.0).abs() < 1e-6);
        let best = |first: f64, second: f64| first > second;
        assert_eq!(
            best(found[0], found[1]),
            best(expected[0].into(), expected[1].into()),
            "{row}: {found:?}, {expected:?}"
        );
    }
    let by_gradient = self::fit(&train, &self::settings()).unwrap();
    assert!(by_gradient.left_out().is_none());
}

#[test]
fn a_saved_program_predicts_the_same_bits() {
    let classifier = fit(&two_tones(8, 1), &settings()).unwrap();
    assert!(classifier.program().frozen());
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("p.safetensors");
    classifier.program().save(&path).unwrap();
    assert!(std::fs::metadata(&path).unwrap().len() < 72 * 1024);

    let program = Program::load(&path).unwrap();
    assert_eq!(&program, classifier.program());
    let loaded = Classifier::<Cpu>::new(program, &[source()], &Default::default()).unwrap();
    let test = two_tones(5, 50);
    let (before, after) = (
        classifier.predict(&test.series).unwrap(),
        loaded.predict(&test.series).unwrap(),
    );
    assert_eq!(before, after);
    for prediction in before {
        let sum: f32 = prediction.probabilities.iter().sum();
        assert!((sum - 1.0).abs() < 1e-5);
    }
}

#[test]
fn the_same_seed_gives_the_same_program_on_any_number_of_threads() {
    let train = two_tones(9, 3);
    let on = |threads| {
        rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap()
            .install(|| fit(&train, &settings()).unwrap().program().clone())
    };
    let one = on(1);
    assert_eq!(one, on(3));
    let other = FitSettings {
        seed: 1,
        ..settings()
    };
    assert_ne!(
        one.tensors(),
        fit(&train, &other).unwrap().program().tensors()
    );
}

#[test]
fn a_batch_never_changes_a_prediction() {
    let classifier = fit(&two_tones(8, 1), &settings()).unwrap();
    let test = two_tones(7, 9);
    let together = classifier.predict(&test.series).unwrap();
    for (series, expected) in test.series.iter().zip(together) {
        let alone = classifier.predict(std::slice::from_ref(series)).unwrap();
        let off = crate::common::difference(&alone[0].probabilities, &expected.probabilities);
        assert!(off < 1e-6, "off by {off}");
    }
}

#[test]
fn the_loss_falls_and_the_tones_are_told_apart() {
    let mut losses = Vec::new();
    let settings = FitSettings {
        epochs: 20,
        validation: 0.0,
        dropout: 0.0,
        learning_rate: 0.05,
        learning_rate_decay: 0.0,
        ..settings()
    };
    let train = two_tones(16, 1);
    let classifier = Classifier::<Cpu>::fit::<Autodiff<Cpu>>(
        &train,
        &[source()],
        &settings,
        &Default::default(),
        &mut |progress| {
            if let FitProgress::Epoch(at) = progress {
                losses.push(at.training_loss);
            }
        },
    )
    .unwrap();
    // No lower than ln 18: a class has the mean probability of its 18 labels.
    assert!(losses[losses.len() - 1] < losses[0] - 0.3, "{losses:?}");
    let accuracy = classifier.score(&two_tones(20, 200)).unwrap().accuracy;
    assert!(accuracy >= 0.8, "accuracy {accuracy}");
}

#[test]
fn minus_one_and_one_stay_two_classes() {
    let classifier = fit(&two_tones(8, 1), &settings()).unwrap();
    assert_eq!(classifier.program().labels(), ["-1", "1"]);
}

#[test]
fn constant_series_are_predicted_without_a_nan() {
    let classifier = fit(&two_tones(8, 1), &settings()).unwrap();
    let found = classifier.predict(&[vec![5.0; 60]]).unwrap();
    assert!(found[0].probabilities.iter().all(|value| value.is_finite()));
}

/// Every readout in closed form on one transform, trained first for two epochs where it has something to
/// train.
pub fn read_in_closed_form(transform: &str) -> FitSettings {
    FitSettings {
        transforms: Some(vec![Transform::named(transform).unwrap()]),
        readouts: vec![ReadoutKind::Means, ReadoutKind::Ridge],
        ..settings()
    }
}

#[test]
fn every_transform_works_in_closed_form_and_predicts_the_same_when_loaded() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("p.safetensors");
    let test = two_tones(9, 500);
    for transform in names().into_iter().map(|named| named.name) {
        let classifier = fit(&two_tones(10, 1), &read_in_closed_form(transform)).unwrap();
        classifier.program().save(&path).unwrap();
        let program = Program::load(&path).unwrap();
        assert_eq!(&program, classifier.program(), "{transform}");
        let loaded = Classifier::<Cpu>::new(program, &[source()], &Default::default()).unwrap();
        let together = classifier.predict(&test.series).unwrap();
        assert_eq!(
            together,
            loaded.predict(&test.series).unwrap(),
            "{transform}"
        );
        for (series, expected) in test.series.iter().zip(together) {
            let alone = classifier.predict(std::slice::from_ref(series)).unwrap();
            let off = crate::common::difference(&alone[0].probabilities, &expected.probabilities);
            assert!(off < 1e-5, "{transform} is off by {off}");
        }
        let heard = classifier.hear(&test.series[0], 0).unwrap();
        assert!(
            heard.iter().any(|sample| sample.abs() > 1e-3),
            "{transform}"
        );
    }
}

#[test]
fn a_program_keeps_no_more_parts_than_asked_for_and_each_counts() {
    let transforms = ["formants", "scalogram", "stretched"];
    let settings = |parts| FitSettings {
        transforms: transforms
            .iter()
            .map(|name| Transform::named(name))
            .collect(),
        readouts: vec![ReadoutKind::Means, ReadoutKind::Ridge],
        parts,
        ..FitSettings::preset(Preset::Fast)
    };
    for parts in [None, Some(3), Some(1)] {
        let program = fit(&two_tones(16, 1), &settings(parts))
            .unwrap()
            .program()
            .clone();
        let kept = program.parts();
        assert!(
            kept.len() <= parts.unwrap_or(6),
            "{} of {parts:?}",
            kept.len()
        );
        assert!(kept.iter().all(|part| part.weight >= 0.01));
        let sum: f32 = kept.iter().map(|part| part.weight).sum();
        assert!((sum - 1.0).abs() < 1e-5);
    }
}

#[test]
fn the_painted_transform_and_a_sound_on_top_of_another_are_trained() {
    let with_theta = |name: &str| {
        let transform = Transform::named(name).unwrap();
        match transform.downcast::<Waveform>() {
            Some(transform) => Transform::new(Waveform {
                theta: Some(0.01),
                ..transform.clone()
            }),
            None => transform,
        }
    };
    for transform in ["formants", "tones", "vowel"] {
        let transforms = vec![with_theta(transform)];
        let initial = transforms[0].initial(source().spec(), 0);
        let settings = FitSettings {
            transforms: Some(transforms),
            ..settings()
        };
        let classifier = fit(&two_tones(8, 1), &settings).unwrap();
        for (name, before) in initial {
            let after = &classifier.program().tensors()[&format!("part1.transform.{name}")];
            assert_ne!(&before, after, "{transform}: {name}");
        }
    }
}

#[test]
fn the_default_preset_tells_the_tones_apart_and_knows_how_sure_it_is() {
    let settings = FitSettings::preset(Preset::Default);
    let classifier = fit(&two_tones(16, 1), &settings).unwrap();
    let score = classifier.score(&two_tones(20, 200)).unwrap();
    assert!(score.accuracy >= 0.95, "{score:?}");
    assert!(score.brier < 0.2, "{score:?}");
    assert!(classifier.program().scores()["selection_accuracy"] >= 0.9);
    let error = classifier
        .hear(&noisy_series(60, 1), 99)
        .unwrap_err()
        .to_string();
    assert!(error.contains("there is no part 100"), "{error}");
}

/// A program from one series of each class: none can be left out, so nothing is left out in vain.
#[test]
fn one_series_of_each_class_is_enough() {
    let wave = |class: usize, seed: u32| -> Vec<f64> {
        let wobble = noisy_series(60, seed);
        let at = |place: usize| {
            let angle = place as f64 * (0.1 + 0.08 * class as f64);
            angle.sin() + 0.05 * wobble[place]
        };
        (0..60).map(at).collect()
    };
    let split = |each: usize, seed: u32| {
        let places = (0..6 * each).map(|place| (place % 6, seed + place as u32));
        Split {
            series: places
                .clone()
                .map(|(class, seed)| wave(class, seed))
                .collect(),
            labels: places.map(|(class, _)| format!("{class}")).collect(),
            ..Split::default()
        }
    };
    let settings = FitSettings::preset(Preset::Fast);
    let classifier = fit(&split(1, 1), &settings).unwrap();
    let score = classifier.score(&split(4, 100)).unwrap();
    assert!(score.accuracy >= 0.9, "{score:?}");
    // Better than even probabilities, whose log loss is ln 6.
    assert!(score.log_loss < 1.5, "{score:?}");
    assert!(classifier.program().scores().is_empty());
    // One class with a second series: that class alone can judge.
    let mut more = split(1, 1);
    more.series.push(wave(0, 50));
    more.labels.push("0".to_owned());
    let classifier = fit(&more, &settings).unwrap();
    let score = classifier.score(&split(4, 100)).unwrap();
    assert!(score.accuracy >= 0.9, "{score:?}");
    assert!(!classifier.program().scores().is_empty());
}
