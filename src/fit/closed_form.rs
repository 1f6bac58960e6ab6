//! Readouts in closed form: the source hears every training series once for each transform, and ridge
//! regressions on its activations do the rest.

use std::collections::BTreeMap;
use std::sync::Arc;

use rayon::prelude::*;
use retune_core::argmax;

use super::{Branch, Examples, FitProgress, FitSettings, Fitted, LeftOut, ReadoutKind};
use crate::kernel::Kernels;
use crate::mapping::{Mapping, Pooling, Readout};
use crate::parameters::Numbers;
use crate::probability::{Temperature, brier, log_loss};
use crate::program::{Part, Trained, features};
use crate::ridge::{Ridge, log_spaced, rows_of};
use crate::source::{SourceModel, SourceSpec};
use crate::stacking::weights;
use crate::{Error, limits};

/// The most branches whose readouts are fitted together, each on a thread of its own, and the most
/// activations that these may have.
pub(super) const TOGETHER: usize = 4;
pub(super) const ACTIVATIONS: usize = 100_000_000;
/// A ridge costs the third power of its series or its features, whichever are fewer: beyond so many,
/// only readouts with fewer features are fitted.
const MOST_DIMENSIONS: usize = 4_000;
/// Penalties to choose from, for each feature.
const PENALTIES: (f64, f64, usize) = (1e-4, 1e2, 13);
/// The penalty for each feature where no series can be left out: the best on average with one
/// series of each class, drawn from the training splits of 13 data sets.
const DEFAULT_PENALTY: f64 = 0.5;

/// A source, what it hears, and a readout of that, which a program may keep.
struct Candidate<'a> {
    branch: &'a Branch,
    source: &'a SourceSpec,
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
        let left_out = !rows.is_empty();
        let rows = if left_out { rows } else { all.collect() };
        Self { rows, left_out }
    }
}

/// Fits readouts to each branch, chooses what to keep, and calibrates the weighted mean of their
/// scores.
///
/// All that is said of how good it is comes from leaving one training series out at a time, which
/// a ridge regression gives without being fitted again.
pub(super) fn fit<B: Kernels>(
    examples: Examples,
    branches: &[Branch],
    settings: &FitSettings,
    sources: &[Arc<dyn SourceModel<B>>],
    device: &B::Device,
    progress: &mut dyn FnMut(&FitProgress),
) -> Result<Fitted, Error> {
    let series = examples.series.len();
    let scored = Scored::of(examples);
    let readouts = settings.readouts.iter();
    let readouts: Vec<Pooling> = readouts.filter_map(ReadoutKind::pooling).collect();
    let widths = branches.iter().map(|branch| {
        let taps = branch.transform.taps();
        taps.width(sources[branch.source].spec())
    });
    let widest = widths.max();
    let activations = series * widest.unwrap_or(1);
    let together = (ACTIVATIONS / activations.max(1)).clamp(1, TOGETHER);
    let mut candidates = Vec::new();
    let mut before = 0;
    let (mut not_fitted, mut of) = (0, 0);
    for together in branches.chunks(together) {
        let mut pairs = Vec::with_capacity(together.len() * readouts.len());
        for branch in together {
            let (source, transform) = (sources[branch.source].as_ref(), &branch.transform);
            let (spec, length) = (source.spec(), examples.length);
            let numbers = transform.on_device(spec, &branch.numbers, length, device)?;
            let mut forwarded = |done| {
                let (done, of) = (before + done, branches.len() * series);
                progress(&FitProgress::Forwarded { done, of });
            };
            let (all, told) = (examples.taken_by(transform), &mut forwarded);
            let activations = features(&all, transform, &numbers, source, device, told)?;
            before += series;
            let activations = Arc::new(activations);
            let taps = transform.taps();
            let sized = readouts.iter().map(|one| (*one, one.width(spec, taps)));
            let readable: Vec<_> = sized.filter(|(_, width)| *width > 0).collect();
            let fitted = affordable(&readable, series);
            of += readable.len();
            not_fitted += readable.len() - fitted.len();
            let pair = |one: Pooling| (branch, one, activations.clone());
            pairs.extend(fitted.into_iter().map(pair));
        }
        let fitted = pairs.into_par_iter().map(|(branch, pooling, activations)| {
            let spec = sources[branch.source].spec();
            candidate(branch, pooling, &activations, spec, examples, &scored)
        });
        candidates.extend(fitted.collect::<Result<Vec<_>, _>>()?);
    }
    if not_fitted > 0 {
        progress(&FitProgress::NotFitted {
            readouts: not_fitted,
            of,
            most_features: MOST_DIMENSIONS,
        });
    }
    choose(candidates, examples, &scored, settings)
}

