//! `retune bench`: how fast each backend is, and how far its answers are from the first one's.
//!
//! What a whole process takes (cold start, peak memory) is better measured from outside, and single
//! operations by `cargo bench`; `docs/speed.md` has the commands.

mod timing;
mod workload;

use std::slice;

use retune::Error;
use retune::transform::Transform;

use super::prelude::*;
use super::problem::hint;
use timing::{quantile, repeat, steps};
use workload::{SERIES, TRAINED_ON};

/// Measure how fast each backend trains and predicts
///
/// All backends get the same series, which are made from the seed, and the same program, which the
/// first backend fits. Each workload goes on for the time of --seconds, and for one step at least.
#[derive(Debug, Args)]
pub struct Arguments {
    /// A backend to measure, and several in as many options; without it, all that are compiled in
    #[arg(long = "backend", value_name = "BACKEND", value_parser = ["cpu", "wgpu"])]
    backends: Vec<String>,
    /// How long each workload is measured
    #[arg(long, value_name = "SECONDS", default_value = "2", value_parser = positive)]
    seconds: f64,
}

#[derive(Debug, Serialize)]
struct Outcome {
    threads: usize,
    seed: u64,
    backends: Vec<Measured>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    failed: Vec<Failure>,
}

/// The numbers of one backend; `benches/peers` reads them by these names.
#[derive(Debug, Serialize)]
struct Measured {
    backend: String,
    train_padding_steps_per_second: f64,
    train_stretched_steps_per_second: f64,
    inference_series_per_second: f64,
    latency_median_ms: f64,
    latency_p99_ms: f64,
    /// The largest absolute difference between a probability and that of the first backend.
    largest_difference: f64,
    /// How often each workload was run for its number.
    timed: Timed,
}

#[derive(Debug, Serialize)]
struct Timed {
    train_padding_steps: usize,
    train_stretched_steps: usize,
    inference_batches: usize,
    latency_predictions: usize,
}

/// A backend that could not be measured.
#[derive(Debug, Serialize)]
struct Failure {
    backend: String,
    error: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<String>,
}

/// The program of the first backend, and its probabilities.
type Reference = (Program, Vec<f32>);

impl Arguments {
    pub fn run(&self, common: &Common) -> Result<()> {
        let mut names = match self.backends.is_empty() {
            true => Engine::compiled(),
            false => self.backends.iter().map(String::as_str).collect(),
        };
        let mut seen = Vec::new();
        names.retain(|name| !seen.contains(name) && (seen.push(*name), true).1);
        let mut reference = None;
        let (mut backends, mut failed) = (Vec::new(), Vec::new());
        for name in names {
            match Engine::named(name) {
                Ok(engine) => {
                    let what = format!("measuring the {name} backend");
                    let measure = || self.measure(engine, &mut reference, common.seed);
                    backends.push(Waiting::during(common, what, measure)?);
                }
                Err(error) => failed.push((name, error)),
            }
        }
        if backends.is_empty() && !failed.is_empty() {
            return Err(failed.swap_remove(0).1.into());
        }
        let failure = |(name, error): &(&str, Error)| Failure {
            backend: (*name).to_owned(),
            error: error.to_string(),
            hint: hint(error),
        };
        let outcome = Outcome {
            threads: rayon::current_num_threads(),
            seed: common.seed,
            backends,
            failed: failed.iter().map(failure).collect(),
        };
        output::show(common, &outcome, describe)
    }

