//! How sure a gain on the validation part is.

use std::collections::BTreeMap;

use super::rows::Origin;

/// How many standard errors a gain must exceed: with one, the source was heard in vain on exchange
/// rates, and on ETTh1 with one seed of three.
const STANDARD_ERRORS: f64 = 2.0;

pub(super) fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len().max(1) as f64
}

/// Whether one mean is below another by more than [`STANDARD_ERRORS`] of their paired difference.
///
/// What is forecast overlaps from one window to the next, so their errors are no independent
/// groups: those of a history that begin within one `horizon` of each other count as one.
pub(super) fn clearly_less(one: &[f64], other: &[f64], origins: &[Origin], horizon: usize) -> bool {
    let mut groups: BTreeMap<(usize, usize), (f64, usize)> = BTreeMap::new();
    for ((one, other), origin) in one.iter().zip(other).zip(origins) {
        let key = (origin.history, origin.place / horizon.max(1));
        let (sum, count) = groups.entry(key).or_default();
        *sum += other - one;
        *count += 1;
    }
    let gains: Vec<f64> = groups
        .values()
        .map(|(sum, count)| sum / *count as f64)
        .collect();
    let gain = mean(&gains);
    let squares: Vec<f64> = gains.iter().map(|value| (value - gain).powi(2)).collect();
    // The mean square of n values around their own mean is short by (n − 1) / n.
    let error = (mean(&squares) / (gains.len().max(2) - 1) as f64).sqrt();
    gain > STANDARD_ERRORS * error && gains.len() > 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gain_must_exceed_its_standard_errors() {
        let apart: Vec<Origin> = (0..4)
            .map(|number| Origin {
                history: 0,
                place: 8 * number,
            })
            .collect();
        let other = [2.0, 1.0, 3.0, 2.0];
        let less = |one: &[f64]| clearly_less(one, &other, &apart, 8);
        assert!(less(&[1.0, 0.5, 2.0, 1.5]));
        // Gains 1, 0, 1, 0: a mean of 0.5, which is 1.7 standard errors of 0.29.
        assert!(!less(&[1.0, 1.0, 2.0, 2.0]));
        assert!(!less(&other));
        assert!(!less(&[1.9, 3.0, 1.0, 2.0]));
        assert!(!clearly_less(&[], &[], &[], 8));
        // Four windows that overlap are one group, and one group proves nothing.
        assert!(!clearly_less(&[1.0, 0.5, 2.0, 1.5], &other, &apart, 64));
    }
}
