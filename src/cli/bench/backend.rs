//! The numbers of one backend.

use std::slice;

use retune::transform::Transform;

use super::product::Product;
use super::timing::{quantile, repeat, steps};
use super::workload::{self, LARGE_BATCH, SERIES, TRAINED_ON};
use crate::cli::prelude::*;

/// The numbers of one backend; `benches/peers` reads them by these names.
#[derive(Debug, Serialize)]
pub(super) struct Measured {
    pub backend: String,
    /// The graphics adapter, where it runs on one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub adapter: Option<String>,
    train_padding_steps_per_second: f64,
    train_stretched_steps_per_second: f64,
    /// Of 64 series at once.
    inference_series_per_second: f64,
    /// Of 1,024 series at once.
    inference_1024_series_per_second: f64,
    latency_median_ms: f64,
    latency_p99_ms: f64,
    /// A process of its own, from its start to a printed prediction.
    pub cold_start_ms: f64,
    /// The largest absolute difference between a probability and that of the first backend.
    largest_difference: f64,
    /// Presets on whole sets.
    pub product: Vec<Product>,
    /// How often each workload was run for its number.
    timed: Timed,
}

#[derive(Debug, Serialize)]
struct Timed {
    train_padding_steps: usize,
    train_stretched_steps: usize,
    inference_batches: usize,
    inference_1024_batches: usize,
    latency_predictions: usize,
}

/// The program of the first backend, and its probabilities.
pub(super) type Reference = (Program, Vec<f32>);

/// What a number says.
#[derive(Debug)]
pub(super) struct Measure {
    pub name: String,
    pub unit: &'static str,
}

impl Measured {
    /// Trains and predicts on made series; the first backend makes the reference.
    pub fn of(
        engine: Engine,
        reference: &mut Option<Reference>,
        seconds: f64,
        seed: u64,
    ) -> Result<Self> {
        let all = workload::series(SERIES, seed);
        let source = SourceWeights::find(DEFAULT_SOURCE)?;
        let training = workload::training(all.clone());
        // A program, and how long each step of its training took.
        let train = |transform: Transform| {
            steps(seconds, |steps, done| {
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
        let (predictions, inference) = repeat(seconds, || Ok(classifier.predict(&all)?))?;
        let many = workload::series(LARGE_BATCH, seed);
        let (_, inference_1024) = repeat(seconds, || Ok(classifier.predict(&many)?))?;
        let mut one = all.series.chunks(1).cycle();
        let (_, latency) = repeat(seconds, || {
            let one = one.next().expect("there are series: made in `workload`");
            Ok(classifier.predict(one)?)
        })?;
        let predictions = predictions.into_iter();
        let probabilities: Vec<f32> = predictions.flat_map(|one| one.probabilities).collect();
        let (_, theirs) = reference.get_or_insert_with(|| (program, probabilities.clone()));
        let both = probabilities.iter().zip(theirs);
        let differences = both.map(|(ours, theirs)| f64::from((ours - *theirs).abs()));
        Ok(Self {
            backend: engine.to_string(),
            adapter: engine.adapter().map(|adapter| adapter.name.clone()),
            train_padding_steps_per_second: 1.0 / quantile(&train_padding, 0.5),
            train_stretched_steps_per_second: 1.0 / quantile(&train_stretched, 0.5),
            inference_series_per_second: SERIES as f64 / quantile(&inference, 0.5),
            inference_1024_series_per_second: LARGE_BATCH as f64 / quantile(&inference_1024, 0.5),
            latency_median_ms: 1e3 * quantile(&latency, 0.5),
            latency_p99_ms: 1e3 * quantile(&latency, 0.99),
            cold_start_ms: f64::NAN,
            largest_difference: differences.fold(0.0, f64::max),
            product: Vec::new(),
            timed: Timed {
                train_padding_steps: train_padding.len(),
                train_stretched_steps: train_stretched.len(),
                inference_batches: inference.len(),
                inference_1024_batches: inference_1024.len(),
                latency_predictions: latency.len(),
            },
        })
    }

    /// Everything that was measured, the same for all backends.
    pub fn measures(&self) -> Vec<(Measure, f64)> {
        let named = |name: &str, unit, value| {
            let name = name.to_owned();
            (Measure { name, unit }, value)
        };
        let (steps, series) = ("steps a second", "series a second");
        let mut measures = vec![
            named(
                "training, padded series",
                steps,
                self.train_padding_steps_per_second,
            ),
            named(
                "training, stretched series",
                steps,
                self.train_stretched_steps_per_second,
            ),
            named(
                "inference, 64 at once",
                series,
                self.inference_series_per_second,
            ),
            named(
                "inference, 1,024 at once",
                series,
                self.inference_1024_series_per_second,
            ),
            named("one series, median", "ms", self.latency_median_ms),
            named("one series, 99 %", "ms", self.latency_p99_ms),
            named("cold start", "ms", self.cold_start_ms),
            named("largest difference", "probability", self.largest_difference),
        ];
        for one in &self.product {
            let on = format!("{} on {}", one.preset, one.data);
            let (fitted, predicted) = (one.fitted_series, one.predicted_series);
            measures.push(named(&format!("{on}: fit {fitted}"), "s", one.fit_seconds));
            measures.push(named(
                &format!("{on}: predict {predicted}"),
                "s",
                one.predict_seconds,
            ));
        }
        measures
    }

    /// How often each workload was run.
    pub fn timed(&self) -> String {
        let Timed {
            train_padding_steps: padding,
            train_stretched_steps: stretched,
            inference_batches: inference,
            inference_1024_batches: many,
            latency_predictions: latency,
        } = self.timed;
        format!(
            "timed {padding} and {stretched} training steps of {TRAINED_ON} series, {inference} batches of \
             {SERIES}, {many} of {LARGE_BATCH}, {latency} of one"
        )
    }
}
