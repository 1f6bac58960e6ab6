//! `retune distance`: how far series are from speech in the ears of the source.

use retune::task::Distance;

use super::prelude::*;
use super::program::ProgramArgs;

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
    read: ScoredArgs,
}

#[derive(Debug, Serialize)]
struct Outcome<'a> {
    program: &'a Path,
    data: &'a Path,
    n_series: usize,
    n_speech: usize,
    projections: usize,
    parts: Vec<Distance>,
    sources: &'a [SourceReference],
    read_as: &'a ReadAs,
}

impl Arguments {
    pub fn run(&self, common: &Common) -> Result<()> {
        let (program, sources) = self.program.load()?;
        if let Some(source) = sources.iter().find(|one| one.labels().is_empty()) {
            let message = format!("the source {} has no words to compare by", source.name());
            let hint = format!("fit the program on one that has: `--source {DEFAULT_SOURCE}`");
            bail!(problem(message, hint));
        }
        let length = program.series_length();
        let options = self.read.options();
        let split = Split::read_to_score(&self.data, length, program.labels(), &options)?;
        output::read_as(common, &split.read_as);
        let read = || SpeechFolder::read(&self.speech, None, sources[0].spec());
        let speech = Waiting::during(common, "reading the recordings", read)?.test;
        if speech.is_empty() {
            let folder = self.speech.display();
            let message = format!("{folder}: no recording is in the test part");
            let hint = "give more recordings, or put them into DIR/test/WORD/";
            bail!(problem(message, hint));
        }
        let waiting = Waiting::new(common, "hearing series and speech");
        let count = program.parts().len();
        let classifier = Classifier::new(self.backend.engine(common)?, program, &sources)?;
        let (projections, seed) = (self.projections, common.seed);
        let parts = (0..count)
            .map(|part| classifier.distance(&split, &speech, part, projections, seed))
            .collect::<Result<_, _>>()?;
        drop(waiting);
        let outcome = Outcome {
            program: &self.program.program,
            data: &self.data,
            n_series: split.len(),
            n_speech: speech.len(),
            projections,
            parts,
            sources: classifier.program().sources(),
            read_as: &split.read_as,
        };
        output::show(common, &outcome, describe)
    }
}

fn describe(outcome: &Outcome) -> String {
    let head = "part,before,after,source risk,program risk,bound";
    let rows = outcome.parts.iter().zip(1..).map(|(part, number)| {
        [
            number.to_string(),
            text::accuracy(part.before),
            text::accuracy(part.after),
            text::accuracy(part.source_risk),
            text::accuracy(part.program_risk),
            text::accuracy(part.bound),
        ]
    });
    format!(
        "{} series and {} recordings, {} directions\n\n{}\n\
         before, after: sliced Wasserstein distance of the logits, without and with training\n\
         bound: source risk + 2 √K · after, which the program's risk should not exceed\n",
        outcome.n_series,
        outcome.n_speech,
        outcome.projections,
        text::headed(&[Right], head, rows),
    )
}
