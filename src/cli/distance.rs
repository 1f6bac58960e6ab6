//! `retune distance`: how far series are from speech in the ears of the source.

use std::path::PathBuf;

use anyhow::Result;
use clap::Args;
use retune::engine::Classifier;
use retune::series::Split;
use retune::source::SpeechFolder;
use retune::task::Distance;
use serde::Serialize;

use super::args::{BackendArgs, Common, ReadArgs, count};
use super::output;
use super::problem::Problem;
use super::program::ProgramArgs;
use super::progress::Waiting;
use super::text::{self, Column};
use retune::program::SourceReference;

/// Compare what the source makes of series with what it makes of speech
///
/// Prints the sliced Wasserstein distance between the source's logits on recorded words and on the
/// reprogrammed series, before and after training, for each part of the program, and what theorem 1
/// of Voice2Series (arXiv 2106.09296) makes of it.
#[derive(Debug, Args)]
pub struct Arguments {
    #[command(flatten)]
    program: ProgramArgs,
    /// The file with the series, with a label for each
    data: PathBuf,
    /// Recorded words, as DIR/WORD/*.wav, or as DIR/test/WORD/*.wav and so on; the test part is heard
    #[arg(long, value_name = "DIR")]
    speech: PathBuf,
    /// Random directions to average over
    #[arg(long, value_name = "N", default_value = "256", value_parser = count)]
    projections: usize,
    #[command(flatten)]
    backend: BackendArgs,
    #[command(flatten)]
    read: ReadArgs,
}

/// What is printed.
#[derive(Debug, Serialize)]
struct Outcome {
    program: PathBuf,
    data: PathBuf,
    n_series: usize,
    n_speech: usize,
    projections: usize,
    parts: Vec<Distance>,
    source: SourceReference,
}

impl Arguments {
    /// Measures and prints the distances.
    pub fn run(&self, common: &Common) -> Result<()> {
        let (program, source) = self.program.load()?;
        let length = program.series_length();
        let options = self.read.options();
        let split = Split::read_to_score(&self.data, length, program.labels(), &options)?;
        let waiting = Waiting::new(common, "reading the recordings");
        let speech = SpeechFolder::read(&self.speech, None, source.spec())?;
        drop(waiting);
        if speech.test.is_empty() {
            return Err(Problem::new(format!(
                "{}: no recording is in the test part",
                self.speech.display()
            ))
            .with_hint("give more recordings, or put them into DIR/test/WORD/")
            .into());
        }
        let source_name = program.source().clone();
        let waiting = Waiting::new(common, "hearing series and speech");
        let count = program.parts().len();
        let classifier = Classifier::new(self.backend.engine()?, program, &source)?;
        let (speech, seed) = (&speech.test, common.seed);
        let parts = (0..count)
            .map(|part| classifier.distance(&split, speech, part, self.projections, seed))
            .collect::<Result<_, _>>()?;
        drop(waiting);
        let outcome = Outcome {
            program: self.program.program.clone(),
            data: self.data.clone(),
            n_series: split.len(),
            n_speech: speech.len(),
            projections: self.projections,
            parts,
            source: source_name,
        };
        output::show(common, &outcome, Outcome::describe)
    }
}

impl Outcome {
    fn describe(&self) -> String {
        let heading = [
            "part",
            "before",
            "after",
            "source risk",
            "program risk",
            "bound",
        ];
        let mut rows = vec![heading.map(str::to_owned)];
        for (index, part) in self.parts.iter().enumerate() {
            rows.push([
                (index + 1).to_string(),
                text::accuracy(part.before),
                text::accuracy(part.after),
                text::accuracy(part.source_risk),
                text::accuracy(part.program_risk),
                text::accuracy(part.bound),
            ]);
        }
        format!(
            "{} series and {} recordings, {} directions\n\n{}\n\
             before, after: sliced Wasserstein distance of the logits, without and with training\n\
             bound: source risk + 2 √K · after, which the program's risk should not exceed\n",
            self.n_series,
            self.n_speech,
            self.projections,
            text::table(&[Column::Right; 6], rows),
        )
    }
}
