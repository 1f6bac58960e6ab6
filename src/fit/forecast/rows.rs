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
pub(super) struct Origin {
    /// Which history.
    pub(super) history: usize,
    /// The place of the first value to be forecast.
    pub(super) place: usize,
}

/// One window as the source and the readout see it, and what came after it.
#[derive(Debug, Clone)]
pub(super) struct Row {
    pub(super) origin: Origin,
    /// At mean 0 and deviation 1, `[context]`.
    pub(super) window: ScaledWindow,
    /// What came after it in the window's deviations, counted from its last value, `[horizon]`.
    pub(super) after: Vec<f32>,
    /// The window's deviation in units of its history.
    pub(super) ratio: f64,
}

/// The windows of the training part, which forecast no value of the validation part, and those of
/// the validation part, which forecast no other; of histories that are long enough.
pub(super) fn parts(histories: &[History], settings: &ForecastSettings) -> [Vec<Origin>; 2] {
    let (context, horizon) = (settings.context, settings.horizon);
    let [mut training, mut validation] = [Vec::new(), Vec::new()];
    for (history, values) in histories.iter().enumerate() {
        let length = values.values.len();
        let start = length - settings.held_out(length);
        let origin = |place| Origin { history, place };
        training.extend((context..=start.saturating_sub(horizon)).map(origin));
        validation.extend((start.max(context)..=length.saturating_sub(horizon)).map(origin));
    }
    [training, validation]
}

/// Checks that there are windows enough in both parts.
pub(super) fn check_parts(
    [training, validation]: [&[Origin]; 2],
    histories: &[History],
    settings: &ForecastSettings,
) -> Result<(), Error> {
    const LEAST: usize = 2;
    let fewest = training.len().min(validation.len());
    if fewest >= LEAST {
        return Ok(());
    }
    let part = match training.len() == fewest {
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
        .with_hint("give a longer history, or a smaller horizon or context, or validate on more")
        .with_setting("horizon", "")
        .with_setting("context", "")
        .with_setting("validation", ""))
}

/// At most `count` of the origins: evenly spaced in each history from a random start, and then
/// thinned at random. The same for the same seed.
pub(super) fn thinned(origins: &[Origin], count: usize, seed: u64) -> Vec<Origin> {
    if origins.len() <= count {
        return origins.to_vec();
    }
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let stride = origins.len() / count;
    let start = random.random_range(0..stride);
    let kept = origins.iter().skip(start).step_by(stride);
    let mut kept: Vec<Origin> = kept.copied().collect();
    if kept.len() > count {
        kept.shuffle(&mut random);
        kept.truncate(count);
        kept.sort_by_key(|origin| (origin.history, origin.place));
    }
    kept
}

/// What all steps of a fit share.
pub(super) struct Fit<'a> {
    pub(super) settings: &'a ForecastSettings,
    histories: &'a [History],
    /// What errors of each history are counted in.
    units: Vec<f64>,
}

impl<'a> Fit<'a> {
    /// A history's unit is what the seasonal naive forecast is off in its training part (the
    /// denominator of the mean absolute scaled error), or the part's deviation where that forecast
    /// is never off.
    pub(super) fn new(settings: &'a ForecastSettings, histories: &'a [History]) -> Self {
        let units = histories.iter().map(|history| {
            let length = history.values.len();
            let training = &history.values[..length - settings.held_out(length)];
            seasonal_naive_scale(training, settings.season.unwrap_or(1))
                .unwrap_or_else(|| ScaledWindow::of(training).deviation)
        });
        Self {
            settings,
            histories,
            units: units.collect(),
        }
    }

    /// The rows of some origins; windows where nothing moves teach nothing and are left out.
    pub(super) fn rows(&self, origins: &[Origin]) -> Vec<Row> {
        let (context, horizon) = (self.settings.context, self.settings.horizon);
        let row = |&origin: &Origin| {
            let Origin { history, place } = origin;
            let values = &self.histories[history].values;
            let window = ScaledWindow::of(&values[place - context..place]);
            (!window.constant).then(|| Row {
                origin,
                after: window.scale(&values[place..place + horizon]),
                ratio: (window.deviation / self.units[history]).min(LARGEST_RATIO),
                window,
            })
        };
        origins.par_iter().filter_map(row).collect()
    }

    /// The same, an error where nothing moves.
    pub(super) fn moving_rows(&self, origins: &[Origin]) -> Result<Vec<Row>, Error> {
        let rows = self.rows(origins);
        match rows.is_empty() {
            true => Err(self.nothing_moves()),
            false => Ok(rows),
        }
    }

    pub(super) fn nothing_moves(&self) -> Error {
        let lengths = self.histories.iter().map(|history| history.values.len());
        let shortest = lengths.min();
        let shortest = shortest.expect("there is a history: checked in `ForecastSettings::check`");
        let (context, held_out) = (self.settings.context, self.settings.held_out(shortest));
        let message = format!(
            "no window of {context} values before the last {held_out} moves; expected one that does"
        );
        Error::new(ErrorKind::Constant, message)
            .with_hint("give a longer history, or one that moves earlier")
    }
}
