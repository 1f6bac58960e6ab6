//! `retune source test`: how well a source knows recorded words.

use retune::source::Report;

use crate::cli::prelude::*;

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
    #[arg(long, value_name = "PART", default_value = "test")]
    split: Part,
    #[command(flatten)]
    backend: BackendArgs,
}

/// A part of the recordings.
#[derive(Debug, Clone, Copy, Serialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
enum Part {
    Test,
    Val,
    Train,
}

#[derive(Debug, Serialize)]
struct Outcome<'a> {
    source: SourceReference,
    folder: &'a Path,
    split: Part,
    #[serde(flatten)]
    report: Report,
    backend: &'a str,
}

impl Arguments {
    pub fn run(&self, common: &Common) -> Result<()> {
        let source = SourceWeights::find(&self.source)?;
        let read = || SpeechFolder::read(&self.folder, None, source.spec());
        let speech = Waiting::during(common, "reading the recordings", read)?;
        let (name, clips) = match self.split {
            Part::Test => ("test", &speech.test),
            Part::Val => ("val", &speech.validation),
            Part::Train => ("train", &speech.train),
        };
        if clips.is_empty() {
            let folder = self.folder.display();
            bail!("{folder}: the {name} split has no recordings");
        }
        let what = format!("hearing {} recordings", clips.len());
        let engine = self.backend.engine(common)?;
        let report = Waiting::during(common, what, || engine.measure(&source, clips))?;
        let outcome = Outcome {
            source: SourceReference::of(source.spec()),
            folder: &self.folder,
            split: self.split,
            report,
            backend: &self.backend.backend,
        };
        output::show(common, &outcome, |outcome| {
            let report = &outcome.report;
            let confusion = text::confusion(&report.labels, &report.confusion, "said", "heard");
            format!("{}\n{confusion}", summary(report))
        })
    }
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
        text.push('\n');
        text.push_str(&text::table(&[Left, Left, Left, Right, Left], rows));
    }
    text
}
