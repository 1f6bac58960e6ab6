//! `retune classify`: fits on the training split of a data set and scores on its test split.

mod audio;
mod black_box;
mod diagnosis;
#[cfg(feature = "import")]
mod trained;

use std::fs;

use retune::series::{self, Format};

use super::fitting::{FitArgs, Fitted};
use super::prelude::*;
use super::program::PartName;
use super::scoring::{ControlArgs, OverSets, Seconds, fit_and_score, label_of};
use audio::{AudioArgs, AudioRecord};
use black_box::BlackBoxArgs;
use diagnosis::{DiagnoseArgs, Diagnosed};
use retune::audio::Recordings;

/// Fit on the training split of a data set and score on its test split
#[derive(Debug, Args)]
#[command(override_usage = "retune classify [OPTIONS] <DATASET>
       retune classify [OPTIONS] --train <FILE> --test <FILE>
       retune classify [OPTIONS] --audio <FOLDER|TABLE>")]
pub struct Arguments {
    // First, for the other fields take their values away.
    #[command(flatten)]
    given: Given,
    /// A folder with NAME_TRAIN and NAME_TEST, or the name of a data set that `retune data get`
    /// fetched
    #[arg(required_unless_present_any = ["train", "test", "audio"], conflicts_with_all = ["train", "test"])]
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
    diagnose: DiagnoseArgs,
    #[command(flatten)]
    black_box: BlackBoxArgs,
    #[command(flatten)]
    audio: AudioArgs,
    #[command(flatten)]
    read: ScoredArgs,
}

#[derive(Debug, Serialize)]
struct Outcome<'a> {
    dataset: &'a str,
    accuracy: f64,
    log_loss: f64,
    brier: f64,
    calibration_error: f64,
    n_train: usize,
    n_test: usize,
    length: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    audio: Option<AudioRecord>,
    classes: usize,
    labels: &'a [String],
    /// Test accuracies of the controls by name.
    baselines: BTreeMap<String, f64>,
    /// What the control on random weights came to over many sets.
    #[serde(skip_serializing_if = "Option::is_none")]
    over_sets: Option<OverSets>,
    parts: Vec<PartName>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    diagnosis: Vec<Diagnosed>,
    seconds: Seconds,
    #[serde(flatten)]
    fitted: Fitted,
    #[serde(skip_serializing_if = "Option::is_none")]
    out: Option<&'a Path>,
    /// The training and the test file.
    read_as: [&'a ReadAs; 2],
}

impl Arguments {
    /// What is read: the training file where files are given, else the folder.
    pub fn data(&self) -> Option<&Path> {
        let folder = self.dataset.as_deref().map(Path::new);
        let audio = self.audio.audio.as_deref();
        self.train.as_deref().or(folder).or(audio)
    }

    pub fn run(&self, common: &Common) -> Result<()> {
        let files = self.files()?;
        let (out, plot) = self.outputs(&files)?;
        let sources = self.fitting.sources()?;
        let mut audio = None;
        let data = match &files {
            Files::Folder(folder) => Dataset::read(folder, &self.read.options())?,
            Files::Pair(train, test) => Dataset::read_files(train, test, &self.read.options())?,
            Files::Recordings(path) => {
                let (data, record) = self.audio.read(path, &sources, &self.read, common.seed)?;
                audio = Some(record);
                data
            }
        };
        for split in [&data.train, &data.test] {
            output::read_as(common, &split.read_as);
        }
        if self.black_box.wanted() {
            return self.query(&data, (out.as_ref(), plot), common);
        }
        let settings = match &audio {
            Some(record) => record.settings(&self.fitting, common.seed)?,
            None => self.fitting.settings(common.seed)?,
        };
        let engine = self.backend.engine(common)?;
        let done = fit_and_score(engine, &data, &sources, &settings, common, "fitting")?;
        let program = done.classifier.program();
        if let Some(out) = &out {
            program.save(&out.target)?;
        }
        let controls = self.controls.controls;
        let mut baselines = match audio {
            Some(_) => controls.of_recordings(&data),
            None => controls.of_data(&data, settings.scaling, common)?,
        };
        let random =
            controls.of_random_source(&data, &sources, &settings, &self.backend, common)?;
        baselines.extend(random.map(|accuracy| ("random_source".to_owned(), accuracy)));
        #[cfg(feature = "import")]
        if let Some(record) = audio.as_ref().filter(|_| self.audio.trained_controls) {
            baselines.extend(trained::trained_controls(
                engine,
                &data,
                record.rate,
                common,
            )?);
        }
        let over_sets = random
            .filter(|_| audio.is_none())
            .and_then(|_| OverSets::of(settings.preset, &sources));
        let diagnose = &self.diagnose;
        let diagnosis = diagnose.of(&done.classifier, &data.train, &sources, common)?;
        let outcome = Outcome {
            dataset: &data.name,
            accuracy: done.score.accuracy,
            log_loss: done.score.log_loss,
            brier: done.score.brier,
            calibration_error: done.score.calibration_error,
            n_train: data.train.len(),
            n_test: data.test.len(),
            length: program.series_length(),
            audio,
            classes: program.labels().len(),
            labels: program.labels(),
            baselines,
            over_sets,
            parts: PartName::all(program),
            diagnosis,
            seconds: done.seconds,
            fitted: Fitted::new(program, self.fitting.preset, &self.backend, common.seed),
            out: self.out.as_deref(),
            read_as: [&data.train.read_as, &data.test.read_as],
        };
        output::show(common, &outcome, describe)
    }