/// Those of some readouts, each with its features, that do not take too long; at least the one of the fewest.
fn affordable(readouts: &[(Pooling, usize)], series: usize) -> Vec<Pooling> {
    let small = readouts
        .iter()
        .filter(|(_, features)| (*features).min(series) <= MOST_DIMENSIONS);
    let mut fitted: Vec<Pooling> = small.map(|(one, _)| *one).collect();
    if fitted.is_empty() {
        let smallest = readouts.iter().min_by_key(|(_, features)| *features);
        fitted.extend(smallest.map(|(one, _)| *one));
    }
    fitted
}

/// Fits one readout to what the source made of what it heard, row by row.
fn candidate<'a>(
    branch: &'a Branch,
    pooling: Pooling,
    activations: &[f32],
    source: &'a SourceSpec,
    examples: Examples,
    scored: &Scored,
) -> Result<Candidate<'a>, Error> {
    let taps = branch.transform.taps();
    let features = pooling.of_rows(activations, source, taps);
    let width = pooling.width(source, taps) as f64;
    let (lowest, highest, steps) = PENALTIES;
    let mut ridge = Ridge {
        penalties: vec![DEFAULT_PENALTY * width],
        ..Ridge::default()
    };
    if scored.left_out {
        ridge.penalties = log_spaced(lowest * width, highest * width, steps);
        ridge.scored_rows = Some(scored.rows.clone());
    }
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
        branch,
        source,
        readout: Readout {
            penalty,
            pooling,
            taps,
        },
        numbers: Readout::numbers(found.model.weights, intercept),
        // Of two classes, the score of the first is minus that of the second.
        left_out: match columns == examples.class_count {
            true => scores,
            false => scores.iter().flat_map(|score| [-score, *score]).collect(),
        },
    })
}

