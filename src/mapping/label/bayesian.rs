//! Bayesian-guided label mapping (Cai, Ye, Feng, Qi, Liu 2024, arXiv 2410.24018): every label counts
//! for every class, by how often they were seen together.

use super::{Answers, Choice, LabelMapping};

/// What keeps the share of a label finite that was hardly ever reported (λ).
const SMOOTHING: f64 = 1.0;

/// BLM: `ω(label, class) ∝ n(label, class) / (n(label) + λ)`, where `n` counts how often a label was
/// the most probable one; the weights of a class sum to 1.
///
/// A source that hears little in a series reports one label for the cases of several classes. These then have
/// the same weights, no answer tells them apart, and no gradient ever does. Then sums of probabilities
/// stand for all counts, as in BLM+: which other labels come near differs where the first does not.
pub(super) fn by_counts(answers: &Answers, choice: Choice) -> LabelMapping {
    let found = weights(&answers.predicted);
    match has_twins(found.weights()) {
        true => by_sums(answers, choice),
        false => found,
    }
}

/// Whether two rows are the same but for rounding.
fn has_twins(rows: &[Vec<f32>]) -> bool {
    let same = |one: &[f32], other: &[f32]| {
        let mut pairs = one.iter().zip(other);
        pairs.all(|(one, other)| (one - other).abs() < 1e-6)
    };
    let mut places = rows.iter().enumerate();
    places.any(|(place, row)| rows[..place].iter().any(|other| same(row, other)))
}

/// BLM+: the same with sums of the probabilities of the most probable labels in place of counts.
pub(super) fn by_sums(answers: &Answers, _: Choice) -> LabelMapping {
    weights(&answers.top)
}

/// Weights by what was counted, `[classes][labels]`.
fn weights(counted: &[Vec<f64>]) -> LabelMapping {
    let labels = counted.first().map_or(0, Vec::len);
    let of_label = |label: usize| counted.iter().map(|row| row[label]).sum::<f64>();
    let totals: Vec<f64> = (0..labels).map(of_label).collect();
    let row = |counts: &Vec<f64>| {
        let shares = counts.iter().zip(&totals);
        let shares = shares.map(|(count, total)| count / (total + SMOOTHING));
        let shares: Vec<f64> = shares.collect();
        let sum: f64 = shares.iter().sum();
        let weight = |share: f64| match sum > 0.0 {
            true => (share / sum) as f32,
            // Nothing was seen of this class.
            false => 1.0 / labels as f32,
        };
        shares.into_iter().map(weight).collect()
    };
    LabelMapping::weighted(counted.iter().map(row).collect())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// By hand: label 0 was reported three times for the first class and once for the second, label 1
    /// twice for the second. Shares with λ = 1: 3/5 and 0, 1/5 and 2/3.
    #[test]
    fn weights_are_shares_of_counts() {
        let mut answers = Answers::new(2, 3);
        for (class, row) in [
            (0, [0.8, 0.2, 0.0]),
            (0, [0.8, 0.2, 0.0]),
            (0, [0.8, 0.2, 0.0]),
            (1, [0.7, 0.2, 0.1]),
            (1, [0.3, 0.6, 0.1]),
            (1, [0.3, 0.6, 0.1]),
        ] {
            answers.add(class, &row);
        }
        let found = by_counts(&answers, Choice::default());
        let sum = 1.0 / 5.0 + 2.0 / 3.0;
        let expected = [[1.0, 0.0, 0.0], [0.2 / sum, 2.0 / 3.0 / sum, 0.0]];
        near(&found, &expected);
        // Sums: 2.4, 0.6, 0 and 1.3, 1.4, 0.3; of the labels 3.7, 2.0, 0.3.
        let found = by_sums(&answers, Choice::default());
        let first = [2.4 / 4.7, 0.6 / 3.0, 0.0];
        let second = [1.3 / 4.7, 1.4 / 3.0, 0.3 / 1.3];
        let normalised = |row: [f64; 3]| row.map(|one| one / row.iter().sum::<f64>());
        near(&found, &[normalised(first), normalised(second)]);
    }

    /// All cases are reported as label 0, so counts give each class all of it, and say nothing.
    #[test]
    fn sums_stand_for_counts_that_tell_nothing() {
        let mut answers = Answers::new(2, 4);
        answers.add(0, &[0.9, 0.06, 0.03, 0.01]);
        answers.add(0, &[0.9, 0.06, 0.03, 0.01]);
        answers.add(1, &[0.9, 0.01, 0.03, 0.06]);
        let found = by_counts(&answers, Choice::default());
        assert_eq!(found, by_sums(&answers, Choice::default()));
        assert!(found.weights()[0] != found.weights()[1]);
        answers.add(1, &[0.1, 0.2, 0.3, 0.4]);
        let found = by_counts(&answers, Choice::default());
        assert_eq!(found.weights()[0], [1.0, 0.0, 0.0, 0.0]);
    }

    fn near(found: &LabelMapping, expected: &[[f64; 3]]) {
        for (found, expected) in found.weights().iter().zip(expected) {
            for (found, expected) in found.iter().zip(expected) {
                assert!(
                    (f64::from(*found) - expected).abs() < 1e-6,
                    "{found} {expected}"
                );
            }
        }
    }

    proptest! {
        #[test]
        fn the_weights_of_a_class_sum_to_one(
            rows in prop::collection::vec((0usize..3, prop::collection::vec(0f32..1.0, 7)), 0..20),
        ) {
            let mut answers = Answers::new(3, 7);
            for (class, row) in &rows {
                answers.add(*class, row);
            }
            for found in [by_counts, by_sums].map(|find| find(&answers, Choice::default())) {
                for row in found.weights() {
                    prop_assert!((row.iter().sum::<f32>() - 1.0).abs() < 1e-5);
                    prop_assert!(row.iter().all(|weight| *weight >= 0.0));
                }
            }
        }
    }
}
