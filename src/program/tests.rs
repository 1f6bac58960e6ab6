//! Program files that were edited, with the checksum made right: everything is checked on loading.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use super::*;
use crate::forecast::{Conformal, LEVELS};
use crate::mapping::{LabelMapping, Mapping, Pooling};
use crate::parameters::tensor;
use crate::ridge::LinearModel;
use crate::series::{Classes, ColumnOrder, Level, Scaling};
use crate::storage::{Stored, write_whole};
use crate::transform::Transform;

fn source() -> SourceReference {
    SourceReference {
        name: "somebody's".to_owned(),
        sha256: "0a".repeat(32),
    }
}

fn classification() -> Program {
    let content = Classification {
        labels: Classes::from_training(&["a", "b"].map(str::to_owned)).unwrap(),
        series_length: 60,
        columns: ColumnOrder::of(["a", "b"]),
        level: Level {
            mean: 0.0,
            deviation: 1.0,
        },
        parts: vec![Part {
            source: 0,
            transform: Transform::named("formants").unwrap(),
            mapping: Mapping::new(LabelMapping::grouped(&[vec![0, 1], vec![2, 3]], 36)),
            weight: 1.0,
        }],
        inverse_temperature: 1.0,
        settings: ClassifierRecord {
            scaling: Scaling::ZNormalise,
            seed: 0,
            preset: "words".to_owned(),
            trainer: "adam".to_owned(),
            mapping: "random".to_owned(),
        },
    };
    Program::fitted(vec![source()], content, Numbers::new(), BTreeMap::new())
}

fn forecasting() -> ForecastProgram {
    let mut tensors = Numbers::new();
    let readout = LinearModel {
        weights: vec![0.0; 24],
        mean: vec![0.0; 12],
        intercept: vec![0.0; 2],
    };
    store_readout(readout, &mut tensors);
    let content = Forecasting {
        context: 12,
        horizon: 2,
        uses_source: false,
        seasonal: true,
        intervals: Conformal::of(&[0.1; 40], 2, &LEVELS).unwrap(),
        settings: ForecastRecord {
            season: Some(4),
            transforms: Vec::new(),
            seed: 0,
            step: None,
        },
    };
    Program::fitted(vec![source()], content, tensors, BTreeMap::new())
}

fn motion() -> MotionProgram {
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    let zeros = |shape: &[usize]| tensor(shape, vec![0.0; shape.iter().product()]);
    let tensors = [
        ("refurbish.hidden.kernel", zeros(&[16, 3])),
        ("refurbish.hidden.bias", zeros(&[3])),
        ("refurbish.output.kernel", zeros(&[3, 16])),
        ("refurbish.output.bias", zeros(&[16])),
    ];
    let content = Motion {
        input_joints: names(&["hip", "knee"]),
        target_joints: names(&["knee"]),
        window: 8,
        horizon: 4,
        rate_hz: 50.0,
        settings: MotionRecord { hidden: 3, seed: 0 },
        adapting_windows: 9,
    };
    let tensors = tensors
        .map(|(name, tensor)| (name.to_owned(), tensor))
        .into();
    Program::fitted(vec![source()], content, tensors, BTreeMap::new())
}

fn extraction() -> FeatureProgram {
    let content = Extraction {
        series_length: 60,
        level: Level {
            mean: 0.0,
            deviation: 1.0,
        },
        scaling: Scaling::ZNormalise,
        pooling: Pooling::Means,
        parts: vec![FeaturePart {
            source: 0,
            transform: Transform::named("formants").unwrap(),
        }],
    };
    Program::fitted(vec![source()], content, Numbers::new(), BTreeMap::new())
}

/// Puts a value in its place in the header of a program file, and makes the checksum right.
fn edit(path: &Path, place: &str, value: Value) {
    let mut stored = Stored::from_bytes(&fs::read(path).unwrap()).unwrap();
    let mut header: Value = serde_json::from_str(&stored.metadata["retune.program"]).unwrap();
    let found = header.pointer_mut(place);
    *found.expect("the place is in the header") = value;
    let header = header.to_string();
    let sum = file::checksum(&header, &stored.tensors);
    stored.metadata.insert("retune.sha256".to_owned(), sum);
    stored.metadata.insert("retune.program".to_owned(), header);
    write_whole(path, &stored.to_bytes()).unwrap();
}

