//! The options that decide a forecaster.

use clap::builder::PossibleValuesParser;
use retune::fit::ForecastSettings;
use retune::forecast::{History, season};
use retune::transform::{Transform, names};

use crate::cli::prelude::*;

/// How a forecaster is fitted.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Fitting")]
pub struct SettingsArgs {
    /// Values to forecast
    #[arg(long, value_name = "N", value_parser = count)]
    pub horizon: usize,
    /// Values that a forecast is made from; at most 512 where it is not given
    #[arg(long, value_name = "N", value_parser = count)]
    context: Option<usize>,
    /// Values in one season, or none; found where it is not given
    #[arg(long, value_name = "N|none", value_parser = |text: &str| OrNone::parse(text, "a whole number"))]
    season: Option<OrNone>,
    /// How the source hears the last values: a transform by its name, several in as many options, or
    /// none for a readout of the values alone
    #[arg(
        long = "transform",
        alias = "voice",
        value_name = "NAME",
        default_value = "formants",
        value_parser = PossibleValuesParser::new(once("none").chain(of_histories()))
    )]
    transforms: Vec<String>,
    /// The last share of each series: its earlier half chooses the penalties and its later half
    /// measures the intervals; all of it does both where it has too few windows
    #[arg(long, value_name = "SHARE", value_parser = share, conflicts_with = "backtest")]
    validation: Option<f64>,
    /// The most windows that the source hears
    #[arg(long, value_name = "N", value_parser = count)]
    windows: Option<usize>,
    /// Do not fit again with the validation part once the penalties are chosen
    #[arg(long)]
    train_only: bool,
}

/// The transforms that need no level of a training split, which a history has not.
fn of_histories() -> impl Iterator<Item = &'static str> {
    let known = names().into_iter().map(|named| named.name);
    known.filter(|name| Transform::named(name).is_some_and(|one| !one.keeps_level()))
}

impl SettingsArgs {
    /// The settings for histories that are fitted on.
    pub fn for_histories(&self, histories: &[History], seed: u64) -> Result<ForecastSettings> {
        let found = || season::common(histories);
        let season = self.season.map_or_else(found, |given| given.0);
        let mut settings = ForecastSettings::new(histories, self.horizon, season)?;
        settings.context = self.context.unwrap_or(settings.context);
        settings.transforms = self.transforms()?;
        settings.validation = self.validation.unwrap_or(settings.validation);
        settings.windows = self.windows.unwrap_or(settings.windows);
        settings.refit = !self.train_only;
        settings.seed = seed;
        if let Some(season) = settings.season
            && season > settings.context
        {
            if self.season.is_none() {
                // It was found, and there is no room for it.
                settings.season = None;
                return Ok(settings);
            }
            let context = settings.context;
            let message =
                format!("a season of {season} values is longer than the context of {context}");
            bail!(problem(
                message,
                "give a larger --context, or --season none"
            ));
        }
        Ok(settings)
    }

    /// Whether the readout is of the values alone.
    pub fn leaves_source_out(&self) -> bool {
        self.transforms.iter().all(|name| name == "none")
    }

    fn transforms(&self) -> Result<Vec<Transform>> {
        let is_none = |name: &String| name == "none";
        if self.transforms.iter().any(is_none) && !self.leaves_source_out() {
            let message = "--transform none leaves the source out, and other transforms need it";
            bail!(problem(message, "give either none or transforms"));
        }
        let named = self.transforms.iter();
        Ok(named.filter_map(|name| Transform::named(name)).collect())
    }
}
