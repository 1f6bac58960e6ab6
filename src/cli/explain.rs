//! `retune explain`: one picture of one prediction.

use std::path::PathBuf;

use anyhow::Result;
use clap::Args;
use retune::engine::Classifier;
use retune::program::{Part, Program};
use retune::source::SourceSpec;
use retune::task::Explanation;
use serde::Serialize;

use super::args::{BackendArgs, Common};
use super::output::{self, OutputFile};
use super::picture::{Picture, explain_svg};
use super::program::{ProgramArgs, RowArgs};
use super::text;
use retune::program::SourceReference;

/// How many of the source's words are told.
const WORDS: usize = 3;

/// Draw a prediction: the series, what the source hears and where it listens, as an SVG file
#[derive(Debug, Args)]
pub struct Arguments {
    #[command(flatten)]
    program: ProgramArgs,
    #[command(flatten)]
    row: RowArgs,
    /// The SVG file to write
    #[arg(long, value_name = "FILE.svg")]
    out: PathBuf,
    #[command(flatten)]
    backend: BackendArgs,
}

/// What is printed.
#[derive(Debug, Serialize)]
struct Outcome {
    out: PathBuf,
    row: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    true_label: Option<String>,
    label: String,
    probability: f32,
    words: Vec<Word>,
    /// The share of the prediction that rests on transforms that do not tell when.
    untimed: f32,
    source: SourceReference,
}

/// A word that the source would report.
#[derive(Debug, Clone, Serialize)]
struct Word {
    word: String,
    probability: f32,
}

impl Arguments {
    /// Writes the picture and prints the prediction.
    pub fn run(&self, common: &Common) -> Result<()> {
        let mut inputs = self.program.inputs();
        inputs.push(&self.row.series);
        let out = OutputFile::check(&self.out, &inputs)?;
        let (program, source) = self.program.load()?;
        let (series, true_label) = self.row.read(&program)?;
        let source_name = program.source().clone();
        let untimed = untimed(&program, source.spec(), &series);
        let classifier = Classifier::new(self.backend.engine()?, program, &source)?;
        let explanation = classifier.explain(&series, self.row.part - 1)?;
        let saliency = classifier.saliency(&series)?;
        let prediction = &explanation.prediction;
        let words = explanation.words.iter().take(WORDS);
        let outcome = Outcome {
            out: out.path().to_owned(),
            row: self.row.row,
            true_label,
            label: prediction.label.clone(),
            probability: *prediction
                .probabilities
                .get(prediction.class)
                .expect("each class has a probability: `explain` chose the class among them"),
            words: words
                .map(|(word, probability)| Word {
                    word: word.clone(),
                    probability: *probability,
                })
                .collect(),
            untimed,
            source: source_name,
        };
        let picture = self.picture(&outcome, series, source.spec(), explanation, saliency);
        out.write(explain_svg(&picture)?.as_bytes())?;
        output::show(common, &outcome, Outcome::describe)
    }

    fn picture(
        &self,
        outcome: &Outcome,
        series: Vec<f64>,
        spec: &SourceSpec,
        explanation: Explanation,
        saliency: Vec<f32>,
    ) -> Picture {
        let file = self.row.series.file_name().unwrap_or_default();
        let truth = match &outcome.true_label {
            Some(label) => format!(" (labelled {label})"),
            None => String::new(),
        };
        let title = format!(
            "{}, series {}{truth}: class {} with probability {:.3}",
            file.to_string_lossy(),
            outcome.row,
            outcome.label,
            outcome.probability
        );
        let program = self.program.program.file_name().unwrap_or_default();
        let mut notes = Vec::new();
        if outcome.untimed > 0.0 {
            notes.push(format!(
                "{:.0} % of the prediction rests on transforms that do not tell when; the ground leaves \
                 them out",
                100.0 * outcome.untimed
            ));
        }
        notes.extend([
            match outcome.words.is_empty() {
                true => "The source has no words of its own".to_owned(),
                false => format!("The source itself would report: {}", outcome.words()),
            },
            format!(
                "Program {}; source {} (sha256 {})",
                program.to_string_lossy(),
                outcome.source.name,
                text::short_hash(&outcome.source.sha256)
            ),
        ]);
        let centres = spec.plane.as_ref().map(|plane| plane.centres.clone());
        let centres = centres.unwrap_or_default();
        Picture {
            title,
            series,
            saliency,
            plane: explanation.plane,
            centres,
            attention: explanation.attention,
            seconds: spec.seconds(),
            notes,
        }
    }
}

/// The share of a program's parts, by weight, in whose sound no value of a series has its time.
fn untimed(program: &Program, source: &SourceSpec, series: &[f64]) -> f32 {
    let series = program.settings().scaling.apply(series);
    let weight = |part: &Part| part.weight;
    let timeless = |part: &&Part| part.transform.times(source, &series).is_empty();
    let all: f32 = program.parts().iter().map(weight).sum();
    let untimed: f32 = program.parts().iter().filter(timeless).map(weight).sum();
    untimed / all.max(f32::MIN_POSITIVE)
}

impl Outcome {
    fn words(&self) -> String {
        let word = |word: &Word| format!("{} {:.3}", word.word, word.probability);
        self.words.iter().map(word).collect::<Vec<_>>().join(", ")
    }

    fn describe(&self) -> String {
        format!(
            "{}: series {} is of class {} with probability {:.3}\n{}",
            self.out.display(),
            self.row,
            self.label,
            self.probability,
            match self.words.is_empty() {
                true => String::new(),
                false => format!("the source itself would report: {}\n", self.words()),
            }
        )
    }
}
