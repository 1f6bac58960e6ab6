//! Other lengths for a series, and values for its gaps.

use crate::table::Real;

/// Resamples a series to `length` values on straight lines between its own.
///
/// The first value maps to the first and the last to the last; a `length` of 1 keeps the first.
/// A series of one value is repeated, and an empty one stays empty.
pub fn resample_linear<T: Real>(series: &[T], length: usize) -> Vec<T> {
    let (Some(&first), Some(&last)) = (series.first(), series.last()) else {
        return Vec::new();
    };
    if series.len() == length {
        return series.to_vec();
    }
    if series.len() == 1 || length <= 1 {
        return vec![first; length];
    }
    let step = (series.len() - 1) as f64 / (length - 1) as f64;
    (0..length)
        .map(|index| {
            // Rounding must not move the endpoint.
            if index + 1 == length {
                return last;
            }
            let position = index as f64 * step;
            let left = position.floor() as usize;
            match (series.get(left), series.get(left + 1)) {
                (Some(&one), Some(&next)) => between(one, next, position - left as f64),
                _ => last,
            }
        })
        .collect()
}

/// Fills the gaps of a series, which are NaN: linearly inside, with the nearest value at the ends.
///
/// False, and nothing filled, when there is no value at all.
pub(crate) fn fill_gaps(series: &mut [f64]) -> bool {
    let mut before = None;
    for at in 0..series.len() {
        let value = series[at];
        if value.is_nan() {
            continue;
        }
        let start = before.map_or(0, |before| before + 1);
        let first = before.map_or(value, |before: usize| series[before]);
        let steps = (at + 1 - start) as f64;
        for (step, gap) in series[start..at].iter_mut().enumerate() {
            *gap = between(first, value, (step + 1) as f64 / steps);
        }
        before = Some(at);
    }
    let Some(last) = before else { return false };
    let value = series[last];
    series[last..].fill(value);
    true
}

/// The value at `fraction` of the way from one value to the next; in 64 bits, so that the
/// difference of two finite values of 32 bits cannot overflow.
fn between<T: Real>(one: T, next: T, fraction: f64) -> T {
    let (one, next) = (one.into(), next.into());
    T::nearest(one + (next - one) * fraction)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endpoints_map_to_endpoints() {
        assert_eq!(
            resample_linear(&[0.0, 2.0, 4.0], 5),
            [0.0, 1.0, 2.0, 3.0, 4.0]
        );
        for from in 2..40 {
            let series: Vec<f32> = (0..from).map(|index| index as f32).collect();
            for to in 2..40 {
                let resampled = resample_linear(&series, to);
                assert_eq!(resampled.len(), to);
                assert_eq!(resampled[0], 0.0, "{from} to {to}");
                assert_eq!(resampled[to - 1], (from - 1) as f32, "{from} to {to}");
            }
        }
    }

    #[test]
    fn one_value_repeats_and_nothing_stays_nothing() {
        assert_eq!(resample_linear(&[3.0], 4), [3.0; 4]);
        assert_eq!(resample_linear(&[3.0, 5.0], 1), [3.0]);
        assert!(resample_linear(&[3.0, 5.0], 0).is_empty());
        assert!(resample_linear::<f32>(&[], 4).is_empty());
        let extreme = resample_linear(&[f32::MAX, f32::MIN], 7);
        assert!(extreme.iter().all(|value| value.is_finite()));
    }

    #[test]
    fn gaps_are_filled_from_their_neighbours() {
        const GAP: f64 = f64::NAN;
        let mut series = [GAP, 1.0, GAP, GAP, 4.0, GAP];
        assert!(fill_gaps(&mut series));
        assert_eq!(series, [1.0, 1.0, 2.0, 3.0, 4.0, 4.0]);
        let mut series = [2.0];
        assert!(fill_gaps(&mut series) && series == [2.0]);
        assert!(!fill_gaps(&mut [GAP, GAP]) && !fill_gaps(&mut []));
    }
}
