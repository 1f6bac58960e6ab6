//! `retune forecast`: what comes after each history of a file.

mod backtest;
mod constant;
mod settings;
mod split;
mod table;

use retune::engine::Forecaster;
use retune::forecast::{Histories, History};
use retune::program::{Calibration, ForecastProgram};
use retune::task::Forecast;

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
/// are scored beside controls.
#[derive(Debug, Args)]
pub struct Arguments {
    // First, for the other fields take their values away.
    #[command(flatten)]
    given: Given,
    #[command(flatten)]
    pub file: HistoryFile,
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
        if self.settings.leaves_source_out() {
            let unused = "is for transforms, and with --transform none nothing hears the series";
            self.given.refuse(&["source"], unused)?;
        }
        let out = OutputFile::check_any(self.out.as_ref(), &inputs)?;
        let plot = OutputFile::check_plot(self.plot.as_ref(), &inputs)?;
        OutputFile::check_apart(&out, &plot)?;
        let Histories { histories, read_as } = self.file.read()?;
        output::read_as(common, &read_as);
        let source = SourceWeights::find(&self.source)?;
        let engine = self.backend.engine(common)?;
        let is_backtest = self.backtest.backtest;
        if !is_backtest && self.out.is_none() && constant::are_constant(&histories) {
            let forecasts = constant::forecast(&histories, self.settings.horizon);
            constant::note(common, &histories);
            return self.show(common, (&histories, &read_as), &forecasts, (None, plot));
        }
        if is_backtest {
            return self.backtest(histories, read_as, &source, common);
        }
        let settings = self.settings.for_histories(&histories, common.seed)?;
        let mut progress = Progress::new(common, "fitting");
        let forecaster = Forecaster::fit(engine, &histories, &source, &settings, &mut |at| {
            show_progress(&mut progress, at);
        })?;
        let values: Vec<&[f64]> = histories.iter().map(|one| &one.values[..]).collect();
        let forecasts = forecaster.forecast(&values)?;
        let program = forecaster.program();
        note_calibration(progress, program.calibration(), &forecasts);
        constant::note(common, &histories);
        if let Some(out) = out {
            program.save(&out.target)?;
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
        let shown = show(common, (histories, read_as), forecasts, program)?;
        output::print(&shown)
    }
}

/// Ends with a line on what intervals were measured on, and one on a level that so few windows cannot
/// promise.
fn note_calibration(mut progress: Progress, measured: Option<Calibration>, forecasts: &[Forecast]) {
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
    let mut intervals = forecasts.iter().take(1).flat_map(|first| &first.intervals);
    if let Some(unreached) = intervals.find(|interval| !interval.reached) {
        let level = (unreached.level * 100.0).round();
        progress.note(&format!(
            "intervals: {level} % cannot be told from {windows}: it is the largest error of them, and \
             may be the same as that of a lower level"
        ));
    }
}