#[track_caller]
fn refuses<T: Content>(program: &Program<T>, edits: &[(&str, Value, &str)]) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("p.safetensors");
    program.save(&path).unwrap();
    assert_eq!(&Program::<T>::load(&path).unwrap(), program);
    for (place, value, expected) in edits {
        program.save(&path).unwrap();
        edit(&path, place, value.clone());
        let error = Program::<T>::load(&path).unwrap_err().to_string();
        let told = error.contains("p.safetensors: not a program, or damaged: ");
        assert!(told && error.contains(expected), "{place} {value}: {error}");
    }
}

#[test]
fn numbers_of_a_classifier_are_in_their_ranges() {
    let program = classification();
    let part = serde_json::to_value(&program.parts()[0]).unwrap();
    let with_weight = |weight: f64| {
        let mut part = part.clone();
        part["weight"] = json!(weight);
        part
    };
    let labels: Vec<String> = (0..(1 << 17) + 1).map(|at| at.to_string()).collect();
    let mut recording = with_weight(0.5);
    recording["transform"] = json!({"kind": "recording", "rate": 16_000, "theta": null});
    let length = "series length is";
    let sharpness = "inverse temperature is";
    refuses(
        &program,
        &[
            ("/series_length", json!(0), length),
            ("/series_length", json!(1_000_000_000), length),
            ("/series_length", json!(1u64 << 62), length),
            ("/series_length", json!(u64::MAX), length),
            ("/series_length", json!(-1), "invalid value"),
            ("/inverse_temperature", json!(0.0), sharpness),
            ("/inverse_temperature", json!(-1.0), sharpness),
            ("/inverse_temperature", json!(1e38), sharpness),
            ("/inverse_temperature", Value::Null, "invalid type"),
            ("/parts/0/weight", json!(-0.5), "weight of a part is -0.5"),
            ("/parts/0/weight", json!(1e38), "weight of a part is"),
            ("/parts/0/weight", json!(0.5), "sum to 0.5, expected 1"),
            (
                "/parts/0/source",
                json!(1),
                "a source that the program lacks",
            ),
            // Found by fuzzing: finite as it is written, and infinite in 32 bits.
            (
                "/parts/0/mapping/weights/0/0",
                json!(1e39),
                "one of its numbers is not finite",
            ),
            ("/parts", json!([]), "number of parts is 0"),
            (
                "/parts",
                json!(vec![with_weight(1.0 / 300.0); 300]),
                "number of parts is 300",
            ),
            (
                "/parts",
                json!([with_weight(0.5), recording]),
                "do not all hear recordings of one rate",
            ),
            ("/labels", json!(["a", "a"]), "twice"),
            ("/labels", json!(labels), "number of labels is 131073"),
            ("/labels", json!(["a", "b".repeat(5000)]), "5000 bytes"),
            ("/level/deviation", json!(0.0), "its level"),
            ("/columns/sorted", json!("a,b"), "no sha256"),
            ("/sources", json!([]), "number of sources is 0"),
            ("/sources/0/sha256", json!("../../etc/passwd"), "no sha256"),
            ("/sources/0/name", json!("n".repeat(5000)), "5000 bytes"),
        ],
    );
}

