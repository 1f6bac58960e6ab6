//! Labels that a class makes the source report before training (Tsai, Chen, Ho 2020, arXiv
//! 2007.08714, section 3.2).

use super::{Answers, Choice, LabelMapping};

/// Each class ranks the labels by their mean probability over its cases; a label goes to the class
/// that ranks it highest, and of those that rank it alike to the one where it is more probable, until
/// each class has its labels.
pub(super) fn ranked(answers: &Answers, choice: Choice) -> LabelMapping {
    let (classes, labels) = (answers.classes(), answers.labels());
    let size = choice.size(answers);
    let ranking = |class: usize| {
        let mut order: Vec<usize> = (0..labels).collect();
        let mean = |label: &usize| answers.mean(class, *label);
        order.sort_by(|one, other| mean(other).total_cmp(&mean(one)));
        order
    };
    let rankings: Vec<Vec<usize>> = (0..classes).map(ranking).collect();
    let of_rank = |rank: usize| {
        let claims = rankings.iter().enumerate();
        let mut claims: Vec<(usize, usize)> =
            claims.map(|(class, order)| (class, order[rank])).collect();
        let mean = |(class, label): &(usize, usize)| answers.mean(*class, *label);
        claims.sort_by(|one, other| mean(other).total_cmp(&mean(one)));
        claims
    };
    LabelMapping::claimed((0..labels).flat_map(of_rank), answers, size)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// By hand. Means of the first class: 0.5, 0.3, 0.15, 0.05, of the second: 0.6, 0.1, 0.2, 0.1. Both
    /// rank label 0 first, the second has more of it; label 1 is the first class's second choice and
    /// label 2 the second's; of the last label, which both rank last, nothing is left but to the first
    /// class.
    #[test]
    fn a_label_goes_where_it_ranks_higher() {
        let mut answers = Answers::new(2, 4);
        answers.add(0, &[0.4, 0.4, 0.1, 0.1]);
        answers.add(0, &[0.6, 0.2, 0.2, 0.0]);
        answers.add(1, &[0.6, 0.1, 0.2, 0.1]);
        let found = ranked(&answers, Choice::default());
        let expected = LabelMapping::grouped(&[vec![1, 3], vec![0, 2]], 4);
        assert_eq!(found, expected);
        let one = Choice {
            per_class: Some(1),
            ..Choice::default()
        };
        let expected = LabelMapping::grouped(&[vec![1], vec![0]], 4);
        assert_eq!(ranked(&answers, one), expected);
    }

    proptest! {
        #[test]
        fn groups_are_disjoint_and_all_have_their_size(
            rows in prop::collection::vec((0usize..3, prop::collection::vec(0f32..1.0, 11)), 0..20),
            size in 1usize..4,
        ) {
            let mut answers = Answers::new(3, 11);
            for (class, row) in &rows {
                answers.add(*class, row);
            }
            let choice = Choice { per_class: Some(size), ..Choice::default() };
            let found = ranked(&answers, choice);
            for row in found.weights() {
                prop_assert_eq!(row.iter().filter(|weight| **weight > 0.0).count(), size);
            }
            for label in 0..11 {
                let owners = found.weights().iter().filter(|row| row[label] > 0.0);
                prop_assert!(owners.count() <= 1);
            }
        }
    }
}
