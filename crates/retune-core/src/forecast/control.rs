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
                let season = start.and_then(|start| history.get(start..));
                let season =
                    season.ok_or_else(|| too_short(history.len(), period, "one season"))?;
                Ok(season.iter().copied().cycle().take(horizon).collect())
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
    use super::*;

    #[test]
    fn controls_go_on_from_the_history() {
        let history = [1.0, 5.0, 3.0, 4.0];
        let forecast = |control: Control| control.forecast(&history, 3).unwrap();
        assert_eq!(forecast(Control::LastValue), [4.0, 4.0, 4.0]);
        assert_eq!(
            forecast(Control::SeasonalNaive { period: 2 }),
            [3.0, 4.0, 3.0]
        );
        assert_eq!(
            forecast(Control::SeasonalNaive { period: 4 }),
            [1.0, 5.0, 3.0]
        );
        assert_eq!(forecast(Control::Drift), [5.0, 6.0, 7.0]);
        assert_eq!(Control::Drift.forecast(&[2.0], 2).unwrap(), [2.0, 2.0]);
    }

    #[test]
    fn what_cannot_be_forecast_is_an_error() {
        let season = Control::SeasonalNaive { period: 3 };
        let error = |control: Control, history: &[f64], horizon| {
            control.forecast(history, horizon).unwrap_err().to_string()
        };
        assert_eq!(
            error(season, &[1.0, 2.0], 1),
            "the history has 2 values; expected at least 3 for one season"
        );
        assert_eq!(
            error(Control::Drift, &[], 1),
            "the history has 0 values; expected at least 1 for a forecast"
        );
        assert_eq!(
            error(Control::LastValue, &[1.0], 0),
            "the horizon is 0; expected at least 1"
        );
        assert_eq!(
            error(Control::SeasonalNaive { period: 0 }, &[1.0], 1),
            "the period is 0; expected at least 1"
        );
    }
}
