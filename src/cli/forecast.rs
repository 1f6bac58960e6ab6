//! `retune forecast`: what comes after each history of a file.

mod backtest;
mod calibration;
mod constant;
mod settings;
mod split;
mod table;

use std::path::PathBuf;

use anyhow::Result;
use clap::Args;
use retune::engine::Forecaster;
use retune::forecast::{Histories, History};
use retune::program::ForecastProgram;
use retune::source::{DEFAULT_SOURCE, SourceWeights};
use retune::table::ReadAs;
use retune::task::Forecast;

use super::args::{BackendArgs, Common};
use super::fitting::show_progress;
use super::histories::HistoryFile;
use super::output::{self, OutputFile};
use super::picture::forecast_svg;
use super::progress::Progress;
use settings::SettingsArgs;
pub use table::{csv, json};

/// Forecast what comes after each series of a table, as CSV
///
/// One linear readout for all series gives all steps at once. It reads the last values, and what the
/// frozen source makes of them where that helps on the last part of the series, which also measures
/// the intervals. With --backtest the origin rolls through the end of the series and the forecasts
/// are judged beside controls.
#[derive(Debug, Args)]
pub struct Arguments {
    #[command(flatten)]
    file: HistoryFile,
    #[command(flatten)]
    settings: SettingsArgs,
    /// The source model: one that is shipped, or a file
    #[arg(long, value_name = "NAME|FILE", default_value = DEFAULT_SOURCE)]
    source: String,
    /// Where to save the program
    #[arg(long, value_name = "FILE", conflicts_with = "backtest")]
    out: Option<PathBuf>,
    /// Where to draw the forecasts, as SVG
    #[arg(long, value_name = "FILE", conflicts_with = "backtest")]
    plot: Option<PathBuf>,
    #[command(flatten)]
    backtest: backtest::BacktestArgs,
    #[command(flatten)]
    backend: BackendArgs,
}

impl Arguments {
    /// Forecasts and prints, or judges forecasts.
    pub fn run(&self, common: &Common) -> Result<()> {
        let inputs = [self.file.file.as_path(), self.source.as_ref()];
        let check = |path: &Option<PathBuf>| match path {
            Some(path) => OutputFile::check(path, &inputs).map(Some),
            None => Ok(None),
        };
        let (out, plot) = (check(&self.out)?, check(&self.plot)?);
        let Histories { histories, read_as } = self.file.read()?;
        output::read_as(common, &read_as);
        if !self.backtest.wanted() && self.out.is_none() && constant::are_constant(&histories) {
            let forecasts = constant::forecast(&histories, self.settings.horizon());
            constant::note(common, &histories);
            return self.show(common, (&histories, &read_as), &forecasts, (None, plot));
        }
        let source = SourceWeights::find(&self.source)?;
        if self.backtest.wanted() {
            return self.judge(histories, read_as, &source, common);
        }
        let settings = self.settings.for_histories(&histories, common.seed)?;
        let mut progress = Progress::new(common, "fitting");
        let engine = self.backend.engine()?;
        let forecaster = Forecaster::fit(engine, &histories, &source, &settings, &mut |at| {
            show_progress(&mut progress, at);
        })?;
        let values: Vec<&[f64]> = histories.iter().map(|one| &one.values[..]).collect();
        let forecasts = forecaster.forecast(&values)?;
        let program = forecaster.program();
        if let Some(calibration) = program.calibration() {
            progress.note(&calibration::describe(calibration));
            if let Some(note) = calibration::too_few(calibration, &forecasts) {
                progress.note(&note);
            }
        }
        drop(progress);
        constant::note(common, &histories);
        if let Some(out) = out {
            program.save(out.target())?;
        }
        self.show(
            common,
            (&histories, &read_as),
            &forecasts,
            (Some(program), plot),
        )
    }

    /// Draws and prints forecasts.
    fn show(
        &self,
        common: &Common,
        (histories, read_as): (&[History], &ReadAs),
        forecasts: &[Forecast],
        (program, plot): (Option<&ForecastProgram>, Option<OutputFile>),
    ) -> Result<()> {
        if let Some(plot) = plot {
            plot.write(forecast_svg(histories, forecasts)?.as_bytes())?;
        }
        let text = if common.json {
            json((histories, read_as), forecasts, program)?
        } else {
            csv(histories, forecasts)?
        };
        output::print(&text)
    }
}
