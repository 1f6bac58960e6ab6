//! Which transforms and readouts a program keeps, and how much each counts.
//!
//! Stacked regression (Breiman 1996): the weights, none below 0, for which the weighted sum of the
//! candidates' scores comes nearest to the targets, where each score is of a series that its fit
//! had not seen. In the squared error of a series its class counts as much as all others together:
//! of many classes nearly all targets are alike, and a candidate that knows none of them would seem to
//! make little error. A few series decide little among many candidates, so the weights are pulled
//! towards a prior that looks at each candidate alone.

/// The prior weight of a candidate is its squared error to this power, inverted.
const TRUST: i32 = 8;
/// The pull towards the prior is worth so many training series.
const PULL: f64 = 30.0;
/// A candidate with a smaller weight is not kept.
const LEAST_WEIGHT: f64 = 0.01;
/// No number of series can show that a candidate makes no error at all.
const LEAST_ERROR: f64 = 1e-9;
/// When the search for the weights ends: the largest change of one, and the most rounds.
const SMALL_CHANGE: f64 = 1e-12;
const MOST_ROUNDS: usize = 100_000;

/// The weight of each candidate, 0 for one that is not kept; they sum to 1.
///
/// `left_out` holds, for each candidate, the scores of left-out series, `[series, classes]` row by
/// row, and `targets`, of as many columns, what they should be: above 0 for the class of a series and
/// below for the others. At most `most` candidates are kept.
pub fn weights(left_out: &[Vec<f64>], targets: &[f32], classes: usize, most: usize) -> Vec<f64> {
    let problem = Problem::of(left_out, targets, classes);
    let mut kept: Vec<usize> = (0..left_out.len()).collect();
    loop {
        let weights = problem.weights(&kept);
        let last = kept.len() == 1;
        let Some(least) = (0..kept.len()).min_by(|a, b| weights[*a].total_cmp(&weights[*b])) else {
            return Vec::new();
        };
        if last || (kept.len() <= most && weights[least] >= LEAST_WEIGHT) {
            let mut all = vec![0.0; left_out.len()];
            for (candidate, weight) in kept.into_iter().zip(weights) {
                all[candidate] = weight;
            }
            return all;
        }
        kept.remove(least);
    }
}

/// The mean squared error of weighted sums, as a quadratic form in the weights.
struct Problem {
    /// Weighted mean products of the scores of two candidates.
    products: Vec<Vec<f64>>,
    /// The same of the scores and the targets.
    with_targets: Vec<f64>,
    /// The same of each candidate's errors with themselves.
    errors: Vec<f64>,
    /// The pull towards the prior.
    pull: f64,
}

impl Problem {
    fn of(left_out: &[Vec<f64>], targets: &[f32], classes: usize) -> Self {
        let counts = counts(targets, classes);
        let mean = |one: &[f64], other: &[f64]| {
            let products = one.iter().zip(other).zip(&counts);
            let products = products.map(|((one, other), count)| one * other * count);
            products.sum::<f64>()
        };
        let wanted: Vec<f64> = targets.iter().map(|target| f64::from(*target)).collect();
        let error = |scores: &Vec<f64>| {
            let off: Vec<f64> = scores.iter().zip(&wanted).map(|(a, b)| a - b).collect();
            mean(&off, &off).max(LEAST_ERROR)
        };
        let row = |one: &Vec<f64>| left_out.iter().map(|other| mean(one, other)).collect();
        Self {
            products: left_out.iter().map(row).collect(),
            with_targets: left_out.iter().map(|one| mean(one, &wanted)).collect(),
            errors: left_out.iter().map(error).collect(),
            pull: PULL * classes as f64 / targets.len() as f64,
        }
    }

    /// The best weights of some candidates, summing to 1.
    fn weights(&self, kept: &[usize]) -> Vec<f64> {
        let least = kept.iter().map(|one| self.errors[*one]);
        let least = least.fold(f64::INFINITY, f64::min);
        let trust = kept
            .iter()
            .map(|one| (least / self.errors[*one]).powi(TRUST));
        let prior = normalised(trust.collect());
        let mut weights = prior.clone();
        // One weight after the other, each to its best while the others stand: the form is
        // strictly convex, so this ends at its one lowest point.
        for _ in 0..MOST_ROUNDS {
            let mut change = 0.0f64;
            for (place, one) in kept.iter().enumerate() {
                let row = &self.products[*one];
                let others = kept.iter().zip(&weights);
                let sum: f64 = others.map(|(other, weight)| row[*other] * weight).sum();
                let curvature = row[*one] + self.pull;
                let wanted = self.with_targets[*one] + self.pull * prior[place];
                let rest = sum - row[*one] * weights[place];
                let best = ((wanted - rest) / curvature).max(0.0);
                change = change.max((best - weights[place]).abs());
                weights[place] = best;
            }
            if change < SMALL_CHANGE {
                break;
            }
        }
        match weights.iter().any(|weight| *weight > 0.0) {
            true => normalised(weights),
            // Nothing is better than no score at all.
            false => prior,
        }
    }
}

