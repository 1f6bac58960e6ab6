//! The one type of all label mappings: weights of the source's labels for each class.

use burn::tensor::activation::log_softmax;
use burn::tensor::{Tensor, TensorData};
use serde::{Deserialize, Serialize};

use super::Answers;
use crate::kernel::Kernels;
use crate::mapping::{OutputMapping, damaged};
use crate::parameters::{Numbers, Parameters, named, tensor};
use crate::source::{Outputs, SourceSpec};
use crate::{Error, ErrorKind};

/// ln of no weight at all: it becomes zero under an exponential.
const NEVER: f32 = -1e30;
/// The same where training may change it: nearly zero, and with a gradient.
const HARDLY: f32 = -8.0;
/// The name of the trained numbers.
const WEIGHTS: &str = "weights";

/// Weights of the source's labels for each class: `P(class) = Σ weight(class, label) · P(label)`.
///
/// Groups of labels are weights too: one over the size of the group (Yang, Tsai, Chen 2021, arXiv
/// 2106.09296, section 3.3).
///
/// Where a label has a weight for more than one class, P(class) is that sum divided by the sum over all
/// classes; the loss of Cai and others (arXiv 2410.24018) is a cross entropy over the classes too.
/// Undivided, classes that share a label would not compete: a source that answers every case with that
/// label would give each of them all of the probability, and the loss would be 0. Disjoint groups
/// compete as they are, since the labels' probabilities sum to 1, and stay undivided as in Voice2Series:
/// their loss also asks for labels that belong to a class at all.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LabelMapping {
    /// `[classes][labels]`, none below 0.
    weights: Vec<Vec<f32>>,
    /// Whether training changes them: they are then only where it starts.
    #[serde(default)]
    trained: bool,
}

impl LabelMapping {
    /// Weights `[classes][labels]`, none below 0.
    pub fn weighted(weights: Vec<Vec<f32>>) -> Self {
        Self {
            weights,
            trained: false,
        }
    }

    /// A class has the mean probability of the labels of its group, among so many labels.
    pub fn grouped(groups: &[Vec<usize>], labels: usize) -> Self {
        let row = |group: &Vec<usize>| {
            let mut row = vec![0.0; labels];
            for label in group {
                row[*label] = 1.0 / group.len() as f32;
            }
            row
        };
        Self::weighted(groups.iter().map(row).collect())
    }

    /// Groups of `size` labels each, or fewer where nothing is left: claims of a class on a label are met in
    /// their order while the label is free and the class wants more.
    pub(super) fn claimed(
        claims: impl IntoIterator<Item = (usize, usize)>,
        answers: &Answers,
        size: usize,
    ) -> Self {
        let labels = answers.labels();
        let mut groups = vec![Vec::new(); answers.classes()];
        let mut free = vec![true; labels];
        for (class, label) in claims {
            if free[label] && groups[class].len() < size {
                groups[class].push(label);
                free[label] = false;
            }
        }
        Self::grouped(&groups, labels)
    }

    /// The same with numbers that a trainer may change: `P(class) ∝ Σ P(label) · weight`, where the
    /// weights start as they are here, and those that are 0 at e⁻⁸.
    pub fn trained(self) -> Self {
        Self {
            trained: true,
            ..self
        }
    }

    /// The weights, `[classes][labels]`; where they are trained, those that training starts from.
    pub fn weights(&self) -> &[Vec<f32>] {
        &self.weights
    }

    /// Whether a label has a weight for more than one class. Trained weights are all above 0.
    fn shares_labels(&self) -> bool {
        let owners = |label: usize| self.weights.iter().filter(move |row| row[label] > 0.0);
        let labels = self.weights.first().map_or(0, Vec::len);
        self.trained || (0..labels).any(|label| owners(label).count() > 1)
    }

