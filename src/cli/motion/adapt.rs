//! `retune motion adapt`: fits the module before the frozen network to a person.

use retune::motion::{AdaptLoss, AdaptSettings, Correction, MotionSourceWeights, WindowLayout};

use super::reading::{ReadingArgs, check_rate};
use super::show_training;
use crate::cli::prelude::*;
use crate::cli::problem::about;

/// Fit a small module before the frozen network to a person's walking
#[derive(Debug, Args)]
pub struct Arguments {
    /// The network that `retune motion pretrain` wrote
    source: PathBuf,
    /// Recordings of the person
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Where to save the program
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Recordings of able-bodied people, to retrieve corrected inputs from
    #[arg(long, value_name = "FILE", num_args = 1..)]
    able_bodied: Vec<PathBuf>,
    /// What the module is trained for: the prediction, inputs like those that are retrieved or found
    /// by inversion, or both
    #[arg(long, value_name = "LOSS", default_value = "hybrid")]
    loss: Loss,
    /// Where corrected inputs come from
    #[arg(long, value_name = "HOW", default_value = "retrieval")]
    correction: CorrectionKind,
    /// Passes over the windows
    #[arg(long, value_name = "N", value_parser = count)]
    epochs: Option<usize>,
    /// Trials are cycles: a window goes on at the start where the trial ends
    #[arg(long)]
    cyclic: bool,
    #[command(flatten)]
    reading: ReadingArgs,
    #[command(flatten)]
    backend: BackendArgs,
}

#[derive(Debug, Clone, Copy, PartialEq, ValueEnum)]
enum Loss {
    Hybrid,
    Target,
    Correction,
}

#[derive(Debug, Clone, Copy, PartialEq, ValueEnum)]
enum CorrectionKind {
    Retrieval,
    Inversion,
}

#[derive(Debug, Serialize)]
struct Outcome<'a> {
    out: &'a Path,
    bytes: u64,
    windows: usize,
    source: &'a str,
    source_sha256: &'a str,
    frozen: bool,
    seconds: f64,
    seed: u64,
    /// The person's recordings, then the others.
    read_as: Vec<ReadAs>,
}

impl Arguments {
    pub fn run(&self, common: &Common) -> Result<()> {
        let files = self.files.iter().chain(&self.able_bodied);
        let inputs: Vec<_> = files.chain([&self.source]).map(PathBuf::as_path).collect();
        let out = OutputFile::check(&self.out, &inputs)?;
        let retrieves = self.loss != Loss::Target && self.correction == CorrectionKind::Retrieval;
        if retrieves && self.able_bodied.is_empty() {
            let message = "there is nothing to retrieve corrected inputs from";
            let hint = "give --able-bodied FILE, or --correction inversion, or --loss target";
            bail!(problem(message, hint));
        }
        if !retrieves && !self.able_bodied.is_empty() {
            let message =
                "--able-bodied is for retrieving corrected inputs, and none are retrieved";
            let hint = "leave it out, or give --loss hybrid with --correction retrieval";
            bail!(problem(message, hint));
        }
        let all = [&self.files[..], &self.able_bodied].concat();
        self.reading.check_kinds(&all)?;
        let source = MotionSourceWeights::load(&self.source)?;
        let layout = WindowLayout {
            cyclic: self.cyclic,
            ..source.signals().layout()
        };
        let mut read_as = Vec::new();
        let mut cut = |files: &[PathBuf], of_one: bool| {
            let recordings = self.reading.read(files, common)?;
            check_rate(&recordings.trials, source.signals().rate_hz)?;
            if of_one {
                self.reading.check_one_person(&recordings.trials)?;
            }
            read_as.extend(recordings.read_as);
            let windows = layout.cut_all(&recordings.trials);
            let only = files.first().filter(|_| files.len() == 1);
            windows.map_err(|error| about(error.into(), only.map(PathBuf::as_path)))
        };
        let mut settings = AdaptSettings {
            loss: match self.loss {
                Loss::Hybrid => AdaptLoss::default(),
                Loss::Target => AdaptLoss::Target,
                Loss::Correction => AdaptLoss::Correction,
            },
            correction: match self.correction {
                CorrectionKind::Retrieval => Correction::default(),
                CorrectionKind::Inversion => Correction::Inversion {
                    steps: 30,
                    learning_rate: 0.02,
                },
            },
            seed: common.seed,
            ..AdaptSettings::default()
        };
        settings.training.epochs = self.epochs.unwrap_or(settings.training.epochs);
        let person = cut(&self.files, true)?;
        let start = Instant::now();
        let able_bodied = retrieves
            .then(|| cut(&self.able_bodied, false))
            .transpose()?;
        let mut progress = Progress::new(common, "adapting");
        let program = self.backend.engine(common)?.adapt_motion(
            &source,
            &person,
            able_bodied.as_ref(),
            &settings,
            &mut |at| show_training(&mut progress, at),
        )?;
        drop(progress);
        program.save(&out.target)?;
        let outcome = Outcome {
            out: &self.out,
            bytes: std::fs::metadata(&out.target)?.len(),
            windows: person.len(),
            source: source.name(),
            source_sha256: source.sha256(),
            frozen: program.frozen(),
            seconds: start.elapsed().as_secs_f64(),
            seed: common.seed,
            read_as,
        };
        output::show(common, &outcome, |outcome| {
            format!(
                "{}: {} bytes, fitted on {} in {}\n{}",
                outcome.out.display(),
                outcome.bytes,
                text::counted(outcome.windows, "window", "windows"),
                text::seconds(outcome.seconds),
                text::checked_sources(program.sources(), outcome.frozen)
            )
        })
    }
}
