//! `retune explain`: one picture of one prediction.

use super::listen::Word;
use super::picture::{Picture, explain_svg};
use super::prelude::*;
use super::program::{OnePart, RowArgs};

/// How many of the source's words are told.
const WORDS: usize = 3;

/// Draw a prediction: the series, what the source hears and where it listens, as an SVG file
#[derive(Debug, Args)]
pub struct Arguments {
    #[command(flatten)]
    pub row: RowArgs,
    /// The SVG file to write
    #[arg(long, value_name = "FILE.svg")]
    out: PathBuf,
    #[command(flatten)]
    backend: BackendArgs,
}

#[derive(Debug, Serialize)]
struct Outcome<'a> {
    out: &'a Path,
    row: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    true_label: Option<String>,
    label: String,
    probability: f32,
    #[serde(flatten)]
    part: OnePart,
    words: Vec<Word>,
    sources: &'a [SourceReference],
    read_as: &'a ReadAs,
}

impl Arguments {
    pub fn run(&self, common: &Common) -> Result<()> {
        let row = self.row.open(&self.out, "svg", common)?;
        let part = self.row.part - 1;
        let spec = row.sources[row.program.part(part)?.source].spec();
        let classifier = Classifier::new(self.backend.engine(common)?, row.program, &row.sources)?;
        let explanation = classifier.explain(&row.series, part)?;
        let doing = "leaving out one stretch of the series after the other";
        let saliency = Waiting::during(common, doing, || classifier.saliency(&row.series))?;
        let prediction = &explanation.prediction;
        let outcome = Outcome {
            out: &self.out,
            row: self.row.row,
            true_label: row.label,
            label: prediction.label.clone(),
            probability: prediction.probabilities[prediction.class],
            part: row.part,
            words: Word::first(&explanation.words, WORDS),
            sources: classifier.program().sources(),
            read_as: &row.read_as,
        };
        let centres = spec.plane.as_ref().map(|plane| plane.centres.clone());
        let picture = Picture {
            title: self.title(&outcome),
            series: row.series,
            saliency,
            plane: explanation.plane,
            centres: centres.unwrap_or_default(),
            attention: explanation.attention,
            seconds: spec.seconds(),
            notes: self.notes(&outcome),
        };
        row.out.write(explain_svg(&picture)?.as_bytes())?;
        output::show(common, &outcome, |outcome| {
            let words = match outcome.words() {
                words if words.is_empty() => words,
                words => format!("the source itself would report: {words}\n"),
            };
            format!(
                "{}: series {} is of class {} with probability {:.3}; {} is drawn\n{words}",
                outcome.out.display(),
                outcome.row,
                outcome.label,
                outcome.probability,
                outcome.part
            )
        })
    }

    fn title(&self, outcome: &Outcome) -> String {
        let file = self.row.series.file_name().unwrap_or_default();
        let truth = outcome.true_label.as_ref();
        let truth = truth.map_or(String::new(), |label| format!(" (labelled {label})"));
        format!(
            "{}, series {}{truth}: class {} with probability {:.3}",
            file.to_string_lossy(),
            outcome.row,
            outcome.label,
            outcome.probability
        )
    }

    fn notes(&self, outcome: &Outcome) -> Vec<String> {
        let words = match outcome.words() {
            words if words.is_empty() => "The source has no words of its own".to_owned(),
            words => format!("The source itself would report: {words}"),
        };
        let program = self.row.program.program.file_name().unwrap_or_default();
        let program = program.to_string_lossy();
        let program = format!("Program {program}; {}", text::sources(outcome.sources));
        vec![words, program, format!("Drawn: {}", outcome.part)]
    }
}

impl Outcome<'_> {
    fn words(&self) -> String {
        let words: Vec<String> = self.words.iter().map(Word::to_string).collect();
        words.join(", ")
    }
}
