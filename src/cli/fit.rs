//! `retune fit`: fits a program on a training file and saves it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::Result;
use clap::Args;
use retune::series::Split;
use retune::source::SourceWeights;
use serde::Serialize;

use super::args::{BackendArgs, Common, ReadArgs};
use super::fitting::{FitArgs, show_progress};
use super::output::{self, OutputFile};
use super::problem::Problem;
use super::program::PartName;
use super::progress::Progress;
use super::text::{self, Column};
use retune::program::SourceReference;

/// Fit a program on a training file and save it
#[derive(Debug, Args)]
pub struct Arguments {
    /// The training file, with a label for each series
    train: PathBuf,
    /// Where to save the program
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    #[command(flatten)]
    backend: BackendArgs,
    #[command(flatten)]
    fitting: FitArgs,
    #[command(flatten)]
    read: ReadArgs,
}

/// What is printed.
#[derive(Debug, Serialize)]
struct Outcome {
    out: PathBuf,
    bytes: u64,
    n_train: usize,
    length: usize,
    classes: usize,
    labels: Vec<String>,
    parts: Vec<PartName>,
    scores: BTreeMap<String, f64>,
    seconds: f64,
    backend: String,
    preset: String,
    seed: u64,
    source: SourceReference,
    frozen: bool,
}

impl Arguments {
    /// Fits, saves and prints what was saved.
    pub fn run(&self, common: &Common) -> Result<()> {
        let inputs = [self.train.as_path(), &self.fitting.source_path()];
        let out = OutputFile::check(&self.out, &inputs)?;
        let train = self.read()?;
        let source = SourceWeights::find(&self.fitting.source)?;
        let start = Instant::now();
        let mut progress = Progress::new(common, "fitting");
        let classifier = self
            .backend
            .engine()?
            .classifier()
            .settings(self.fitting.settings(common.seed)?)
            .source(&source)
            .on_progress(|at| show_progress(&mut progress, at))
            .fit(&train)?;
        let program = classifier.program();
        let seconds = start.elapsed().as_secs_f64();
        program.save(out.target())?;
        let outcome = Outcome {
            out: out.path().to_owned(),
            bytes: std::fs::metadata(out.target())?.len(),
            n_train: train.len(),
            length: program.series_length(),
            classes: program.labels().len(),
            labels: program.labels().to_vec(),
            parts: PartName::all(program),
            scores: program.scores().clone(),
            seconds,
            backend: self.backend.backend.clone(),
            preset: self.fitting.preset.to_string(),
            seed: common.seed,
            source: program.source().clone(),
            frozen: program.frozen(),
        };
        output::show(common, &outcome, Outcome::describe)
    }

    fn read(&self) -> Result<Split> {
        if self.train.is_dir() {
            return Err(folder(&self.train).into());
        }
        Ok(Split::read_to_train(&self.train, &self.read.options())?)
    }
}

fn folder(path: &Path) -> Problem {
    let shown = path.display();
    Problem::new(format!("{shown} is a folder; expected a training file")).with_hint(format!(
        "give the training file in it, or use `retune classify {shown} --out FILE`"
    ))
}

impl Outcome {
    fn describe(&self) -> String {
        let mut text = format!(
            "{}: {} bytes, for series of {} values and {}\n",
            self.out.display(),
            self.bytes,
            self.length,
            text::counted(self.classes, "class", "classes"),
        );
        text.push('\n');
        text.push_str(&PartName::table(&self.parts));
        if !self.scores.is_empty() {
            let rows = self.scores.iter();
            let rows = rows.map(|(name, score)| [name.replace('_', " "), text::score(*score)]);
            text.push('\n');
            text.push_str(&text::table(&[Column::Left, Column::Right], rows));
        }
        text + &format!(
            "\nfitted on {} series in {} ({} backend, preset {}, seed {})\n\
             source {} (sha256 {}), {}\n",
            self.n_train,
            text::seconds(self.seconds),
            self.backend,
            self.preset,
            self.seed,
            self.source.name,
            text::short_hash(&self.source.sha256),
            text::frozen(self.frozen),
        )
    }
}
