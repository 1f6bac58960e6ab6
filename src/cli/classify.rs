//! `retune classify`: fits on the training split of a data set and scores on its test split.

mod black_box;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::Args;
use retune::series::{self, Dataset, Format};
use retune::source::SourceWeights;
use serde::Serialize;

use super::args::{BackendArgs, Common, ReadArgs};
use super::fitting::FitArgs;
use super::output::{self, OutputFile};
use super::problem::Problem;
use super::program::PartName;
use super::scoring::{
    CONSTANT, ControlArgs, FitAndScore, NEAREST_NEIGHBOUR, NEAREST_NEIGHBOUR_DTW, RANDOM_SOURCE,
    RIDGE,
};
use super::text::{self, Column};
use black_box::BlackBoxArgs;
use retune::program::SourceReference;

/// Fit on the training split of a data set and score on its test split
#[derive(Debug, Args)]
#[command(override_usage = "retune classify [OPTIONS] <DATASET>
       retune classify [OPTIONS] --train <FILE> --test <FILE>")]
pub struct Arguments {
    /// A folder with NAME_TRAIN and NAME_TEST, or the name of a data set that `retune data get`
    /// fetched
    #[arg(required_unless_present_all = ["train", "test"], conflicts_with_all = ["train", "test"])]
    dataset: Option<String>,
    /// The training file, in place of a folder
    #[arg(long, value_name = "FILE", requires = "test")]
    train: Option<PathBuf>,
    /// The test file, in place of a folder
    #[arg(long, value_name = "FILE", requires = "train")]
    test: Option<PathBuf>,
    /// Save the program as well
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    #[command(flatten)]
    backend: BackendArgs,
    #[command(flatten)]
    controls: ControlArgs,
    #[command(flatten)]
    fitting: FitArgs,
    #[command(flatten)]
    black_box: BlackBoxArgs,
    #[command(flatten)]
    read: ReadArgs,
}

/// What is printed.
#[derive(Debug, Serialize)]
struct Outcome {
    dataset: String,
    accuracy: f64,
    log_loss: f64,
    brier: f64,
    n_train: usize,
    n_test: usize,
    length: usize,
    classes: usize,
    labels: Vec<String>,
    /// Test accuracies of the controls by name.
    baselines: BTreeMap<String, f64>,
    parts: Vec<PartName>,
    seconds: Seconds,
    backend: String,
    preset: String,
    seed: u64,
    source: SourceReference,
    frozen: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    out: Option<PathBuf>,
}

#[derive(Debug, Serialize)]
struct Seconds {
    fit: f64,
    predict: f64,
}

impl Arguments {
    /// Fits, scores and prints the result.
    pub fn run(&self, common: &Common) -> Result<()> {
        let files = self.files()?;
        let out = self.output(&files)?;
        let data = match &files {
            Files::Folder(folder) => Dataset::read(folder, &self.read.options())?,
            Files::Pair(train, test) => Dataset::read_files(train, test, &self.read.options())?,
        };
        let source = SourceWeights::find(&self.fitting.source)?;
        if self.black_box.wanted() {
            let given = black_box::Given {
                data: &data,
                source: &source,
                backend: &self.backend,
                controls: &self.controls,
                out: out.as_ref(),
                dimensions: self.fitting.dimensions,
            };
            return self.black_box.run(&given, common);
        }
        let settings = self.fitting.settings(common.seed)?;
        let done = FitAndScore {
            data: &data,
            source: &source,
            settings: &settings,
            common,
            doing: "fitting",
        }
        .run(self.backend.engine()?)?;
        if let Some(out) = &out {
            done.program.save(out.target())?;
        }
        let controls = self.controls.controls;
        let mut baselines = controls.of_data(&data, settings.scaling, common)?;
        let random = controls.of_random_source(&data, &source, &settings, &self.backend, common)?;
        baselines.extend(random.map(|accuracy| (RANDOM_SOURCE.to_owned(), accuracy)));
        let outcome = Outcome {
            accuracy: done.score.accuracy,
            log_loss: done.score.log_loss,
            brier: done.score.brier,
            n_train: data.train.len(),
            n_test: data.test.len(),
            length: done.program.series_length(),
            classes: done.program.labels().len(),
            labels: done.program.labels().to_vec(),
            dataset: data.name,
            baselines,
            parts: PartName::all(&done.program),
            seconds: Seconds {
                fit: done.fit,
                predict: done.predict,
            },
            backend: self.backend.backend.clone(),
            preset: self.fitting.preset.to_string(),
            seed: common.seed,
            source: done.program.source().clone(),
            frozen: done.program.frozen(),
            out: out.map(|out| out.path().to_owned()),
        };
        output::show(common, &outcome, Outcome::describe)
    }

