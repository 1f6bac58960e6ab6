//! Intervals around forecasts, from the errors of earlier ones.
//!
//! Split conformal prediction: Vovk, Gammerman and Shafer, *Algorithmic learning in a random
//! world*, 2005; Lei et al., *Distribution-free predictive inference for regression*, Journal of
//! the American Statistical Association 113, 2018. The errors are taken in units of each window's
//! deviation, so that one width fits calm and restless windows. The promised coverage holds for
//! errors that are exchangeable; those of a series that changes its ways are not, which is why
//! coverage should be measured by backtest as well.

use serde::{Deserialize, Serialize};

use super::check::{as_many, at_least_one, finite};
use crate::{Error, ErrorKind};

/// The levels that intervals are commonly given for.
pub const LEVELS: [f64; 2] = [0.80, 0.95];

/// Half widths of intervals, for each level and step of the horizon.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Conformal {
    horizon: usize,
    /// How many forecasts the errors are from.
    count: usize,
    levels: Vec<Level>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Level {
    level: f64,
    /// Whether there were enough errors for the level.
    reached: bool,
    /// `[horizon]`, in units of the window's deviation.
    half_widths: Vec<f32>,
}

/// An interval for each step of a forecast.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Interval {
    /// The share of values that should lie within.
    pub level: f64,
    /// Whether there were enough errors for the level: with `n` of them, no level above
    /// `n / (n + 1)` can be promised, and the interval is that of the largest error instead.
    pub reached: bool,
    /// The lower ends, `[horizon]`.
    pub lower: Vec<f64>,
    /// The upper ends, `[horizon]`.
    pub upper: Vec<f64>,
}

impl Conformal {
    /// Measures errors, `[forecasts, horizon]` row by row, each the value that came minus its
    /// forecast in units of the deviation of the window it was made from.
    ///
    /// The half width of a step is the `⌈(n + 1) · level⌉`-th smallest absolute error of that step.
    ///
    /// # Errors
    ///
    /// For a horizon of 0, errors that do not make whole rows, are none or not finite, and a level
    /// that is not between 0 and 1.
    pub fn of(errors: &[f32], horizon: usize, levels: &[f64]) -> Result<Self, Error> {
        at_least_one("horizon", horizon)?;
        let whole = errors.len().div_ceil(horizon).max(1) * horizon;
        as_many("errors", errors.len(), whole)?;
        finite("errors", 0, errors)?;
        let count = errors.len() / horizon;
        let sorted = |step: usize| {
            let errors = errors.iter().skip(step).step_by(horizon);
            let mut sizes: Vec<f32> = errors.map(|error| error.abs()).collect();
            sizes.sort_by(f32::total_cmp);
            sizes
        };
        let sorted: Vec<Vec<f32>> = (0..horizon).map(sorted).collect();
        let measure = |&level: &f64| {
            let rank = rank(count, level)?;
            let place = rank.clamp(1, count) - 1;
            Ok(Level {
                level,
                reached: rank <= count,
                half_widths: sorted.iter().map(|sizes| sizes[place]).collect(),
            })
        };
        Ok(Self {
            horizon,
            count,
            levels: levels.iter().map(measure).collect::<Result<_, Error>>()?,
        })
    }

    /// Whether stored widths can be used for so many steps: none below 0, and those of [`LEVELS`].
    ///
    /// # Errors
    ///
    /// The end of a sentence on a damaged file.
    pub fn check(&self, horizon: usize) -> Result<(), String> {
        let mut levels: Vec<f64> = self.levels.iter().map(|known| known.level).collect();
        levels.sort_by(f64::total_cmp);
        if levels != LEVELS {
            return Err(format!(
                "its intervals are for {levels:?}, expected {LEVELS:?}"
            ));
        }
        let all = self.levels.iter().flat_map(|known| &known.half_widths);
        let is_good = |half: &f32| half.is_finite() && *half >= 0.0;
        let whole = self.horizon == horizon
            && self
                .levels
                .iter()
                .all(|known| known.half_widths.len() == horizon);
        if !whole || !all.clone().all(is_good) {
            return Err(format!(
                "its intervals are no {horizon} widths of at least 0 for each level"
            ));
        }
        let mut rising: Vec<&Level> = self.levels.iter().collect();
        rising.sort_by(|one, other| one.level.total_cmp(&other.level));
        let narrower = |pair: &[&Level]| {
            let mut steps = pair[0].half_widths.iter().zip(&pair[1].half_widths);
            steps.any(|(lower, higher)| lower > higher)
        };
        match rising.windows(2).any(narrower) {
            true => Err("an interval of a higher level is narrower than one of a lower".to_owned()),
            false => Ok(()),
        }
    }