#[test]
fn numbers_of_a_forecaster_are_in_their_ranges() {
    let widths = "no 2 widths of at least 0";
    refuses(
        &forecasting(),
        &[
            ("/context", json!(0), "context is 0"),
            ("/context", json!(13), "misshapen"),
            ("/horizon", json!(0), "horizon is 0"),
            ("/horizon", json!(u64::MAX), "horizon is"),
            ("/settings/season", json!(0), "season is 0"),
            (
                "/settings/season",
                json!(13),
                "season is 13, expected 1 to 12",
            ),
            ("/settings/season", json!(1u64 << 63), "season is"),
            (
                "/settings/season",
                Value::Null,
                "counts from the last season and has none",
            ),
            (
                "/intervals/levels/0/half_widths",
                json!([-1.0, 1.0]),
                widths,
            ),
            ("/intervals/levels/0/half_widths", json!([1.0]), widths),
            (
                "/intervals/levels/0/half_widths",
                json!([1e9, 1e9]),
                "an interval of a higher level is narrower",
            ),
            ("/intervals/levels/0/level", json!(0.5), "intervals are for"),
            ("/intervals/levels", json!([]), "intervals are for"),
            ("/intervals/horizon", json!(3), widths),
        ],
    );
}

/// What is written can be read.
#[test]
fn a_tensor_that_is_not_finite_is_not_saved() {
    let mut program = forecasting();
    let (_, tensor) = program.tensors.iter_mut().next().unwrap();
    tensor.values[0] = f32::NAN;
    let error = program.to_bytes().unwrap_err();
    assert!(
        error
            .to_string()
            .ends_with("holds a value that is not finite"),
        "{error}"
    );
}

#[test]
fn numbers_of_a_motion_program_are_in_their_ranges() {
    let joints = |count: usize| (0..count).map(|at| at.to_string()).collect::<Vec<_>>();
    refuses(
        &motion(),
        &[
            ("/window", json!(0), "window is 0"),
            ("/window", json!(u64::MAX), "window is"),
            ("/window", json!(16), "has shape [16, 3], expected [32, 3]"),
            ("/horizon", json!(0), "horizon is 0"),
            ("/horizon", json!(1u64 << 63), "horizon is"),
            ("/rate_hz", json!(0.0), "sampling rate is 0"),
            ("/rate_hz", json!(-1.0), "sampling rate is -1"),
            ("/rate_hz", json!(1e38), "sampling rate is"),
            ("/settings/hidden", json!(0), "number of hidden units is 0"),
            (
                "/settings/hidden",
                json!(u64::MAX),
                "number of hidden units is",
            ),
            ("/input_joints", json!([]), "number of input joints is 0"),
            ("/input_joints", json!(["hip", "hip"]), "have \"hip\" twice"),
            (
                "/target_joints",
                json!(joints(2000)),
                "number of target joints is 2000",
            ),
        ],
    );
}

#[test]
fn numbers_of_a_program_that_gives_features_are_in_their_ranges() {
    let program = extraction();
    let part = serde_json::to_value(&program.feature_parts()[0]).unwrap();
    refuses(
        &program,
        &[
            ("/series_length", json!(0), "series length is 0"),
            ("/series_length", json!(u64::MAX), "series length is"),
            ("/parts", json!([]), "number of parts is 0"),
            ("/parts", json!(vec![part; 300]), "number of parts is 300"),
            (
                "/parts/0/source",
                json!(1),
                "a source that the program lacks",
            ),
            ("/level/deviation", json!(-1.0), "its level"),
            ("/pooling", json!("some"), "unknown variant"),
        ],
    );
    let bytes = program.to_bytes().unwrap();
    let origin = Path::new("bytes");
    assert_eq!(Task::of_bytes(&bytes, origin).unwrap(), Task::Features);
    assert_eq!(FeatureProgram::from_bytes(&bytes, origin).unwrap(), program);
    let error = Program::<Classification>::from_bytes(&bytes, origin).unwrap_err();
    let expected = "bytes: the program is for features, expected one for classification";
    assert_eq!(error.to_string(), expected);
}

/// What cannot be read again is not written.
#[test]
fn a_program_beyond_its_limits_is_not_saved() {
    let mut program = classification();
    program.header.content.series_length = 0;
    let path = tempfile::tempdir().unwrap().path().join("p.safetensors");
    let error = program.save(&path).unwrap_err();
    assert!(error.to_string().contains("series length is 0"), "{error}");
    assert!(!path.exists());
}
