//! A linear readout of the source's activations: one score for each class.

use burn::tensor::Tensor;
use serde::{Deserialize, Serialize};

use super::OutputMapping;
use super::pooling::{Pooling, pool};
use crate::Error;
use crate::kernel::Kernels;
use crate::parameters::{Numbers, Parameters, named, tensor};
use crate::source::{Outputs, SourceSpec, TapSet};

/// The names of the readout's numbers in a program.
const WEIGHTS: &str = "weights";
const INTERCEPT: &str = "intercept";

/// `score(class) = features · weights + intercept`, fitted as a ridge regression on +1 for the
/// class and −1 for the others.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Readout {
    /// The ridge penalty that was chosen; of several readouts that were made one, that of the one that counts
    /// most.
    pub penalty: f64,
    /// What it reads.
    pub pooling: Pooling,
    /// Of which taps.
    #[serde(default)]
    pub taps: TapSet,
}

impl Readout {
    /// The readout's numbers by name: `weights` is `[features, columns]`, `intercept` `[columns]`.
    ///
    /// Two classes need one column only: the score of the first is minus that of the second.
    pub fn numbers(weights: Vec<f32>, intercept: Vec<f32>) -> Numbers {
        let columns = intercept.len();
        let rows = weights.len() / columns.max(1);
        named([
            (WEIGHTS, tensor([rows, columns], weights)),
            (INTERCEPT, tensor([columns], intercept)),
        ])
    }

    /// One readout in place of several of the same activations, each with its numbers and its weight: their
    /// weighted mean is linear in all features too.
    pub fn merged(several: &[(Self, Numbers, f32)], source: &SourceSpec) -> (Self, Numbers) {
        let total: f32 = several.iter().map(|(.., weight)| weight).sum();
        let most = several
            .iter()
            .max_by(|one, other| one.2.total_cmp(&other.2));
        let (most, ..) = most.expect("there are several readouts");
        let pooling = Pooling::All;
        let taps = most.taps;
        let (mut weights, mut intercept) = (Vec::new(), Vec::new());
        for (readout, numbers, weight) in several {
            let weight = weight / total;
            let columns = numbers[INTERCEPT].values.len();
            let spread = readout
                .pooling
                .spread(&numbers[WEIGHTS].values, columns, source, taps);
            add(&mut weights, &spread, weight);
            add(&mut intercept, &numbers[INTERCEPT].values, weight);
        }
        let penalty = most.penalty;
        let merged = Self {
            penalty,
            pooling,
            taps,
        };
        (merged, Self::numbers(weights, intercept))
    }

    /// The columns of weights for so many classes.
    pub fn columns(classes: usize) -> usize {
        if classes == 2 { 1 } else { classes }
    }
}

/// Adds so much of some values to a sum, which begins empty.
fn add(sum: &mut Vec<f32>, values: &[f32], weight: f32) {
    sum.resize(values.len(), 0.0);
    for (sum, value) in sum.iter_mut().zip(values) {
        *sum += weight * value;
    }
}

impl OutputMapping for Readout {
    const KIND: &'static str = "ridge";

    fn name(&self) -> &'static str {
        match self.pooling {
            Pooling::All => "ridge",
            Pooling::Means => "means",
            Pooling::Clip => "clip",
            Pooling::Segments => "segments",
        }
    }

    fn check(&self, _source: &SourceSpec, _classes: usize) -> Result<(), Error> {
        Ok(())
    }

    fn reads(&self, source: &SourceSpec) -> Vec<usize> {
        self.taps.places(source)
    }

    fn count(&self, source: &SourceSpec, classes: usize) -> usize {
        (self.pooling.width(source, self.taps) + 1) * Self::columns(classes)
    }

    fn initial(&self, source: &SourceSpec, classes: usize) -> Numbers {
        let columns = Self::columns(classes);
        let width = self.pooling.width(source, self.taps);
        Self::numbers(vec![0.0; width * columns], vec![0.0; columns])
    }

    fn scores<B: Kernels>(
        &self,
        source: &SourceSpec,
        outputs: &Outputs<B>,
        numbers: &Parameters<B>,
    ) -> Tensor<B, 2> {
        let features = pool(source, outputs, self.taps);
        let features = self.pooling.of(features, source, self.taps);
        let intercept = numbers.get(INTERCEPT);
        let [columns] = intercept.dims();
        let weights = numbers.get(WEIGHTS);
        let weights = weights.reshape([self.pooling.width(source, self.taps), columns]);
        let scores = features.matmul(weights) + intercept.reshape([1, columns]);
        match columns {
            1 => Tensor::cat(vec![scores.clone().neg(), scores], 1),
            _ => scores,
        }
    }
}
