//! `retune forecast --backtest`: forecasts judged by what came, beside controls.

use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::Args;
use retune::forecast::History;
use retune::program::Calibration;
use retune::source::SourceWeights;
use retune::table::ReadAs;
use retune::task::{BacktestOptions, BacktestReport};
use serde::Serialize;

use super::super::args::{Common, count};
use super::super::fitting::show_progress;
use super::super::output;
use super::super::problem::Problem;
use super::super::progress::Progress;
use super::super::text::{self, Column};
use super::split::{Cut, Parts};
use super::{Arguments, calibration};

/// How forecasts are judged.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Scoring")]
pub struct BacktestArgs {
    /// Scorer forecasts from a rolling origin and not forecast
    #[arg(long)]
    backtest: bool,
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

impl BacktestArgs {
    /// Whether there is anything to judge.
    pub fn wanted(&self) -> bool {
        self.backtest
    }
}

/// What is printed.
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
}

impl Arguments {
    /// Fits on the first parts and judges forecasts of the last.
    pub(super) fn judge(
        &self,
        histories: Vec<History>,
        read_as: ReadAs,
        source: &SourceWeights,
        common: &Common,
    ) -> Result<()> {
        let scoring = &self.backtest;
        let (histories, after): (Vec<History>, Vec<Vec<f64>>) = match &scoring.against {
            Some(path) => {
                let after = self.matching(&histories, path)?;
                (histories, after)
            }
            None => histories
                .into_iter()
                .map(|history| scoring.split.cut(history))
                .map(|cut| cut.map(|Cut { history, after }| (history, after)))
                .collect::<Result<_>>()?,
        };
        let mut settings = self.settings.for_histories(&histories, common.seed)?;
        if scoring.against.is_none() {
            settings.validation = scoring.split.validation();
        }
        let start = std::time::Instant::now();
        let random = source.random(settings.seed)?;
        let options = BacktestOptions {
            stride: scoring.stride,
            standardised: scoring.standardised,
        };
        let mut progress = Progress::new(common, "fitting");
        let report = self.backend.engine()?.backtest(
            &histories,
            &after,
            [source, &random],
            &settings,
            &options,
            &mut |at| show_progress(&mut progress, at),
        )?;
        let measured = Calibration::of_scores(&report.fit);
        if let Some(measured) = measured {
            progress.note(&calibration::describe(measured));
        }
        drop(progress);
        let outcome = Outcome {
            horizon: self.settings.horizon(),
            context: settings.context,
            season: settings.season,
            series: histories.len(),
            standardised: scoring.standardised,
            seed: common.seed,
            seconds: start.elapsed().as_secs_f64(),
            calibration: measured,
            report,
            read_as,
        };
        output::show(common, &outcome, Outcome::describe)
    }

    /// What came after each history, by its name.
    fn matching(&self, histories: &[History], path: &Path) -> Result<Vec<Vec<f64>>> {
        let mut after = self.file.read_other(path)?;
        histories
            .iter()
            .map(|history| {
                let found = after.iter_mut().find(|after| after.name == history.name);
                let found = found.ok_or_else(|| {
                    Problem::new(format!(
                        "{}: there is no `{}`",
                        path.display(),
                        history.name
                    ))
                    .with_hint("give a file with the same series in the same layout")
                })?;
                Ok(std::mem::take(&mut found.values))
            })
            .collect()
    }
}

impl Outcome {
    fn describe(&self) -> String {
        let mut columns = vec![Column::Left];
        columns.resize(8, Column::Right);
        let header = [
            "", "MSE", "MAE", "RMSE", "sMAPE", "MASE", "in 80 %", "in 95 %",
        ];
        let mut rows = vec![header.map(str::to_owned).to_vec()];
        for row in &self.report.rows {
            let scores = &row.scores;
            let mut cells = vec![
                row.name.to_owned(),
                number(scores.mse),
                number(scores.mae),
                number(scores.rmse),
                format!("{:.2}", scores.smape),
                scores
                    .mase
                    .map_or_else(|| "-".to_owned(), |mase| format!("{mase:.3}")),
            ];
            let covered = |interval: &retune::forecast::IntervalScore| {
                format!("{:.1} %", 100.0 * interval.coverage)
            };
            cells.extend(scores.intervals.iter().map(covered));
            rows.push(cells);
        }
        let mut text = text::table(&columns, rows);
        let uses_source = self.report.rows.first().is_some_and(|row| row.uses_source);
        let asked = self.report.fit.contains_key("validation_with_source");
        text.push_str(match uses_source {
            _ if !asked => "\nno transform, so no source\n",
            true => "\nthe source is heard: it clearly lowers the error on the validation part\n",
            false => {
                "\nthe source is not heard: it does not clearly lower the error on the \
                      validation part\n"
            }
        });
        let mut named = |whose: &str, scores: &std::collections::BTreeMap<String, f64>| {
            let scores: Vec<String> = scores
                .iter()
                .filter(|(name, _)| name.starts_with("validation"))
                .map(|(name, score)| format!("{} {score:.5}", name.replace('_', " ")))
                .collect();
            if !scores.is_empty() {
                text.push_str(&format!("{whose}: {}\n", scores.join(", ")));
            }
        };
        named("fit", &self.report.fit);
        named("fit on random weights", &self.report.random_fit);
        let unit = match self.standardised {
            true => "errors in deviations of the training part",
            false => "errors in the unit of the series",
        };
        text + &format!(
            "{} of {} values from {}, context {}, season {}, {unit}; {}\n",
            text::counted(self.report.forecasts, "forecast", "forecasts"),
            self.horizon,
            text::counted(self.series, "series", "series"),
            self.context,
            self.season
                .map_or_else(|| "none".to_owned(), |season| season.to_string()),
            text::seconds(self.seconds),
        )
    }
}

/// An error with four digits that count.
fn number(error: f64) -> String {
    match error.abs() {
        size if size >= 1e6 || (size > 0.0 && size < 1e-3) => format!("{error:.3e}"),
        size if size >= 100.0 => format!("{error:.1}"),
        _ => format!("{error:.4}"),
    }
}
