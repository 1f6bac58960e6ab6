//! Simple forecasts that any other has to beat.
//!
//! See Hyndman and Athanasopoulos, *Forecasting: Principles and Practice*, 3rd edition, 2021,
//! section 5.2.

use super::check::{at_least_one, too_short};
use crate::Error;

/// A simple forecast to compare with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Control {
    /// The last value, again and again.
    LastValue,
    /// The values of the last season, again and again.
    SeasonalNaive {
        /// Values in a season.
        period: usize,
    },
    /// The straight line through the first and the last value.
    Drift,
}

impl Control {
    /// The next `[horizon]` values after a history.
    ///
    /// # Errors
    ///
    /// For a horizon or a period of 0, and a history without values or shorter than a season.
    pub fn forecast(&self, history: &[f64], horizon: usize) -> Result<Vec<f64>, Error> {
        at_least_one("horizon", horizon)?;
        let (Some(&first), Some(&last)) = (history.first(), history.last()) else {
            return Err(too_short(0, 1, "a forecast"));
        };
        match *self {
            Self::LastValue => Ok(vec![last; horizon]),
            Self::SeasonalNaive { period } => {
                at_least_one("period", period)?;
                let start = history.len().checked_sub(period);
                let start = start.ok_or_else(|| too_short(history.len(), period, "one season"))?;
                let season = history[start..].iter().copied();
                Ok(season.cycle().take(horizon).collect())
            }
            Self::Drift => {
                let steps = (history.len() - 1).max(1) as f64;
                let slope = (last - first) / steps;
                let value = |step: usize| last + slope * step as f64;
                Ok((1..=horizon).map(value).collect())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Control::{Drift, LastValue, SeasonalNaive};

    #[test]
    fn controls_go_on_from_the_history() {
        let history = [1.0, 5.0, 3.0, 4.0];
        for (control, forecast) in [
            (LastValue, [4.0, 4.0, 4.0]),
            (SeasonalNaive { period: 2 }, [3.0, 4.0, 3.0]),
            (SeasonalNaive { period: 4 }, [1.0, 5.0, 3.0]),
            (Drift, [5.0, 6.0, 7.0]),
        ] {
            assert_eq!(control.forecast(&history, 3).unwrap(), forecast);
        }
        assert_eq!(Drift.forecast(&[2.0], 2).unwrap(), [2.0, 2.0]);
        let season = "the history has 2 values; expected at least 3 for one season";
        let empty = "the history has 0 values; expected at least 1 for a forecast";
        let horizon = "the horizon is 0; expected at least 1";
        let period = "the period is 0; expected at least 1";
        for (control, history, ahead, expected) in [
            (SeasonalNaive { period: 3 }, &history[..2], 1, season),
            (Drift, &[], 1, empty),
            (LastValue, &history, 0, horizon),
            (SeasonalNaive { period: 0 }, &history, 1, period),
        ] {
            let error = control.forecast(history, ahead).unwrap_err();
            assert_eq!(error.to_string(), expected);
        }
    }
}
