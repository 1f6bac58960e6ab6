//! A trained output layer: a linear layer on the source's logits or its activations.
//!
//! After Kloberdanz, Tian and Le 2021 (doi 10.1007/978-3-030-86362-3_1); see
//! [`Convolved`](crate::transform::Convolved) for the layer at the other end.

use burn::tensor::Tensor;
use serde::{Deserialize, Serialize};

use super::OutputMapping;
use super::pooling::{Pooling, pool};
use crate::kernel::Kernels;
use crate::parameters::{Numbers, Parameters, named, tensor};
use crate::source::{Outputs, SourceSpec, TapSet};
use crate::{Error, ErrorKind};

/// The taps that it reads.
const TAPS: TapSet = TapSet::Series;

/// `score(class) = bias + Σ read · kernel / √width`, trained by gradient together with a transform. The
/// root lets one learning rate serve the few logits and the many activations.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Linear {
    /// What it reads of the activations; none where it reads the logits.
    pub pooling: Option<Pooling>,
}

impl Linear {
    /// How many numbers it reads.
    fn width(&self, source: &SourceSpec) -> usize {
        match self.pooling {
            Some(pooling) => pooling.width(source, TAPS),
            None => source.labels.len(),
        }
    }
}

impl OutputMapping for Linear {
    const KIND: &'static str = "linear";

    fn trained(_classes: usize) -> Vec<(&'static str, Self)> {
        let read = [Some(Pooling::Means), None];
        let mappings = read.map(|pooling| Self { pooling });
        mappings.map(|mapping| (mapping.name(), mapping)).into()
    }

    fn name(&self) -> &'static str {
        match self.pooling {
            Some(_) => "linear",
            None => "linear-logits",
        }
    }

    fn check(&self, source: &SourceSpec, _classes: usize) -> Result<(), Error> {
        if self.width(source) > 0 {
            return Ok(());
        }
        let name = &source.name;
        Err(match self.pooling {
            Some(_) => {
                let message = format!("the source {name} has no activations that can be read");
                Error::new(ErrorKind::Mismatch, message)
                    .with_hint("read its logits, or take another source")
                    .with_setting("readout", "linear-logits")
            }
            None => {
                let message =
                    format!("the source {name} has no labels, so it has no logits to be read");
                Error::new(ErrorKind::Labels, message)
                    .with_hint("read its activations, or take another source")
                    .with_setting("readout", "linear")
            }
        })
    }

    fn reads(&self, source: &SourceSpec) -> Vec<usize> {
        match self.pooling {
            Some(_) => TAPS.places(source),
            None => Vec::new(),
        }
    }

    fn count(&self, source: &SourceSpec, classes: usize) -> usize {
        (self.width(source) + 1) * classes
    }

    /// All are 0: each class is as probable as the others.
    fn initial(&self, source: &SourceSpec, classes: usize) -> Numbers {
        let width = self.width(source);
        named([
            (
                "layer.kernel",
                tensor([width, classes], vec![0.0; width * classes]),
            ),
            ("layer.bias", tensor([classes], vec![0.0; classes])),
        ])
    }

    fn scores<B: Kernels>(
        &self,
        source: &SourceSpec,
        outputs: &Outputs<B>,
        numbers: &Parameters<B>,
    ) -> Tensor<B, 2> {
        let read = match self.pooling {
            Some(pooling) => pooling.of(pool(source, outputs, TAPS), source, TAPS),
            None => {
                let logits = outputs.logits.clone();
                logits.expect("the check of the mapping found that the source has labels")
            }
        };
        numbers.dense("layer", read / (self.width(source) as f32).sqrt())
    }
}

#[cfg(all(test, feature = "cpu"))]
mod tests {
    use burn::tensor::TensorData;

    use super::*;
    use crate::kernel::Cpu;
    use crate::parameters::differences;
    use crate::source::{SourceWeights, TapOf, host};

    fn noise(count: usize, step: f32) -> Vec<f32> {
        (0..count).map(|at| (at as f32 * step).sin()).collect()
    }

    /// What a source could have made of two clips.
    fn outputs<B: Kernels>(source: &SourceSpec) -> Outputs<B> {
        let device = Default::default();
        let labels = source.labels.len();
        let logits = TensorData::new(noise(2 * labels, 0.7), [2, labels]);
        let taps = TAPS.places(source).into_iter().map(|place| {
            let tap = &source.taps[place];
            let frames = if tap.of == TapOf::Frames { 20 } else { 1 };
            let values = noise(2 * frames * tap.width, 0.9 + place as f32);
            let shape = [2, frames, tap.width];
            (
                place,
                Tensor::from_data(TensorData::new(values, shape), &device),
            )
        });
        Outputs {
            logits: (labels > 0).then(|| Tensor::from_data(logits, &device)),
            taps: taps.collect(),
            ..Outputs::default()
        }
    }

    /// The layer with numbers that are not 0.
    fn numbers(linear: &Linear, source: &SourceSpec) -> Numbers {
        let mut numbers = linear.initial(source, 3);
        for tensor in numbers.values_mut() {
            tensor.values = noise(tensor.values.len(), 1.3);
        }
        numbers
    }

    /// By the definition, in f64.
    #[test]
    fn scores_are_weighted_sums_of_what_is_read() {
        let source = SourceWeights::find("attrnn-gsc35").unwrap();
        let source = source.spec();
        for pooling in [None, Some(Pooling::Means)] {
            let linear = Linear { pooling };
            let outputs = outputs::<Cpu>(source);
            let read = match pooling {
                None => outputs.logits.clone().unwrap(),
                Some(pooling) => pooling.of(pool(source, &outputs, TAPS), source, TAPS),
            };
            let [_, width] = read.dims();
            let read = host(read).values;
            let numbers = numbers(&linear, source);
            let on_device = Parameters::new(&numbers, &Default::default());
            let found = host(linear.scores(source, &outputs, &on_device)).values;
            for (at, found) in found.into_iter().enumerate() {
                let (row, class) = (at / 3, at % 3);
                let term = |place: usize| {
                    let weight = numbers["layer.kernel"].values[place * 3 + class];
                    f64::from(read[row * width + place]) * f64::from(weight)
                };
                let sum = (0..width).map(term).sum::<f64>() / (width as f64).sqrt();
                let expected = sum + f64::from(numbers["layer.bias"].values[class]);
                assert!((f64::from(found) - expected).abs() < 1e-4, "{pooling:?}");
            }
        }
    }

    #[test]
    fn its_gradient_is_that_of_differences() {
        let source = SourceWeights::find("attrnn-gsc35").unwrap();
        let source = source.spec();
        for pooling in [None, Some(Pooling::Means), Some(Pooling::All)] {
            let linear = Linear { pooling };
            differences::check(&numbers(&linear, source), 499, |numbers| {
                linear.scores(source, &outputs(source), numbers)
            });
        }
    }

    #[test]
    fn what_a_source_lacks_is_refused_with_what_it_has() {
        let source = SourceWeights::find("speech-embedding").unwrap();
        let error = Linear { pooling: None }
            .check(source.spec(), 2)
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Labels);
        assert!(error.to_string().contains("has no logits"), "{error}");
        let without = SourceSpec::default();
        let error = Linear {
            pooling: Some(Pooling::Means),
        };
        assert_eq!(
            error.check(&without, 2).unwrap_err().kind(),
            ErrorKind::Mismatch
        );
    }
}