/// Keeps the candidates that are worth it, and calibrates their weighted mean.
fn choose(
    candidates: Vec<Candidate>,
    examples: Examples,
    scored: &Scored,
    settings: &FitSettings,
) -> Result<Fitted, Error> {
    let count = examples.class_count;
    let classes = scored.rows.iter().map(|row| examples.classes[*row]);
    let classes: Vec<usize> = classes.collect();
    let most = settings.parts.unwrap_or(candidates.len());
    let weights = if scored.left_out {
        let left_out: Vec<_> = candidates.iter().map(|one| one.left_out.clone()).collect();
        let targets = Ridge::targets(&classes, count);
        weights(&left_out, &targets, count, most)
    } else {
        // Nothing tells one from the other.
        let kept = most.min(candidates.len());
        let weight = |place| if place < kept { 1.0 / kept as f64 } else { 0.0 };
        (0..candidates.len()).map(weight).collect()
    };
    let mut mean = vec![0.0; classes.len() * count];
    let (mut parts, mut tensors) = (Vec::new(), Numbers::new());
    let kept = candidates.into_iter().zip(weights);
    let kept: Vec<_> = kept.filter(|(_, weight)| *weight != 0.0).collect();
    // Those of one branch stand together, and are one readout in the program.
    for of_one in kept.chunk_by(|(one, _), (other, _)| std::ptr::eq(one.branch, other.branch)) {
        for (candidate, weight) in of_one {
            for (sum, score) in mean.iter_mut().zip(&candidate.left_out) {
                *sum += f64::from(*weight as f32) * score;
            }
        }
        let several = of_one.iter();
        let several =
            several.map(|(one, weight)| (one.readout.clone(), one.numbers.clone(), *weight as f32));
        let several: Vec<_> = several.collect();
        let (readout, weights) = match &several[..] {
            [(readout, weights, _)] => (readout.clone(), weights.clone()),
            several => Readout::merged(several, of_one[0].0.source),
        };
        let Branch {
            source,
            transform,
            numbers,
            ..
        } = of_one[0].0.branch;
        tensors.extend(Trained::Transform.named(parts.len(), numbers.clone()));
        tensors.extend(Trained::Mapping.named(parts.len(), weights));
        parts.push(Part {
            source: *source,
            transform: transform.clone(),
            mapping: Mapping::new(readout),
            weight: together(several.iter().map(|(.., weight)| *weight)),
        });
    }
    let temperature = Temperature::fit(&mean, &classes, count)?;
    let mut scores = BTreeMap::new();
    let mut left_out = None;
    if scored.left_out {
        let found = temperature.probabilities(&mean, count);
        scores.extend(selection(&found, &classes, count)?);
        left_out = Some(LeftOut {
            rows: scored.rows.clone(),
            probabilities: found.chunks_exact(count).map(<[f64]>::to_vec).collect(),
        });
    }
    Ok(Fitted {
        parts,
        tensors,
        inverse_temperature: (1.0 / temperature.0) as f32,
        scores,
        through_labels: false,
        left_out,
    })
}

/// The weight of a part in place of several: rounded ones may sum to a little more than all of them are.
fn together(weights: impl Iterator<Item = f32>) -> f32 {
    weights.sum::<f32>().min(*limits::WEIGHT.end())
}

/// What leaving one series out says of the whole program, from the probabilities that it gives them.
fn selection(found: &[f64], classes: &[usize], count: usize) -> Result<[(String, f64); 3], Error> {
    let rows = found.chunks_exact(count).zip(classes);
    let right = rows.filter(|(found, class)| argmax(found.iter().copied()) == **class);
    let accuracy = right.count() as f64 / classes.len() as f64;
    let scores = [
        ("selection_accuracy", accuracy),
        ("selection_log_loss", log_loss(found, classes, count)?),
        ("selection_brier", brier(found, classes, count)?),
    ];
    Ok(scores.map(|(name, score)| (name.to_owned(), score)))
}

/// +1 for the series' class and −1 for the others, `[series, columns]`.
fn targets(examples: Examples) -> Vec<f32> {
    let (classes, count) = (examples.classes, examples.class_count);
    let both = Ridge::targets(classes, count);
    match Readout::columns(count) {
        // The one column of two classes is that of the second.
        1 if count == 2 => both.into_iter().skip(1).step_by(2).collect(),
        _ => both,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 0.1 of 32 bits is more than a tenth: ten of them sum to 1.0000001.
    #[test]
    fn weights_of_one_part_are_never_more_than_all() {
        assert_eq!([0.1f32; 10].iter().sum::<f32>(), 1.000_000_1);
        assert_eq!(together([0.1; 10].into_iter()), 1.0);
        assert_eq!(together([0.25, 0.5].into_iter()), 0.75);
    }

    #[test]
    fn a_ridge_that_takes_too_long_is_not_fitted_unless_there_is_no_other() {
        use Pooling::{All, Means, Segments};
        let readouts = [(All, 10_560), (Means, 192), (Segments, 4_001)];
        assert_eq!(affordable(&readouts, 4_000), [All, Means, Segments]);
        assert_eq!(affordable(&readouts, 4_001), [Means]);
        let wide = [(All, 10_560), (Segments, 4_001)];
        assert_eq!(affordable(&wide, 5_000), [Segments]);
        assert!(affordable(&[], 5_000).is_empty());
    }
}
