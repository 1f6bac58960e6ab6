//! How programs are trained: by gradient through the frozen source, and in closed form on what it
//! makes of each series.

mod closed_form;
mod forecast;
mod gradient;
pub mod motion;
mod objective;
mod queries;
mod settings;

pub use forecast::{FittedForecast, ForecastSettings, fit_forecast};
pub(crate) use queries::Queried;
pub use settings::{FitSettings, Preset, ReadoutKind};

use std::collections::BTreeMap;

use burn::tensor::backend::AutodiffBackend;

use crate::kernel::Kernels;
use crate::mapping::{LabelMapping, Mapping, OutputMapping};
use crate::parameters::Numbers;
use crate::program::{
    Classification, ClassifierRecord, Part, Program, SourceReference, Trained, check_finite,
};
use crate::series::{Classes, Split};
use crate::source::{SourceModel, SourceSpec, SourceWeights};
use crate::train;
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
}

/// Series of equal length, scaled, with the index of each one's class.
#[derive(Debug, Clone, Copy)]
struct Examples<'a> {
    series: &'a [Vec<f32>],
    classes: &'a [usize],
    class_count: usize,
}

/// What a fit found.
struct Fitted {
    parts: Vec<Part>,
    /// The trained numbers of all parts, under their names in a program.
    tensors: Numbers,
    inverse_temperature: f32,
    scores: BTreeMap<String, f64>,
}

/// Fits a program to a training split.
///
/// Each transform of `settings` is trained by gradient through a label mapping where it has something
/// to train and there are epochs for it; readouts are then fitted in closed form where that is
/// asked for. The source's weights are compared bit by bit with those that were loaded when all
/// is done.
///
/// # Errors
///
/// When the split is empty, its series differ in length, hold values that are not finite or do not
/// suit a transform, there are fewer than two classes or more than source labels, a setting is out of
/// range, the loss is not finite, or the source was changed.
pub fn fit<B: AutodiffBackend<InnerBackend: Kernels> + Kernels>(
    train: &Split,
    source: &SourceWeights,
    settings: &FitSettings,
    device: &B::Device,
    progress: &mut dyn FnMut(&FitProgress),
) -> Result<Program, Error> {
    let series_length = check_training(train)?;
    let labels = Classes::from_training(&train.labels)?;
    let series = train.series.iter();
    let series: Vec<Vec<f32>> = series.map(|one| settings.scaling.apply(one)).collect();
    let classes = train.labels.iter();
    let classes: Vec<usize> = classes.filter_map(|label| labels.index(label)).collect();
    let examples = Examples {
        series: &series,
        classes: &classes,
        class_count: labels.len(),
    };
    let fitted = fit_parts::<B>(examples, source, settings, device, progress)?;
    let content = Classification {
        labels,
        series_length,
        parts: fitted.parts,
        inverse_temperature: fitted.inverse_temperature,
        settings: ClassifierRecord {
            scaling: settings.scaling,
            seed: settings.seed,
            preset: settings.preset.to_string(),
            trainer: settings.trainer.clone(),
        },
    };
    let reference = SourceReference::of(source.spec());
    Ok(Program::fitted(
        reference,
        content,
        fitted.tensors,
        fitted.scores,
    ))
}

fn fit_parts<B: AutodiffBackend<InnerBackend: Kernels> + Kernels>(
    examples: Examples,
    source: &SourceWeights,
    settings: &FitSettings,
    device: &B::Device,
    progress: &mut dyn FnMut(&FitProgress),
) -> Result<Fitted, Error> {
    settings.check()?;
    let spec = source.spec();
    for transform in &settings.transforms {
        transform.check(spec, examples.series[0].len())?;
    }
    if settings.readouts.contains(&ReadoutKind::Labels) {
        random_labels(examples, spec, settings)?;
    }
    let at_rest = source.model::<B::InnerBackend>(device);
    let before = at_rest.fingerprint();

    let mut scores = BTreeMap::new();
    let mut transforms = Vec::with_capacity(settings.transforms.len());
    let mut parts = Vec::new();
    let mut tensors = Numbers::new();
    for (place, transform) in settings.transforms.iter().enumerate() {
        let mut numbers = transform.initial(spec, settings.seed);
        if settings.epochs > 0 && transform.trainable(spec) {
            let mapping = random_labels(examples, spec, settings)?;
            let objective = objective::Reprogramming::new(
                examples,
                transform,
                &mapping,
                source.model::<B>(device),
                at_rest.clone(),
                settings,
                device,
            )?;
            let (found, trained) = gradient::train(&objective, examples, settings, progress)?;
            // Several transforms are told apart by their place.
            scores.extend(
                trained.map(|(name, score)| match settings.transforms.len() {
                    1 => (name.to_owned(), score),
                    _ => (format!("part{}_{name}", place + 1), score),
                }),
            );
            let of_mapping;
            (numbers, of_mapping) = objective.named(&found);
            tensors.extend(Trained::Transform.named(place, numbers.clone()));
            tensors.extend(Trained::Mapping.named(place, of_mapping));
            parts.push(Part {
                transform: transform.clone(),
                mapping,
                weight: 1.0 / settings.transforms.len() as f32,
            });
        }
        transforms.push((transform, numbers));
    }

    let fitted = if settings.readouts == [ReadoutKind::Labels] {
        if parts.len() < transforms.len() {
            return Err(nothing_to_train());
        }
        Fitted {
            parts,
            tensors,
            inverse_temperature: 1.0,
            scores,
        }
    } else {
        let source: &dyn SourceModel<B::InnerBackend> = at_rest.as_ref();
        let mut fitted =
            closed_form::fit(examples, &transforms, settings, source, device, progress)?;
        fitted.scores.extend(scores);
        fitted
    };
    check_frozen(at_rest.as_ref(), &before)?;
    Ok(fitted)
}

/// The series' common length.
fn check_training(train: &Split) -> Result<usize, Error> {
    let expected = train.series.first().ok_or_else(nothing_to_fit)?.len();
    let (series, labels) = (train.series.len(), train.labels.len());
    if series != labels {
        let message = format!("there are {series} series but {labels} labels");
        return Err(Error::new(ErrorKind::Labels, message));
    }
    for (number, series) in (1..).zip(&train.series) {
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
        "a label mapping needs something to train, and a transform has nothing, or no epochs";
    Error::new(ErrorKind::Setting, message)
        .with_hint(
            "read means, or train for some epochs; a transform that is audio needs an initial amplitude \
             as well",
        )
        .with_setting("readout", "means")
        .with_setting("epochs", "20")
}

/// Random groups of the source's labels, as the settings have it.
fn random_labels(
    examples: Examples,
    source: &SourceSpec,
    settings: &FitSettings,
) -> Result<Mapping, Error> {
    LabelMapping::check_source(source)?;
    let classes = examples.class_count;
    let mut labels = LabelMapping::random(classes, source.labels.len(), settings.seed)?;
    if settings.train_mapping {
        labels = labels.trained();
    }
    labels.check(source, classes)?;
    Ok(Mapping::new(labels))
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
