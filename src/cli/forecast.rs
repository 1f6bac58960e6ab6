//! `retune forecast`: what comes after each history of a file.

mod backtest;
mod settings;
mod split;
mod table;

use retune::engine::Forecaster;
use retune::program::Calibration;

use super::fitting::show_progress;
use super::histories::HistoryFile;
use super::picture::forecast_svg;
use super::prelude::*;
use settings::SettingsArgs;
pub use table::show;

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
    pub fn run(&self, common: &Common) -> Result<()> {
        let inputs = [self.file.file.as_path(), self.source.as_ref()];
        let out = OutputFile::check_any(self.out.as_ref(), &inputs)?;
        let plot = OutputFile::check_any(self.plot.as_ref(), &inputs)?;
        let histories = self.file.read()?;
        let source = SourceWeights::find(&self.source)?;
        if self.backtest.backtest {
            return self.judge(histories, &source, common);
        }
        let settings = self.settings.for_histories(&histories, common.seed)?;
        let mut progress = Progress::new(common, "fitting");
        let engine = self.backend.engine()?;
        let forecaster = Forecaster::fit(engine, &histories, &source, &settings, &mut |at| {
            show_progress(&mut progress, at);
        })?;
        let values: Vec<&[f32]> = histories.iter().map(|one| &one.values[..]).collect();
        let forecasts = forecaster.forecast(&values)?;
        let program = forecaster.program();
        note_calibration(progress, program.calibration());
        if let Some(out) = out {
            program.save(&out.target)?;
        }
        if let Some(plot) = plot {
            plot.write(forecast_svg(&histories, &forecasts)?.as_bytes())?;
        }
        output::print(&show(common, &histories, &forecasts, Some(program))?)
    }
}

/// Ends with a line on what intervals were measured on.
fn note_calibration(mut progress: Progress, measured: Option<Calibration>) {
    let Some(Calibration { windows, apart }) = measured else {
        return;
    };
    let windows = text::counted(windows, "window", "windows");
    progress.note(&match apart {
        true => format!(
            "intervals: measured on {windows} at the end of the validation part, which chose nothing"
        ),
        false => format!(
            "intervals: measured on {windows} of the validation part, which chose the penalties as \
             well: too few to keep some for each, so the intervals may be too narrow"
        ),
    });
}