    /// The files to read.
    fn files(&self) -> Result<Files<'_>> {
        if let Some(audio) = self.audio.path()? {
            let unused = "is for series, and recordings are classified";
            self.given.refuse(&OF_SERIES, unused)?;
            self.given.refuse(&OF_FITS_ON_SERIES, unused)?;
            return Ok(Files::Recordings(audio));
        }
        if let (Some(train), Some(test)) = (&self.train, &self.test) {
            return Ok(Files::Pair(train, test));
        }
        let dataset = self.dataset.as_deref();
        find(dataset.expect("it is required without --train and --test: by clap"))
            .map(Files::Folder)
    }

    /// The program and the picture to write, which must be none of those.
    fn outputs(&self, files: &Files) -> Result<(Option<OutputFile>, Option<OutputFile>)> {
        let mut inputs: Vec<PathBuf> = self.fitting.inputs().map(Path::to_owned).collect();
        match files {
            Files::Pair(train, test) => inputs.extend([*train, *test].map(Path::to_owned)),
            Files::Recordings(path) => {
                inputs.push((*path).to_owned());
                inputs.extend(Recordings::find(path)?.paths().map(Path::to_owned));
            }
            Files::Folder(folder) => {
                let entries = fs::read_dir(folder).into_iter().flatten().flatten();
                let paths = entries.map(|entry| entry.path());
                inputs.extend(paths.filter(|path| Format::of(path).is_ok()));
            }
        }
        let inputs: Vec<&Path> = inputs.iter().map(PathBuf::as_path).collect();
        let out = OutputFile::check_any(self.out.as_ref(), &inputs)?;
        let plot = self.black_box.plot(&inputs)?;
        OutputFile::check_apart(&out, &plot)?;
        Ok((out, plot))
    }
}

/// Options of fitting and of sources that only series have.
const OF_FITS_ON_SERIES: [&str; 3] = ["scaling", "pattern", "source_timeout"];

/// Where a data set is.
enum Files<'a> {
    Folder(PathBuf),
    Pair(&'a Path, &'a Path),
    /// A folder or a table of recordings.
    Recordings(&'a Path),
}

/// The folder of a data set: that folder itself, or the one in the cache.
fn find(name: &str) -> Result<PathBuf> {
    let path = Path::new(name);
    if path.is_dir() {
        return Ok(path.to_owned());
    }
    if path.exists() {
        let message = format!("{name} is a file; expected a folder with NAME_TRAIN and NAME_TEST");
        bail!(problem(message, "give both files with --train and --test"));
    }
    if path.components().count() != 1 || name.starts_with('.') {
        return Err(missing_folder(path));
    }
    // A broken environment must not hide that the name is wrong.
    if let Ok(Some(folder)) = series::find_cached(name) {
        return Ok(folder);
    }
    let known = series::look_up(name)?.name;
    let message = format!("there is no folder {name}, and the data set {known} is not downloaded");
    let hint = format!("fetch it with `retune data get {known}`, or give the path of its folder");
    Err(problem(message, hint).into())
}

/// A path that leads nowhere, with the folder beside it that was probably meant.
fn missing_folder(path: &Path) -> anyhow::Error {
    let message = format!("there is no folder {}", path.display());
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let beside = series::closest(&name).map(|closest| path.with_file_name(closest));
    match beside.filter(|beside| beside.is_dir()) {
        Some(beside) => problem(message, format!("did you mean `{}`?", beside.display())).into(),
        None => anyhow!(message),
    }
}

fn describe(outcome: &Outcome) -> String {
    let fitted = &outcome.fitted;
    let own = format!("retune, preset {}", fitted.preset);
    let of = match &outcome.audio {
        Some(record) => format!("recordings of {} s", record.seconds),
        None => format!("series of {} values", outcome.length),
    };
    let text = format!(
        "{}: {} training and {} test {of}, {}\n\n{}\n{}\n{}\
         fitted in {}, predicted in {} ({} backend, seed {})\n{}",
        outcome.dataset,
        outcome.n_train,
        outcome.n_test,
        text::counted(outcome.classes, "class", "classes"),
        accuracies(&own, outcome.accuracy, &outcome.baselines)
            + &outcome.over_sets.map_or(String::new(), worth),
        PartName::table(&outcome.parts),
        diagnosis::table(&outcome.diagnosis),
        text::seconds(outcome.seconds.fit),
        text::seconds(outcome.seconds.predict),
        fitted.backend,
        fitted.seed,
        fitted.sources(),
    );
    text + &saved_as(outcome.out)
}

/// What one test split cannot tell of the control on random weights.
fn worth(over: OverSets) -> String {
    format!(
        "\nOne test split is too small to tell trained weights from random ones: over {} data sets of the UCR\n\
         archive the preset {} has {:.1} % with the trained weights and {:.1} % with random ones (p < {}).\n",
        over.sets,
        over.preset,
        100.0 * over.trained,
        100.0 * over.random,
        over.p_below,
    )
}

/// The accuracy above those of the controls.
fn accuracies(own: &str, accuracy: f64, controls: &BTreeMap<String, f64>) -> String {
    let controls = controls.iter();
    let controls = controls.map(|(name, accuracy)| (label_of(name), *accuracy));
    let rows = once((own, accuracy)).chain(controls);
    let rows = rows.map(|(name, accuracy)| [name.to_owned(), text::accuracy(accuracy)]);
    text::headed(&[Left, Right], ",accuracy", rows)
}

fn saved_as(out: Option<&Path>) -> String {
    let saved = out.map(|out| format!("program saved as {}\n", out.display()));
    saved.unwrap_or_default()
}
