//! Other lengths for a series, and values for its gaps.

/// Resamples a series to `length` values on straight lines between its own.
///
/// The first value maps to the first and the last to the last; a `length` of 1 keeps the first.
/// A series of one value is repeated, and an empty one stays empty.
pub fn resample_linear(series: &[f32], length: usize) -> Vec<f32> {
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

/// Fills the gaps of a series: linearly inside, with the nearest value at the ends.
///
/// Returns `None` when there is no value at all.
pub(crate) fn fill_gaps(series: &[Option<f32>]) -> Option<Vec<f32>> {
    let known: Vec<(usize, f32)> = series
        .iter()
        .enumerate()
        .filter_map(|(index, value)| value.map(|value| (index, value)))
        .collect();
    let (&(_, first), &(_, last)) = (known.first()?, known.last()?);
    let mut filled = vec![last; series.len()];
    if let Some(&(start, _)) = known.first() {
        filled[..=start].fill(first);
    }
    for pair in known.windows(2) {
        let ((from, one), (to, next)) = (pair[0], pair[1]);
        for (step, value) in filled[from..to].iter_mut().enumerate() {
            *value = between(one, next, step as f64 / (to - from) as f64);
        }
    }
    Some(filled)
}

/// The value at `fraction` of the way from one value to the next; in 64 bits, so that the
/// difference of two finite values cannot overflow.
fn between(one: f32, next: f32, fraction: f64) -> f32 {
    (f64::from(one) + (f64::from(next) - f64::from(one)) * fraction) as f32
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
        assert!(resample_linear(&[], 4).is_empty());
        let extreme = resample_linear(&[f32::MAX, f32::MIN], 7);
        assert!(extreme.iter().all(|value| value.is_finite()));
    }

    #[test]
    fn gaps_are_filled_from_their_neighbours() {
        let series = [None, Some(1.0), None, None, Some(4.0), None];
        assert_eq!(fill_gaps(&series).unwrap(), [1.0, 1.0, 2.0, 3.0, 4.0, 4.0]);
        assert_eq!(fill_gaps(&[Some(2.0)]).unwrap(), [2.0]);
        assert!(fill_gaps(&[None, None]).is_none());
    }
}
