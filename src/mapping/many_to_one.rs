//! Many source labels to one class (Yang, Tsai, Chen 2021, arXiv 2106.09296, section 3.3).

use burn::tensor::activation::log_softmax;
use burn::tensor::backend::Backend;
use burn::tensor::{Tensor, TensorData};
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use super::MappingError;

/// Added to what does not belong to a class, under an exponential: it becomes zero there.
const NEVER: f32 = -1e30;

/// Disjoint groups of source labels, one for each class:
/// `P(class) = mean of P(label) over the labels of its group`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LabelMapping {
    groups: Vec<Vec<usize>>,
}

impl LabelMapping {
    /// Random disjoint groups of ⌊labels / classes⌋ labels each, the same for the same seed.
    ///
    /// # Errors
    ///
    /// When there are more classes than labels.
    pub fn random(classes: usize, labels: usize, seed: u64) -> Result<Self, MappingError> {
        let size = labels.checked_div(classes).unwrap_or(0);
        if size == 0 {
            return Err(MappingError::TooManyClasses { classes, labels });
        }
        let mut order: Vec<usize> = (0..labels).collect();
        order.shuffle(&mut ChaCha8Rng::seed_from_u64(seed));
        let groups = order
            .chunks_exact(size)
            .take(classes)
            .map(<[usize]>::to_vec)
            .collect();
        Ok(Self { groups })
    }

    /// The labels of each class.
    pub fn groups(&self) -> &[Vec<usize>] {
        &self.groups
    }

    /// Whether the mapping suits `classes` classes and a source with `labels` labels.
    ///
    /// # Errors
    ///
    /// When a group is empty, a label is in two groups, or does not exist.
    pub fn check(&self, classes: usize, labels: usize) -> Result<(), MappingError> {
        let damaged = |reason: String| Err(MappingError::Damaged { reason });
        if self.groups.len() != classes {
            return damaged(format!(
                "{} groups for {classes} classes",
                self.groups.len()
            ));
        }
        let mut taken = vec![false; labels];
        for group in &self.groups {
            if group.is_empty() {
                return damaged("a class has no label".to_owned());
            }
            for label in group {
                match taken.get_mut(*label) {
                    Some(taken) if !*taken => *taken = true,
                    Some(_) => return damaged(format!("label {label} is in two groups")),
                    None => return damaged(format!("there is no label {label}")),
                }
            }
        }
        Ok(())
    }

    /// ln P(class): logits `[batch, labels]` give `[batch, classes]`.
    ///
    /// Worked out in the logarithm throughout, so that an improbable class keeps its gradient.
    /// The classes' probabilities sum to less than 1: the rest belongs to labels of no class and
    /// to the division by the group's size.
    pub fn log_probabilities<B: Backend>(&self, logits: Tensor<B, 2>) -> Tensor<B, 2> {
        let device = logits.device();
        let [batch, labels] = logits.dims();
        let classes = self.groups.len();
        let mut belongs = vec![NEVER; classes * labels];
        for (class, group) in self.groups.iter().enumerate() {
            for label in group {
                belongs[class * labels + label] = -(group.len() as f32).ln();
            }
        }
        let belongs = TensorData::new(belongs, [1, classes, labels]);
        let belongs = Tensor::<B, 3>::from_data(belongs, &device);
        let terms = log_softmax(logits, 1).reshape([batch, 1, labels]) + belongs;
        let highest = terms.clone().max_dim(2).detach();
        let sum = (terms - highest.clone()).exp().sum_dim(2).log() + highest;
        sum.reshape([batch, classes])
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
            prop_assert!(mapping.check(classes, labels).is_ok());
            prop_assert!(mapping.groups.iter().all(|group| group.len() == labels / classes));
            prop_assert_eq!(LabelMapping::random(classes, labels, seed).unwrap(), mapping);
        }
    }

    #[test]
    fn another_seed_gives_other_groups() {
        let groups = |seed| LabelMapping::random(2, 36, seed).unwrap();
        assert_ne!(groups(0), groups(1));
    }

    #[test]
    fn damaged_mappings_are_refused() {
        for groups in [
            vec![vec![0], vec![0]],
            vec![vec![0], vec![9]],
            vec![vec![0], vec![]],
        ] {
            let mapping = LabelMapping { groups };
            assert!(mapping.check(2, 3).is_err(), "{mapping:?}");
        }
    }

    /// Expected values by the definition, in f64.
    #[test]
    #[cfg(feature = "cpu")]
    fn a_class_has_the_mean_probability_of_its_labels() {
        use crate::kernel::Cpu;
        let mapping = LabelMapping {
            groups: vec![vec![2, 0], vec![3, 1]],
        };
        let logits = [
            [0.3f32, -1.2, 2.0, 0.1, 5.0],
            [-90.0, 0.0, -95.0, 0.0, 90.0],
        ];
        let found =
            mapping.log_probabilities(Tensor::<Cpu, 2>::from_data(logits, &Default::default()));
        let found: Vec<f32> = found.into_data().into_vec().unwrap();
        for (row, logits) in logits.iter().enumerate() {
            let total: f64 = logits.iter().map(|l| f64::from(*l).exp()).sum();
            for (class, group) in mapping.groups.iter().enumerate() {
                let mean: f64 = group
                    .iter()
                    .map(|label| f64::from(logits[*label]).exp() / total / 2.0)
                    .sum();
                let error = (f64::from(found[row * 2 + class]) - mean.ln()).abs();
                assert!(
                    error < 2e-5 * mean.ln().abs().max(1.0),
                    "{row} {class} {error}"
                );
            }
        }
    }
}
