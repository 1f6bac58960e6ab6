//! How programs are trained: by gradient through the frozen source, and in closed form on what it
//! makes of each series.

mod closed_form;
pub(crate) mod forecast;
mod gradient;
pub mod motion;
mod objective;
mod progress;
mod queries;
mod settings;

pub(crate) use closed_form::features;
pub use forecast::{FittedForecast, ForecastReadout, ForecastSettings, fit_forecast};
pub use progress::FitProgress;
pub use queries::Queried;
pub use settings::{FitSettings, Preset, ReadoutKind};

use std::collections::BTreeMap;

use burn::tensor::backend::AutodiffBackend;

use crate::kernel::Kernels;
use crate::mapping::{LabelMapping, Mapping, OutputMapping};
use crate::parameters::Numbers;
use crate::source::{SourceModel, SourceWeights};
use crate::transform::Transform;
use crate::{Error, ErrorKind};

/// Series of equal length, scaled, with the index of each one's class.
#[derive(Debug, Clone, Copy)]
pub struct Examples<'a> {
    /// The series.
    pub series: &'a [Vec<f32>],
    /// Each one's class.
    pub classes: &'a [usize],
    /// How many classes there are.
    pub class_count: usize,
}

/// What a fit found.
#[derive(Debug, Clone)]
pub struct Fitted {
    /// At least one; the weighted mean of their scores decides.
    pub parts: Vec<FittedPart>,
    /// What that mean is multiplied by before the softmax that makes probabilities of it.
    pub inverse_temperature: f32,
    /// How well the fit went, by name.
    pub scores: BTreeMap<String, f64>,
}

/// A transform and its mapping, fitted.
#[derive(Debug, Clone)]
pub struct FittedPart {
    /// The input transform.
    pub transform: Transform,
    /// Its trained numbers, by name.
    pub transform_numbers: Numbers,
    /// The output mapping.
    pub mapping: Mapping,
    /// Its trained numbers, by name.
    pub mapping_numbers: Numbers,
    /// How much its scores count; the weights of all parts sum to 1.
    pub weight: f32,
}

/// Fits a program to scaled series of one length.
///
/// Each transform of `settings` is trained by gradient through a label mapping where it has something
/// to train and there are epochs for it; readouts are then fitted in closed form where that is
/// asked for. The source's weights are compared bit by bit with those that were loaded when all
/// is done.
///
/// # Errors
///
/// When a setting is out of range, the series do not suit a transform, there are more classes than
/// source labels, the loss is not finite, or the source was changed.
pub fn fit<B>(
    examples: Examples,
    source: &SourceWeights,
    settings: &FitSettings,
    device: &B::Device,
    progress: &mut dyn FnMut(&FitProgress),
) -> Result<Fitted, Error>
where
    B: AutodiffBackend + Kernels,
    B::InnerBackend: Kernels,
{
    settings.check()?;
    let length = examples.series.first().ok_or_else(nothing_to_fit)?.len();
    let spec = source.spec();
    for transform in &settings.transforms {
        transform.check(spec, length)?;
    }
    if settings.readouts.contains(&ReadoutKind::Labels) {
        random_labels(examples, source, settings)?;
    }
    let at_rest = source.model::<B::InnerBackend>(device);
    let before = at_rest.fingerprint();

    let mut scores = BTreeMap::new();
    let mut transforms = Vec::with_capacity(settings.transforms.len());
    for (place, transform) in settings.transforms.iter().enumerate() {
        let mut numbers = transform.initial(spec, settings.seed);
        let mut mapping = None;
        if settings.epochs > 0 && transform.trainable(spec) {
            let labels = random_labels(examples, source, settings)?;
            let training = gradient::Training {
                examples,
                settings,
                transform,
                mapping: &labels,
                source: source.model::<B>(device),
                at_rest: at_rest.clone(),
                device,
            };
            let trained = training.train(progress)?;
            numbers = trained.transform_numbers;
            let named = trained.scores.into_iter();
            // Several transforms are told apart by their place.
            scores.extend(named.map(|(name, score)| match settings.transforms.len() {
                1 => (name, score),
                _ => (format!("part{}_{name}", place + 1), score),
            }));
            mapping = Some((labels, trained.mapping_numbers));
        }
        transforms.push((transform.clone(), numbers, mapping));
    }

    let fitted = match settings.readouts[..] {
        [ReadoutKind::Labels] => Fitted {
            inverse_temperature: 1.0,
            scores,
            parts: transforms
                .into_iter()
                .map(|(transform, transform_numbers, mapping)| {
                    let (mapping, mapping_numbers) = mapping.ok_or_else(nothing_to_train)?;
                    Ok(FittedPart {
                        transform,
                        transform_numbers,
                        mapping,
                        mapping_numbers,
                        weight: 1.0 / settings.transforms.len() as f32,
                    })
                })
                .collect::<Result<_, Error>>()?,
        },
        _ => {
            let transforms = transforms
                .into_iter()
                .map(|(transform, numbers, _)| (transform, numbers))
                .collect();
            let source: &dyn SourceModel<B::InnerBackend> = at_rest.as_ref();
            let mut fitted =
                closed_form::fit(examples, transforms, settings, source, device, progress)?;
            fitted.scores.extend(scores);
            fitted
        }
    };
    check_frozen(at_rest.as_ref(), &before)?;
    Ok(fitted)
}

pub(crate) fn nothing_to_fit() -> Error {
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
    source: &SourceWeights,
    settings: &FitSettings,
) -> Result<Mapping, Error> {
    let classes = examples.class_count;
    let spec = source.spec();
    LabelMapping::check_source(spec)?;
    let labels = LabelMapping::random(classes, spec.labels.len(), settings.seed)?;
    let labels = match settings.train_mapping {
        true => labels.trained(),
        false => labels,
    };
    labels.check(spec, classes)?;
    Ok(Mapping::new(labels))
}

/// Whether the weights on the device are still those that were there before a fit.
pub(crate) fn check_frozen<B: Kernels>(
    source: &dyn SourceModel<B>,
    before: &str,
) -> Result<(), Error> {
    if source.fingerprint() == before {
        return Ok(());
    }
    let name = &source.spec().name;
    let message = format!("the weights of the source {name} changed while it was frozen");
    Err(Error::new(ErrorKind::Damaged, message))
}
