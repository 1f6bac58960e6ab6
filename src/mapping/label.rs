//! Many source labels to one class (Yang, Tsai, Chen 2021, arXiv 2106.09296, section 3.3).

use burn::tensor::activation::log_softmax;
use burn::tensor::{Tensor, TensorData};
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use super::{OutputMapping, damaged};
use crate::kernel::Kernels;
use crate::parameters::{Numbers, Parameters, named, tensor};
use crate::source::{Outputs, SourceSpec};
use crate::{Error, ErrorKind};

/// Added to what does not belong to a class, under an exponential: it becomes zero there.
const NEVER: f32 = -1e30;
/// The same where training may change it: nearly zero, and with a gradient.
const HARDLY: f32 = -8.0;
/// The name of the trained numbers.
const WEIGHTS: &str = "weights";

/// Disjoint groups of source labels, one for each class:
/// `P(class) = mean of P(label) over the labels of its group`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LabelMapping {
    groups: Vec<Vec<usize>>,
    /// Whether training may change how much each label counts for each class: the groups are then
    /// only where it starts.
    #[serde(default)]
    trained: bool,
}

impl LabelMapping {
    /// Random disjoint groups of ⌊labels / classes⌋ labels each, the same for the same seed.
    ///
    /// # Errors
    ///
    /// When there are more classes than labels.
    pub fn random(classes: usize, labels: usize, seed: u64) -> Result<Self, Error> {
        let size = labels.checked_div(classes).unwrap_or(0);
        if size == 0 {
            let message =
                format!("{classes} classes cannot be mapped: the source has only {labels} labels");
            return Err(Error::new(ErrorKind::Mismatch, message));
        }
        let mut order: Vec<usize> = (0..labels).collect();
        order.shuffle(&mut ChaCha8Rng::seed_from_u64(seed));
        let groups = order.chunks_exact(size).take(classes);
        Ok(Self {
            groups: groups.map(<[usize]>::to_vec).collect(),
            trained: false,
        })
    }

    /// Whether the source has labels that could be mapped.
    pub(crate) fn check_source(source: &SourceSpec) -> Result<(), Error> {
        if !source.labels.is_empty() {
            return Ok(());
        }
        let name = &source.name;
        let message = format!("the source {name} has no labels, so none can be mapped to classes");
        Err(Error::new(ErrorKind::Labels, message)
            .with_hint("read its activations, or take another source")
            .with_setting("readout", "means")
            .with_setting("readout", "ridge"))
    }

    /// The same with numbers that a trainer may change: `ln P(class) = ln Σ P(label) · weight`, where the
    /// weights start as the groups have them.
    pub fn trained(self) -> Self {
        Self {
            trained: true,
            ..self
        }
    }

    /// The labels of each class.
    pub fn groups(&self) -> &[Vec<usize>] {
        &self.groups
    }

    /// P(class) from the probability of each label.
    pub fn of_probabilities(&self, probabilities: &[f32]) -> Vec<f64> {
        let groups = self.groups.iter();
        let mean = |group: &Vec<usize>| {
            let sum: f64 = group.iter().map(|at| f64::from(probabilities[*at])).sum();
            sum / group.len() as f64
        };
        groups.map(mean).collect()
    }

    /// ln of how much each label counts for each class, `[classes * labels]`.
    fn log_weights(&self, labels: usize, outside: f32) -> Vec<f32> {
        let mut belongs = vec![outside; self.groups.len() * labels];
        for (class, group) in self.groups.iter().enumerate() {
            for label in group {
                belongs[class * labels + label] = -(group.len() as f32).ln();
            }
        }
        belongs
    }

    /// Whether each group has a label, and each label one group at the most.
    fn check_groups(&self, labels: usize, classes: usize) -> Result<(), Error> {
        let found = self.groups.len();
        if found != classes {
            return Err(damaged(format!("{found} groups for {classes} classes")));
        }
        let mut taken = vec![false; labels];
        for group in &self.groups {
            if group.is_empty() {
                return Err(damaged("a class has no label"));
            }
            for label in group {
                match taken.get_mut(*label) {
                    Some(taken) if !*taken => *taken = true,
                    Some(_) => return Err(damaged(format!("label {label} is in two groups"))),
                    None => return Err(damaged(format!("there is no label {label}"))),
                }
            }
        }
        Ok(())
    }
}

impl OutputMapping for LabelMapping {
    const KIND: &'static str = "labels";

