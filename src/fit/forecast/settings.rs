//! The settings of a forecaster.

use retune_core::{Error, ErrorKind};

use crate::forecast::History;
use crate::transform::Transform;

/// The longest context that is taken where none is given.
const LONGEST_CONTEXT: usize = 512;
/// One value alone never moves.
const SHORTEST_CONTEXT: usize = 2;

/// Everything that decides a forecaster, beside the histories and the source.
#[derive(Debug, Clone, PartialEq)]
pub struct ForecastSettings {
    /// Values to forecast.
    pub horizon: usize,
    /// Values of the window that a forecast is made from.
    pub context: usize,
    /// Values in one season, where there is one; a forecast may be counted from the last season and
    /// not from the last value.
    pub season: Option<usize>,
    /// The ways in which the source hears a window; none for a readout of the window alone.
    pub transforms: Vec<Transform>,
    /// The last share of each history: its earlier half chooses the penalties and its later half
    /// measures the intervals, or all of it does both where a half has fewer than 60 windows that
    /// do not overlap.
    pub validation: f64,
    /// The most windows that the source hears of the training part, and a quarter of that of the
    /// validation part.
    pub windows: usize,
    /// Whether the chosen readout is fitted again with the validation part.
    pub refit: bool,
    /// The seed of what windows are taken where not all are.
    pub seed: u64,
}

impl ForecastSettings {
    /// The usual settings for these histories: the context is 512 values, or less where the shortest
    /// history does not have room for as many windows; then it is a number of whole seasons.
    ///
    /// # Errors
    ///
    /// See [`ForecastSettings::check`].
    pub fn new(
        histories: &[History],
        horizon: usize,
        season: Option<usize>,
    ) -> Result<Self, Error> {
        let mut settings = Self {
            horizon,
            context: SHORTEST_CONTEXT,
            season,
            transforms: Transform::named("formants").into_iter().collect(),
            validation: 0.2,
            windows: 16_384,
            refit: true,
            seed: 0,
        };
        // One window to choose and one to measure with, where no other history has more.
        if let [only] = histories
            && settings.held_out(only.values.len()) == horizon
        {
            let longer = horizon.saturating_add(1);
            let shortest = longer.saturating_mul(2).saturating_add(SHORTEST_CONTEXT);
            settings.validation = longer as f64 / only.values.len().max(shortest) as f64;
        }
        settings.check(histories)?;
        let shortest = histories.iter().map(|history| history.values.len()).min();
        let shortest = shortest.expect("there is a history: checked in `check`");
        // As many windows as values of the context, at the least.
        let room = (shortest - settings.held_out(shortest) - horizon) / 2;
        settings.context = LONGEST_CONTEXT.min(room).max(SHORTEST_CONTEXT);
        if let Some(season) = season {
            let whole = room / season * season;
            if settings.context < LONGEST_CONTEXT && whole >= SHORTEST_CONTEXT {
                settings.context = whole.min(LONGEST_CONTEXT);
            }
        }
        Ok(settings)
    }

    /// The values at the end of a history of so many that training does not see.
    pub fn held_out(&self, values: usize) -> usize {
        ((values as f64 * self.validation).round() as usize).max(self.horizon)
    }

    /// Whether the numbers are in range, and every history is long enough.
    ///
    /// # Errors
    ///
    /// The message says how many values are needed.
    pub fn check(&self, histories: &[History]) -> Result<(), Error> {
        let sizes = [
            ("horizon", self.horizon),
            ("context", self.context),
            ("season", self.season.unwrap_or(1)),
            ("number of windows", self.windows),
            ("number of histories", histories.len()),
        ];
        let refused = |message: String| Err(Error::new(ErrorKind::Setting, message));
        if let Some((what, _)) = sizes.iter().find(|(_, size)| *size == 0) {
            return refused(format!("the {what} is 0; expected at least 1"));
        }
        if self.context < SHORTEST_CONTEXT {
            return refused(
                "the context is 1; expected at least 2, for one value alone never moves".to_owned(),
            );
        }
        let share = self.validation;
        if !(0.0..1.0).contains(&share) {
            let expected = "expected 0 to less than 1";
            return refused(format!("the share held out is {share}; {expected}"));
        }
        for history in histories {
            let found = history.values.len();
            let (context, horizon) = (self.context, self.horizon);
            // The last of training, and the first to validate with.
            let window = context.saturating_add(horizon);
            let suffices = |values: usize| values > window.saturating_add(self.held_out(values));
            if !suffices(found) {
                // A longer history holds more out: so many, but for rounding.
                let least = ((window as f64 + 0.5) / (1.0 - share)) as usize;
                let least = least.max(window.saturating_add(horizon));
                let mut likely = least..least.saturating_add(4);
                let needed = likely.find(|values| suffices(*values)).unwrap_or(least);
                let name = &history.name;
                let message = format!(
                    "`{name}` has {found} values; expected at least {needed} for a context of \
                     {context}, a horizon of {horizon} and a validation part"
                );
                return Err(Error::new(ErrorKind::TooShort, message)
                    .with_hint("give a longer history, or a smaller horizon or context")
                    .with_setting("horizon", "")
                    .with_setting("context", ""));
            }
        }
        Ok(())
    }
}
