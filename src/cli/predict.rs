//! `retune predict`: what a program says of a file, whatever its task.
//!
//! For classification: the label of each series, with a probability for each class. For
//! forecasting: what comes after each history.

use retune::audio::{read_case, wav_files};
use retune::engine::Forecaster;
use retune::forecast::{Histories, History};
use retune::program::{ForecastProgram, Task};
use retune::series::SplitParts;
use retune::task::Prediction;
use serde::Serializer;

use super::forecast;
use super::histories::HistoryArgs;
use super::prelude::*;
use super::program::ProgramArgs;

/// Recordings that are in memory together.
const TOGETHER: usize = 256;

/// Predict the label of each series of a file, or what comes after each, as CSV
///
/// A program of `retune fit` or `retune classify` gives labels, one of `retune forecast` gives
/// forecasts. One of `retune classify --audio` takes WAV files, or folders of them.
#[derive(Debug, Args)]
pub struct Arguments {
    // First, for the other fields take their values away.
    #[command(flatten)]
    given: Given,
    #[command(flatten)]
    pub program: ProgramArgs,
    /// The file with the series, with or without labels; or with the histories to be forecast
    pub series: PathBuf,
    /// For a program that takes recordings: more of them
    #[arg(value_name = "RECORDING")]
    more: Vec<PathBuf>,
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

/// Options of series that histories do not have.
const OF_SERIES_ALONE: [&str; 7] = [
    "unequal", "label", "drop", "columns", "format", "channel", "value",
];
/// Options of histories that series do not have.
const OF_HISTORIES: [&str; 6] = [
    "value_columns",
    "rows",
    "day_first",
    "fill",
    "frequency",
    "tolerance",
];

/// All of it in JSON.
#[derive(Debug, Serialize)]
struct Outcome<'a, R> {
    read_as: R,
    predictions: Vec<Row<'a>>,
}

/// One series in JSON.
#[derive(Debug, Serialize)]
struct Row<'a> {
    row: usize,
    /// What tells the series apart in a long table.
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a str>,
    /// The recording.
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<&'a Path>,
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
        let mut inputs = self.program.inputs_and(&self.series);
        inputs.extend(self.more.iter().map(PathBuf::as_path));
        // A folder of recordings stands for what is in it.
        let folders = inputs.iter().filter(|path| path.is_dir());
        let within: Vec<_> = folders.filter_map(|path| wav_files(path).ok()).collect();
        inputs.extend(within.iter().flatten().map(PathBuf::as_path));
        let out = OutputFile::check_any(self.out.as_ref(), &inputs)?;
        let text = match Task::of_file(&self.program.program)? {
            Task::Forecasting => {
                self.check_one()?;
                self.given
                    .refuse(&OF_SERIES_ALONE, "is for series, and the program forecasts")?;
                self.forecast(common)?
            }
            _ => self.classify(common)?,
        };
        output::deliver(out, &text)
    }

    fn classify(&self, common: &Common) -> Result<String> {
        let (program, sources) = self.program.load()?;
        let length = program.series_length();
        self.given.refuse(
            &OF_HISTORIES,
            "is for histories, and the program classifies",
        )?;
        if let Some(rate) = program.rate() {
            self.given.refuse(
                &OF_SERIES,
                "is for series, and the program takes recordings",
            )?;
            let classifier = Classifier::new(self.backend.engine(common)?, program, &sources)?;
            return self.recordings(&classifier, (rate, length), common);
        }
        self.check_one()?;
        let (time, id) = self.histories.long();
        let options = ReadOptions {
            long: long(id, self.channel.as_deref(), time, self.value.as_deref()),
            ..self.read.options()
        };
        if options.long.is_none() {
            let unused =
                "is for long tables, which have --id and --value as well, and for histories";
            self.given.refuse(&["id", "time"], unused)?;
        }
        let parts = SplitParts::open(&self.series, length, program.labels(), &options)?;
        let waiting = Waiting::new(common, "predicting");
        let classifier = Classifier::new(self.backend.engine(common)?, program, &sources)?;
        let (mut predictions, mut ids) = (Vec::new(), Vec::new());
        // The series are read as they are needed: a file may be larger than the memory.
        let mut read_as = ReadAs::default();
        for part in parts {
            let part = part?;
            classifier.program().check_columns(&part)?;
            predictions.extend(classifier.predict(&part.series)?);
            ids.extend(part.ids);
            match read_as.found.is_empty() {
                true => read_as = part.read_as,
                false => read_as.add_later(part.read_as),
            }
        }
        read_as.found = format!("{} series of {length} values", predictions.len());
        drop(waiting);
        output::read_as(common, &read_as);
        let labels = classifier.program().labels();
        labels_of(labels, (&[], &ids), &predictions, read_as, common)
    }

    /// The label of each recording.
    fn recordings(
        &self,
        classifier: &Classifier,
        case: (u32, usize),
        common: &Common,
    ) -> Result<String> {
        let given = once(&self.series).chain(&self.more);
        let files = given.map(|path| wav_files(path));
        let files = files.collect::<Result<Vec<_>, _>>()?.concat();
        let mut predictions = Vec::with_capacity(files.len());
        let mut read_as = Vec::with_capacity(files.len());
        let mut progress = Progress::new(common, "predicting");
        // The recordings are read as they are needed: all may be larger than the memory.
        for together in files.chunks(TOGETHER) {
            let mut cases = Vec::with_capacity(together.len());
            for file in together {
                let (samples, how) = read_case(file, case.0, case.1)?;
                cases.push(samples);
                read_as.push(how);
            }
            predictions.extend(classifier.predict(&cases)?);
            progress.at(predictions.len() as u64, files.len() as u64, "recordings");
        }
        drop(progress);
        for how in &read_as {
            output::read_as(common, how);
        }
        let labels = classifier.program().labels();
        labels_of(labels, (&files, &[]), &predictions, read_as, common)
    }

    /// Several files are for programs that take recordings.
    fn check_one(&self) -> Result<()> {
        ensure!(
            self.more.is_empty(),
            problem(
                "the program takes one file of series, and more were given",
                "predict one file at a time"
            )
        );
        Ok(())
    }

    fn forecast(&self, common: &Common) -> Result<String> {
        let (program, source) = self.program.load_forecast()?;
        let Histories { histories, read_as } =
            self.histories
                .read(&self.series, self.read.missing, &self.read.table)?;
        output::read_as(common, &read_as);
        note_step(&program, &histories, common);
        let waiting = Waiting::new(common, "forecasting");
        let values: Vec<&[f64]> = histories.iter().map(|one| &one.values[..]).collect();
        let forecaster = Forecaster::new(self.backend.engine(common)?, program, &source)?;
        let forecasts = forecaster.forecast(&values)?;
        drop(waiting);
        let program = Some(forecaster.program());
        forecast::show(common, (&histories, &read_as), &forecasts, program)
    }
}

