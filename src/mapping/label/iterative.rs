//! Iterative label mapping: the labels that the source reports most often for a class, found again
//! after each epoch (Chen, Yao, Chen, Zhang, Liu 2023, arXiv 2211.11635: ILM-VP).

use super::{Answers, Choice, LabelMapping};

/// The pair of a class and a label that was counted most often is matched first, then the next among
/// what is left, until each class has its labels: one each, where nothing else is asked for. Of equal
/// counts the pair with the higher mean probability goes first, so that labels which were never
/// reported are not matched by their place.
pub(super) fn greedy(answers: &Answers, choice: Choice) -> LabelMapping {
    let (classes, labels) = (answers.classes(), answers.labels());
    let size = choice.per_class.unwrap_or(1);
    let mut pairs: Vec<(usize, usize)> = (0..classes)
        .flat_map(|class| (0..labels).map(move |label| (class, label)))
        .collect();
    let count = |(class, label): &(usize, usize)| answers.predicted[*class][*label];
    let mean = |(class, label): &(usize, usize)| answers.mean(*class, *label);
    pairs.sort_by(|one, other| {
        let by_count = count(other).total_cmp(&count(one));
        by_count.then(mean(other).total_cmp(&mean(one)))
    });
    LabelMapping::claimed(pairs, answers, size)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By hand. The first class reports label 0 twice and label 1 once, the second label 0 three times;
    /// the third is never told apart and takes the most probable of what is left.
    #[test]
    fn the_most_frequent_pair_is_matched_first() {
        let mut answers = Answers::new(3, 4);
        for (class, row) in [
            (0, [0.9, 0.1, 0.0, 0.0]),
            (0, [0.8, 0.1, 0.1, 0.0]),
            (0, [0.2, 0.7, 0.1, 0.0]),
            (1, [0.9, 0.0, 0.1, 0.0]),
            (1, [0.9, 0.0, 0.1, 0.0]),
            (1, [0.9, 0.0, 0.1, 0.0]),
            (2, [0.6, 0.1, 0.1, 0.2]),
        ] {
            answers.add(class, &row);
        }
        let found = greedy(&answers, Choice::default());
        let expected = LabelMapping::grouped(&[vec![1], vec![0], vec![3]], 4);
        assert_eq!(found, expected);
    }
}
