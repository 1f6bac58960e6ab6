//! `retune motion pretrain`: trains the network that is then frozen.

use std::path::PathBuf;
use std::time::Instant;

use anyhow::Result;
use clap::Args;
use retune::motion::{PretrainSettings, Scaling};
use serde::Serialize;

use super::super::args::{BackendArgs, Common, count};
use super::super::output::{self, OutputFile};
use super::super::problem::Problem;
use super::super::progress::Progress;
use super::super::text;
use super::reading::{ReadingArgs, WindowArgs, by_person, unknown_person};
use super::show_training;

/// Train a network on the walking of able-bodied people and save it
#[derive(Debug, Args)]
pub struct Arguments {
    /// Recordings of at least two people
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Where to save the network
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// The person who is left out to know when to stop; the first where it is not given
    #[arg(long, value_name = "PERSON")]
    validate: Option<String>,
    /// The most passes over the windows
    #[arg(long, value_name = "N", value_parser = count)]
    epochs: Option<usize>,
    #[command(flatten)]
    windows: WindowArgs,
    #[command(flatten)]
    reading: ReadingArgs,
    #[command(flatten)]
    backend: BackendArgs,
}

/// What is printed.
#[derive(Debug, Serialize)]
struct Outcome {
    out: PathBuf,
    sha256: String,
    weights: usize,
    joints: Vec<String>,
    windows: usize,
    validation_windows: usize,
    validation_person: String,
    validation_loss: f64,
    epoch: usize,
    seconds: f64,
    seed: u64,
}

impl Arguments {
    /// Trains, saves and prints what was saved.
    pub fn run(&self, common: &Common) -> Result<()> {
        let inputs: Vec<_> = self.files.iter().map(PathBuf::as_path).collect();
        let out = OutputFile::check(&self.out, &inputs)?;
        let mut people = by_person(self.reading.read(&self.files)?);
        if people.len() < 2 {
            return Err(Problem::new("there is only one person; expected at least two")
                .with_hint("one person is left out to know when to stop: give --person COLUMN, or more files")
                .into());
        }
        let left_out = match &self.validate {
            Some(person) => people
                .iter()
                .position(|trials| trials[0].person == *person)
                .ok_or_else(|| unknown_person(person, &people))?,
            None => 0,
        };
        let validation = people.remove(left_out);
        let training = people.concat();
        let layout = self.windows.layout();
        let mut settings = PretrainSettings {
            name: out.stem(),
            seed: common.seed,
            ..PretrainSettings::default()
        };
        settings.training.epochs = self.epochs.unwrap_or(settings.training.epochs);
        let rate_hz = training[0].rate_hz;
        let scaling = Scaling::fit(&training)?;
        let training = layout.cut_all(&training)?;
        let watched = layout.cut_all(&validation)?;
        let (windows, validation_windows) = (training.len(), watched.len());
        let start = Instant::now();
        let mut progress = Progress::new(common, "training");
        let found = self.backend.engine()?.pretrain_motion(
            &training,
            &watched,
            &scaling,
            rate_hz,
            &settings,
            &mut |at| show_training(&mut progress, at),
        )?;
        drop(progress);
        found.weights.save(out.target())?;
        let outcome = Outcome {
            out: out.path().to_owned(),
            sha256: found.weights.sha256().to_owned(),
            weights: found.weights.parameters(),
            joints: found.weights.signals().input_joints.clone(),
            windows,
            validation_windows,
            validation_person: validation[0].person.clone(),
            validation_loss: found.validation_loss,
            epoch: found.epoch,
            seconds: start.elapsed().as_secs_f64(),
            seed: common.seed,
        };
        output::show(common, &outcome, Outcome::describe)
    }
}

impl Outcome {
    fn describe(&self) -> String {
        text::properties([
            ("source", self.out.display().to_string()),
            ("sha256", text::short_hash(&self.sha256)),
            ("weights", self.weights.to_string()),
            ("joints", self.joints.join(", ")),
            (
                "trained on",
                text::counted(self.windows, "window", "windows"),
            ),
            (
                "stopped by",
                format!(
                    "{} of {}, epoch {}",
                    text::counted(self.validation_windows, "window", "windows"),
                    self.validation_person,
                    self.epoch
                ),
            ),
            (
                "validation error",
                format!("{:.4} squared deviations", self.validation_loss),
            ),
            ("time", text::seconds(self.seconds)),
        ])
    }
}
