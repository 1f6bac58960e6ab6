//! Where windows begin and end.
//!
//! An origin is the place of the first value to be forecast: the context ends before it.

use crate::Error;
use crate::forecast::check::{at_least_one, too_short};

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
    /// The fewest values a history must have; `usize::MAX` when no history is that long.
    pub fn values_needed(&self) -> usize {
        let between = self.folds.saturating_sub(1).saturating_mul(self.stride);
        let each = self.context.saturating_add(self.horizon);
        each.saturating_add(between)
    }

    /// The origins in a history of `length` values, ascending; the last forecast ends with the
    /// history.
    ///
    /// All values before the first origin may be learnt from.
    ///
    /// # Errors
    ///
    /// For a size of 0, and a history that is shorter than [`Backtest::values_needed`].
    pub fn origins(&self, length: usize) -> Result<Vec<usize>, Error> {
        let last = last_origin(length, self.context, self.horizon)?;
        at_least_one("stride", self.stride)?;
        at_least_one("number of folds", self.folds)?;
        let needed = self.values_needed();
        if length < needed {
            let (context, horizon) = (self.context, self.horizon);
            let (folds, stride) = (self.folds, self.stride);
            let purpose = format!(
                "a context of {context}, a horizon of {horizon} and {folds} folds {stride} apart"
            );
            return Err(too_short(length, needed, &purpose));
        }
        let before = |fold: usize| last - fold * self.stride;
        Ok((0..self.folds).rev().map(before).collect())
    }
}

fn last_origin(length: usize, context: usize, horizon: usize) -> Result<usize, Error> {
    at_least_one("context", context)?;
    at_least_one("horizon", horizon)?;
    let last = length
        .checked_sub(horizon)
        .ok_or_else(|| too_short(length, horizon, &format!("a horizon of {horizon}")))?;
    if last < context {
        let purpose = format!("a context of {context} and a horizon of {horizon}");
        return Err(too_short(length, context.saturating_add(horizon), &purpose));
    }
    Ok(last)
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
        assert_eq!(BACKTEST.values_needed(), 13);
        assert_eq!(BACKTEST.origins(13).unwrap(), [5, 8, 11]);
    }

    #[test]
    fn a_short_history_is_told_how_many_values_it_needs() {
        for (length, message) in [
            (
                12,
                "the history has 12 values; expected at least 13 for a context of 5, \
                 a horizon of 2 and 3 folds 3 apart",
            ),
            (
                6,
                "the history has 6 values; expected at least 7 for a context of 5 and \
                 a horizon of 2",
            ),
            (
                1,
                "the history has 1 values; expected at least 2 for a horizon of 2",
            ),
        ] {
            assert_eq!(BACKTEST.origins(length).unwrap_err().to_string(), message);
        }
        let endless = Backtest {
            folds: usize::MAX,
            ..BACKTEST
        };
        assert!(endless.origins(100).is_err());
    }

    #[test]
    fn sizes_of_0_are_errors() {
        for (backtest, what) in [
            (
                Backtest {
                    context: 0,
                    ..BACKTEST
                },
                "context",
            ),
            (
                Backtest {
                    horizon: 0,
                    ..BACKTEST
                },
                "horizon",
            ),
            (
                Backtest {
                    stride: 0,
                    ..BACKTEST
                },
                "stride",
            ),
            (
                Backtest {
                    folds: 0,
                    ..BACKTEST
                },
                "number of folds",
            ),
        ] {
            assert_eq!(
                backtest.origins(100).unwrap_err().to_string(),
                format!("the {what} is 0; expected at least 1")
            );
        }
    }
}
