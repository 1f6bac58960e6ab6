//! `retune motion pretrain`: trains the network that is then frozen.

use retune::motion::{PretrainSettings, Scaling, same_rate};

use super::reading::{ReadingArgs, Recordings, WindowArgs, unknown_person};
use super::show_training;
use crate::cli::prelude::*;

/// Train a network on the walking of able-bodied people and save it
#[derive(Debug, Args)]
pub struct Arguments {
    /// Recordings of at least two people
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Where to save the network
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// The name of the network
    #[arg(long, default_value_t = PretrainSettings::default().name)]
    name: String,
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

#[derive(Debug, Serialize)]
struct Outcome<'a> {
    out: &'a Path,
    sha256: &'a str,
    weights: usize,
    joints: &'a [String],
    /// The joints that are predicted.
    targets: &'a [String],
    windows: usize,
    validation_windows: usize,
    validation_person: &'a str,
    validation_loss: f64,
    epoch: usize,
    seconds: f64,
    seed: u64,
    read_as: Vec<ReadAs>,
}

impl Arguments {
    /// There is nobody to leave out.
    fn one_person(&self, person: &str) -> anyhow::Error {
        let files = self.files.iter().map(|file| file.display().to_string());
        let files = files.collect::<Vec<_>>().join(", ");
        let message =
            format!("{files}: there is only one person, `{person}`; expected at least two");
        let more = match self.reading.person() {
            Some(column) => format!("give files with more people in the column `{column}`"),
            None => "give more files, or name the column with the people: `--person`".to_owned(),
        };
        let hint = format!("one person is left out to know when to stop: {more}");
        problem(message, hint).into()
    }

    pub fn run(&self, common: &Common) -> Result<()> {
        let inputs: Vec<_> = self.files.iter().map(PathBuf::as_path).collect();
        let out = OutputFile::check(&self.out, &inputs)?;
        let Recordings { trials, read_as } = self.reading.read_all(&self.files, common)?;
        let rate_hz = same_rate(&trials)?;
        let mut people = self.reading.by_person(trials)?;
        if people.len() < 2 {
            return Err(self.one_person(&people[0][0].person));
        }
        let left_out = self.validate.as_ref().unwrap_or(&people[0][0].person);
        let mut trials = people.iter();
        let place = trials.position(|trials| trials[0].person == *left_out);
        let place = place.ok_or_else(|| unknown_person(left_out, &people))?;
        let validation = people.remove(place);
        let training = people.concat();
        let layout = self.windows.layout();
        let mut settings = PretrainSettings {
            name: self.name.clone(),
            seed: common.seed,
            ..PretrainSettings::default()
        };
        settings.training.epochs = self.epochs.unwrap_or(settings.training.epochs);
        let scaling = Scaling::fit(&training)?;
        let training = layout.cut_all(&training)?;
        let watched = layout.cut_all(&validation)?;
        let start = Instant::now();
        let mut progress = Progress::new(common, "training");
        let found = self.backend.engine(common)?.pretrain_motion(
            &training,
            &watched,
            &scaling,
            rate_hz,
            &settings,
            &mut |at| show_training(&mut progress, at),
        )?;
        drop(progress);
        found.weights.save(&out.target)?;
        let outcome = Outcome {
            out: &self.out,
            sha256: found.weights.sha256(),
            weights: found.weights.parameters(),
            joints: &found.weights.signals().input_joints,
            targets: &found.weights.signals().target_joints,
            windows: training.len(),
            validation_windows: watched.len(),
            validation_person: &validation[0].person,
            validation_loss: found.validation_loss,
            epoch: found.epoch,
            seconds: start.elapsed().as_secs_f64(),
            seed: common.seed,
            read_as,
        };
        output::show(common, &outcome, describe)
    }
}

fn describe(outcome: &Outcome) -> String {
    let windows = |count| text::counted(count, "window", "windows");
    let stopped_by = format!(
        "{} of {}, epoch {}",
        windows(outcome.validation_windows),
        outcome.validation_person,
        outcome.epoch
    );
    let error = format!("{:.4} squared deviations", outcome.validation_loss);
    text::properties([
        ("source", outcome.out.display().to_string()),
        ("sha256", text::short_hash(outcome.sha256)),
        ("weights", outcome.weights.to_string()),
        ("joints", outcome.joints.join(", ")),
        ("predicted", outcome.targets.join(", ")),
        ("trained on", windows(outcome.windows)),
        ("stopped by", stopped_by),
        ("validation error", error),
        ("time", text::seconds(outcome.seconds)),
    ])
}
