//! Where windows begin and end.
//!
//! An origin is the place of the first value to be forecast: the context ends before it.

use super::check::{at_least_one, too_short};
use crate::Error;

/// A rolling origin: forecasts from several places near the end of a history, each scored by the
/// values that came.
///
/// See Tashman, *Out-of-sample tests of forecasting accuracy*, International Journal of Forecasting
/// 16, 2000.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backtest {
    /// Values that a forecast is made from.
    pub context: usize,
    /// Values that are forecast.
    pub horizon: usize,
    /// From one origin to the next.
    pub stride: usize,
    /// How many origins there are.
    pub folds: usize,
}

impl Backtest {
    /// The origins in a history of `length` values, ascending; the last forecast ends with the
    /// history.
    ///
    /// All values before the first origin may be learnt from.
    ///
    /// # Errors
    ///
    /// For a size of 0, and a history that is shorter than
    /// `context + horizon + (folds - 1) · stride`.
    pub fn origins(&self, length: usize) -> Result<Vec<usize>, Error> {
        let Self {
            context,
            horizon,
            stride,
            folds,
        } = *self;
        at_least_one("context", context)?;
        at_least_one("horizon", horizon)?;
        let last = length.checked_sub(horizon);
        let last =
            last.ok_or_else(|| too_short(length, horizon, &format!("a horizon of {horizon}")))?;
        let one = context.saturating_add(horizon);
        if last < context {
            let purpose = format!("a context of {context} and a horizon of {horizon}");
            return Err(too_short(length, one, &purpose));
        }
        at_least_one("stride", stride)?;
        at_least_one("number of folds", folds)?;
        let needed = one.saturating_add((folds - 1).saturating_mul(stride));
        if length < needed {
            let purpose = format!(
                "a context of {context}, a horizon of {horizon} and {folds} folds {stride} apart"
            );
            return Err(too_short(length, needed, &purpose));
        }
        Ok((0..folds).rev().map(|fold| last - fold * stride).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BACKTEST: Backtest = Backtest {
        context: 5,
        horizon: 2,
        stride: 3,
        folds: 3,
    };

    #[test]
    fn the_last_forecast_ends_with_the_history() {
        assert_eq!(BACKTEST.origins(20).unwrap(), [12, 15, 18]);
        assert_eq!(BACKTEST.origins(13).unwrap(), [5, 8, 11]);
        let expected = "the history has 12 values; expected at least 13 for a context of 5, \
            a horizon of 2 and 3 folds 3 apart";
        assert_eq!(BACKTEST.origins(12).unwrap_err().to_string(), expected);
        type Change = fn(&mut Backtest);
        let changes: [(usize, Change, &str); 7] = [
            (6, |_| (), "has 6 values; expected at least 7 for a con"),
            (1, |_| (), "has 1 values; expected at least 2 for a hor"),
            (99, |bad| bad.folds = usize::MAX, "has 99 values"),
            (99, |bad| bad.context = 0, "context is 0; expected"),
            (99, |bad| bad.horizon = 0, "horizon is 0; expected"),
            (99, |bad| bad.stride = 0, "stride is 0; expected"),
            (99, |bad| bad.folds = 0, "number of folds is 0; exp"),
        ];
        for (length, change, expected) in changes {
            let mut bad = BACKTEST;
            change(&mut bad);
            let error = bad.origins(length).unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        }
    }
}
