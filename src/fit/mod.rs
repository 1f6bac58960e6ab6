//! How programs are trained: by gradient through the frozen source, and in closed form on what it
//! makes of each series.

mod closed_form;
mod extraction;
mod forecast;
mod gradient;
mod label_settings;
mod labels;
mod loss;
mod memory;
pub mod motion;
mod objective;
mod queries;
mod readout_kind;
mod recordings;
mod settings;

pub use extraction::fit_features;
pub use forecast::{FittedForecast, ForecastSettings, fit_forecast};
pub use label_settings::LabelSettings;
pub(crate) use labels::Labels;
pub(crate) use queries::Queried;
pub use queries::QueryPoint;
pub use readout_kind::ReadoutKind;
pub(crate) use settings::member_seed;
pub use settings::{FitSettings, Preset};

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use burn::tensor::backend::AutodiffBackend;

use crate::kernel::Kernels;
use crate::mapping::{self, LabelMapping};
use crate::parameters::Numbers;
use crate::program::{
    Classification, ClassifierRecord, Part, Program, Scaled, Trained, check_finite,
};
use crate::series::{Classes, Level, Split};
use crate::source::{SourceModel, SourceReference, SourceWeights};
use crate::train;
use crate::transform::Transform;
use crate::{Error, ErrorKind};

/// Where a fit stands.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum FitProgress {
    /// An epoch of training by gradient has ended.
    Epoch(train::Progress),
    /// Some series went through the source, for a readout in closed form.
    Forwarded {
        /// Series so far, counted once for each transform.
        done: usize,
        /// All that will go.
        of: usize,
    },
    /// Some readouts in closed form were not fitted, for they would take too long.
    NotFitted {
        /// How many, counted for each source and transform.
        readouts: usize,
        /// Of how many.
        of: usize,
        /// A readout of more features than so many was not.
        most_features: usize,
    },
}

/// Series of equal length, scaled, with the index of each one's class.
#[derive(Debug, Clone, Copy)]
struct Examples<'a> {
    series: &'a [Scaled],
    /// The length of each.
    length: usize,
    classes: &'a [usize],
    class_count: usize,
}

impl Examples<'_> {
    /// The series as a transform takes them.
    fn taken_by(&self, transform: &Transform) -> Vec<&[f32]> {
        let taken = self.series.iter().map(|one| one.taken_by(transform));
        taken.collect()
    }
}

/// A source through one of its transforms, with the numbers that were trained.
struct Branch {
    /// The place of the source.
    source: usize,
    transform: Transform,
    numbers: Numbers,
    /// The seed of everything random in its training.
    seed: u64,
}

/// What a fit found.
struct Fitted {
    parts: Vec<Part>,
    /// The trained numbers of all parts, under their names in a program.
    tensors: Numbers,
    inverse_temperature: f32,
    scores: BTreeMap<String, f64>,
    /// Whether something was trained through a label mapping.
    through_labels: bool,
    left_out: Option<LeftOut>,
}

/// What readouts in closed form would answer to training series had they not seen them: one at a time is left
/// out. The choice of readouts, their weights and the temperature saw all.
#[derive(Debug, Clone, PartialEq)]
pub struct LeftOut {
    /// The places of the series: those whose class has another one.
    pub rows: Vec<usize>,
    /// The probability of every class for each of them, in the order of the program's labels.
    pub probabilities: Vec<Vec<f64>>,
}

