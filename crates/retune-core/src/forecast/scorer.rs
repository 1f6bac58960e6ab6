//! How good forecasts of one history are, one after the other.

use serde::Serialize;

use super::metrics::{
    interval_coverage, interval_width, mean_absolute_error, mean_squared_error,
    seasonal_naive_scale, symmetric_percentage_error,
};
use super::{Interval, ScaledWindow};
use crate::Error;

/// Scored forecasts of one history.
#[derive(Debug, Clone)]
pub struct Scorer {
    /// What errors are counted in.
    unit: f64,
    /// The error of the seasonal naive forecast within the history.
    scale: Option<f64>,
    forecasts: usize,
    squared: f64,
    absolute: f64,
    percentage: f64,
    scaled: f64,
    /// Sums, as the others.
    levels: Vec<IntervalScore>,
}

/// How forecasts did: means over all of them.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ForecastScores {
    /// The mean squared error.
    pub mse: f64,
    /// The mean absolute error.
    pub mae: f64,
    /// The root of the mean squared error.
    pub rmse: f64,
    /// The symmetric percentage error in per cent, as M4 counts it.
    pub smape: f64,
    /// The mean absolute error over that of the seasonal naive forecast within the history; `None`
    /// where no history has one.
    pub mase: Option<f64>,
    /// How the intervals did, by their level.
    pub intervals: Vec<IntervalScore>,
}

/// How the intervals of one level did.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct IntervalScore {
    /// The share of values that should lie within.
    pub level: f64,
    /// The share that does.
    pub coverage: f64,
    /// The mean width.
    pub width: f64,
}

impl Scorer {
    /// For forecasts after this history, whose season has so many values (1 for none). Errors are
    /// counted in deviations of `unit` where it is given, such as the part that was trained on.
    pub fn new(history: &[f64], season: usize, unit: Option<&[f64]>, levels: &[f64]) -> Self {
        let level = |&level: &f64| IntervalScore {
            level,
            coverage: 0.0,
            width: 0.0,
        };
        Self {
            unit: unit.map_or(1.0, |unit| ScaledWindow::of(unit).deviation),
            scale: seasonal_naive_scale(history, season),
            forecasts: 0,
            squared: 0.0,
            absolute: 0.0,
            percentage: 0.0,
            scaled: 0.0,
            levels: levels.iter().map(level).collect(),
        }
    }

    /// Scores one forecast by what came; the intervals are those of this scorer's levels.
    ///
    /// # Errors
    ///
    /// When the lengths differ or are 0.
    pub fn add(
        &mut self,
        actual: &[f64],
        forecast: &[f64],
        intervals: &[Interval],
    ) -> Result<(), Error> {
        let absolute = mean_absolute_error(actual, forecast)?;
        self.squared += mean_squared_error(actual, forecast)? / self.unit.powi(2);
        self.absolute += absolute / self.unit;
        self.percentage += symmetric_percentage_error(actual, forecast)?;
        self.scaled += self.scale.map_or(0.0, |scale| absolute / scale);
        for (level, interval) in self.levels.iter_mut().zip(intervals) {
            level.coverage += interval_coverage(actual, &interval.lower, &interval.upper)?;
            level.width += interval_width(&interval.lower, &interval.upper)? / self.unit;
        }
        self.forecasts += 1;
        Ok(())
    }

    /// The scores of all forecasts of all scorers, each counted once.
    pub fn together(scorers: &[Self]) -> ForecastScores {
        let forecasts: usize = scorers.iter().map(|scorer| scorer.forecasts).sum();
        let forecasts = forecasts.max(1) as f64;
        let mean = |of: fn(&Self) -> f64| scorers.iter().map(of).sum::<f64>() / forecasts;
        let with_scale = || scorers.iter().filter(|scorer| scorer.scale.is_some());
        let scaled: usize = with_scale().map(|scorer| scorer.forecasts).sum();
        let sum: f64 = with_scale().map(|scorer| scorer.scaled).sum();
        let mse = mean(|scorer| scorer.squared);
        let interval = |(index, first): (usize, &IntervalScore)| {
            let each = || scorers.iter().filter_map(|scorer| scorer.levels.get(index));
            IntervalScore {
                level: first.level,
                coverage: each().map(|level| level.coverage).sum::<f64>() / forecasts,
                width: each().map(|level| level.width).sum::<f64>() / forecasts,
            }
        };
        let levels = scorers.first().map_or(&[][..], |scorer| &scorer.levels);
        ForecastScores {
            mse,
            mae: mean(|scorer| scorer.absolute),
            rmse: mse.sqrt(),
            smape: mean(|scorer| scorer.percentage),
            mase: (scaled > 0).then(|| sum / scaled as f64),
            intervals: levels.iter().enumerate().map(interval).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forecasts_count_once_whatever_their_history() {
        let interval = |half: f64| Interval {
            level: 0.8,
            reached: true,
            lower: vec![-half; 2],
            upper: vec![half; 2],
        };
        let mut one = Scorer::new(&[0.0, 2.0, 0.0, 2.0], 1, None, &[0.8]);
        one.add(&[1.0, 3.0], &[0.0, 0.0], &[interval(2.0)]).unwrap();
        one.add(&[1.0, 1.0], &[0.0, 0.0], &[interval(2.0)]).unwrap();
        // A history without a scale, in deviations of 2.
        let mut other = Scorer::new(&[5.0; 4], 1, Some(&[1.0, 5.0]), &[0.8]);
        let (actual, intervals) = ([4.0, 0.0], [interval(1.0)]);
        other.add(&actual, &[0.0, 0.0], &intervals).unwrap();
        let scores = Scorer::together(&[one, other]);
        // By hand: squared errors 5, 1 and 8 / 4; absolute errors 2, 1 and 2 / 2. Every value but
        // that of 0 for 0 is off by all that it can be.
        for (found, expected) in [
            (scores.mse, 8.0 / 3.0),
            (scores.mae, 4.0 / 3.0),
            (scores.rmse, (8.0f64 / 3.0).sqrt()),
            (scores.mase.unwrap(), 0.75),
            (scores.smape, (200.0 + 200.0 + 100.0) / 3.0),
            (scores.intervals[0].coverage, (0.5 + 1.0 + 0.5) / 3.0),
            (scores.intervals[0].width, (4.0 + 4.0 + 1.0) / 3.0),
        ] {
            assert!((found - expected).abs() < 1e-9, "{found} {expected}");
        }
    }
}