    fn measure(
        &self,
        engine: Engine,
        reference: &mut Option<Reference>,
        seed: u64,
    ) -> Result<Measured> {
        let all = workload::series(seed);
        let source = SourceWeights::find(DEFAULT_SOURCE)?;
        let training = workload::training(all.clone());
        // A program, and how long each step of its training took.
        let train = |transform: Transform| {
            steps(self.seconds, |steps, done| {
                let settings = workload::settings(transform.clone(), steps, seed);
                let builder = engine
                    .classifier()
                    .settings(settings)
                    .sources(slice::from_ref(&source));
                let classifier = builder.on_progress(|_| done()).fit(&training)?;
                Ok(classifier.program().clone())
            })
        };
        let (fitted, train_padding) = train(workload::padded())?;
        let (_, train_stretched) = train(workload::stretched())?;
        // One step from the same seed: the program does not depend on the speed of the machine.
        let program = match reference {
            Some((program, _)) => program.clone(),
            None => fitted,
        };
        let classifier = Classifier::new(engine, program.clone(), slice::from_ref(&source))?;
        let (predictions, inference) = repeat(self.seconds, || Ok(classifier.predict(&all)?))?;
        let mut one = all.series.chunks(1).cycle();
        let (_, latency) = repeat(self.seconds, || {
            let one = one.next().expect("there are series: made in `workload`");
            Ok(classifier.predict(one)?)
        })?;
        let predictions = predictions.into_iter();
        let probabilities: Vec<f32> = predictions.flat_map(|one| one.probabilities).collect();
        let (_, theirs) = reference.get_or_insert_with(|| (program, probabilities.clone()));
        let both = probabilities.iter().zip(theirs);
        let differences = both.map(|(ours, theirs)| f64::from((ours - *theirs).abs()));
        Ok(Measured {
            backend: engine.to_string(),
            train_padding_steps_per_second: 1.0 / quantile(&train_padding, 0.5),
            train_stretched_steps_per_second: 1.0 / quantile(&train_stretched, 0.5),
            inference_series_per_second: SERIES as f64 / quantile(&inference, 0.5),
            latency_median_ms: 1e3 * quantile(&latency, 0.5),
            latency_p99_ms: 1e3 * quantile(&latency, 0.99),
            largest_difference: differences.fold(0.0, f64::max),
            timed: Timed {
                train_padding_steps: train_padding.len(),
                train_stretched_steps: train_stretched.len(),
                inference_batches: inference.len(),
                latency_predictions: latency.len(),
            },
        })
    }
}

/// The names and units of [`Measured::numbers`].
const MEASURES: [[&str; 2]; 6] = [
    ["training, padded series", "steps a second"],
    ["training, stretched series", "steps a second"],
    ["inference", "series a second"],
    ["one series, median", "ms"],
    ["one series, 99 %", "ms"],
    ["largest difference", "probability"],
];

impl Measured {
    fn numbers(&self) -> [f64; 6] {
        [
            self.train_padding_steps_per_second,
            self.train_stretched_steps_per_second,
            self.inference_series_per_second,
            self.latency_median_ms,
            self.latency_p99_ms,
            self.largest_difference,
        ]
    }
}

fn describe(outcome: &Outcome) -> String {
    let backends = || outcome.backends.iter();
    let names = backends().map(|one| one.backend.clone());
    let head = once(String::new()).chain(names).collect::<Vec<_>>();
    let rows = MEASURES.into_iter().enumerate().map(|(place, words)| {
        let [name, unit] = words.map(|word| once(word.to_owned()));
        let values = backends().map(|one| significant(one.numbers()[place]));
        name.chain(values).chain(unit).collect()
    });
    let mut columns = vec![Right; 1 + outcome.backends.len()];
    columns[0] = Left;
    columns.push(Left);
    let mut text = format!(
        "{}, seed {}, {SERIES} series of {} values\n\n{}\n",
        text::counted(outcome.threads, "thread", "threads"),
        outcome.seed,
        workload::SAMPLES,
        text::table(&columns, once(head).chain(rows)),
    );
    for Measured { backend, timed, .. } in &outcome.backends {
        text.push_str(&format!(
            "{backend}: timed {} and {} training steps of {TRAINED_ON} series, {} batches of \
             {SERIES}, {} of one\n",
            timed.train_padding_steps,
            timed.train_stretched_steps,
            timed.inference_batches,
            timed.latency_predictions,
        ));
    }
    for failure in &outcome.failed {
        text.push_str(&format!("{}: {}\n", failure.backend, failure.error));
    }
    text
}

/// Three digits that matter.
fn significant(value: f64) -> String {
    match value {
        0.0 => "0".to_owned(),
        value if value >= 100.0 => format!("{value:.0}"),
        value if value >= 1e-3 => {
            let digits = (2 - value.log10().floor() as i32).max(0) as usize;
            format!("{value:.digits$}")
        }
        value => format!("{value:.1e}"),
    }
}
