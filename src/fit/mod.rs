//! How programs are trained: by gradient through the frozen source, and in closed form on what it
//! makes of each series.

mod closed_form;
mod error;
pub(crate) mod forecast;
mod gradient;
mod progress;
mod settings;

pub(crate) use closed_form::features;
pub use error::FitError;
pub use forecast::{FittedForecast, ForecastReadout, ForecastSettings, fit_forecast};
pub use progress::FitProgress;
pub use settings::{FitSettings, Preset, ReadoutKind};

use std::collections::BTreeMap;

use burn::tensor::backend::AutodiffBackend;

use crate::kernel::Kernels;
use crate::mapping::{LabelMapping, OutputMapping};
use crate::source::{AttentionRnn, SourceModel, SourceWeights};
use crate::storage::HostTensor;
use crate::transform::Transform;

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
    pub sharpness: f32,
    /// How well the fit went, by name.
    pub scores: BTreeMap<String, f64>,
}

/// A transform and its mapping, fitted.
#[derive(Debug, Clone)]
pub struct FittedPart {
    /// The input transform.
    pub transform: Transform,
    /// Its trained numbers, by name.
    pub transform_tensors: BTreeMap<String, HostTensor>,
    /// The output mapping.
    pub mapping: OutputMapping,
    /// Its trained numbers, by name.
    pub mapping_tensors: BTreeMap<String, HostTensor>,
    /// How much its scores count; the weights of all parts sum to 1.
    pub weight: f32,
}

/// Fits a program to scaled series of one length.
///
/// Each voice of `settings` is trained by gradient through a label mapping where it has something
/// to train and there are epochs for it; readouts are then fitted in closed form where that is
/// asked for. The source's weights are compared bit by bit with those that were loaded when all
/// is done.
///
/// # Errors
///
/// When a setting is out of range, the series do not suit a voice, there are more classes than
/// source labels, the loss is not finite, or the source was changed.
pub fn fit<B>(
    examples: Examples,
    source: &SourceWeights,
    settings: &FitSettings,
    device: &B::Device,
    progress: &mut dyn FnMut(&FitProgress),
) -> Result<Fitted, FitError>
where
    B: AutodiffBackend + Kernels,
    B::InnerBackend: Kernels,
{
    settings.check()?;
    let length = examples.series.first().ok_or(FitError::Empty)?.len();
    for voice in &settings.voices {
        voice.check(length)?;
    }
    let labels = source.labels().len();
    let source_in_training = AttentionRnn::<B>::new(source, device);
    let source = AttentionRnn::<B::InnerBackend>::new(source, device);

    let mut scores = BTreeMap::new();
    let mut voices = Vec::with_capacity(settings.voices.len());
    for transform in &settings.voices {
        let mut tensors = transform.initial(settings.seed);
        let mut mapping = None;
        if settings.epochs > 0 && transform.trainable() {
            let groups = LabelMapping::random(examples.class_count, labels, settings.seed)?;
            let context = gradient::Context {
                examples,
                settings,
                transform,
                mapping: &groups,
                source: &source_in_training,
                source_at_rest: &source,
                device,
            };
            let trained = gradient::train(&context, progress)?;
            tensors = trained.tensors;
            scores.extend(trained.scores);
            mapping = Some(groups);
        }
        voices.push((transform, tensors, mapping));
    }

    let fitted = match settings.readouts[..] {
        [ReadoutKind::Labels] => Fitted {
            sharpness: 1.0,
            scores,
            parts: voices
                .into_iter()
                .map(|(transform, transform_tensors, mapping)| {
                    Ok(FittedPart {
                        transform: transform.clone(),
                        transform_tensors,
                        mapping: OutputMapping::Labels(mapping.ok_or(FitError::NothingToTrain)?),
                        mapping_tensors: BTreeMap::new(),
                        weight: 1.0 / settings.voices.len() as f32,
                    })
                })
                .collect::<Result<_, FitError>>()?,
        },
        _ => {
            let voices = voices
                .into_iter()
                .map(|(transform, tensors, _)| (transform.clone(), tensors))
                .collect();
            let mut fitted =
                closed_form::fit(examples, voices, settings, &source, device, progress)?;
            fitted.scores.extend(scores);
            fitted
        }
    };
    source_in_training.check_frozen()?;
    source.check_frozen()?;
    Ok(fitted)
}
