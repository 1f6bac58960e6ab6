//! Whether paired differences lean to one side.

use serde::Serialize;

/// Up to so many differences the distribution is counted out.
const MOST_EXACT: usize = 25;

/// The Wilcoxon signed-rank test of paired differences.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Wilcoxon {
    /// The sum of the ranks of positive differences.
    #[serde(skip)]
    pub positive: f64,
    /// The sum of the ranks of negative differences.
    #[serde(skip)]
    pub negative: f64,
    /// Differences that are not 0.
    #[serde(skip)]
    pub count: usize,
    /// Whether the probabilities were counted out and not approximated.
    #[serde(skip)]
    pub exact: bool,
    /// How probable it is that the sums lie so far apart, to either side, when there is none.
    #[serde(rename = "p_two_sided")]
    pub two_sided: f64,
    /// The same to the positive side.
    #[serde(rename = "p_greater")]
    pub greater: f64,
    /// The same to the negative side.
    #[serde(rename = "p_less")]
    pub less: f64,
}

/// Tests differences; those that are 0 are left out, and equal magnitudes share their mean rank.
///
/// Exact for at most 25 differences of different magnitude, else by the normal distribution with a
/// correction for ties and none for continuity. With no difference at all every probability is 1.
pub fn wilcoxon(differences: &[f64]) -> Wilcoxon {
    let mut differences = differences.to_vec();
    differences.retain(|difference| *difference != 0.0 && difference.is_finite());
    differences.sort_by(|one, other| one.abs().total_cmp(&other.abs()));
    let (mut positive, mut negative, mut ties) = (0.0, 0.0, 0.0);
    let mut before = 0;
    for equal in differences.chunk_by(|one, other| one.abs() == other.abs()) {
        let size = equal.len() as f64;
        let rank = before as f64 + (size + 1.0) / 2.0;
        before += equal.len();
        ties += size.powi(3) - size;
        let above = equal.iter().filter(|difference| **difference > 0.0).count() as f64;
        positive += rank * above;
        negative += rank * (size - above);
    }
    let count = differences.len();
    let exact = ties == 0.0 && count <= MOST_EXACT;
    let (greater, less) = if count == 0 {
        (1.0, 1.0)
    } else if exact {
        (at_least(count, positive), at_least(count, negative))
    } else {
        let size = count as f64;
        let middle = size * (size + 1.0) / 4.0;
        let variance = (size * (size + 1.0) * (2.0 * size + 1.0) - ties / 2.0) / 24.0;
        let score = (positive - middle) / variance.sqrt();
        (above(score), above(-score))
    };
    Wilcoxon {
        positive,
        negative,
        count,
        exact,
        two_sided: (2.0 * greater.min(less)).min(1.0),
        greater,
        less,
    }
}

/// How probable a sum of at least `sum` is when each of the ranks 1 to `count` is in it or not.
fn at_least(count: usize, sum: f64) -> f64 {
    let most = count * (count + 1) / 2;
    let mut ways = vec![0.0; most + 1];
    ways[0] = 1.0;
    for rank in 1..=count {
        for total in (rank..=most).rev() {
            ways[total] += ways[total - rank];
        }
    }
    let far: f64 = ways.iter().skip(sum as usize).sum();
    far / 2f64.powi(count as i32)
}

/// How probable a normal value above `score` is.
fn above(score: f64) -> f64 {
    0.5 * libm::erfc(score / std::f64::consts::SQRT_2)
}

/// Probabilities of several tests together (Holm): each is at least as large as on its own, and
/// comparing them with a level keeps the chance of any false alarm below it.
pub fn holm(probabilities: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..probabilities.len()).collect();
    order.sort_by(|one, other| probabilities[*one].total_cmp(&probabilities[*other]));
    let mut adjusted = vec![0.0; probabilities.len()];
    let mut least = 0.0f64;
    for (place, index) in order.into_iter().enumerate() {
        let factor = (probabilities.len() - place) as f64;
        least = least.max((factor * probabilities[index]).min(1.0));
        adjusted[index] = least;
    }
    adjusted
}