    /// Whether the source has labels that could be mapped to so many classes, `per_class` to each.
    pub(crate) fn check_source(
        source: &SourceSpec,
        classes: usize,
        per_class: Option<usize>,
    ) -> Result<(), Error> {
        let (name, labels) = (&source.name, source.labels.len());
        let refused = |kind, message: String, hint| {
            Err(Error::new(kind, message)
                .with_hint(hint)
                .with_setting("readout", "means")
                .with_setting("readout", "ridge"))
        };
        if labels == 0 {
            let message =
                format!("the source {name} has no labels, so none can be mapped to classes");
            let hint = "read its activations, or take another source";
            return refused(ErrorKind::Labels, message, hint);
        }
        let each = per_class.unwrap_or(1);
        if labels < classes * each {
            let of_each = match per_class {
                Some(each) => format!(" with {each} labels each"),
                None => String::new(),
            };
            let message = format!(
                "{classes} classes{of_each} cannot be mapped: the source {name} has only {labels} \
                 labels"
            );
            let hint = "read its activations, or take a source with more labels";
            return refused(ErrorKind::Mismatch, message, hint);
        }
        Ok(())
    }

    /// P(class) from the probability of each label, where `numbers` are the trained ones.
    pub(crate) fn of_probabilities(&self, probabilities: &[f32], numbers: &Numbers) -> Vec<f64> {
        let labels = probabilities.len();
        let trained = numbers.get(WEIGHTS);
        let weight = |class: usize, label: usize| match trained {
            None => f64::from(self.weights[class][label]),
            Some(trained) => f64::from(trained.values[class * labels + label]).exp(),
        };
        let score = |class: usize| {
            let labels = probabilities.iter().enumerate();
            let terms = labels.map(|(label, found)| f64::from(*found) * weight(class, label));
            terms.sum::<f64>()
        };
        let scores: Vec<f64> = (0..self.weights.len()).map(score).collect();
        let sum = match self.shares_labels() {
            true => scores.iter().sum::<f64>().max(f64::MIN_POSITIVE),
            false => 1.0,
        };
        scores.into_iter().map(|score| score / sum).collect()
    }

    /// ln of each weight, `[classes * labels]`.
    fn log_weights(&self, of_none: f32) -> Vec<f32> {
        let weights = self.weights.iter().flatten();
        let log = |weight: &f32| if *weight > 0.0 { weight.ln() } else { of_none };
        weights.map(log).collect()
    }

    /// Whether there is a weight for each label and class, and each class has one above 0.
    fn check_weights(&self, labels: usize, classes: usize) -> Result<(), Error> {
        let found = self.weights.len();
        if found != classes {
            return Err(damaged(format!("weights of {found} classes for {classes}")));
        }
        for row in &self.weights {
            if row.len() != labels {
                let found = row.len();
                return Err(damaged(format!("{found} weights for {labels} labels")));
            }
            if !row
                .iter()
                .all(|weight| weight.is_finite() && *weight >= 0.0)
            {
                return Err(damaged("a weight is below 0 or not finite"));
            }
            if row.iter().all(|weight| *weight == 0.0) {
                return Err(damaged("a class has no label"));
            }
        }
        Ok(())
    }
}

impl OutputMapping for LabelMapping {
    const KIND: &'static str = "labels";

    fn check(&self, source: &SourceSpec, classes: usize) -> Result<(), Error> {
        Self::check_source(source, classes, None)?;
        self.check_weights(source.labels.len(), classes)
    }

    fn initial(&self, source: &SourceSpec, classes: usize) -> Numbers {
        if !self.trained {
            return Numbers::new();
        }
        let weights = self.log_weights(HARDLY);
        named([(WEIGHTS, tensor([classes, source.labels.len()], weights))])
    }

