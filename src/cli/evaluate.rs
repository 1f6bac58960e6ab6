//! `retune evaluate`: scores a program on labelled series.

use retune::audio::Recordings;

use super::prelude::*;
use super::program::ProgramArgs;

/// Score a program on labelled series
#[derive(Debug, Args)]
pub struct Arguments {
    // First, for the other fields take their values away.
    #[command(flatten)]
    given: Given,
    #[command(flatten)]
    pub program: ProgramArgs,
    /// The test file, with a label for each series; for a program of `classify --audio` a folder of
    /// WORD/*.wav, or what that command takes, of which the test split is read
    pub test: PathBuf,
    #[command(flatten)]
    backend: BackendArgs,
    #[command(flatten)]
    read: ScoredArgs,
}

#[derive(Debug, Serialize)]
struct Outcome<'a> {
    program: &'a Path,
    test: &'a Path,
    accuracy: f64,
    log_loss: f64,
    brier: f64,
    calibration_error: f64,
    n_test: usize,
    labels: &'a [String],
    /// Series with labels of no class of the program.
    unknown: usize,
    /// `confusion[true][predicted]`, without these.
    confusion: Vec<Vec<usize>>,
    seconds: f64,
    backend: &'a str,
    sources: &'a [SourceReference],
    read_as: &'a ReadAs,
}

impl Arguments {
    pub fn run(&self, common: &Common) -> Result<()> {
        let (program, sources) = self.program.load()?;
        let length = program.series_length();
        let options = self.read.options();
        let labels = program.labels();
        let split = match program.rate() {
            Some(rate) => {
                self.given.refuse(
                    &OF_SERIES,
                    "is for series, and the program takes recordings",
                )?;
                let found = Recordings::find_test(&self.test)?;
                found.read_test((rate, length), labels, options.strict)?
            }
            None => Split::read_to_score(&self.test, length, labels, &options)?,
        };
        output::read_as(common, &split.read_as);
        let what = format!("predicting {} series", split.len());
        let waiting = Waiting::new(common, what);
        let start = Instant::now();
        let classifier = Classifier::new(self.backend.engine(common)?, program, &sources)?;
        let score = classifier.score(&split)?;
        drop(waiting);
        let outcome = Outcome {
            program: &self.program.program,
            test: &self.test,
            accuracy: score.accuracy,
            log_loss: score.log_loss,
            brier: score.brier,
            calibration_error: score.calibration_error,
            n_test: split.len(),
            labels: classifier.program().labels(),
            unknown: unknown(&split.labels, classifier.program().labels()),
            confusion: score.confusion,
            seconds: start.elapsed().as_secs_f64(),
            backend: &self.backend.backend,
            sources: classifier.program().sources(),
            read_as: &split.read_as,
        };
        output::show(common, &outcome, |outcome| {
            let unknown = match outcome.unknown {
                0 => String::new(),
                unknown => format!(", {unknown} with a label of no class, counted as wrong"),
            };
            let properties = text::properties([
                ("series", format!("{}{unknown}", outcome.n_test)),
                ("accuracy", text::accuracy(outcome.accuracy)),
                ("log loss", text::accuracy(outcome.log_loss)),
                ("Brier score", text::accuracy(outcome.brier)),
                (
                    "calibration error",
                    text::accuracy(outcome.calibration_error),
                ),
            ]);
            let counts = &outcome.confusion;
            let confusion = text::confusion(outcome.labels, counts, "true", "predicted");
            format!("{properties}\n{confusion}")
        })
    }
}

/// How many labels are of no class.
fn unknown(labels: &[String], classes: &[String]) -> usize {
    let unknown = labels.iter().filter(|label| !classes.contains(label));
    unknown.count()
}
