//! Readouts in closed form: the source hears every training series once for each transform, and ridge
//! regressions on its activations do the rest.

use std::collections::BTreeMap;

use rayon::prelude::*;
use retune_core::argmax;

use super::{Examples, FitProgress, FitSettings, Fitted, FittedPart, ReadoutKind};
use crate::Error;
use crate::kernel::Kernels;
use crate::mapping::{Mapping, Pooling, Readout, pool, pooled_width};
use crate::parameters::{Numbers, Parameters};
use crate::probability::{Temperature, brier, log_loss};
use crate::ridge::{Ridge, log_spaced, rows_of};
use crate::source::{SourceModel, SourceSpec, host};
use crate::stacking::shares;
use crate::transform::Transform;

/// Series that go through the source together.
const BATCH: usize = 64;
/// Transforms whose readouts are fitted together, each on a thread of its own.
const TOGETHER: usize = 4;
/// Penalties to choose from, for each feature.
const PENALTIES: (f64, f64, usize) = (1e-4, 1e2, 13);
/// The penalty for each feature where no series can be left out: the best on average with one
/// series of each class, drawn from the training splits of 13 data sets.
const DEFAULT_PENALTY: f64 = 0.5;

/// A transform and its trained numbers.
pub(super) type FittedTransform = (Transform, Numbers);

/// A transform and a readout of it, which a program may keep.
struct Candidate {
    transform: usize,
    readout: Readout,
    numbers: Numbers,
    /// The scores of each row had the readout not seen it, `[scored, classes]` row by row; where
    /// none is left out, as it saw them.
    left_out: Vec<f64>,
}

/// The training series that choices are scored by.
struct Scored {
    /// Their places.
    rows: Vec<usize>,
    /// Whether they are left out when they are scored.
    left_out: bool,
}

impl Scored {
    /// Those whose class has another series: without the only one of a class nothing is known of
    /// the class, and its error would only say so. Where each class has but one, all are scored, and
    /// none is left out.
    fn of(examples: Examples) -> Self {
        let mut sizes = vec![0; examples.class_count];
        for class in examples.classes {
            sizes[*class] += 1;
        }
        let all = 0..examples.classes.len();
        let known = |row: &usize| sizes[examples.classes[*row]] > 1;
        let rows: Vec<usize> = all.clone().filter(known).collect();
        match rows.is_empty() {
            true => Self {
                rows: all.collect(),
                left_out: false,
            },
            false => Self {
                rows,
                left_out: true,
            },
        }
    }

    /// What each of them is.
    fn classes(&self, examples: Examples) -> Vec<usize> {
        let classes = self.rows.iter().map(|row| examples.classes[*row]);
        classes.collect()
    }
}

/// Fits readouts to each transform, chooses what to keep, and calibrates the weighted mean of their
/// scores.
///
/// All that is said of how good it is comes from leaving one training series out at a time, which
/// a ridge regression gives without being fitted again.
pub(super) fn fit<B: Kernels>(
    examples: Examples,
    transforms: Vec<FittedTransform>,
    settings: &FitSettings,
    source: &dyn SourceModel<B>,
    device: &B::Device,
    progress: &mut dyn FnMut(&FitProgress),
) -> Result<Fitted, Error> {
    let series = examples.series.len();
    let scored = Scored::of(examples);
    let readouts: Vec<Pooling> = settings.readouts.iter().filter_map(pooling).collect();
    let mut candidates = Vec::new();
    for (group, together) in transforms.chunks(TOGETHER).enumerate() {
        let mut taken = Vec::with_capacity(together.len());
        for (place, (transform, numbers)) in together.iter().enumerate() {
            let place = group * TOGETHER + place;
            let length = examples.series[0].len();
            let numbers = transform.on_device(source.spec(), numbers, length, device)?;
            let mut forwarded = |done| {
                let (done, of) = (place * series + done, transforms.len() * series);
                progress(&FitProgress::Forwarded { done, of });
            };
            let activations = features(
                examples.series,
                transform,
                &numbers,
                source,
                device,
                &mut forwarded,
            )?;
            taken.push((place, activations));
        }
        let pairs: Vec<_> = taken
            .iter()
            .flat_map(|(place, activations)| {
                let readouts = readouts.iter();
                readouts.map(move |pooling| (*place, *pooling, activations))
            })
            .collect();
        let fitted: Result<Vec<Candidate>, Error> = pairs
            .into_par_iter()
            .map(|(place, pooling, activations)| {
                candidate(
                    place,
                    pooling,
                    activations,
                    source.spec(),
                    examples,
                    &scored,
                )
            })
            .collect();
        candidates.extend(fitted?);
    }
    choose(candidates, &transforms, examples, &scored, settings)
}

/// What a readout in closed form reads.
fn pooling(readout: &ReadoutKind) -> Option<Pooling> {
    match readout {
        ReadoutKind::Means => Some(Pooling::Means),
        ReadoutKind::Ridge => Some(Pooling::All),
        ReadoutKind::Labels => None,
    }
}

