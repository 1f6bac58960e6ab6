//! `retune source pretrain`: trains a source on recorded words.

use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::Result;
use clap::Args;
use retune::source::attention_rnn::pretrain::{EpochProgress, PretrainSettings};
use retune::source::{DEFAULT_SOURCE, Report, SourceWeights, SpeechFolder};
use serde::Serialize;

use super::test;
use crate::cli::args::{BackendArgs, Common, count, not_negative_single, part, positive};
use crate::cli::output::{self, OutputFile, with_suffix};
use crate::cli::problem::Problem;
use crate::cli::progress::{Progress, Waiting};
use crate::cli::text;
use retune::program::SourceReference;

/// Train a source on recorded words
///
/// The recordings lie as in Speech Commands, DIR/WORD/SPEAKER_nohash_N.wav, and are split by the
/// speaker; or they are split already, as DIR/train/WORD, DIR/val/WORD and DIR/test/WORD.
#[derive(Debug, Args)]
pub struct Arguments {
    /// The recordings
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// Where to save the source
    #[arg(long, value_name = "FILE.safetensors")]
    out: PathBuf,
    /// The name of the source; that of the file it is saved as without
    #[arg(long)]
    name: Option<String>,
    /// Background noise; DIR/_background_noise_ without, where it exists
    #[arg(long, value_name = "DIR")]
    noise: Option<PathBuf>,
    /// A source whose answers are mixed with the true words
    #[arg(long, value_name = "NAME|FILE")]
    teacher: Option<String>,
    /// Where to write accuracy and confusion matrix; OUT.report.json without
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    /// Where to keep the state after each epoch; OUT.checkpoint without
    #[arg(long, value_name = "FILE")]
    checkpoint: Option<PathBuf>,
    /// Go on from the checkpoint of a run that was interrupted
    #[arg(long)]
    resume: bool,
    #[command(flatten)]
    backend: BackendArgs,
    #[command(flatten)]
    training: Training,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Training")]
struct Training {
    /// Passes over the recordings
    #[arg(long, value_name = "N", value_parser = count, default_value_t = PretrainSettings::default().epochs)]
    epochs: usize,
    /// Recordings in each step
    #[arg(long, value_name = "N", value_parser = count, default_value_t = PretrainSettings::default().batch)]
    batch: usize,
    /// The highest learning rate of Adam
    #[arg(long, value_name = "RATE", value_parser = positive, default_value_t = PretrainSettings::default().learning_rate)]
    learning_rate: f64,
    /// The teacher's part in the target, from 0 to 1
    #[arg(long, value_name = "PART", value_parser = part, default_value_t = PretrainSettings::default().teacher_weight)]
    teacher_weight: f32,
    /// The weight of the distance to what happens inside the teacher
    #[arg(long, value_name = "WEIGHT", value_parser = not_negative_single, default_value_t = PretrainSettings::default().hint_weight)]
    hint_weight: f32,
}

/// What is printed.
#[derive(Debug, Serialize)]
struct Outcome {
    out: PathBuf,
    source: SourceReference,
    /// The sha256 of the teacher.
    teacher: Option<String>,
    settings: PretrainSettings,
    /// The split that was heard.
    split: &'static str,
    test: Report,
    report: PathBuf,
    seconds: f64,
    backend: String,
}

/// The files of a run.
struct Files {
    out: OutputFile,
    report: OutputFile,
    checkpoint: OutputFile,
}

impl Arguments {
    /// Trains, saves, measures and prints the accuracy.
    pub fn run(&self, common: &Common) -> Result<()> {
        let files = self.files()?;
        let settings = PretrainSettings {
            name: self.name.clone().unwrap_or_else(|| files.out.stem()),
            epochs: self.training.epochs,
            batch: self.training.batch,
            learning_rate: self.training.learning_rate,
            teacher_weight: self.training.teacher_weight,
            hint_weight: self.training.hint_weight,
            seed: common.seed,
            ..PretrainSettings::default()
        };
        let teacher = match &self.teacher {
            Some(name) => Some(SourceWeights::find(name)?),
            None => None,
        };
        let waiting = Waiting::new(common, "reading the recordings");
        let speech = SpeechFolder::read(
            &self.folder,
            self.noise.as_deref(),
            SourceWeights::find(DEFAULT_SOURCE)?.spec(),
        )?;
        drop(waiting);

        let start = Instant::now();
        let engine = self.backend.engine()?;
        let mut progress = Progress::new(common, "training");
        let epochs = settings.epochs;
        let source = engine.pretrain(
            &speech,
            &settings,
            teacher.as_ref(),
            Some(files.checkpoint.path()),
            self.resume,
            &mut |at| show_step(&mut progress, at, epochs),
        )?;
        drop(progress);
        source.save(files.out.target())?;
        let seconds = start.elapsed().as_secs_f64();

        let (split, clips) = match (&speech.test, &speech.validation) {
            (test, _) if !test.is_empty() => ("test", test),
            (_, validation) if !validation.is_empty() => ("val", validation),
            _ => ("train", &speech.train),
        };
        let waiting = Waiting::new(common, format!("hearing {} recordings", clips.len()));
        let test = engine.measure(&source, clips)?;
        drop(waiting);
        let outcome = Outcome {
            out: files.out.path().to_owned(),
            source: SourceReference::of(source.spec()),
            teacher: teacher.map(|teacher| teacher.sha256().to_owned()),
            settings,
            split,
            test,
            report: files.report.path().to_owned(),
            seconds,
            backend: engine.to_string(),
        };
        let json = serde_json::to_string_pretty(&outcome)? + "\n";
        files.report.write(json.as_bytes())?;
        // All is saved; a checkpoint that stays does no harm.
        let _ = std::fs::remove_file(files.checkpoint.path());
        output::show(common, &outcome, Outcome::describe)
    }