/// How much each target counts, `[series, classes]` row by row; they sum to 1. In each row those above 0
/// count as much as those below.
fn counts(targets: &[f32], classes: usize) -> Vec<f64> {
    let series = (targets.len() / classes) as f64;
    let rows = targets.chunks_exact(classes).flat_map(|row| {
        let above = row.iter().filter(|target| **target > 0.0).count();
        let below = classes - above;
        row.iter().map(move |target| match (above, below) {
            (0, _) | (_, 0) => 1.0 / classes as f64,
            _ if *target > 0.0 => 0.5 / above as f64,
            _ => 0.5 / below as f64,
        })
    });
    rows.map(|count| count / series).collect()
}

fn normalised(mut weights: Vec<f64>) -> Vec<f64> {
    let sum: f64 = weights.iter().sum();
    for weight in &mut weights {
        *weight /= sum;
    }
    weights
}

#[cfg(test)]
mod tests {
    use super::*;

    const TARGETS: [f32; 4] = [1.0, -1.0, 1.0, -1.0];

    /// Scores of so many times these series.
    fn scores(times: usize, of: impl Fn(f64) -> f64) -> Vec<f64> {
        TARGETS.map(|target| of(f64::from(target))).repeat(times)
    }

    /// Two candidates whose errors cancel: by symmetry half each, whatever the pull.
    #[test]
    fn candidates_that_correct_each_other_share() {
        let above = scores(1, |target| target + 0.5);
        let below = scores(1, |target| target - 0.5);
        let weights = weights(&[above, below], &TARGETS, 1, 2);
        assert!((weights[0] - 0.5).abs() < 1e-9 && (weights[1] - 0.5).abs() < 1e-9);
    }

    #[test]
    fn a_candidate_that_knows_nothing_is_dropped() {
        let good = scores(100, |target| 0.9 * target);
        let wrong = scores(100, |target| -target);
        let targets = TARGETS.repeat(100);
        assert_eq!(weights(&[good, wrong], &targets, 1, 2), [1.0, 0.0]);
    }

    #[test]
    fn no_more_are_kept_than_asked_for() {
        let candidates = [0.5, -0.4, 0.1, -0.3].map(|shift| scores(1, |target| target + shift));
        for most in 1..=4 {
            let weights = weights(&candidates, &TARGETS, 1, most);
            assert!(weights.iter().filter(|weight| **weight > 0.0).count() <= most);
            assert!((weights.iter().sum::<f64>() - 1.0).abs() < 1e-12);
        }
        assert_eq!(weights(&candidates, &TARGETS, 1, 1), [0.0, 0.0, 1.0, 0.0]);
    }

    /// Expected values from SciPy 1.17, `nnls` on the Cholesky factor of the same form:
    /// G = AᵀA / 6 + 30 / 6, c = Aᵀb / 6 + 30 / 6 prior, for 6 series.
    #[test]
    fn weights_are_those_of_non_negative_least_squares() {
        let targets = [1.0, -1.0, 1.0, 1.0, -1.0, -1.0];
        let candidates = [
            vec![0.9, -0.2, 0.4, 0.8, -1.1, 0.1],
            vec![0.3, -0.9, 1.2, -0.1, -0.2, -0.8],
            vec![0.5, 0.1, 0.2, 0.4, -0.6, -0.3],
        ];
        let close = |found: Vec<f64>, expected: [f64; 3]| {
            let mut pairs = found.iter().zip(expected);
            let close = pairs.all(|(found, expected)| (found - expected).abs() < 1e-8);
            assert!(close, "{found:?}");
        };
        let all = weights(&candidates, &targets, 1, 3);
        close(all, [0.57602188224, 0.359925420386, 0.064052697374]);
        let two = weights(&candidates, &targets, 1, 2);
        close(two, [0.616914090312, 0.383085909688, 0.0]);
    }

    #[test]
    fn candidates_without_any_worth_share_as_the_prior_has_it() {
        let wrong = scores(1_000, |target| -target);
        let targets = TARGETS.repeat(1_000);
        assert_eq!(weights(&[wrong.clone(), wrong], &targets, 1, 2), [0.5, 0.5]);
    }

    /// By hand: of three classes the right one counts half and each other a quarter, of one series.
    #[test]
    fn a_class_counts_as_much_as_all_others() {
        assert_eq!(counts(&[-1.0, 1.0, -1.0], 3), [0.25, 0.5, 0.25]);
        assert_eq!(counts(&[1.0, -1.0, -1.0, 1.0], 2), [0.25; 4]);
        assert_eq!(counts(&[1.0, -1.0], 1), [0.5; 2]);
    }
}
