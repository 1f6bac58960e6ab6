//! How far forecasts are from what came.
//!
//! Hyndman and Koehler, *Another look at measures of forecast accuracy*, International Journal of
//! Forecasting 22, 2006; Makridakis, Spiliotis and Assimakopoulos, *The M4 Competition: 100,000
//! time series and 61 forecasting methods*, International Journal of Forecasting 36, 2020.
//!
//! All sums are 64-bit. Every function takes the values that came and their forecasts, as many as
//! values, and fails when they are not, or when there are none.

use super::check::as_many;
use crate::Error;

/// The mean of the squared errors (MSE).
///
/// # Errors
///
/// When there are none, or not as many of each.
pub fn mean_squared_error(actual: &[f64], forecast: &[f64]) -> Result<f64, Error> {
    mean(actual, forecast, |value, forecast| {
        (value - forecast).powi(2)
    })
}

/// The mean of the absolute errors (MAE), in the unit of the values.
///
/// # Errors
///
/// When there are none, or not as many of each.
pub fn mean_absolute_error(actual: &[f64], forecast: &[f64]) -> Result<f64, Error> {
    mean(actual, forecast, |value, forecast| (value - forecast).abs())
}

/// The symmetric mean absolute percentage error (sMAPE), from 0 to 200, as the M4 competition
/// defines it: the mean of `200 · |y − f| / (|y| + |f|)`, where 0 forecast as 0 counts 0.
///
/// # Errors
///
/// When there are none, or not as many of each.
pub fn symmetric_percentage_error(actual: &[f64], forecast: &[f64]) -> Result<f64, Error> {
    mean(actual, forecast, |value, forecast| {
        match value.abs() + forecast.abs() {
            0.0 => 0.0,
            size => 200.0 * (value - forecast).abs() / size,
        }
    })
}

/// The mean absolute error of forecasting each value of a history by the one a season before: what
/// the mean absolute scaled error (MASE) of Hyndman and Koehler divides by, so that below 1 is
/// better than naive.
///
/// `period` is 1 where there is no season. `None` when the history is not longer than a season, or
/// repeats itself exactly: then no error can be told in this unit.
pub fn seasonal_naive_scale(history: &[f64], period: usize) -> Option<f64> {
    let later = history.get(period..)?;
    if period == 0 || later.is_empty() {
        return None;
    }
    let errors = later.iter().zip(history);
    let error = |(value, before): (&f64, &f64)| (value - before).abs();
    let sum: f64 = errors.map(error).sum();
    let scale = sum / later.len() as f64;
    (scale > 0.0 && scale.is_finite()).then_some(scale)
}

/// The share of values that lie within their intervals, the ends included.
///
/// # Errors
///
/// When there are none, or not as many of each.
pub fn interval_coverage(actual: &[f64], lower: &[f64], upper: &[f64]) -> Result<f64, Error> {
    as_many("upper ends", upper.len(), actual.len())?;
    as_many("lower ends", lower.len(), actual.len())?;
    let ends = lower.iter().zip(upper);
    let within = |(value, (lower, upper)): &(&f64, (&f64, &f64))| lower <= value && value <= upper;
    let within = actual.iter().zip(ends).filter(within).count();
    Ok(within as f64 / actual.len() as f64)
}

/// The mean width of intervals, in the unit of the values.
///
/// # Errors
///
/// When there are none, or not as many of each.
pub fn interval_width(lower: &[f64], upper: &[f64]) -> Result<f64, Error> {
    mean(lower, upper, |lower, upper| upper - lower)
}

fn mean(actual: &[f64], forecast: &[f64], error: impl Fn(f64, f64) -> f64) -> Result<f64, Error> {
    as_many("forecasts", forecast.len(), actual.len())?;
    let pairs = actual.iter().zip(forecast);
    let sum: f64 = pairs
        .map(|(value, forecast)| error(*value, *forecast))
        .sum();
    Ok(sum / actual.len() as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    // numpy: y = np.array([112., 118, 0, -129]); f = np.array([110., 120, 0, 129])
    // h = np.array([1., 4, 2, 6, 1, 9])
    // np.mean((y-f)**2), np.mean(abs(y-f)), np.mean([200*2/222, 200*2/238, 0, 200])
    // np.mean(abs(h[1:]-h[:-1])), np.mean(abs(h[2:]-h[:-2]))
    const ACTUAL: [f64; 4] = [112.0, 118.0, 0.0, -129.0];
    const FORECAST: [f64; 4] = [110.0, 120.0, 0.0, 129.0];

    #[test]
    fn errors_match_an_independent_computation() {
        let percentage = symmetric_percentage_error(&ACTUAL, &FORECAST);
        for (found, expected) in [
            (mean_squared_error(&ACTUAL, &FORECAST), 16643.0),
            (mean_absolute_error(&ACTUAL, &FORECAST), 65.5),
            (percentage, 50.87061851767734),
        ] {
            assert!((found.unwrap() - expected).abs() < 1e-9 * expected);
        }
        let history = [1.0, 4.0, 2.0, 6.0, 1.0, 9.0];
        assert_eq!(seasonal_naive_scale(&history, 1), Some(4.4));
        assert_eq!(seasonal_naive_scale(&history, 2), Some(1.75));
        for (history, period) in [
            (&[3.0; 9][..], 1),
            (&[1.0, 2.0, 1.0, 2.0], 2),
            (&[1.0, 2.0], 2),
            (&[1.0, 2.0], 0),
            (&[], 1),
        ] {
            assert_eq!(seasonal_naive_scale(history, period), None);
        }
    }

    #[test]
    fn intervals_are_judged_by_coverage_and_width() {
        let (lower, upper) = ([0.0; 4], [1.0, 2.0, 3.0, 4.0]);
        let actual = [1.0, 2.5, 0.0, f64::NAN];
        assert_eq!(interval_coverage(&actual, &lower, &upper).unwrap(), 0.5);
        assert_eq!(interval_width(&lower, &upper).unwrap(), 2.5);
        assert!(interval_coverage(&actual, &lower, &[]).is_err());
        assert!(interval_coverage(&actual, &[], &upper).is_err());
        let error = mean_squared_error(&ACTUAL, &FORECAST[1..]).unwrap_err();
        assert_eq!(error.to_string(), "there are 3 forecasts; expected 4");
        assert!(mean_absolute_error(&[], &[]).is_err());
    }
}