/// Fits one readout of a transform to what the source made of it, `[series, pooled_width]` row by row.
fn candidate(
    transform: usize,
    pooling: Pooling,
    activations: &[f32],
    source: &SourceSpec,
    examples: Examples,
    scored: &Scored,
) -> Result<Candidate, Error> {
    let features = pooling.of_rows(activations, source);
    let width = pooling.width(source) as f64;
    let (lowest, highest, steps) = PENALTIES;
    let ridge = match scored.left_out {
        true => Ridge {
            penalties: log_spaced(lowest * width, highest * width, steps),
            scored_rows: Some(scored.rows.clone()),
            ..Ridge::default()
        },
        false => Ridge {
            penalties: vec![DEFAULT_PENALTY * width],
            ..Ridge::default()
        },
    };
    let found = ridge.fit(&features, &targets(examples), examples.series.len())?;
    let scores = match scored.left_out {
        true => found.leave_one_out,
        false => found.model.predict(&features)?,
    };
    let columns = Readout::columns(examples.class_count);
    let scores = rows_of(&scores, &scored.rows, columns);
    let penalty = found.penalty;
    let intercept = found.model.uncentred_intercept();
    Ok(Candidate {
        transform,
        readout: Readout { penalty, pooling },
        numbers: Readout::numbers(found.model.weights, intercept),
        left_out: spread(&scores, examples.class_count),
    })
}

/// Keeps the candidates that are worth it, and calibrates their weighted mean.
fn choose(
    candidates: Vec<Candidate>,
    transforms: &[FittedTransform],
    examples: Examples,
    scored: &Scored,
    settings: &FitSettings,
) -> Result<Fitted, Error> {
    let count = examples.class_count;
    let classes = scored.classes(examples);
    let most = settings.parts.unwrap_or(candidates.len());
    let shares = match scored.left_out {
        true => {
            let left_out: Vec<_> = candidates.iter().map(|one| one.left_out.clone()).collect();
            shares(
                &left_out,
                &Ridge::targets(&classes, count),
                classes.len(),
                most,
            )
        }
        // Nothing tells one from the other.
        false => {
            let kept = most.min(candidates.len());
            let share = |place| if place < kept { 1.0 / kept as f64 } else { 0.0 };
            (0..candidates.len()).map(share).collect()
        }
    };
    let mut mean = vec![0.0; classes.len() * count];
    let mut parts = Vec::new();
    for (candidate, share) in candidates.into_iter().zip(shares) {
        if share == 0.0 {
            continue;
        }
        let weight = share as f32;
        for (sum, score) in mean.iter_mut().zip(&candidate.left_out) {
            *sum += f64::from(weight) * score;
        }
        let (transform, transform_numbers) = transforms[candidate.transform].clone();
        parts.push(FittedPart {
            transform,
            transform_numbers,
            mapping: Mapping::new(candidate.readout),
            mapping_numbers: candidate.numbers,
            weight,
        });
    }
    let temperature = Temperature::fit(&mean, &classes, count)?;
    Ok(Fitted {
        parts,
        inverse_temperature: (1.0 / temperature.0) as f32,
        scores: match scored.left_out {
            true => scores(&mean, temperature, &classes, count)?,
            false => BTreeMap::new(),
        },
    })
}

/// What leaving one series out says of the whole program.
fn scores(
    mean: &[f64],
    temperature: Temperature,
    classes: &[usize],
    count: usize,
) -> Result<BTreeMap<String, f64>, Error> {
    let probabilities = temperature.probabilities(mean, count);
    let rows = mean.chunks_exact(count).zip(classes);
    let right = rows.filter(|(scores, class)| argmax(scores.iter().copied()) == **class);
    let scores = [
        (
            "selection_accuracy",
            right.count() as f64 / classes.len() as f64,
        ),
        (
            "selection_log_loss",
            log_loss(&probabilities, classes, count)?,
        ),
        ("selection_brier", brier(&probabilities, classes, count)?),
    ];
    let named = scores.map(|(name, score)| (name.to_owned(), score));
    Ok(named.into())
}

/// The features of every series, `[series, pooled_width]`.
pub(crate) fn features<B: Kernels, S: AsRef<[f32]> + Sync>(
    series: &[S],
    transform: &Transform,
    numbers: &Parameters<B>,
    source: &dyn SourceModel<B>,
    device: &B::Device,
    forwarded: &mut dyn FnMut(usize),
) -> Result<Vec<f32>, Error> {
    let spec = source.spec();
    let width = pooled_width(spec);
    let taps = spec.read_taps();
    let mut features = Vec::with_capacity(series.len() * width);
    for batch in series.chunks(BATCH) {
        let prepared = transform.prepare(spec, batch)?;
        let input = transform.forward(spec, &prepared, numbers, device);
        let outputs = source.forward(input, &taps);
        features.extend(host(pool(spec, &outputs)).values);
        forwarded(features.len() / width);
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