    /// The files to read.
    fn files(&self) -> Result<Files<'_>> {
        match (&self.train, &self.test) {
            (Some(train), Some(test)) => Ok(Files::Pair(train, test)),
            _ => {
                let dataset = self.dataset.as_deref();
                let dataset = dataset.expect("it is required without --train and --test: by clap");
                find(dataset).map(Files::Folder)
            }
        }
    }

    /// The file to write, which must be none of those.
    fn output(&self, files: &Files) -> Result<Option<OutputFile>> {
        let Some(out) = &self.out else {
            return Ok(None);
        };
        let mut inputs = vec![self.fitting.source_path()];
        match files {
            Files::Pair(train, test) => inputs.extend([*train, *test].map(Path::to_owned)),
            Files::Folder(folder) => inputs.extend(
                fs::read_dir(folder)
                    .into_iter()
                    .flatten()
                    .filter_map(|entry| Some(entry.ok()?.path()))
                    .filter(|path| Format::of(path).is_ok()),
            ),
        }
        let inputs: Vec<&Path> = inputs.iter().map(PathBuf::as_path).collect();
        OutputFile::check(out, &inputs).map(Some)
    }
}

/// Where a data set is.
enum Files<'a> {
    Folder(PathBuf),
    Pair(&'a Path, &'a Path),
}

/// The folder of a data set: that folder itself, or the one in the cache.
fn find(name: &str) -> Result<PathBuf> {
    let path = Path::new(name);
    if path.is_dir() {
        return Ok(path.to_owned());
    }
    if path.exists() {
        let message = format!("{name} is a file; expected a folder with NAME_TRAIN and NAME_TEST");
        return Err(Problem::new(message)
            .with_hint("give both files with --train and --test")
            .into());
    }
    if path.components().count() != 1 || name.starts_with('.') {
        return Err(missing_folder(path).into());
    }
    // A broken environment must not hide that the name is wrong.
    if let Ok(Some(folder)) = series::find_cached(name) {
        return Ok(folder);
    }
    let name_there = series::look_up(name)?.name;
    let problem = Problem::new(format!(
        "there is no folder {name}, and the data set {name_there} is not downloaded"
    ));
    Err(problem
        .with_hint(format!(
            "fetch it with `retune data get {name_there}`, or give the path of its folder"
        ))
        .into())
}

/// A path that leads nowhere, with the folder beside it that was probably meant.
fn missing_folder(path: &Path) -> Problem {
    let problem = Problem::new(format!("there is no folder {}", path.display()));
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let beside = series::closest(&name).map(|closest| path.with_file_name(closest));
    match beside.filter(|beside| beside.is_dir()) {
        Some(beside) => problem.with_hint(format!("did you mean `{}`?", beside.display())),
        None => problem,
    }
}

impl Outcome {
    fn describe(&self) -> String {
        let row = |name: String, accuracy: f64| vec![name, text::accuracy(accuracy)];
        let mut rows = vec![
            vec![String::new(), "accuracy".to_owned()],
            row(format!("retune, preset {}", self.preset), self.accuracy),
        ];
        for (name, accuracy) in &self.baselines {
            let name = label_of(name);
            rows.push(row(name.to_owned(), *accuracy));
        }
        let mut text = format!(
            "{}: {} training and {} test series of {} values, {}\n\n{}\n{}\n\
             fitted in {}, predicted in {} ({} backend, seed {})\n\
             source {} (sha256 {}), {}\n",
            self.dataset,
            self.n_train,
            self.n_test,
            self.length,
            text::counted(self.classes, "class", "classes"),
            text::table(&[Column::Left, Column::Right], rows),
            PartName::table(&self.parts),
            text::seconds(self.seconds.fit),
            text::seconds(self.seconds.predict),
            self.backend,
            self.seed,
            self.source.name,
            text::short_hash(&self.source.sha256),
            text::frozen(self.frozen),
        );
        if let Some(out) = &self.out {
            text.push_str(&format!("program saved as {}\n", out.display()));
        }
        text
    }
}

/// What a control is called in text.
fn label_of(control: &str) -> &str {
    match control {
        CONSTANT => "always the most frequent class",
        NEAREST_NEIGHBOUR => "1-NN, Euclidean distance",
        NEAREST_NEIGHBOUR_DTW => "1-NN, dynamic time warping",
        RIDGE => "ridge on the values themselves",
        RANDOM_SOURCE => "the same preset on random weights",
        other => other,
    }
}