    /// ln of each class's weighted sum, worked out in the logarithm throughout, so that an improbable class
    /// keeps its gradient. The sums need not add up to 1: with groups the rest belongs to labels of no
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
        let shape = [1, self.weights.len(), labels];
        let weights = match numbers.find(WEIGHTS) {
            Some(weights) => weights.reshape(shape),
            None => {
                let weights = TensorData::new(self.log_weights(NEVER), shape);
                Tensor::<B, 3>::from_data(weights, &device)
            }
        };
        let terms = log_softmax(logits, 1).reshape([batch, 1, labels]) + weights;
        let highest = terms.clone().max_dim(2).detach();
        let sum = (terms - highest.clone()).exp().sum_dim(2).log() + highest;
        sum.reshape([batch, shape[1]])
    }

    /// They are that already, but for classes that share labels: see [`LabelMapping`].
    fn log_probabilities<B: Kernels>(&self, scores: Tensor<B, 2>) -> Tensor<B, 2> {
        match self.shares_labels() {
            true => log_softmax(scores, 1),
            false => scores,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Choice, LabelRule, rule_names};
    use super::*;

    fn spec(labels: usize) -> SourceSpec {
        let labels = (0..labels).map(|label| label.to_string()).collect();
        SourceSpec::new("few".to_owned(), String::new(), labels)
    }

    #[test]
    fn damaged_mappings_are_refused() {
        for weights in [
            vec![vec![0.5, 0.5], vec![0.0, 0.0]],
            vec![vec![0.5, 0.5], vec![1.0]],
            vec![vec![0.5, 0.5], vec![-1.0, 1.0]],
            vec![vec![0.5, 0.5], vec![f32::NAN, 1.0]],
            vec![vec![0.5, 0.5]],
        ] {
            let mapping = LabelMapping::weighted(weights);
            assert!(mapping.check(&spec(2), 2).is_err(), "{mapping:?}");
        }
    }

    #[test]
    fn too_few_labels_are_told_with_what_to_do() {
        let none = LabelMapping::check_source(&spec(0), 2, None).unwrap_err();
        assert_eq!(none.kind(), ErrorKind::Labels);
        let few = LabelMapping::check_source(&spec(5), 6, None).unwrap_err();
        assert!(
            few.to_string().contains("6 classes cannot be mapped"),
            "{few}"
        );
        let few = LabelMapping::check_source(&spec(5), 2, Some(3)).unwrap_err();
        assert!(
            few.to_string().contains("2 classes with 3 labels each"),
            "{few}"
        );
        for error in [none, few] {
            assert!(error.hint().is_some());
            assert_eq!(error.settings()[0], ("readout", "means"));
        }
        assert!(LabelMapping::check_source(&spec(6), 2, Some(3)).is_ok());
    }

    /// By hand, from [`LabelMapping`]'s definition.
    #[test]
    fn weights_and_trained_numbers_give_probabilities() {
        let answer = [0.25, 0.25, 0.5];
        let mapping = LabelMapping::weighted(vec![vec![1.0, 0.0, 0.5], vec![0.0, 1.0, 0.0]]);
        let found = mapping.of_probabilities(&answer, &Numbers::new());
        assert_eq!(found, [0.5, 0.25]);
        // Both classes have a weight for the last label: 1/2 and 3/8, over their sum.
        let mapping = LabelMapping::weighted(vec![vec![1.0, 0.0, 0.5], vec![0.0, 1.0, 0.25]]);
        let found = mapping.of_probabilities(&answer, &Numbers::new());
        assert!((found[0] - 4.0 / 7.0).abs() < 1e-12 && (found[1] - 3.0 / 7.0).abs() < 1e-12);
        // e⁰ = 1 and e^(ln 3) = 3: the second class has three times the first, so 1/4 and 3/4.
        let third = 3f32.ln();
        let weights = tensor([2, 3], [0.0, 0.0, 0.0, third, third, third]);
        let numbers = named([(WEIGHTS, weights)]);
        let found = mapping
            .trained()
            .of_probabilities(&[0.2, 0.3, 0.5], &numbers);
        assert!((found[0] - 0.25).abs() < 1e-6 && (found[1] - 0.75).abs() < 1e-6);
    }

    /// Expected values by the definition, in f64; and what the host makes of the same probabilities.
    #[test]
    #[cfg(feature = "cpu")]
    fn a_class_has_the_weighted_sum_of_the_probabilities() {
        use crate::kernel::Cpu;
        let groups = LabelMapping::grouped(&[vec![2, 0], vec![3, 1]], 5);
        let weighted = vec![vec![0.2, 0.0, 0.5, 0.1, 0.2], vec![0.1, 0.6, 0.0, 0.0, 0.3]];
        let logits = [
            [0.3f32, -1.2, 2.0, 0.1, 5.0],
            [-90.0, 0.0, -95.0, 0.0, 90.0],
        ];
        let outputs = Outputs {
            logits: Some(Tensor::<Cpu, 2>::from_data(logits, &Default::default())),
            ..Outputs::default()
        };
        for mapping in [groups, LabelMapping::weighted(weighted)] {
            let found = mapping.scores(&spec(5), &outputs, &Parameters::default());
            let log_probabilities = mapping.log_probabilities(found.clone());
            let log_probabilities: Vec<f32> = log_probabilities.into_data().into_vec().unwrap();
            let found: Vec<f32> = found.into_data().into_vec().unwrap();
            for (row, logits) in logits.iter().enumerate() {
                let powers: Vec<f64> = logits.iter().map(|l| f64::from(*l).exp()).collect();
                let total: f64 = powers.iter().sum();
                let on_host: Vec<f32> = powers.iter().map(|p| (p / total) as f32).collect();
                let on_host = mapping.of_probabilities(&on_host, &Numbers::new());
                for (class, weights) in mapping.weights.iter().enumerate() {
                    let terms = weights.iter().zip(&powers);
                    let sum: f64 = terms
                        .map(|(weight, power)| f64::from(*weight) * power)
                        .sum();
                    let expected = (sum / total).ln();
                    let error = (f64::from(found[row * 2 + class]) - expected).abs();
                    assert!(
                        error < 2e-5 * expected.abs().max(1.0),
                        "{row} {class} {error}"
                    );
                    let on_device = f64::from(log_probabilities[row * 2 + class]).exp();
                    let relative = on_host[class] / on_device - 1.0;
                    // Single precision has no probability as small as those of the second row.
                    assert!(row == 1 || relative.abs() < 1e-5, "{relative}");
                }
            }
        }
    }

    /// The slope of ln P(class) with respect to each logit, and to trained numbers, is what differences of
    /// the host's f64 formula are.
    #[test]
    #[cfg(feature = "cpu")]
    fn gradients_are_what_differences_are() {
        use burn::backend::Autodiff;

        use crate::kernel::Cpu;
        type Trained = Autodiff<Cpu>;

        let mut answers = Answers::new(2, 4);
        for (class, row) in [(0, [0.5, 0.2, 0.2, 0.1]), (1, [0.3, 0.4, 0.2, 0.1])] {
            answers.add(class, &row);
        }
        let near = |row: [f64; 4]| row.map(Some).to_vec();
        answers.similarity = vec![near([0.9, 0.1, 0.4, 0.2]), near([0.2, 0.5, 0.3, 0.7])];
        let logits = [0.4f64, -0.3, 1.1, -0.8];
        let mut shared = answers.clone();
        shared.add(1, &[0.5, 0.2, 0.2, 0.1]);
        let found = |name: String| {
            let find = LabelRule::named(&name).unwrap().find;
            [&answers, &shared].map(|answers| (name.clone(), find(answers, Choice::default())))
        };
        for (name, mapping) in rule_names().into_iter().flat_map(found) {
            let numbers = mapping.initial(&spec(4), 2);
            let numbers: Vec<f64> = match numbers.get(WEIGHTS) {
                Some(numbers) => numbers.values.iter().map(|one| f64::from(*one)).collect(),
                None => Vec::new(),
            };
            let log_probability = |logits: &[f64], numbers: &[f64], class: usize| {
                let weight = |class: usize, label: usize| match numbers.is_empty() {
                    true => f64::from(mapping.weights[class][label]),
                    false => numbers[class * 4 + label].exp(),
                };
                let total: f64 = logits.iter().map(|logit| logit.exp()).sum();
                let score = |class: usize| {
                    let terms = logits.iter().enumerate();
                    let terms = terms.map(|(label, logit)| logit.exp() * weight(class, label));
                    terms.sum::<f64>() / total
                };
                match mapping.shares_labels() {
                    true => (score(class) / (score(0) + score(1))).ln(),
                    false => score(class).ln(),
                }
            };
            for class in 0..2 {
                let device = Default::default();
                let leaf = logits.map(|logit| logit as f32);
                let leaf = Tensor::<Trained, 2>::from_data([leaf], &device).require_grad();
                let outputs = Outputs {
                    logits: Some(leaf.clone()),
                    ..Outputs::default()
                };
                let mut parameters = Parameters::<Trained>::default();
                let single: Vec<f32> = numbers.iter().map(|one| *one as f32).collect();
                let trained = Tensor::<Trained, 1>::from_floats(&single[..], &device);
                let trained = trained.require_grad();
                if !numbers.is_empty() {
                    parameters.insert(WEIGHTS, trained.clone());
                }
                let scores = mapping.scores(&spec(4), &outputs, &parameters);
                let found = mapping
                    .log_probabilities(scores)
                    .slice([0..1, class..class + 1]);
                let gradients = found.sum().backward();
                let check = |found: Vec<f32>, moved: &dyn Fn(usize, f64) -> f64| {
                    for (place, found) in found.into_iter().enumerate() {
                        let expected = (moved(place, 1e-5) - moved(place, -1e-5)) / 2e-5;
                        let error = (f64::from(found) - expected).abs();
                        assert!(error < 1e-4, "{name} {place}: {found} {expected}");
                    }
                };
                let slope = leaf
                    .grad(&gradients)
                    .unwrap()
                    .into_data()
                    .into_vec()
                    .unwrap();
                check(slope, &|place, step| {
                    let mut moved = logits;
                    moved[place] += step;
                    log_probability(&moved, &numbers, class)
                });
                if !numbers.is_empty() {
                    let slope = trained.grad(&gradients).unwrap();
                    check(slope.into_data().into_vec().unwrap(), &|place, step| {
                        let mut moved = numbers.clone();
                        moved[place] += step;
                        log_probability(&logits, &moved, class)
                    });
                }
            }
        }
    }

    /// What all classes share tells none of them apart, however sure the source is of it: neither is it
    /// rewarded, nor the classes' own labels left for it.
    #[test]
    #[cfg(feature = "cpu")]
    fn a_label_that_all_classes_share_is_worth_chance() {
        use burn::backend::Autodiff;

        use crate::kernel::Cpu;

        let mapping = LabelMapping::weighted(vec![vec![0.5, 0.5, 0.0], vec![0.5, 0.0, 0.5]]);
        let device = Default::default();
        let sure = [[30.0, 0.0, 0.0]];
        let leaf = Tensor::<Autodiff<Cpu>, 2>::from_floats(sure, &device).require_grad();
        let outputs = Outputs {
            logits: Some(leaf.clone()),
            ..Outputs::default()
        };
        let scores = mapping.scores(&spec(3), &outputs, &Parameters::default());
        let found = mapping.log_probabilities(scores);
        let gradients = found.clone().slice([0..1, 0..1]).sum().backward();
        let found: Vec<f32> = found.into_data().into_vec().unwrap();
        assert!(found.iter().all(|one| (one.exp() - 0.5).abs() < 1e-6));
        let slope = leaf.grad(&gradients).unwrap().into_data();
        let slope: Vec<f32> = slope.into_vec().unwrap();
        assert!(slope.iter().all(|one| one.abs() < 1e-6), "{slope:?}");
        // Where the source wavers, its answer moves from the label of the other class to that of this one.
        let host = |answer: [f32; 3]| mapping.of_probabilities(&answer, &Numbers::new())[0];
        assert_eq!(host([1.0, 0.0, 0.0]), 0.5);
        assert!(host([0.5, 0.3, 0.2]) > 0.5 && host([0.5, 0.2, 0.3]) < 0.5);
    }
}
