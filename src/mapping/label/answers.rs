//! What a source answered to cases whose classes are known.

use retune_core::argmax;

/// The most probable labels of an answer that its sums are of (k of Bayesian-guided label mapping).
const TOP: usize = 3;

/// Sums over the answers to some cases, for each class and label.
#[derive(Debug, Clone, PartialEq)]
pub struct Answers {
    labels: usize,
    /// Answers to cases of each class.
    pub cases: Vec<f64>,
    /// Sums of the probabilities, `[classes][labels]`.
    pub probabilities: Vec<Vec<f64>>,
    /// How often a label was the most probable one, `[classes][labels]`; of equal ones the first.
    pub predicted: Vec<Vec<f64>>,
    /// Sums of the probabilities of the three most probable labels of each answer, `[classes][labels]`.
    pub top: Vec<Vec<f64>>,
    /// How near a class is to a label at the layer before the logits, from −1 to 1, `[classes][labels]`;
    /// none where nothing is known of the label. Only for rules that see it.
    pub similarity: Vec<Vec<Option<f64>>>,
}

impl Answers {
    /// No answers yet.
    pub fn new(classes: usize, labels: usize) -> Self {
        let none = vec![vec![0.0; labels]; classes];
        Self {
            labels,
            cases: vec![0.0; classes],
            probabilities: none.clone(),
            predicted: none.clone(),
            top: none,
            similarity: Vec::new(),
        }
    }

    /// How many classes there are.
    pub fn classes(&self) -> usize {
        self.cases.len()
    }

    /// How many labels the source has.
    pub fn labels(&self) -> usize {
        self.labels
    }

    /// Adds the probabilities of the labels for a case of a class.
    pub fn add(&mut self, class: usize, probabilities: &[f32]) {
        self.cases[class] += 1.0;
        for (sum, found) in self.probabilities[class].iter_mut().zip(probabilities) {
            *sum += f64::from(*found);
        }
        self.predicted[class][argmax(probabilities.iter().copied())] += 1.0;
        let mut order: Vec<usize> = (0..probabilities.len()).collect();
        // A stable sort: of equal ones the first.
        order.sort_by(|one, other| probabilities[*other].total_cmp(&probabilities[*one]));
        for label in order.into_iter().take(TOP) {
            self.top[class][label] += f64::from(probabilities[label]);
        }
    }

    /// The mean probability of a label over the answers to a class.
    pub fn mean(&self, class: usize, label: usize) -> f64 {
        self.probabilities[class][label] / self.cases[class].max(1.0)
    }
}