    fn check(&self, source: &SourceSpec, classes: usize) -> Result<(), Error> {
        Self::check_source(source)?;
        self.check_groups(source.labels.len(), classes)
    }

    fn initial(&self, source: &SourceSpec, classes: usize) -> Numbers {
        if !self.trained {
            return Numbers::new();
        }
        let labels = source.labels.len();
        let weights = self.log_weights(labels, HARDLY);
        named([(WEIGHTS, tensor([classes, labels], weights))])
    }

    /// ln P(class), worked out in the logarithm throughout, so that an improbable class keeps its
    /// gradient. The classes' probabilities sum to less than 1: the rest belongs to labels of no
    /// class and to the division by the group's size.
    fn scores<B: Kernels>(
        &self,
        _source: &SourceSpec,
        outputs: &Outputs<B>,
        numbers: &Parameters<B>,
    ) -> Tensor<B, 2> {
        let logits = outputs.logits.clone();
        let logits = logits.expect("the check of the mapping found that the source has labels");
        let device = logits.device();
        let [batch, labels] = logits.dims();
        let classes = self.groups.len();
        let weights = match numbers.find(WEIGHTS) {
            Some(weights) => weights.reshape([1, classes, labels]),
            None => {
                let belongs = self.log_weights(labels, NEVER);
                let belongs = TensorData::new(belongs, [1, classes, labels]);
                Tensor::<B, 3>::from_data(belongs, &device)
            }
        };
        let terms = log_softmax(logits, 1).reshape([batch, 1, labels]) + weights;
        let highest = terms.clone().max_dim(2).detach();
        let sum = (terms - highest.clone()).exp().sum_dim(2).log() + highest;
        sum.reshape([batch, classes])
    }

    /// They are that already.
    fn log_probabilities<B: Kernels>(&self, scores: Tensor<B, 2>) -> Tensor<B, 2> {
        match self.trained {
            // Trained weights may add up to anything.
            true => log_softmax(scores, 1),
            false => scores,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn groups_are_disjoint_equal_and_reproducible(
            labels in 1usize..60, classes in 1usize..60, seed: u64
        ) {
            let mapping = LabelMapping::random(classes, labels, seed);
            if classes > labels {
                prop_assert!(mapping.is_err());
                return Ok(());
            }
            let mapping = mapping.unwrap();
            prop_assert!(mapping.check_groups(labels, classes).is_ok());
            prop_assert!(mapping.groups.iter().all(|group| group.len() == labels / classes));
            prop_assert_eq!(LabelMapping::random(classes, labels, seed).unwrap(), mapping);
            let groups = |seed| LabelMapping::random(2, 36, seed).unwrap();
            prop_assert_ne!(groups(seed), groups(!seed));
        }
    }

    #[test]
    fn damaged_mappings_are_refused() {
        for groups in [[vec![0], vec![0]], [vec![0], vec![9]], [vec![0], vec![]]] {
            let mapping = LabelMapping {
                groups: groups.to_vec(),
                trained: false,
            };
            assert!(mapping.check_groups(3, 2).is_err(), "{mapping:?}");
        }
    }

    /// Expected values by the definition, in f64.
    #[test]
    #[cfg(feature = "cpu")]
    fn a_class_has_the_mean_probability_of_its_labels() {
        use crate::kernel::Cpu;
        let mapping = LabelMapping {
            groups: vec![vec![2, 0], vec![3, 1]],
            trained: false,
        };
        let source = crate::source::SourceWeights::find("attrnn-gsc35").unwrap();
        let logits = [
            [0.3f32, -1.2, 2.0, 0.1, 5.0],
            [-90.0, 0.0, -95.0, 0.0, 90.0],
        ];
        let outputs = Outputs {
            logits: Some(Tensor::<Cpu, 2>::from_data(logits, &Default::default())),
            taps: Vec::new(),
        };
        let found = mapping.scores(source.spec(), &outputs, &Parameters::default());
        let found: Vec<f32> = found.into_data().into_vec().unwrap();
        for (row, logits) in logits.iter().enumerate() {
            let total: f64 = logits.iter().map(|l| f64::from(*l).exp()).sum();
            for (class, group) in mapping.groups.iter().enumerate() {
                let exponentials = group.iter().map(|label| f64::from(logits[*label]).exp());
                let expected = (exponentials.sum::<f64>() / total / 2.0).ln();
                let error = (f64::from(found[row * 2 + class]) - expected).abs();
                assert!(
                    error < 2e-5 * expected.abs().max(1.0),
                    "{row} {class} {error}"
                );
            }
        }
    }
}
