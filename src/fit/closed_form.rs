//! Readouts in closed form: the source hears every training series once for each voice, and a ridge
//! regression on its activations does the rest.

use std::collections::BTreeMap;

use super::ridge::{Ridge, RidgeModel, largest, squared_error};
use super::{Examples, FitError, FitProgress, Fitted, FittedPart, Temperature, brier, log_loss};
use crate::kernel::Kernels;
use crate::mapping::{FEATURES, OutputMapping, Readout, pool};
use crate::source::{AttentionRnn, SourceModel, host};
use crate::storage::HostTensor;
use crate::transform::{TrainedTransform, Transform};

/// Series that go through the source together.
const BATCH: usize = 64;

/// A voice counts with its leave-one-out squared error to this power, inverted: much more where it
/// tells the classes apart much better, and never quite nothing.
const TRUST: i32 = 4;
/// Penalties to choose from, for each feature.
const PENALTIES: (f64, f64, usize) = (1e-4, 1e2, 13);

/// Fits one readout for each voice, weighs them, and calibrates the weighted mean of their scores.
///
/// All that is said of how good it is comes from leaving one training series out at a time, which
/// a ridge regression gives without being fitted again.
pub(super) fn fit<B: Kernels>(
    examples: Examples,
    voices: Vec<(Transform, BTreeMap<String, HostTensor>)>,
    source: &AttentionRnn<B>,
    device: &B::Device,
    progress: &mut dyn FnMut(&FitProgress),
) -> Result<Fitted, FitError> {
    let (series, count) = (examples.series, examples.class_count);
    let targets = targets(examples);
    let (lowest, highest, steps) = PENALTIES;
    let width = FEATURES as f64;
    let ridge = Ridge {
        penalties: Ridge::log_spaced(lowest * width, highest * width, steps),
        ..Ridge::default()
    };
    let of = voices.len() * series.len();
    let mut parts = Vec::with_capacity(voices.len());
    let mut left_out = Vec::with_capacity(voices.len());
    for (index, (transform, transform_tensors)) in voices.into_iter().enumerate() {
        let trained = transform.on_device(&transform_tensors, series[0].len(), device)?;
        let before = index * series.len();
        let mut heard = |heard| {
            let heard = before + heard;
            progress(&FitProgress::Heard { heard, of });
        };
        let features = features(series, &transform, &trained, source, device, &mut heard)?;
        let found = ridge.fit(&features, &targets, series.len())?;
        // No number of series can show that a voice makes no error at all.
        let error = squared_error(&found.leave_one_out, &targets).max(1e-9);
        let penalty = found.model.penalty;
        let (weights, intercept) = of_raw_features(&found.model);
        left_out.push(spread(&found.leave_one_out, count));
        parts.push(FittedPart {
            transform,
            transform_tensors,
            mapping: OutputMapping::Ridge(Readout { penalty }),
            mapping_tensors: Readout::tensors(weights, intercept),
            // Made to sum to 1 below.
            weight: error.powi(-TRUST) as f32,
        });
    }
    share(&mut parts);
    let mut mean = vec![0.0; series.len() * count];
    for (part, scores) in parts.iter().zip(&left_out) {
        for (sum, score) in mean.iter_mut().zip(scores) {
            *sum += f64::from(part.weight) * score;
        }
    }
    let temperature = Temperature::fit(&mean, examples.classes, count)?;
    Ok(Fitted {
        parts,
        sharpness: (1.0 / temperature.0) as f32,
        scores: scores(&mean, temperature, examples)?,
    })
}

/// Makes the weights sum to 1.
fn share(parts: &mut [FittedPart]) {
    let total: f64 = parts.iter().map(|part| f64::from(part.weight)).sum();
    for part in parts {
        part.weight = (f64::from(part.weight) / total) as f32;
    }
}

/// What leaving one series out says of the whole program.
fn scores(
    mean: &[f64],
    temperature: Temperature,
    examples: Examples,
) -> Result<BTreeMap<String, f64>, FitError> {
    let (classes, count) = (examples.classes, examples.class_count);
    let probabilities = temperature.probabilities(mean, count);
    let rows = mean.chunks_exact(count).zip(classes);
    let right = rows.filter(|(scores, class)| largest(scores.iter().copied()) == **class);
    let scores = [
        (
            "leave_one_out_accuracy",
            right.count() as f64 / classes.len() as f64,
        ),
        (
            "leave_one_out_log_loss",
            log_loss(&probabilities, classes, count)?,
        ),
        (
            "leave_one_out_brier",
            brier(&probabilities, classes, count)?,
        ),
    ];
    let named = scores.map(|(name, score)| (name.to_owned(), score));
    Ok(named.into())
}

/// The weights and intercepts for features that are not standardised.
fn of_raw_features(model: &RidgeModel) -> (Vec<f32>, Vec<f32>) {
    let columns = model.targets();
    let mut intercept: Vec<f64> = model.intercept.iter().map(|v| f64::from(*v)).collect();
    let mut weights = Vec::with_capacity(model.weights.len());
    let scales = model.mean.iter().zip(&model.scale);
    for (row, (mean, scale)) in model.weights.chunks_exact(columns).zip(scales) {
        for (weight, intercept) in row.iter().zip(&mut intercept) {
            let weight = f64::from(*weight) / f64::from(*scale);
            *intercept -= f64::from(*mean) * weight;
            weights.push(weight as f32);
        }
    }
    (weights, intercept.iter().map(|v| *v as f32).collect())
}

/// The features of every series, `[series, FEATURES]`.
pub(crate) fn features<B: Kernels, S: AsRef<[f32]> + Sync>(
    series: &[S],
    transform: &Transform,
    trained: &TrainedTransform<B>,
    source: &AttentionRnn<B>,
    device: &B::Device,
    heard: &mut dyn FnMut(usize),
) -> Result<Vec<f32>, FitError> {
    let mut features = Vec::with_capacity(series.len() * FEATURES);
    for batch in series.chunks(BATCH) {
        let sound = transform.sound(trained, batch, None, device)?;
        features.extend(host(pool(&source.hear_sound(sound))).values);
        heard(features.len() / FEATURES);
    }
    Ok(features)
}

/// +1 for the series' class and −1 for the others, `[series, columns]`.
fn targets(examples: Examples) -> Vec<f32> {
    let columns = Readout::columns(examples.class_count);
    let sign = |is: bool| if is { 1.0 } else { -1.0 };
    examples
        .classes
        .iter()
        .flat_map(|&class| {
            // The one column of two classes is that of the second.
            let first = if columns == 1 { 1 } else { 0 };
            (first..first + columns).map(move |column| sign(class == column))
        })
        .collect()
}

/// Scores of every class from those of the readout's columns.
fn spread(scores: &[f64], classes: usize) -> Vec<f64> {
    if Readout::columns(classes) == classes {
        return scores.to_vec();
    }
    scores.iter().flat_map(|score| [-score, *score]).collect()
}
