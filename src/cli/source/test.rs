//! `retune source test`: how well a source knows recorded words.

use std::path::PathBuf;

use anyhow::Result;
use clap::Args;
use retune::source::{Report, SourceWeights, SpeechFolder};
use serde::Serialize;

use crate::cli::args::{BackendArgs, Common, choice};
use crate::cli::output;
use crate::cli::problem::Problem;
use crate::cli::progress::Waiting;
use crate::cli::text::{self, Column};
use retune::program::SourceReference;

/// Measure how well a source knows recorded words
#[derive(Debug, Args)]
pub struct Arguments {
    /// The source: a shipped one, or a file
    #[arg(value_name = "NAME|FILE")]
    source: String,
    /// The recordings, as DIR/WORD/*.wav, or as DIR/test/WORD/*.wav and so on
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// Which part of the recordings to hear
    #[arg(long, value_name = "PART", default_value = "test", value_parser = choice::<Part>(&["test", "val", "train"]))]
    split: Part,
    #[command(flatten)]
    backend: BackendArgs,
}

/// A part of the recordings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Test,
    Validation,
    Train,
}

impl Part {
    fn name(self) -> &'static str {
        match self {
            Self::Test => "test",
            Self::Validation => "val",
            Self::Train => "train",
        }
    }
}

impl std::str::FromStr for Part {
    type Err = Problem;

    fn from_str(name: &str) -> Result<Self, Problem> {
        [Self::Test, Self::Validation, Self::Train]
            .into_iter()
            .find(|part| part.name() == name)
            .ok_or_else(|| Problem::new(format!("there is no part {name:?}")))
    }
}

/// What is printed.
#[derive(Debug, Serialize)]
struct Outcome {
    source: SourceReference,
    folder: PathBuf,
    split: &'static str,
    #[serde(flatten)]
    report: Report,
    backend: String,
}

impl Arguments {
    /// Hears all recordings and prints what was understood.
    pub fn run(&self, common: &Common) -> Result<()> {
        let source = SourceWeights::find(&self.source)?;
        let waiting = Waiting::new(common, "reading the recordings");
        let speech = SpeechFolder::read(&self.folder, None, source.spec())?;
        drop(waiting);
        let clips = match self.split {
            Part::Test => &speech.test,
            Part::Validation => &speech.validation,
            Part::Train => &speech.train,
        };
        if clips.is_empty() {
            return Err(Problem::new(format!(
                "{}: the {} split has no recordings",
                self.folder.display(),
                self.split.name()
            ))
            .into());
        }
        let waiting = Waiting::new(common, format!("hearing {} recordings", clips.len()));
        let report = self.backend.engine()?.measure(&source, clips)?;
        drop(waiting);
        let outcome = Outcome {
            source: SourceReference::of(source.spec()),
            folder: self.folder.clone(),
            split: self.split.name(),
            report,
            backend: self.backend.backend.clone(),
        };
        output::show(common, &outcome, |outcome| describe(&outcome.report))
    }
}

/// Accuracy, the worst words and the confusion matrix.
fn describe(report: &Report) -> String {
    format!(
        "{}\n{}",
        summary(report),
        text::confusion(&report.labels, &report.confusion, "said", "heard")
    )
}

/// Accuracy and the most frequent confusions.
pub fn summary(report: &Report) -> String {
    let mut text = text::properties([
        ("recordings", report.clips.to_string()),
        ("accuracy", text::accuracy(report.accuracy)),
    ]);
    let confused = text::confused(&report.confusion, 5);
    if !confused.is_empty() {
        let label = |place: usize| {
            let label = report.labels.get(place).cloned();
            label.expect("the confusion matrix has a row for each label: made in `measure`")
        };
        let rows = confused.into_iter().map(|(said, heard, count)| {
            let recall = report.recall(said);
            let recall = recall.expect("the label was said: it is among the confused");
            [
                label(said),
                "heard as".to_owned(),
                label(heard),
                count.to_string(),
                format!("{} is heard right in {:.1} %", label(said), 100.0 * recall),
            ]
        });
        let [left, right] = [Column::Left, Column::Right];
        text.push('\n');
        text.push_str(&text::table(&[left, left, left, right, left], rows));
    }
    text
}
