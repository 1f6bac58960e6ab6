//! Windows of histories as rows to fit on.

use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use super::ForecastSettings;
use crate::forecast::metrics::seasonal_naive_scale;
use crate::forecast::{History, ScaledWindow};
use crate::{Error, ErrorKind};

/// A window that is so much livelier than its history does not count for more.
const LARGEST_RATIO: f64 = 20.0;

/// Where a window ends and what is to be forecast begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Origin {
    /// Which history.
    pub history: usize,
    /// The place of the first value to be forecast.
    pub place: usize,
}

/// One window as the source and the readout see it, and what came after it.
#[derive(Debug, Clone)]
pub struct Row {
    /// Where the window ends.
    pub origin: Origin,
    /// At mean 0 and deviation 1, `[context]`.
    pub window: ScaledWindow,
    /// What came after it in the window's deviations, counted from its last value, `[horizon]`.
    pub after: Vec<f32>,
    /// The window's deviation in units of its history.
    pub ratio: f64,
}

/// The windows of the training part and of the validation part.
#[derive(Debug)]
pub struct Parts {
    /// Every value that they forecast lies before the validation part.
    pub training: Vec<Origin>,
    /// Every value that they forecast lies in the validation part.
    pub validation: Vec<Origin>,
}

impl Parts {
    /// All windows of histories that are long enough.
    pub fn of(histories: &[History], settings: &ForecastSettings) -> Self {
        let (context, horizon) = (settings.context, settings.horizon);
        let mut parts = Self {
            training: Vec::new(),
            validation: Vec::new(),
        };
        for (history, values) in histories.iter().enumerate() {
            let length = values.values.len();
            let start = length - settings.held_out(length);
            let origin = |place| Origin { history, place };
            let training = context..=start.saturating_sub(horizon);
            parts.training.extend(training.map(origin));
            let validation = start.max(context)..=length.saturating_sub(horizon);
            parts.validation.extend(validation.map(origin));
        }
        parts
    }
}

impl Parts {
    /// Checks that there are windows enough in both parts.
    pub fn check(&self, histories: &[History], settings: &ForecastSettings) -> Result<(), Error> {
        const LEAST: usize = 2;
        let fewest = self.training.len().min(self.validation.len());
        if fewest >= LEAST {
            return Ok(());
        }
        let part = match self.training.len() == fewest {
            true => "to learn from",
            false => "to choose and to measure with",
        };
        let values: usize = histories.iter().map(|history| history.values.len()).sum();
        let (context, horizon) = (settings.context, settings.horizon);
        let message = format!(
            "the histories have {values} values together, and windows of {context} with {horizon} to \
             forecast leave {fewest} {part}; expected at least {LEAST}"
        );
        Err(Error::new(ErrorKind::TooShort, message)
            .with_hint(
                "give a longer history, or a smaller horizon or context, or validate on more",
            )
            .with_setting("horizon", "")
            .with_setting("context", "")
            .with_setting("validation", ""))
    }
}

/// At most `count` of the origins: evenly spaced in each history from a random start, and then
/// thinned at random. The same for the same seed.
pub fn thinned(origins: &[Origin], count: usize, seed: u64) -> Vec<Origin> {
    if origins.len() <= count {
        return origins.to_vec();
    }
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let stride = origins.len() / count;
    let start = random.random_range(0..stride);
    let mut kept: Vec<Origin> = origins
        .iter()
        .skip(start)
        .step_by(stride)
        .copied()
        .collect();
    if kept.len() > count {
        kept.shuffle(&mut random);
        kept.truncate(count);
        kept.sort_by_key(|origin| (origin.history, origin.place));
    }
    kept
}

/// What errors of each history are counted in: what the seasonal naive forecast is off in its
/// training part (the denominator of the mean absolute scaled error), or the part's deviation where
/// that forecast is never off.
pub fn units(histories: &[History], settings: &ForecastSettings) -> Vec<f64> {
    histories
        .iter()
        .map(|history| {
            let length = history.values.len();
            let training = &history.values[..length - settings.held_out(length)];
            seasonal_naive_scale(training, settings.season.unwrap_or(1))
                .unwrap_or_else(|| ScaledWindow::of(training).deviation)
        })
        .collect()
}

/// The rows of some origins; windows where nothing moves teach nothing and are left out.
pub fn rows(
    histories: &[History],
    units: &[f64],
    settings: &ForecastSettings,
    origins: &[Origin],
) -> Vec<Row> {
    origins
        .par_iter()
        .filter_map(|origin| {
            let values = &histories[origin.history].values;
            let place = origin.place;
            let window = ScaledWindow::of(&values[place - settings.context..place]);
            (!window.constant).then(|| Row {
                origin: *origin,
                after: window.scale(&values[place..place + settings.horizon]),
                ratio: (window.deviation / units[origin.history]).min(LARGEST_RATIO),
                window,
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::forecast::Timeline;

    fn settings() -> ForecastSettings {
        ForecastSettings {
            horizon: 3,
            context: 5,
            season: None,
            transforms: Vec::new(),
            validation: 0.25,
            windows: 10,
            refit: false,
            seed: 0,
        }
    }

    #[test]
    fn no_training_row_sees_the_validation_part_and_no_row_goes_beyond_its_history() {
        let history = |values: usize| History {
            name: String::new(),
            timeline: Timeline::counts(),
            values: (0..values).map(|at| (at as f64).sin()).collect(),
        };
        let histories = [history(40), history(24)];
        let parts = Parts::of(&histories, &settings());
        for (history, values, held) in [(0, 40, 10), (1, 24, 6)] {
            let of = |origins: &[Origin]| -> Vec<usize> {
                let own = origins.iter().filter(|origin| origin.history == history);
                own.map(|origin| origin.place).collect()
            };
            let training = of(&parts.training);
            assert_eq!(training.first(), Some(&5));
            assert_eq!(training.last(), Some(&(values - held - 3)));
            let validation = of(&parts.validation);
            assert_eq!(validation.first(), Some(&(values - held)));
            assert_eq!(validation.last(), Some(&(values - 3)));
        }
        let found = rows(&histories, &[1.0, 1.0], &settings(), &parts.training);
        assert_eq!(found.len(), parts.training.len());
        let restored = found[2].window.restore(&found[2].after);
        for (value, expected) in restored.iter().zip(&histories[0].values[7..]) {
            assert!((value - expected).abs() < 1e-6);
        }
    }

    #[test]
    fn thinning_keeps_the_order_and_follows_the_seed() {
        let origins: Vec<Origin> = (0..1000)
            .map(|place| Origin { history: 0, place })
            .collect();
        for count in [1, 7, 300, 999] {
            let kept = thinned(&origins, count, 3);
            assert_eq!(kept.len(), count);
            assert!(kept.windows(2).all(|pair| pair[0].place < pair[1].place));
            assert_eq!(kept, thinned(&origins, count, 3));
        }
        assert_ne!(thinned(&origins, 10, 1), thinned(&origins, 10, 2));
        assert_eq!(thinned(&origins, 1000, 1), origins);
    }
}