    /// Checks all files before hours are spent.
    fn files(&self) -> Result<Files> {
        let teacher = self.teacher.as_deref().map(Path::new);
        let inputs: Vec<&Path> = teacher.into_iter().collect();
        let beside = |given: &Option<PathBuf>, suffix: &str| match given {
            Some(path) => path.clone(),
            None => with_suffix(&self.out, suffix),
        };
        let out = OutputFile::check(&self.out, &inputs)?;
        let report = OutputFile::check(&beside(&self.report, ".report.json"), &inputs)?;
        let checkpoint = OutputFile::check(&beside(&self.checkpoint, ".checkpoint"), &inputs)?;
        let mut targets = [&out, &report, &checkpoint].map(OutputFile::target);
        targets.sort();
        if targets[0] == targets[1] || targets[1] == targets[2] {
            return Err(Problem::new(
                "two of the source, the report and the checkpoint are the same file",
            )
            .with_hint("give --out, --report and --checkpoint names of their own")
            .into());
        }
        let found = checkpoint.path().exists();
        if found && !self.resume {
            let message = format!(
                "{} is there already, from a run that was interrupted",
                checkpoint.path().display()
            );
            return Err(Problem::new(message)
                .with_hint("go on with --resume, or delete the file to start anew")
                .into());
        }
        if self.resume && !found {
            let message = format!("there is no checkpoint {}", checkpoint.path().display());
            return Err(Problem::new(message)
                .with_hint("start anew without --resume, or give the file with --checkpoint")
                .into());
        }
        Ok(Files {
            out,
            report,
            checkpoint,
        })
    }
}

/// Shows each step, and leaves a line for each epoch.
fn show_step(progress: &mut Progress, at: &EpochProgress, epochs: usize) {
    if at.loss.is_nan() {
        let accuracy = match at.validation_accuracy {
            Some(accuracy) => format!(": validation accuracy {}", text::accuracy(accuracy)),
            None => String::new(),
        };
        progress.note(&format!("epoch {} of {epochs} done{accuracy}", at.epoch));
        return;
    }
    let done = (at.epoch - 1) * at.steps + at.step;
    let detail = format!("epoch {} of {epochs}, loss {:.3}", at.epoch, at.loss);
    progress.at(done as u64, (epochs * at.steps) as u64, &detail);
}

impl Outcome {
    fn describe(&self) -> String {
        format!(
            "{}: source {}, sha256 {}\n\
             trained for {} epochs in {} ({} backend, seed {})\n\
             report written to {}\n\n\
             on the {} split:\n\n{}",
            self.out.display(),
            self.source.name,
            self.source.sha256,
            self.settings.epochs,
            text::seconds(self.seconds),
            self.backend,
            self.settings.seed,
            self.report.display(),
            self.split,
            test::summary(&self.test)
        )
    }
}