    /// The interval of a level around a forecast, `[horizon]` or shorter, in the unit of the
    /// history; `deviation` is that of the window which the forecast was made from.
    ///
    /// # Errors
    ///
    /// For a level that was not measured, and for a longer forecast.
    pub fn around(&self, forecast: &[f64], deviation: f64, level: f64) -> Result<Interval, Error> {
        let known = self.levels.iter().find(|known| known.level == level);
        let known = known.ok_or_else(|| {
            let levels = self.levels.iter().map(|known| known.level.to_string());
            let levels = levels.collect::<Vec<_>>().join(", ");
            let message = format!("there is no interval for the level {level}; there are {levels}");
            Error::new(ErrorKind::Setting, message)
        })?;
        let (steps, most) = (forecast.len(), known.half_widths.len());
        if steps > most {
            as_many("steps of a forecast", steps, most)?;
        }
        let ends = |sign: f64| {
            let steps = forecast.iter().zip(&known.half_widths);
            let end = |(&value, &half): (&f64, &f32)| value + sign * f64::from(half) * deviation;
            steps.map(end).collect()
        };
        Ok(Interval {
            level,
            reached: known.reached,
            lower: ends(-1.0),
            upper: ends(1.0),
        })
    }
}

/// Which of `count` ordered errors reaches a level, counted from 1; more than `count` when none.
fn rank(count: usize, level: f64) -> Result<usize, Error> {
    if !(level > 0.0 && level < 1.0) {
        let message = format!("the level is {level}; expected a number above 0 and below 1");
        return Err(Error::new(ErrorKind::Setting, message));
    }
    // A product such as 10 · 0.9 must not be rounded up over a whole number.
    let exact = (count as f64 + 1.0) * level;
    Ok((exact * (1.0 - 1e-12)).ceil() as usize)
}

#[cfg(test)]
mod tests {
    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    use super::*;

    #[test]
    fn the_half_width_is_an_ordered_error() {
        // ⌈(n + 1) · level⌉ by hand.
        for (count, level, expected) in [
            (9, 0.7, 7),
            (9, 0.8, 8),
            (9, 0.95, 10),
            (19, 0.8, 16),
            (19, 0.95, 19),
        ] {
            assert_eq!(rank(count, level).unwrap(), expected);
        }
        let errors = (1..=9).flat_map(|size| [size as f32, -10.0 * size as f32]);
        let conformal = Conformal::of(&errors.collect::<Vec<_>>(), 2, &LEVELS).unwrap();
        assert_eq!(conformal.count, 9);
        let interval = conformal.around(&[100.0, 200.0], 0.5, 0.8).unwrap();
        assert!(interval.reached);
        assert_eq!(interval.lower, [96.0, 160.0]);
        assert_eq!(interval.upper, [104.0, 240.0]);
        // Nine errors cannot promise 95 %: the largest stands in, and says so.
        let interval = conformal.around(&[0.0], 1.0, 0.95).unwrap();
        assert!(!interval.reached);
        assert_eq!((interval.lower, interval.upper), (vec![-9.0], vec![9.0]));
    }

    #[test]
    fn new_values_are_covered_as_promised() {
        let mut random = ChaCha8Rng::seed_from_u64(7);
        let mut draw = || random.random_range(-1.0f32..1.0).powi(3);
        let mut covered = [0usize; 2];
        for _ in 0..4000 {
            let errors: Vec<f32> = (0..40).map(|_| draw()).collect();
            let conformal = Conformal::of(&errors, 1, &LEVELS).unwrap();
            let actual = f64::from(draw());
            for (covered, level) in covered.iter_mut().zip(LEVELS) {
                let interval = conformal.around(&[0.0], 1.0, level).unwrap();
                *covered += usize::from(interval.lower[0] <= actual && actual <= interval.upper[0]);
            }
        }
        // Exactly ⌈41 · level⌉ / 41 is expected: 33 / 41 and 39 / 41.
        for (covered, expected) in covered.into_iter().zip([33.0 / 41.0, 39.0 / 41.0]) {
            assert!((covered as f64 / 4000.0 - expected).abs() < 0.02);
        }
    }

    #[test]
    fn what_cannot_be_measured_is_an_error() {
        let level = "; expected a number above 0 and below 1";
        for (errors, horizon, level, expected) in [
            (&[1.0][..], 0, 0.8, "the horizon is 0; expected at least 1"),
            (&[1.0; 5], 2, 0.8, "there are 5 errors; expected 6"),
            (&[], 2, 0.8, "there are 0 errors; expected 2"),
            (&[f32::NAN], 1, 0.8, "value 1 of the errors is not finite"),
            (&[1.0], 1, 0.0, &format!("the level is 0{level}")),
            (&[1.0], 1, 1.0, &format!("the level is 1{level}")),
            (&[1.0], 1, f64::NAN, &format!("the level is NaN{level}")),
        ] {
            let error = Conformal::of(errors, horizon, &[level]).unwrap_err();
            assert_eq!(error.to_string(), expected);
        }
        let conformal = Conformal::of(&[1.0, 2.0], 2, &LEVELS).unwrap();
        let error = conformal.around(&[1.0], 1.0, 0.5).unwrap_err();
        let expected = "there is no interval for the level 0.5; there are 0.8, 0.95";
        assert_eq!(error.to_string(), expected);
        assert!(conformal.around(&[1.0; 3], 1.0, 0.8).is_err());
    }
}