/// Fits a program to a training split.
///
/// Each source hears the series through each transform of `settings`. That is trained by gradient
/// through the label mapping of `settings` where it has something to train, the source has labels, and
/// there are epochs for it; readouts are then fitted in closed form where that is asked for. A mapping
/// that is trained, where that is the readout, takes the place of the label mapping on any source. The sources'
/// weights are compared bit by bit with those that were loaded when all is done. Beside the program stands what
/// it says of training series that were left out, where readouts in closed form tell.
///
/// # Errors
///
/// When the split is empty, its series differ in length, hold values that are not finite or do not
/// suit a transform, there are fewer than two classes or more than source labels, no source, a setting
/// is out of range, the loss is not finite, or a source was changed.
pub fn fit<B: AutodiffBackend<InnerBackend: Kernels> + Kernels>(
    train: &Split,
    sources: &[SourceWeights],
    settings: &FitSettings,
    device: &B::Device,
    progress: &mut dyn FnMut(&FitProgress),
) -> Result<(Program, Option<LeftOut>), Error> {
    let series_length = check_training(train)?;
    let labels = Classes::from_training(&train.labels)?;
    if train.series.windows(2).all(|pair| pair[0] == pair[1]) {
        let message = "all training series are the same, so nothing tells the classes apart";
        return Err(Error::new(ErrorKind::Constant, message).with_hint(
            "look at what they were read from: these may be other columns than those of the values",
        ));
    }
    let level = Level::of(&train.series);
    let series = train.series.iter();
    let series = series.map(|one| Scaled::of(one, settings.scaling, level));
    let series: Vec<Scaled> = series.collect();
    let classes = train.labels.iter();
    let classes: Vec<usize> = classes.filter_map(|label| labels.index(label)).collect();
    let examples = Examples {
        series: &series,
        length: series_length,
        classes: &classes,
        class_count: labels.len(),
    };
    let mut fitted = fit_parts::<B>(examples, sources, settings, device, progress)?;
    // A source that no part hears is not needed to predict.
    let used: BTreeSet<usize> = fitted.parts.iter().map(|part| part.source).collect();
    for part in &mut fitted.parts {
        part.source = used.range(..part.source).count();
    }
    let content = Classification {
        labels,
        series_length,
        columns: train.columns.clone(),
        level,
        parts: fitted.parts,
        inverse_temperature: fitted.inverse_temperature,
        settings: ClassifierRecord {
            scaling: settings.scaling,
            seed: settings.seed,
            preset: settings.preset.to_string(),
            trainer: settings.trainer.clone(),
            mapping: match fitted.through_labels {
                true => settings.labels.rule.clone(),
                false => String::new(),
            },
        },
    };
    let used = used.into_iter().map(|place| sources[place].spec());
    let sources = used.map(SourceReference::of);
    let program = Program::fitted(sources.collect(), content, fitted.tensors, fitted.scores);
    Ok((program, fitted.left_out))
}

fn fit_parts<B: AutodiffBackend<InnerBackend: Kernels> + Kernels>(
    examples: Examples,
    sources: &[SourceWeights],
    settings: &FitSettings,
    device: &B::Device,
    progress: &mut dyn FnMut(&FitProgress),
) -> Result<Fitted, Error> {
    settings.check()?;
    let mut branches = branches(examples, sources, settings)?;
    memory::check(examples, sources, branches.len(), settings)?;
    let at_rest = sources
        .iter()
        .map(|one| one.model::<B::InnerBackend>(device));
    let at_rest: Vec<_> = at_rest.collect();
    let before: Vec<String> = at_rest.iter().map(|source| source.fingerprint()).collect();
    // Those that gradients go through, where any do.
    let through: Vec<OnceCell<Arc<dyn SourceModel<B>>>> =
        sources.iter().map(|_| OnceCell::new()).collect();

    let mut scores = BTreeMap::new();
    let mut parts = Vec::new();
    let mut tensors = Numbers::new();
    let count = branches.len();
    for (place, branch) in branches.iter_mut().enumerate() {
        let (transform, source) = (&branch.transform, &sources[branch.source]);
        let spec = source.spec();
        // Under readouts in closed form, what a source without words hears stays as it begins: there is
        // nothing to train it by.
        let by_labels = transform.trainable(spec) && !spec.labels.is_empty();
        if settings.epochs > 0 && (by_labels || settings.trained().is_some()) {
            let seed = branch.seed;
            let settings = FitSettings {
                seed,
                ..settings.clone()
            };
            let model = through[branch.source].get_or_init(|| source.model(device));
            let objective = objective::Reprogramming::new(
                examples,
                transform,
                model.clone(),
                at_rest[branch.source].clone(),
                &settings,
                device,
            )?;
            let (found, trained) = gradient::train(&objective, examples, &settings, progress)?;
            // Several are told apart by their place.
            scores.extend(trained.map(|(name, score)| match count {
                1 => (name.to_owned(), score),
                _ => (format!("part{}_{name}", place + 1), score),
            }));
            let (numbers, of_mapping) = objective.named(&found);
            tensors.extend(Trained::Transform.named(place, numbers.clone()));
            tensors.extend(Trained::Mapping.named(place, of_mapping));
            parts.push(Part {
                source: branch.source,
                transform: transform.clone(),
                mapping: objective.mapping(),
                weight: 1.0 / count as f32,
            });
            branch.numbers = numbers;
        }
    }

    let through_labels = !parts.is_empty() && settings.trained().is_none();
    let fitted = if settings.by_gradient() {
        if parts.len() < count {
            return Err(nothing_to_train());
        }
        Fitted {
            parts,
            tensors,
            inverse_temperature: 1.0,
            scores,
            through_labels,
            left_out: None,
        }
    } else {
        let mut fitted =
            closed_form::fit(examples, &branches, settings, &at_rest, device, progress)?;
        fitted.scores.extend(scores);
        fitted.through_labels = through_labels;
        fitted
    };
    for ((source, through), before) in at_rest.iter().zip(&through).zip(&before) {
        check_frozen(source.as_ref(), before)?;
        if let Some(through) = through.get() {
            check_frozen(through.as_ref(), before)?;
        }
    }
    Ok(fitted)
}

