//! `retune predict`: what a program says of a file, whatever its task.
//!
//! For classification: the label of each series, with a probability for each class. For
//! forecasting: what comes after each history.

use retune::engine::Forecaster;
use retune::forecast::Histories;
use retune::program::Task;
use retune::series::SplitParts;
use serde::Serializer;

use super::forecast;
use super::histories::HistoryArgs;
use super::prelude::*;
use super::program::ProgramArgs;

/// Predict the label of each series of a file, or what comes after each, as CSV
///
/// A program of `retune fit` or `retune classify` gives labels, one of `retune forecast` gives
/// forecasts.
#[derive(Debug, Args)]
pub struct Arguments {
    #[command(flatten)]
    pub program: ProgramArgs,
    /// The file with the series, with or without labels; or with the histories to be forecast
    pub series: PathBuf,
    /// Write to a file and not to stdout
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    #[command(flatten)]
    backend: BackendArgs,
    #[command(flatten)]
    read: ReadArgs,
    #[command(flatten)]
    histories: HistoryArgs,
    /// With --id, for a program that classifies: the column of the values, each row being one
    #[arg(long, value_name = "COLUMN", requires = "id", help_heading = "Reading")]
    value: Option<String>,
    /// With --id and --value: the column that tells the channels of a series apart
    #[arg(
        long,
        value_name = "COLUMN",
        requires = "value",
        help_heading = "Reading"
    )]
    channel: Option<String>,
}

/// All of it in JSON.
#[derive(Debug, Serialize)]
struct Outcome<'a> {
    read_as: ReadAs,
    predictions: Vec<Row<'a>>,
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
struct Probabilities<'a>(&'a [String], &'a [f32]);

impl Serialize for Probabilities<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().zip(self.1))
    }
}

impl Arguments {
    pub fn run(&self, common: &Common) -> Result<()> {
        let inputs = self.program.inputs_and(&self.series);
        let out = OutputFile::check_any(self.out.as_ref(), &inputs)?;
        let text = match Task::of_file(&self.program.program)? {
            Task::Forecasting => self.forecast(common)?,
            _ => self.classify(common)?,
        };
        output::deliver(out, &text)
    }

    fn classify(&self, common: &Common) -> Result<String> {
        let (program, sources) = self.program.load()?;
        let length = program.series_length();
        let (time, id) = self.histories.long();
        let options = ReadOptions {
            long: long(id, self.channel.as_deref(), time, self.value.as_deref()),
            ..self.read.options()
        };
        let parts = SplitParts::open(&self.series, length, program.labels(), &options)?;
        let waiting = Waiting::new(common, "predicting");
        let classifier = Classifier::new(self.backend.engine()?, program, &sources)?;
        let mut predictions = Vec::new();
        // The series are read as they are needed: a file may be larger than the memory.
        let mut read_as = ReadAs::default();
        for part in parts {
            let part = part?;
            predictions.extend(classifier.predict(&part.series)?);
            if read_as.found.is_empty() {
                read_as = part.read_as;
            }
        }
        read_as.found = format!("{} series of {length} values", predictions.len());
        drop(waiting);
        output::read_as(common, &read_as);
        let labels = classifier.program().labels();
        if common.json {
            let rows = predictions.iter().zip(1..).map(|(one, row)| Row {
                row,
                label: &one.label,
                probabilities: Probabilities(labels, &one.probabilities),
            });
            return output::json(&Outcome {
                read_as,
                predictions: rows.collect(),
            });
        }
        let names = labels.iter().map(|label| format!("p_{label}"));
        let head = once("label".to_owned()).chain(names).collect();
        let rows = predictions.into_iter().map(|one| {
            let numbers = one.probabilities.iter().map(f32::to_string);
            once(one.label).chain(numbers).collect()
        });
        output::csv(once(head).chain(rows))
    }

    fn forecast(&self, common: &Common) -> Result<String> {
        let (program, source) = self.program.load_forecast()?;
        let Histories { histories, read_as } =
            self.histories
                .read(&self.series, self.read.missing, &self.read.table)?;
        output::read_as(common, &read_as);
        let waiting = Waiting::new(common, "forecasting");
        let values: Vec<&[f64]> = histories.iter().map(|one| &one.values[..]).collect();
        let forecaster = Forecaster::new(self.backend.engine()?, program, &source)?;
        let forecasts = forecaster.forecast(&values)?;
        drop(waiting);
        forecast::show(common, (&histories, &read_as), &forecasts, None)
    }
}
