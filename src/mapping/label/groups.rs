//! Groups of labels that nothing is looked at for: random ones, and ones that follow each other.

use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

use super::{Answers, Choice, LabelMapping};

/// Random disjoint groups of ⌊labels / classes⌋ labels each (Yang, Tsai, Chen 2021, arXiv 2106.09296,
/// section 3.3), the same for the same seed.
pub(super) fn random(answers: &Answers, choice: Choice) -> LabelMapping {
    let mut order: Vec<usize> = (0..answers.labels()).collect();
    order.shuffle(&mut ChaCha8Rng::seed_from_u64(choice.seed));
    cut(order, answers, choice)
}

/// Groups of labels that follow each other, as in the code that was released with Voice2Series.
pub(super) fn consecutive(answers: &Answers, choice: Choice) -> LabelMapping {
    cut((0..answers.labels()).collect(), answers, choice)
}

/// A trained map of the probabilities that starts at random groups: `P(class) ∝ Σ w(class, label) ·
/// P(label)` with every w above 0.
pub(super) fn trained(answers: &Answers, choice: Choice) -> LabelMapping {
    random(answers, choice).trained()
}

/// Labels in this order, so many to each class.
fn cut(order: Vec<usize>, answers: &Answers, choice: Choice) -> LabelMapping {
    let groups = order.chunks_exact(choice.size(answers));
    let groups = groups.take(answers.classes()).map(<[usize]>::to_vec);
    LabelMapping::grouped(&groups.collect::<Vec<_>>(), answers.labels())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn groups_are_disjoint_equal_and_reproducible(
            (classes, labels) in (1usize..30).prop_flat_map(|classes| (Just(classes), classes..60)),
            seed: u64,
        ) {
            let answers = Answers::new(classes, labels);
            let choice = Choice { seed, per_class: None };
            for find in [random, consecutive] {
                let mapping = find(&answers, choice);
                let size = labels / classes;
                for row in mapping.weights() {
                    let group = row.iter().filter(|weight| **weight == 1.0 / size as f32);
                    prop_assert_eq!(group.count(), size);
                }
                for label in 0..labels {
                    let taken = mapping.weights().iter().filter(|row| row[label] > 0.0).count();
                    prop_assert!(taken <= 1);
                }
                prop_assert_eq!(find(&answers, choice), mapping);
            }
            let many = Answers::new(2, 36);
            let other = Choice { seed: !seed, ..choice };
            prop_assert_ne!(random(&many, choice), random(&many, other));
        }
    }

    #[test]
    fn consecutive_groups_are_in_the_order_of_the_labels() {
        let answers = Answers::new(2, 5);
        let found = consecutive(&answers, Choice::default());
        assert_eq!(found, LabelMapping::grouped(&[vec![0, 1], vec![2, 3]], 5));
        let one = Choice {
            per_class: Some(1),
            ..Choice::default()
        };
        assert_eq!(
            consecutive(&answers, one),
            LabelMapping::grouped(&[vec![0], vec![1]], 5)
        );
    }
}