/// Each source through each of its transforms, as they begin.
fn branches(
    examples: Examples,
    sources: &[SourceWeights],
    settings: &FitSettings,
) -> Result<Vec<Branch>, Error> {
    let mut branches = Vec::new();
    for (place, source) in sources.iter().enumerate() {
        let spec = source.spec();
        for transform in settings.transforms_for(spec, examples.length) {
            transform.check(spec, examples.length)?;
            let transform = transform.learnt(spec, &examples.taken_by(&transform))?;
            for seed in settings.member_seeds() {
                branches.push(Branch {
                    source: place,
                    numbers: transform.initial(spec, seed),
                    transform: transform.clone(),
                    seed,
                });
            }
        }
        if settings.readouts.contains(&ReadoutKind::Labels) {
            Labels::new(&settings.labels, settings.seed, spec, examples.class_count)?;
        }
        if let Some(name) = settings.trained() {
            let classes = examples.class_count;
            mapping::trained(name, classes)?.check(spec, classes)?;
        }
    }
    let wordless = sources.iter().all(|source| source.spec().labels.is_empty());
    let by_labels = settings.epochs > 0 && settings.trained().is_none();
    if let (Some(source), true) = (sources.first(), wordless && by_labels) {
        let checked = LabelMapping::check_source(source.spec(), examples.class_count, None);
        checked.map_err(
            |error| match settings.readouts.contains(&ReadoutKind::Labels) {
                true => error,
                // Its activations are what is read; only training asks for labels.
                false => Error::new(error.kind(), error.to_string())
                    .with_hint("train nothing, or through a source with labels")
                    .with_setting("epochs", "0")
                    .with_setting("source", crate::source::DEFAULT_SOURCE),
            },
        )?;
    }
    match branches.is_empty() {
        true => Err(
            Error::new(ErrorKind::Setting, "there is no source to hear the series")
                .with_setting("source", ""),
        ),
        false => Ok(branches),
    }
}

/// The series' common length.
fn check_training(train: &Split) -> Result<usize, Error> {
    let (series, labels) = (train.series.len(), train.labels.len());
    if series != labels && series > 0 {
        let message = format!("there are {series} series but {labels} labels");
        return Err(Error::new(ErrorKind::Labels, message));
    }
    check_series(&train.series)
}

/// The common length of series.
fn check_series(all: &[Vec<f64>]) -> Result<usize, Error> {
    let expected = all.first().ok_or_else(nothing_to_fit)?.len();
    for (number, series) in (1..).zip(all) {
        let found = series.len();
        if found != expected {
            let message = format!(
                "series {number} has {found} samples, expected {expected} as the first one"
            );
            let error = Error::new(ErrorKind::UnequalLengths, message);
            return Err(error.with_setting("unequal", "resample"));
        }
        check_finite(series, number)?;
    }
    match expected {
        0 => Err(nothing_to_fit()),
        _ => Ok(expected),
    }
}

fn nothing_to_fit() -> Error {
    Error::new(ErrorKind::Empty, "there is no series to fit on")
}

fn nothing_to_train() -> Error {
    let message =
        "a readout by gradient needs something to train, and a transform has nothing, or no epochs";
    Error::new(ErrorKind::Setting, message)
        .with_hint(
            "read means, or train for some epochs; a transform that is audio needs an initial amplitude \
             as well",
        )
        .with_setting("readout", "means")
        .with_setting("epochs", "20")
}

/// Whether the weights on the device are still those that were there before a fit.
fn check_frozen<B: Kernels>(source: &dyn SourceModel<B>, before: &str) -> Result<(), Error> {
    if source.fingerprint() == before {
        return Ok(());
    }
    let name = &source.spec().name;
    let message = format!("the weights of the source {name} changed while it was frozen");
    Err(Error::new(ErrorKind::Damaged, message))
}

#[cfg(all(test, feature = "cpu"))]
mod tests {
    use super::*;
    use crate::kernel::Cpu;
    use crate::source::attention_rnn::AttentionRnnSource;

    #[test]
    fn a_source_that_changed_is_noticed() {
        let weights = SourceWeights::find("random-0").unwrap();
        let model = weights.model::<Cpu>(&Default::default());
        let before = model.fingerprint();
        check_frozen(model.as_ref(), &before).unwrap();

        let mut tensors = weights.tensors().clone();
        let tensor = tensors.values_mut().last().unwrap();
        tensor.values[0] = f32::from_bits(tensor.values[0].to_bits() + 1);
        let other = SourceWeights::new::<AttentionRnnSource>("other", tensors).unwrap();
        let other = other.model::<Cpu>(&Default::default());
        let error = check_frozen(other.as_ref(), &before).unwrap_err();
        assert!(error.to_string().contains("changed while it was frozen"));
    }
}
