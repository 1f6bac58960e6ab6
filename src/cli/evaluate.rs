//! `retune evaluate`: scores a program on labelled series.

use std::path::PathBuf;
use std::time::Instant;

use anyhow::Result;
use clap::Args;
use retune::engine::Classifier;
use retune::series::Split;
use retune::task::Score;
use serde::Serialize;

use super::args::{BackendArgs, Common, ReadArgs};
use super::output;
use super::program::ProgramArgs;
use super::progress::Waiting;
use super::text;
use retune::program::SourceReference;

/// Score a program on labelled series
#[derive(Debug, Args)]
pub struct Arguments {
    #[command(flatten)]
    program: ProgramArgs,
    /// The test file, with a label for each series
    test: PathBuf,
    #[command(flatten)]
    backend: BackendArgs,
    #[command(flatten)]
    read: ReadArgs,
}

/// What is printed.
#[derive(Debug, Serialize)]
struct Outcome {
    program: PathBuf,
    test: PathBuf,
    accuracy: f64,
    log_loss: f64,
    brier: f64,
    n_test: usize,
    labels: Vec<String>,
    /// `confusion[true][predicted]`.
    confusion: Vec<Vec<usize>>,
    seconds: f64,
    backend: String,
    source: SourceReference,
}

impl Arguments {
    /// Scores and prints the result.
    pub fn run(&self, common: &Common) -> Result<()> {
        let (program, source) = self.program.load()?;
        let length = program.series_length();
        let options = self.read.options();
        let split = Split::read_to_score(&self.test, length, program.labels(), &options)?;
        let labels = program.labels().to_vec();
        let source_name = program.source().clone();
        let waiting = Waiting::new(common, format!("predicting {} series", split.len()));
        let start = Instant::now();
        let Score {
            accuracy,
            log_loss,
            brier,
            confusion,
            ..
        } = Classifier::new(self.backend.engine()?, program, &source)?.score(&split)?;
        drop(waiting);
        let outcome = Outcome {
            program: self.program.program.clone(),
            test: self.test.clone(),
            accuracy,
            log_loss,
            brier,
            n_test: split.len(),
            labels,
            confusion,
            seconds: start.elapsed().as_secs_f64(),
            backend: self.backend.backend.clone(),
            source: source_name,
        };
        output::show(common, &outcome, Outcome::describe)
    }
}

impl Outcome {
    fn describe(&self) -> String {
        let properties = text::properties([
            ("series", self.n_test.to_string()),
            ("accuracy", text::accuracy(self.accuracy)),
            ("log loss", text::accuracy(self.log_loss)),
            ("Brier score", text::accuracy(self.brier)),
        ]);
        let confusion = text::confusion(&self.labels, &self.confusion, "true", "predicted");
        format!("{properties}\n{confusion}")
    }
}
