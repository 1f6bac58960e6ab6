//! What is no program, no source for it or no series for it.

use crate::common::{noisy_series, two_tones};
use crate::programs::{fit, read_in_closed_form, settings, source};
use retune::fit::{FitSettings, ReadoutKind};
use retune::kernel::Cpu;
use retune::program::{Classification, Program};
use retune::series::Split;
use retune::source::SourceWeights;
use retune::source::attention_rnn::AttentionRnnSource;
use retune::task::Classifier;
use retune::transform::{Basis, Padding, Position, Transform};

#[test]
fn a_program_needs_the_source_that_it_was_trained_for() {
    let classifier = fit(&two_tones(8, 1), &settings()).unwrap();
    let mut tensors = source().tensors().clone();
    tensors.get_mut("output.bias").unwrap().values[0] += 1.0;
    let other = SourceWeights::new::<AttentionRnnSource>("other", tensors).unwrap();
    let program = classifier.program().clone();
    let error = Classifier::<Cpu>::new(program, &[other], &Default::default()).unwrap_err();
    assert!(error.to_string().contains("attrnn-gsc35"), "{error}");
    assert_eq!(error.settings(), [("source", "")]);
}

#[test]
fn damaged_and_newer_files_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("p.safetensors");
    let classifier = fit(&two_tones(8, 1), &settings()).unwrap();
    classifier.program().save(&path).unwrap();
    let bytes = std::fs::read(&path).unwrap();

    let refuse = |bytes: &[u8], expected: &str| {
        std::fs::write(&path, bytes).unwrap();
        let error = Program::<Classification>::load(&path)
            .unwrap_err()
            .to_string();
        assert!(error.contains("p.safetensors"), "{error}");
        assert!(error.contains(expected), "{error}");
    };
    refuse(&bytes[..bytes.len() - 100], "damaged");
    refuse(&bytes[..20], "damaged");
    refuse(b"", "damaged");
    let mut altered = bytes.clone();
    let last = altered.len() - 3;
    altered[last] ^= 1;
    refuse(&altered, "altered");
    let version = b"\"retune.version\":\"8\"";
    let at = bytes
        .windows(version.len())
        .position(|window| window == version)
        .unwrap();
    let mut newer = bytes.clone();
    newer[at + 18] = b'9';
    refuse(&newer, "version 9");
}

#[test]
fn series_that_do_not_suit_are_refused_with_their_number() {
    let message = |train: &Split, settings: &FitSettings| match fit(train, settings) {
        Ok(_) => panic!("it was accepted"),
        Err(error) => error.to_string(),
    };
    assert!(message(&Split::default(), &settings()).contains("no series"));

    let mut ragged = two_tones(6, 1);
    ragged.series[3].pop();
    assert!(message(&ragged, &settings()).contains("series 4 has 59 samples"));

    let mut infinite = two_tones(6, 1);
    infinite.series[2][7] = f64::INFINITY;
    assert!(message(&infinite, &settings()).contains("series 3"));
    assert!(message(&infinite, &settings()).contains("sample 8"));

    let mut single = two_tones(6, 1);
    single.labels.fill("1".to_owned());
    assert!(message(&single, &settings()).contains("class"));

    let mut many = two_tones(40, 1);
    for (index, label) in many.labels.iter_mut().enumerate() {
        *label = format!("c{index}");
    }
    assert!(message(&many, &settings()).contains("40 classes"));

    for (change, expected) in [
        (
            FitSettings {
                epochs: 0,
                ..settings()
            },
            "a readout by gradient needs something to train",
        ),
        (
            FitSettings {
                transforms: Some(Vec::new()),
                ..settings()
            },
            "transforms is 0",
        ),
        (
            FitSettings {
                parts: Some(0),
                ..read_in_closed_form("formants")
            },
            "parts is 0",
        ),
        (
            FitSettings {
                readouts: vec![ReadoutKind::Labels, ReadoutKind::Ridge],
                ..settings()
            },
            "expected labels alone",
        ),
        (
            FitSettings {
                readouts: Vec::new(),
                ..settings()
            },
            "readouts is 0",
        ),
        (
            FitSettings {
                parts: Some(2),
                ..settings()
            },
            "parts is 2, expected none with the readout labels",
        ),
        (
            FitSettings {
                dropout: 1.0,
                ..settings()
            },
            "dropout is 1",
        ),
        (
            FitSettings {
                learning_rate: f64::NAN,
                ..settings()
            },
            "learning-rate",
        ),
        (
            FitSettings {
                transforms: Some(vec![Transform::new(Padding {
                    segments: 300,
                    position: Position::Start,
                    stretch: None,
                    initial_amplitude: 0.05,
                    dimensions: None,
                    basis: Basis::Tones,
                })]),
                ..settings()
            },
            "does not fit",
        ),
    ] {
        let found = message(&two_tones(6, 1), &change);
        assert!(found.contains(expected), "{found}");
    }

    let classifier = fit(&two_tones(8, 1), &settings()).unwrap();
    let error = classifier
        .predict(&[noisy_series(60, 1), noisy_series(61, 1)])
        .unwrap_err();
    assert!(
        error.to_string().contains("series 2 has 61 samples"),
        "{error}"
    );
    let mut unknown = two_tones(4, 1);
    unknown.labels[1] = "7".to_owned();
    // What training never saw is wrong, and is of no row of the confusion.
    let score = classifier.score(&unknown).unwrap();
    let known = classifier.score(&two_tones(4, 1)).unwrap();
    assert_eq!(score.confusion.iter().flatten().sum::<usize>(), 3);
    assert_eq!(score.accuracy, known.accuracy - 0.25);
    assert!(score.log_loss > known.log_loss && score.brier > known.brier);
}
