//! A made-up source whose answers are known: its logits are the samples that it hears.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::classifier::Classifier;
use crate::kernel::Kernels;
use crate::mapping::{Linear, Mapping, OutputMapping};
use crate::program::{Classification, ClassifierRecord, Part, Program, Trained};
use crate::series::{Classes, Level, Scaling};
use crate::source::{AudioInput, Input, Outputs, SourceModel, SourceReference, SourceSpec};
use crate::transform::Transform;

#[derive(Debug)]
struct Straight(SourceSpec);

impl<B: Kernels> SourceModel<B> for Straight {
    fn spec(&self) -> &SourceSpec {
        &self.0
    }

    fn forward(&self, input: Input<B>, _taps: &[usize]) -> Outputs<B> {
        let Input::Audio(audio) = input else {
            unreachable!("its spec takes audio alone");
        };
        Outputs {
            logits: Some(audio),
            ..Outputs::default()
        }
    }

    fn fingerprint(&self) -> String {
        String::new()
    }
}

/// A program of two classes, 0 and 1, on it: the score of class 1 is the sum of the values of a series times
/// these weights, that of class 0 is 0.
pub fn classifier<B: Kernels>(weights: &[f32]) -> Classifier<B> {
    let samples = weights.len();
    let spec = SourceSpec {
        audio: Some(AudioInput { rate: 100, samples }),
        labels: (0..samples).map(|label| label.to_string()).collect(),
        ..SourceSpec::default()
    };
    let linear = Linear { pooling: None };
    let mut numbers = linear.initial(&spec, 2);
    let kernel = numbers.get_mut("layer.kernel").expect("it is one of them");
    let columns = kernel.values.chunks_exact_mut(2);
    for (row, weight) in columns.zip(weights) {
        // The layer divides by the root of its width.
        row[1] = weight * (samples as f32).sqrt();
    }
    let labels = ["0", "1"].map(str::to_owned);
    let content = Classification {
        labels: Classes::from_training(&labels).expect("they are two"),
        series_length: samples,
        columns: None,
        level: Level::of(&[vec![0.0f64, 1.0]]),
        parts: vec![Part {
            source: 0,
            transform: Transform::named("stretched").expect("it is one of the names"),
            mapping: Mapping::new(linear),
            weight: 1.0,
        }],
        inverse_temperature: 1.0,
        settings: ClassifierRecord {
            scaling: Scaling::None,
            seed: 0,
            preset: String::new(),
            trainer: String::new(),
            mapping: String::new(),
        },
    };
    let sources = vec![SourceReference::of(&spec)];
    let tensors = Trained::Mapping.named(0, numbers);
    let program = Program::fitted(sources, content, tensors, BTreeMap::new());
    let source = Arc::new(Straight(spec));
    Classifier::load(program, vec![source], &Default::default()).expect("it holds together")
}
