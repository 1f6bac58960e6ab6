//! Every label mapping with θ by gradient and by queries, from fitting to a program that is read back.

use std::f32::consts::TAU;
use std::sync::Arc;

use retune::engine::Classifier;
use retune::fit::{FitSettings, LabelSettings, Preset};
use retune::mapping::{LabelMapping, rule_names};
use retune::program::Program;
use retune::series::Dataset;
use retune::source::{SourceWeights, SpeechClip};
use retune::task::BlackBoxSettings;
use retune::{Engine, Error, ErrorKind};

use crate::common::two_tones;

fn source() -> SourceWeights {
    SourceWeights::find("attrnn-gsc35").unwrap()
}

/// A tone for each of the source's labels in place of recorded words.
fn tones() -> Vec<SpeechClip> {
    let clip = |label: usize| {
        let hertz = 150.0 + 100.0 * label as f32;
        let sample = |at: usize| (9_000.0 * (TAU * hertz * at as f32 / 16_000.0).sin()) as i16;
        SpeechClip {
            samples: (0..16_000).map(sample).collect(),
            label,
        }
    };
    (0..36).map(clip).collect()
}

fn labels(rule: &str) -> LabelSettings {
    LabelSettings {
        rule: rule.to_owned(),
        speech: Some(Arc::new(tones())),
        ..LabelSettings::default()
    }
}

fn fit(labels: LabelSettings) -> Result<Classifier, Error> {
    let settings = FitSettings {
        labels,
        epochs: 2,
        batch: 4,
        validation: 0.25,
        ..FitSettings::preset(Preset::Paper)
    };
    let source = [source()];
    let engine = Engine::cpu().unwrap();
    let builder = engine.classifier().settings(settings).sources(&source);
    builder.fit(&two_tones(8, 1))
}

/// A program is saved, read back, and predicts as the one that was fitted.
fn read_back(program: &Program) -> Classifier {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("p.safetensors");
    program.save(&path).unwrap();
    let loaded = Program::load(&path).unwrap();
    assert_eq!(&loaded, program);
    Classifier::new(Engine::cpu().unwrap(), loaded, &[source()]).unwrap()
}

fn weights(program: &Program) -> Vec<Vec<f32>> {
    let mapping = program.parts()[0].mapping.downcast::<LabelMapping>();
    mapping.unwrap().weights().to_vec()
}

#[test]
fn every_mapping_is_trained_by_gradient_saved_and_read_back() {
    let test = two_tones(5, 50).series;
    for rule in rule_names() {
        let classifier = fit(labels(&rule)).unwrap();
        let program = classifier.program();
        assert_eq!(program.settings().mapping, rule);
        let trained = program.tensors().contains_key("part1.mapping.weights");
        assert_eq!(trained, rule == "linear", "{rule}");
        let expected = classifier.predict(&test).unwrap();
        assert_eq!(
            read_back(program).predict(&test).unwrap(),
            expected,
            "{rule}"
        );
        let sums = weights(program).into_iter();
        let sums: Vec<f32> = sums.map(|row| row.iter().sum()).collect();
        if rule != "similarity" {
            assert!(
                sums.iter().all(|sum| (sum - 1.0).abs() < 1e-5),
                "{rule}: {sums:?}"
            );
        } else {
            // All labels are of one class or the other.
            assert_eq!(sums, [18.0, 18.0]);
        }
    }
}

#[test]
fn the_same_seed_gives_the_same_mapping_on_any_number_of_threads() {
    for rule in ["bayesian-plus", "iterative", "similarity"] {
        let on = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
            let fit = || fit(labels(rule)).unwrap().program().clone();
            pool.build().unwrap().install(fit)
        };
        assert_eq!(on(1), on(4), "{rule}");
    }
}

/// The source reports one word for both classes of tones before training, so that by counts they have the
/// same weights. A loss that does not set classes against each other is made small by that word alone, and
/// the answers stay chance.
#[test]
fn classes_that_share_words_are_told_apart() {
    for rule in ["bayesian", "bayesian-plus"] {
        let settings = FitSettings {
            labels: labels(rule),
            members: 1,
            ..FitSettings::preset(Preset::Voice2series)
        };
        let source = [source()];
        let engine = Engine::cpu().unwrap();
        let builder = engine.classifier().settings(settings).sources(&source);
        let classifier = builder.fit(&two_tones(24, 1)).unwrap();
        let accuracy = classifier.score(&two_tones(40, 90)).unwrap().accuracy;
        assert!(accuracy > 0.9, "{rule}: {accuracy}");
    }
}

/// What is found again after each epoch is another mapping than the one that an epoch began with.
#[test]
fn what_is_renewed_follows_the_answers() {
    let classifier = fit(labels("bayesian")).unwrap();
    let first = fit(LabelSettings {
        rule: "bayesian-plus".to_owned(),
        ..LabelSettings::default()
    });
    let first = first.unwrap();
    assert_ne!(weights(classifier.program()), weights(first.program()));
    // Weights of sums of probabilities reach labels that were never the most probable one.
    let reached = |program: &Program| {
        let weights = weights(program).into_iter().flatten();
        weights.filter(|weight| *weight > 0.0).count()
    };
    assert!(reached(first.program()) > reached(classifier.program()));
}

#[test]
fn every_mapping_is_trained_by_queries_saved_and_read_back() {
    let data = Dataset {
        name: "tones".to_owned(),
        train: two_tones(6, 1),
        test: two_tones(8, 90),
    };
    let engine = Engine::cpu().unwrap();
    let black_box = engine.black_box(&source()).unwrap();
    for (rule, trainer) in rule_names()
        .iter()
        .zip(["random-directions", "spsa"].iter().cycle())
    {
        let mut settings = BlackBoxSettings::by(trainer);
        settings.budget = Some(150);
        settings.padding.dimensions = Some(20);
        settings.labels = labels(rule);
        settings.labels.focal = Some(2.0);
        settings.plan.directions = Some(2);
        let mut heard = 0;
        let mut progress = |_: &_, queries| heard = queries;
        let done = engine.fit_black_box(&data, black_box.as_ref(), &settings, &mut progress);
        let (program, score) = done.unwrap();
        assert!(
            score.queries <= 150 && heard <= score.queries && heard > 0,
            "{rule}"
        );
        // Before training there is a query a case where something is looked at, and one a recording.
        assert_eq!(score.curve.last().unwrap().queries, score.queries);
        // The program on the device agrees with the answers on the host.
        let accuracy = read_back(&program).score(&data.test).unwrap().accuracy;
        assert_eq!(accuracy, score.accuracy, "{rule}");
    }
}

#[test]
fn recordings_of_too_few_labels_are_told() {
    let settings = LabelSettings {
        speech: Some(Arc::new(tones().split_off(35))),
        ..labels("similarity")
    };
    let error = fit(settings).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Mismatch);
    assert!(
        error.to_string().contains("recordings of 1 labels only"),
        "{error}"
    );
    let error = fit(LabelSettings {
        focal: Some(-1.0),
        ..LabelSettings::default()
    });
    assert!(error.unwrap_err().to_string().contains("focal is -1"));
    let error = fit(labels("nearest")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UnknownName);
}
