//! `retune fit`: fits a program on a training file and saves it.

use super::fitting::{FitArgs, Fitted, fit};
use super::prelude::*;
use super::program::PartName;

/// Fit a program on a training file and save it
#[derive(Debug, Args)]
pub struct Arguments {
    /// The training file, with a label for each series
    pub train: PathBuf,
    /// Where to save the program
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    #[command(flatten)]
    backend: BackendArgs,
    #[command(flatten)]
    fitting: FitArgs,
    #[command(flatten)]
    read: SeriesArgs,
}

#[derive(Debug, Serialize)]
struct Outcome<'a> {
    out: &'a Path,
    bytes: u64,
    n_train: usize,
    length: usize,
    classes: usize,
    labels: &'a [String],
    parts: Vec<PartName>,
    scores: &'a BTreeMap<String, f64>,
    seconds: f64,
    #[serde(flatten)]
    fitted: Fitted,
    read_as: &'a ReadAs,
}

impl Arguments {
    pub fn run(&self, common: &Common) -> Result<()> {
        let inputs: Vec<&Path> = once(self.train.as_path())
            .chain(self.fitting.inputs())
            .collect();
        let out = OutputFile::check(&self.out, &inputs)?;
        if self.train.is_dir() {
            let shown = self.train.display();
            let message = format!("{shown} is a folder; expected a training file");
            let hint = format!(
                "give the training file in it, or use `retune classify {shown} --out FILE`"
            );
            bail!(problem(message, hint));
        }
        let train = Split::read_to_train(&self.train, &self.read.options())?;
        output::read_as(common, &train.read_as);
        let sources = self.fitting.sources()?;
        let engine = self.backend.engine(common)?;
        let settings = self.fitting.settings(common.seed)?;
        let (classifier, seconds) = fit(engine, &train, &sources, &settings, common, "fitting")?;
        let program = classifier.program();
        program.save(&out.target)?;
        let outcome = Outcome {
            out: &self.out,
            bytes: std::fs::metadata(&out.target)?.len(),
            n_train: train.len(),
            length: program.series_length(),
            classes: program.labels().len(),
            labels: program.labels(),
            parts: PartName::all(program),
            scores: program.scores(),
            seconds,
            fitted: Fitted::new(program, self.fitting.preset, &self.backend, common.seed),
            read_as: &train.read_as,
        };
        output::show(common, &outcome, describe)
    }
}

fn describe(outcome: &Outcome) -> String {
    let mut text = format!(
        "{}: {} bytes, for series of {} values and {}\n\n{}",
        outcome.out.display(),
        outcome.bytes,
        outcome.length,
        text::counted(outcome.classes, "class", "classes"),
        PartName::table(&outcome.parts)
    );
    if !outcome.scores.is_empty() {
        let rows = outcome.scores.iter();
        let rows = rows.map(|(name, score)| [name.replace('_', " "), text::score(*score)]);
        text.push('\n');
        text.push_str(&text::table(&[Left, Right], rows));
    }
    let fitted = &outcome.fitted;
    text + &format!(
        "\nfitted on {} series in {} ({} backend, preset {}, seed {})\n{}",
        outcome.n_train,
        text::seconds(outcome.seconds),
        fitted.backend,
        fitted.preset,
        fitted.seed,
        fitted.sources()
    )
}
