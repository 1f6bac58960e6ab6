//! Readouts in closed form: the source hears every training series once for each voice, and a ridge
//! regression on its activations does the rest.

use std::collections::BTreeMap;

use super::ridge::{Ridge, RidgeModel};
use super::{Examples, FitError, FitProgress, Fitted, FittedPart, Temperature, brier, log_loss};
use crate::kernel::Kernels;
use crate::mapping::{FEATURES, OutputMapping, Readout, pool};
use crate::source::{AttentionRnn, SourceModel, host};
use crate::storage::HostTensor;
use crate::transform::{TrainedTransform, Transform};

/// Series that go through the source together.
const BATCH: usize = 64;

/// Fits one readout for each voice and calibrates the mean of their scores.
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
    let count = examples.class_count;
    let targets = targets(examples);
    let of = voices.len() * examples.series.len();
    let mut parts = Vec::with_capacity(voices.len());
    let mut mean = vec![0.0; examples.series.len() * count];
    let share = 1.0 / voices.len() as f64;
    for (index, (transform, transform_tensors)) in voices.into_iter().enumerate() {
        let length = examples.series[0].len();
        let trained = transform.on_device(&transform_tensors, length, device)?;
        let before = index * examples.series.len();
        let features = features(
            examples.series,
            &transform,
            &trained,
            source,
            device,
            &mut |heard| {
                let heard = before + heard;
                progress(&FitProgress::Heard { heard, of });
            },
        )?;
        let found = Ridge::default().fit(&features, &targets, examples.series.len())?;
        for (sum, score) in mean.iter_mut().zip(spread(&found.leave_one_out, count)) {
            *sum += share * score;
        }
        let penalty = found.model.penalty;
        let (weights, intercept) = of_raw_features(&found.model);
        parts.push(FittedPart {
            transform,
            transform_tensors,
            mapping: OutputMapping::Ridge(Readout { penalty }),
            mapping_tensors: Readout::tensors(weights, intercept),
        });
    }
    let temperature = Temperature::fit(&mean, examples.classes, count)?;
    let probabilities = temperature.probabilities(&mean, count);
    let right = mean
        .chunks_exact(count)
        .zip(examples.classes)
        .filter(|(scores, class)| highest(scores) == **class)
        .count();
    let accuracy = right as f64 / examples.classes.len() as f64;
    let log_loss = log_loss(&probabilities, examples.classes, count)?;
    let brier = brier(&probabilities, examples.classes, count)?;
    let scores = [
        ("leave_one_out_accuracy", accuracy),
        ("leave_one_out_log_loss", log_loss),
        ("leave_one_out_brier", brier),
    ];
    Ok(Fitted {
        parts,
        sharpness: (1.0 / temperature.0) as f32,
        scores: scores.map(|(name, score)| (name.to_owned(), score)).into(),
    })
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
fn features<B: Kernels>(
    series: &[Vec<f32>],
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

/// The place of the highest score; of several, the first.
fn highest(scores: &[f64]) -> usize {
    let mut best = 0;
    for (class, score) in scores.iter().enumerate() {
        if *score > scores[best] {
            best = class;
        }
    }
    best
}
