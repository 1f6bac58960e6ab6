//! Labels that are like a class in the eyes of the source (Yen, Ku, Yang and others 2023, arXiv
//! 2110.03894: AR-SCR).

use super::{Answers, Choice, LabelMapping};

/// Each label in turn goes to the class that it is most like, among those with fewer labels than the
/// others may have: first ⌊labels / classes⌋, and where all have so many, one more. A class has the sum
/// of the probabilities of its labels. Labels of which nothing is known belong to no class.
pub(super) fn nearest(answers: &Answers, choice: Choice) -> LabelMapping {
    let (classes, labels) = (answers.classes(), answers.labels());
    let alike = |class: usize, label: usize| {
        let row = answers.similarity.get(class);
        row.and_then(|row| row[label])
    };
    let known: Vec<usize> = (0..labels)
        .filter(|label| (0..classes).all(|class| alike(class, *label).is_some()))
        .collect();
    let mut room = choice.per_class.unwrap_or(known.len() / classes).max(1);
    let mut weights = vec![vec![0.0; labels]; classes];
    let mut sizes = vec![0; classes];
    for label in known {
        if sizes.iter().all(|size| *size == room) {
            match choice.per_class {
                Some(_) => break,
                None => room += 1,
            }
        }
        let open = (0..classes).filter(|class| sizes[*class] < room);
        // Of equal ones the first.
        let best = open.rev().max_by(|one, other| {
            let found = [one, other].map(|class| alike(*class, label).unwrap_or(-1.0));
            found[0].total_cmp(&found[1])
        });
        if let Some(class) = best {
            weights[class][label] = 1.0;
            sizes[class] += 1;
        }
    }
    LabelMapping::weighted(weights)
}

/// Means of rows of numbers for each of some groups.
#[derive(Debug, Clone)]
pub(crate) struct Means(Vec<(f64, Vec<f64>)>);

impl Means {
    /// Nothing yet in so many groups.
    pub(crate) fn new(groups: usize) -> Self {
        Self(vec![(0.0, Vec::new()); groups])
    }

    /// Adds a row to a group.
    pub(crate) fn add(&mut self, group: usize, row: &[f32]) {
        let (count, sums) = &mut self.0[group];
        sums.resize(row.len(), 0.0);
        *count += 1.0;
        for (sum, value) in sums.iter_mut().zip(row) {
            *sum += f64::from(*value);
        }
    }

    /// In how many groups there are rows.
    pub(crate) fn known(&self) -> usize {
        self.0.iter().filter(|(count, _)| *count > 0.0).count()
    }
}

/// The cosine of each class's mean with each label's, `[classes][labels]`; none where one of them has
/// no mean.
pub(crate) fn cosines(classes: &Means, labels: &Means) -> Vec<Vec<Option<f64>>> {
    let length = |row: &[f64]| row.iter().map(|one| one * one).sum::<f64>().sqrt();
    let cosine = |(of_class, class): &(f64, Vec<f64>), (of_label, label): &(f64, Vec<f64>)| {
        let both = class.iter().zip(label).map(|(one, other)| one * other);
        // Sums have the direction of means.
        let lengths = (length(class) * length(label)).max(f64::MIN_POSITIVE);
        (*of_class > 0.0 && *of_label > 0.0).then(|| both.sum::<f64>() / lengths)
    };
    let row = |class| labels.0.iter().map(|label| cosine(class, label)).collect();
    classes.0.iter().map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By hand: cosines of 1, 1/√2 and 0.
    #[test]
    fn cosines_are_of_means() {
        let (mut classes, mut labels) = (Means::new(2), Means::new(4));
        classes.add(0, &[1.0, 0.0]);
        classes.add(0, &[3.0, 0.0]);
        classes.add(1, &[1.0, 1.0]);
        labels.add(0, &[5.0, 0.0]);
        labels.add(1, &[0.0, 2.0]);
        labels.add(3, &[1.0, 0.5]);
        labels.add(3, &[0.0, 0.5]);
        assert_eq!((classes.known(), labels.known()), (2, 3));
        let half = 0.5f64.sqrt();
        let expected = [
            [Some(1.0), Some(0.0), None, Some(half)],
            [Some(half), Some(half), None, Some(1.0)],
        ];
        for (found, expected) in cosines(&classes, &labels).iter().zip(expected) {
            for (found, expected) in found.iter().zip(expected) {
                let off = found.unwrap_or(9.0) - expected.unwrap_or(9.0);
                assert!(off.abs() < 1e-12, "{found:?} {expected:?}");
            }
        }
    }

    /// By hand: the first class is nearest to all; with five labels it has room for two of them, and once
    /// both classes have two, for one more. The label that nothing is known of has no class.
    #[test]
    fn a_label_goes_to_the_most_similar_class_with_room() {
        let mut answers = Answers::new(2, 6);
        let nearer = [0.9, 0.8, 0.7, 0.6, 0.5].map(Some);
        let farther = [0.1, 0.2, 0.3, 0.4, 0.45].map(Some);
        let with_unknown = |row: [Option<f64>; 5]| [&row[..2], &[None], &row[2..]].concat();
        answers.similarity = [nearer, farther].map(with_unknown).to_vec();
        let found = nearest(&answers, Choice::default());
        let first = [1.0, 1.0, 0.0, 0.0, 0.0, 1.0];
        let second = [0.0, 0.0, 0.0, 1.0, 1.0, 0.0];
        assert_eq!(found.weights(), [first, second]);
        let one = Choice {
            per_class: Some(1),
            ..Choice::default()
        };
        let found = nearest(&answers, one);
        let first = [1.0, 0.0, 0.0, 0.0, 0.0, 0.0];
        let second = [0.0, 1.0, 0.0, 0.0, 0.0, 0.0];
        assert_eq!(found.weights(), [first, second]);
    }
}
