//! `retune predict`: what a program says of a file, whatever its task.
//!
//! For classification: the label of each series, with a probability for each class. For
//! forecasting: what comes after each history.

use std::path::PathBuf;

use anyhow::Result;
use clap::Args;
use retune::engine::{Classifier, Forecaster};
use retune::forecast::Histories;
use retune::program::Task;
use retune::series::SplitParts;
use retune::task::Prediction;
use serde::{Serialize, Serializer};

use super::args::{BackendArgs, Common, ReadArgs};
use super::forecast;
use super::histories::HistoryArgs;
use super::output::{self, OutputFile};
use super::program::ProgramArgs;
use super::progress::Waiting;

/// Predict the label of each series of a file, or what comes after each, as CSV
///
/// A program of `retune fit` or `retune classify` gives labels, one of `retune forecast` gives
/// forecasts.
#[derive(Debug, Args)]
pub struct Arguments {
    #[command(flatten)]
    program: ProgramArgs,
    /// The file with the series, with or without labels; or with the histories to be forecast
    series: PathBuf,
    /// Write to a file and not to stdout
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    #[command(flatten)]
    backend: BackendArgs,
    #[command(flatten)]
    read: ReadArgs,
    #[command(flatten)]
    histories: HistoryArgs,
}

/// One series in JSON.
#[derive(Debug, Serialize)]
struct Row<'a> {
    row: usize,
    label: &'a str,
    probabilities: Probabilities<'a>,
}

/// A probability for each label, in the order of the classes.
#[derive(Debug)]
struct Probabilities<'a> {
    labels: &'a [String],
    probabilities: &'a [f32],
}

impl Serialize for Probabilities<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.labels.iter().zip(self.probabilities))
    }
}

impl Arguments {
    /// Predicts and prints or writes the result.
    pub fn run(&self, common: &Common) -> Result<()> {
        let out = match &self.out {
            Some(path) => {
                let mut inputs = self.program.inputs();
                inputs.push(&self.series);
                Some(OutputFile::check(path, &inputs)?)
            }
            None => None,
        };
        let text = match self.program.task()? {
            Task::Forecasting => self.forecast(common)?,
            _ => self.classify(common)?,
        };
        match out {
            Some(out) => out.write(text.as_bytes()),
            None => output::print(&text),
        }
    }

    fn classify(&self, common: &Common) -> Result<String> {
        let (program, source) = self.program.load()?;
        let length = program.series_length();
        let parts = SplitParts::open(&self.series, length, &self.read.options())?;
        let labels = program.labels().to_vec();
        let waiting = Waiting::new(common, "predicting");
        let classifier = Classifier::new(self.backend.engine()?, program, &source)?;
        let mut predictions = Vec::new();
        // The series are read as they are needed: a file may be larger than the memory.
        for part in parts {
            predictions.extend(classifier.predict(&part?.series)?);
        }
        drop(waiting);
        if common.json {
            json(&labels, &predictions)
        } else {
            csv(&labels, &predictions)
        }
    }

    fn forecast(&self, common: &Common) -> Result<String> {
        let (program, source) = self.program.load_forecast()?;
        let Histories { histories, read_as } =
            self.histories.read(&self.series, self.read.missing)?;
        output::read_as(common, &read_as);
        let waiting = Waiting::new(common, "forecasting");
        let values: Vec<&[f64]> = histories.iter().map(|one| &one.values[..]).collect();
        let forecaster = Forecaster::new(self.backend.engine()?, program, &source)?;
        let forecasts = forecaster.forecast(&values)?;
        drop(waiting);
        if common.json {
            forecast::json((&histories, &read_as), &forecasts, None)
        } else {
            forecast::csv(&histories, &forecasts)
        }
    }
}

fn csv(labels: &[String], predictions: &[Prediction]) -> Result<String> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let names = labels.iter().map(|label| format!("p_{label}"));
    writer.write_record(std::iter::once("label".to_owned()).chain(names))?;
    for prediction in predictions {
        let numbers = prediction.probabilities.iter().map(f32::to_string);
        writer.write_record(std::iter::once(prediction.label.clone()).chain(numbers))?;
    }
    Ok(String::from_utf8(writer.into_inner()?)?)
}

fn json(labels: &[String], predictions: &[Prediction]) -> Result<String> {
    let rows: Vec<Row> = predictions
        .iter()
        .enumerate()
        .map(|(place, prediction)| Row {
            row: place + 1,
            label: &prediction.label,
            probabilities: Probabilities {
                labels,
                probabilities: &prediction.probabilities,
            },
        })
        .collect();
    Ok(serde_json::to_string_pretty(&rows)? + "\n")
}
