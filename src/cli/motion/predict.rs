//! `retune motion predict`: what a network predicts after each sample of a recording.

use std::time::Duration;

use retune::engine::MotionStream;
use retune::motion::{JointSelection, MotionProgram, MotionSourceWeights};

use super::reading::{ReadingArgs, Recordings, check_rate};
use crate::cli::prelude::*;

/// Predict the motion ahead of each sample of a recording, sample by sample, as CSV
///
/// Samples go in one at a time, as in a control loop; how long a prediction takes is told on stderr.
#[derive(Debug, Args)]
pub struct Arguments {
    /// The network that `retune motion pretrain` wrote
    source: PathBuf,
    /// The recording
    file: PathBuf,
    /// The program that `retune motion adapt` wrote for the person
    #[arg(long, value_name = "FILE")]
    program: Option<PathBuf>,
    /// Print every so many predictions
    #[arg(long, value_name = "N", default_value = "1", value_parser = count)]
    every: usize,
    #[command(flatten)]
    reading: ReadingArgs,
    #[command(flatten)]
    backend: BackendArgs,
}

/// One prediction.
#[derive(Debug, Serialize)]
struct Prediction {
    person: String,
    trial: String,
    /// The last sample that was seen, counted from 1.
    sample: u64,
    /// `[horizon, joints]`, row by row, in degrees.
    angles: Vec<f32>,
}

/// How long predictions took, in milliseconds.
#[derive(Debug, Serialize)]
struct Latency {
    predictions: usize,
    median: f64,
    p99: f64,
    longest: f64,
}

/// All of it in JSON.
#[derive(Debug, Serialize)]
struct Outcome {
    joints: Vec<String>,
    horizon: usize,
    latency_ms: Latency,
    predictions: Vec<Prediction>,
    read_as: Vec<ReadAs>,
}

impl Arguments {
    pub fn run(&self, common: &Common) -> Result<()> {
        let source = MotionSourceWeights::load(&self.source)?;
        let program = self.program.as_deref();
        let program = program.map(MotionProgram::load).transpose()?;
        let Recordings { trials, read_as } = self
            .reading
            .read_all(std::slice::from_ref(&self.file), common)?;
        check_rate(&trials, source.signals().rate_hz)?;
        let signals = source.signals().clone();
        let joints = &signals.input_joints;
        let mut stream =
            MotionStream::new(self.backend.engine(common)?, &source, program.as_ref())?;
        let (mut predictions, mut times) = (Vec::new(), Vec::new());
        for trial in &trials {
            if trial.len() < signals.window && trials.len() > 1 && !common.quiet {
                let (name, found, window) = (&trial.name, trial.len(), signals.window);
                output::say(&format!(
                    "note: `{name}` has {found} samples, and a prediction takes {window}: none is made"
                ));
            }
            stream.clear();
            let trial = trial.select(&JointSelection::names(joints))?;
            for sample in trial.samples.chunks(joints.len()) {
                let start = Instant::now();
                let Some(forecast) = stream.push(sample)? else {
                    continue;
                };
                times.push(start.elapsed());
                if (times.len() - 1).is_multiple_of(self.every) {
                    predictions.push(Prediction {
                        person: trial.person.clone(),
                        trial: trial.name.clone(),
                        sample: forecast.sample,
                        angles: forecast.angles,
                    });
                }
            }
        }
        if times.is_empty() {
            let message = format!(
                "{}: no recording has the {} samples that a prediction takes",
                self.file.display(),
                signals.window
            );
            bail!(problem(message, "give a longer recording"));
        }
        times.sort();
        let latency = Latency::of(&times);
        if !common.quiet {
            output::say(&format!(
                "{} predictions: median {:.3} ms, 99 % within {:.3} ms",
                latency.predictions, latency.median, latency.p99
            ));
        }
        let outcome = Outcome {
            joints: signals.target_joints,
            horizon: signals.horizon,
            latency_ms: latency,
            predictions,
            read_as,
        };
        let text = match common.json {
            true => output::json(&outcome)?,
            false => outcome.csv()?,
        };
        output::print(&text)
    }
}

impl Latency {
    /// Of sorted times.
    fn of(times: &[Duration]) -> Self {
        // The least time that so large a share of all takes at most.
        let at = |share: f64| {
            let place = ((times.len() as f64 * share).ceil() as usize).saturating_sub(1);
            times
                .get(place)
                .map_or(0.0, |time| time.as_secs_f64() * 1e3)
        };
        Self {
            predictions: times.len(),
            median: at(0.5),
            p99: at(0.99),
            longest: at(1.0),
        }
    }
}

impl Outcome {
    fn csv(&self) -> Result<String> {
        let mut head = ["person", "trial", "sample", "ahead"]
            .map(str::to_owned)
            .to_vec();
        head.extend_from_slice(&self.joints);
        let rows = self.predictions.iter().flat_map(|prediction| {
            let steps = prediction.angles.chunks(self.joints.len().max(1)).zip(1..);
            steps.map(|(angles, step): (_, usize)| {
                let of = [&prediction.person, &prediction.trial].map(String::clone);
                let at = [prediction.sample.to_string(), step.to_string()];
                let angles = angles.iter().map(|angle| format!("{angle:.3}"));
                let cells = of.into_iter().chain(at);
                cells.chain(angles).collect()
            })
        });
        output::csv(once(head).chain(rows))
    }
}
