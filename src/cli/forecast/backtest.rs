//! `retune forecast --backtest`: forecasts scored by what came, beside controls.

use retune::forecast::{History, IntervalScore};
use retune::program::Calibration;
use retune::task::{BacktestOptions, BacktestReport};

use super::split::Parts;
use super::{Arguments, note_calibration};
use crate::cli::fitting::show_progress;
use crate::cli::prelude::*;

/// How forecasts are scored.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Scoring")]
pub struct BacktestArgs {
    /// Score forecasts from a rolling origin, and make none
    #[arg(long)]
    pub backtest: bool,
    /// The training, validation and test parts of each series: numbers of values or shares
    #[arg(
        long,
        value_name = "A,B,C",
        default_value = "0.6,0.2,0.2",
        requires = "backtest"
    )]
    split: Parts,
    /// A file of the same layout with what came after each series, in place of a test part
    #[arg(
        long,
        value_name = "FILE",
        requires = "backtest",
        conflicts_with = "split"
    )]
    against: Option<PathBuf>,
    /// Values from one origin to the next
    #[arg(long, value_name = "N", default_value = "1", requires = "backtest", value_parser = count)]
    stride: usize,
    /// Count errors in deviations of each series' training part
    #[arg(long, requires = "backtest")]
    standardised: bool,
}

#[derive(Debug, Serialize)]
struct Outcome {
    horizon: usize,
    context: usize,
    season: Option<usize>,
    series: usize,
    standardised: bool,
    seed: u64,
    seconds: f64,
    calibration: Option<Calibration>,
    #[serde(flatten)]
    report: BacktestReport,
    read_as: ReadAs,
    #[serde(skip_serializing_if = "Option::is_none")]
    against_read_as: Option<ReadAs>,
}

impl Arguments {
    /// Fits on the first parts and scores forecasts of the last.
    pub(super) fn backtest(
        &self,
        histories: Vec<History>,
        read_as: ReadAs,
        source: &SourceWeights,
        common: &Common,
    ) -> Result<()> {
        let scoring = &self.backtest;
        let mut against_read_as = None;
        let (histories, after): (Vec<History>, Vec<Vec<f64>>) = match &scoring.against {
            Some(path) => {
                let after = self.file.read_other(path)?;
                output::read_as(common, &after.read_as);
                against_read_as = Some(after.read_as);
                let after = matching(&histories, after.histories, path)?;
                (histories, after)
            }
            None => {
                let cut = |history| scoring.split.cut(history);
                histories.into_iter().map(cut).collect::<Result<_>>()?
            }
        };
        let mut settings = self.settings.for_histories(&histories, common.seed)?;
        if scoring.against.is_none() {
            settings.validation = scoring.split.validation();
        }
        let start = Instant::now();
        let random = source.random(settings.seed)?;
        let options = BacktestOptions {
            stride: scoring.stride,
            standardised: scoring.standardised,
        };
        let mut progress = Progress::new(common, "fitting");
        let report = self.backend.engine(common)?.backtest(
            &histories,
            &after,
            [source, &random],
            &settings,
            &options,
            &mut |at| show_progress(&mut progress, at),
        )?;
        let measured = Calibration::of_scores(&report.fit);
        note_calibration(progress, measured, &[]);
        let outcome = Outcome {
            horizon: self.settings.horizon,
            context: settings.context,
            season: settings.season,
            series: histories.len(),
            standardised: scoring.standardised,
            seed: common.seed,
            seconds: start.elapsed().as_secs_f64(),
            calibration: measured,
            report,
            read_as,
            against_read_as,
        };
        output::show(common, &outcome, describe)
    }
}

/// What came after each history, by its name; their times go on where they have any.
fn matching(histories: &[History], mut after: Vec<History>, path: &Path) -> Result<Vec<Vec<f64>>> {
    let find = |history: &History| {
        let (name, file) = (&history.name, path.display());
        let found = after.iter_mut().find(|after| after.name == *name);
        let found = found.ok_or_else(|| {
            let hint = "give a file with the same series in the same layout";
            problem(format!("{file}: there is no `{name}`"), hint)
        })?;
        let [before, next] = [&history.timeline, &found.timeline];
        let expected = before.stamp(history.values.len())?;
        let begins = next.stamp(0)?;
        let have_times = !before.is_counts() || !next.is_counts();
        if have_times && !before.goes_on(history.values.len(), next) {
            let [step, other] = [before.step(), next.step()];
            let message = format!(
                "{file}: `{name}` begins at {begins} and goes on by {other}; expected {expected}, which comes \
                 next, and {step}"
            );
            let hint = "give what comes right after each series, or `--time none` where the times mean nothing";
            bail!(problem(message, hint));
        }
        Ok(std::mem::take(&mut found.values))
    };
    histories.iter().map(find).collect()
}

fn describe(outcome: &Outcome) -> String {
    let report = &outcome.report;
    let head = ",MSE,MAE,RMSE,sMAPE,MASE,in 80 %,in 95 %";
    let rows = report.rows.iter().map(|row| {
        let scores = &row.scores;
        let mase = scores.mase.map(|mase| format!("{mase:.3}"));
        let covered = |interval: &IntervalScore| format!("{:.1} %", 100.0 * interval.coverage);
        let cells = [
            row.name.to_owned(),
            number(scores.mse),
            number(scores.mae),
            number(scores.rmse),
            format!("{:.2}", scores.smape),
            mase.unwrap_or("-".to_owned()),
        ];
        let covered = scores.intervals.iter().map(covered);
        cells.into_iter().chain(covered).collect::<Vec<_>>()
    });
    let mut text = text::headed(&[Left, Right], head, rows);
    let uses_source = report.rows.first().is_some_and(|row| row.uses_source);
    text.push_str(match uses_source {
        _ if !report.fit.contains_key("validation_with_source") => "\nno transform, so no source\n",
        true => "\nthe source is heard: it clearly lowers the error on the validation part\n",
        false => {
            "\nthe source is not heard: it does not clearly lower the error on the validation part\n"
        }
    });
    for (whose, scores) in [
        ("fit", &report.fit),
        ("fit on random weights", &report.random_fit),
    ] {
        let mut scores = scores.clone();
        scores.retain(|name, _| name.starts_with("validation"));
        let scores = scores.iter();
        let scores = scores.map(|(name, score)| format!("{} {score:.5}", name.replace('_', " ")));
        let scores = scores.collect::<Vec<_>>().join(", ");
        if !scores.is_empty() {
            text.push_str(&format!("{whose}: {scores}\n"));
        }
    }
    let unit = match outcome.standardised {
        true => "errors in deviations of the training part",
        false => "errors in the unit of the series",
    };
    let season = outcome.season.map(|season| season.to_string());
    text + &format!(
        "{} of {} values from {}, context {}, season {}, {unit}; {}\n",
        text::counted(report.forecasts, "forecast", "forecasts"),
        outcome.horizon,
        text::counted(outcome.series, "series", "series"),
        outcome.context,
        season.unwrap_or("none".to_owned()),
        text::seconds(outcome.seconds),
    )
}

/// An error with four digits that count.
fn number(error: f64) -> String {
    match error.abs() {
        size if size >= 1e6 || (size > 0.0 && size < 1e-3) => format!("{error:.3e}"),
        size if size >= 100.0 => format!("{error:.1}"),
        _ => format!("{error:.4}"),
    }
}
