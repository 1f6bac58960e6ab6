//! A window at mean 0 and deviation 1, and what comes after it.

use super::check::finite;
use crate::{Error, ErrorKind};

/// A deviation below this share of the largest magnitude is rounding of 64-bit numbers.
pub(super) const LEAST_DEVIATION: f64 = 16.0 * f64::EPSILON;

/// A context window at mean 0 and deviation 1, as a transform takes it; what comes after it is counted
/// from its last value, in its deviations.
///
/// See Kim et al., *Reversible instance normalization for accurate time-series forecasting against
/// distribution shift*, ICLR 2022; nothing is learnt here.
#[derive(Debug, Clone, PartialEq)]
pub struct ScaledWindow {
    /// The values at mean 0 and deviation 1, as many as the window has; all 0 where it is constant.
    pub values: Vec<f32>,
    /// The last value of the window.
    pub last: f64,
    /// The deviation of the window (that of a population: over `n`), or 1 where it is constant up
    /// to the rounding of 64-bit numbers.
    pub deviation: f64,
    /// Whether it is.
    pub constant: bool,
}

impl ScaledWindow {
    /// Scales a window by its own mean and deviation, in 64 bits: a small shape on a high level
    /// keeps its shape.
    pub fn of(window: &[f64]) -> Self {
        let (mean, deviation, largest) = moments(window);
        let constant = deviation <= LEAST_DEVIATION * largest || deviation == 0.0;
        let deviation = if constant { 1.0 } else { deviation };
        let scale = |value: &f64| match constant {
            true => 0.0,
            false => ((value - mean) / deviation) as f32,
        };
        Self {
            values: window.iter().map(scale).collect(),
            last: window.last().copied().unwrap_or(0.0),
            deviation,
            constant,
        }
    }

    /// The last `context` values of a history, scaled: what its forecast is made from.
    ///
    /// # Errors
    ///
    /// For a shorter history, and values that are not finite.
    pub fn at_end(history: &[f64], context: usize) -> Result<Self, Error> {
        let found = history.len();
        let before = found.checked_sub(context).ok_or_else(|| {
            let message = format!(
                "the history has {found} values; expected at least {context}, the context that the \
                     program was fitted with"
            );
            Error::new(ErrorKind::TooShort, message)
                .with_hint("give a longer history, or fit another program with a smaller context")
        })?;
        let window = &history[before..];
        finite("history", before, window)?;
        Ok(Self::of(window))
    }

    /// The window counted from its last value, in its deviations: what a linear readout sees.
    pub fn from_last(&self) -> impl Iterator<Item = f32> + '_ {
        let last = self.values.last().copied().unwrap_or(0.0);
        self.values.iter().map(move |value| value - last)
    }

    /// Scales what comes after the window, to learn from.
    pub fn scale(&self, values: &[f64]) -> Vec<f32> {
        let scale = |value: &f64| ((value - self.last) / self.deviation) as f32;
        values.iter().map(scale).collect()
    }

    /// Undoes [`ScaledWindow::scale`]: from a readout's answer to values in the unit of the history.
    pub fn restore(&self, scaled: &[f32]) -> Vec<f64> {
        let restore = |&value: &f32| f64::from(value) * self.deviation + self.last;
        scaled.iter().map(restore).collect()
    }
}

/// The mean of values, their deviation (over `n`) and the largest magnitude.
pub(super) fn moments(values: &[f64]) -> (f64, f64, f64) {
    let count = values.len().max(1) as f64;
    // Counted from the first value, or the mean of large numbers of one size would be rounded.
    let first = values.first().copied().unwrap_or(0.0);
    let after = values.iter().map(|value| value - first).sum::<f64>() / count;
    let square = |value: &f64| (value - first - after).powi(2);
    let deviation = (values.iter().map(square).sum::<f64>() / count).sqrt();
    let sizes = values.iter().map(|value| value.abs());
    (first + after, deviation, sizes.fold(0.0, f64::max))
}

/// The last season of a window going on, counted from its last value, in its deviations,
/// `[horizon]`: the seasonal naive forecast. Zeros where the window is shorter than a season.
pub fn season_ahead(window: &ScaledWindow, season: usize, horizon: usize) -> Vec<f32> {
    let from_last: Vec<f32> = window.from_last().collect();
    let start = from_last.len().checked_sub(season);
    match start.and_then(|start| from_last.get(start..)) {
        Some(last) if season > 0 => last.iter().copied().cycle().take(horizon).collect(),
        _ => vec![0.0; horizon],
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_window_has_mean_0_and_deviation_1() {
        // numpy: w = np.array([1., 2, 3, 6]); (w - w.mean()) / w.std(); ([12, 6] - w[-1]) / w.std()
        let window = ScaledWindow::of(&[1.0, 2.0, 3.0, 6.0]);
        assert!((window.deviation - 1.8708286933869707).abs() < 1e-12);
        let expected = [-1.069_045, -0.534_522_5, 0.0, 1.603_567_5];
        for (value, expected) in window.values.iter().zip(expected) {
            assert!((value - expected).abs() < 1e-6);
        }
        assert_eq!(window.from_last().last(), Some(0.0));
        let after = window.scale(&[12.0, 6.0]);
        assert!((after[0] - 3.207135).abs() < 1e-6 && after[1] == 0.0);
    }

    #[test]
    fn the_season_ahead_is_the_seasonal_naive_forecast() {
        use crate::forecast::Control;
        let values = [3.0, 9.0, 1.0, 4.0, 8.0, 2.0];
        let window = ScaledWindow::of(&values);
        let ahead = window.restore(&season_ahead(&window, 3, 5));
        let expected = Control::SeasonalNaive { period: 3 };
        for (value, expected) in ahead.iter().zip(expected.forecast(&values, 5).unwrap()) {
            assert!((value - expected).abs() < 1e-5);
        }
        assert_eq!(season_ahead(&window, 7, 2), [0.0, 0.0]);
        assert_eq!(season_ahead(&window, 0, 1), [0.0]);
    }

    #[test]
    fn constant_windows_do_not_explode() {
        for value in [0.0, 0.1, -1e30] {
            let window = ScaledWindow::of(&[value; 48]);
            assert!(window.constant);
            assert_eq!(window.deviation, 1.0);
            assert_eq!(window.values, [0.0; 48]);
            assert_eq!(window.restore(&[0.0; 3]), [value; 3]);
        }
        assert!(ScaledWindow::of(&[]).constant);
        // The last bit of one value is no deviation.
        assert!(ScaledWindow::of(&[1000.0, 1000.0, 1000.0000000000001]).constant);
        // A small shape on a high level is a shape.
        assert!(!ScaledWindow::of(&[1e12, 1e12 + 1.0]).constant);
        assert!(!ScaledWindow::of(&[0.0, 2.0]).constant);
    }

    proptest! {
        #[test]
        fn scaling_is_undone(window in prop::collection::vec(-1e6f64..1e6, 1..64)) {
            let scaled = ScaledWindow::of(&window);
            let restored = scaled.restore(&scaled.scale(&window));
            let size = window.iter().fold(0.0f64, |size, value| size.max(value.abs()));
            for (value, expected) in restored.iter().zip(&window) {
                prop_assert!((value - expected).abs() <= size * 1e-6);
            }
        }
    }
}