/// Says where values lie further apart, or closer, than those of the fit.
fn note_step(program: &ForecastProgram, histories: &[History], common: &Common) {
    let timed = histories.iter().filter(|one| !one.timeline.is_counts());
    let mut steps = timed.map(|one| one.timeline.step().to_string());
    // Steps between rounded numbers are means.
    let is_near = |one: &str, other: &str| match (one.parse::<f64>(), other.parse::<f64>()) {
        (Ok(one), Ok(other)) => (one - other).abs() <= 0.05 * one.abs(),
        _ => one == other,
    };
    if let Some(fitted) = &program.settings().step
        && let Some(found) = steps.find(|step| !is_near(fitted, step))
        && !common.quiet
    {
        output::say(&format!(
            "note: the program was fitted on values {fitted} apart, and these are {found} apart"
        ));
    }
}

/// Predictions as JSON or CSV; `files` are those of recordings, and `ids` those of a long table, one each.
fn labels_of<R: Serialize>(
    labels: &[String],
    (files, ids): (&[PathBuf], &[String]),
    predictions: &[Prediction],
    read_as: R,
    common: &Common,
) -> Result<String> {
    let file = |row: usize| files.get(row).map(PathBuf::as_path);
    let rows = predictions.iter().enumerate();
    if common.json {
        let rows = rows.map(|(row, one)| Row {
            row: row + 1,
            id: ids.get(row).map(String::as_str),
            file: file(row),
            label: &one.label,
            probabilities: Probabilities(labels, &one.probabilities),
        });
        return output::json(&Outcome {
            read_as,
            predictions: rows.collect(),
        });
    }
    let names = labels.iter().map(|label| format!("p_{label}"));
    let of_ids = ids.first().map(|_| "id".to_owned());
    let of_files = files.first().map(|_| "file".to_owned());
    let named = of_ids.into_iter().chain(of_files);
    let head = named.chain(once("label".to_owned())).chain(names).collect();
    let rows = rows.map(|(row, one)| {
        let numbers = one.probabilities.iter().map(f32::to_string);
        let file = file(row).map(|file| file.display().to_string());
        let name = ids.get(row).cloned().or(file);
        let label = once(one.label.clone());
        name.into_iter().chain(label).chain(numbers).collect()
    });
    output::csv(once(head).chain(rows))
}
