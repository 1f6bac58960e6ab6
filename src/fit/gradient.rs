//! White-box training: Adam on the transform's few numbers, through the frozen source.

use std::collections::BTreeMap;

use burn::module::AutodiffModule;
use burn::optim::{AdamWConfig, GradientsParams, Optimizer};
use burn::tensor::backend::{AutodiffBackend, Backend};
use burn::tensor::{ElementConversion, Tensor, TensorData};
use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::{Examples, FitError, FitProgress, FitSettings};
use crate::kernel::Kernels;
use crate::mapping::LabelMapping;
use crate::source::{AttentionRnn, SourceModel};
use crate::storage::HostTensor;
use crate::transform::{TrainedTransform, Transform};

/// What training found.
#[derive(Debug, Clone)]
pub(super) struct Trained {
    /// The transform's trained numbers, by name.
    pub tensors: BTreeMap<String, HostTensor>,
    /// How many epochs were run, and the loss that they ended with.
    pub scores: BTreeMap<String, f64>,
}

/// The parts of a training that do not change.
pub(super) struct Context<'a, B: AutodiffBackend> {
    pub examples: Examples<'a>,
    pub settings: &'a FitSettings,
    pub transform: &'a Transform,
    pub mapping: &'a LabelMapping,
    pub source: &'a AttentionRnn<B>,
    pub source_at_rest: &'a AttentionRnn<B::InnerBackend>,
    pub device: &'a B::Device,
}

/// Trains a transform through a label mapping.
///
/// Where `settings.validation` is above 0, a first run holds that share of the series out and finds
/// the epoch with the lowest loss on them; a second run then trains on all series for so many
/// epochs.
pub(super) fn train<B>(
    context: &Context<B>,
    progress: &mut dyn FnMut(&FitProgress),
) -> Result<Trained, FitError>
where
    B: AutodiffBackend + Kernels,
    B::InnerBackend: Kernels,
{
    let settings = context.settings;
    let mut scores = BTreeMap::new();
    let mut epochs = settings.epochs;
    let (training, validation) = split(&context.examples, settings);
    if !validation.is_empty() {
        let stopped = run(context, &training, &validation, epochs, progress)?;
        epochs = stopped.best_epoch;
        scores.insert("validation_loss".to_owned(), stopped.lowest_loss);
    }
    let all: Vec<usize> = (0..context.examples.series.len()).collect();
    let done = run(context, &all, &[], epochs, progress)?;
    scores.insert("epochs".to_owned(), epochs as f64);
    scores.insert("training_loss".to_owned(), done.lowest_loss);
    Ok(Trained {
        tensors: done.trained.to_host(),
        scores,
    })
}

/// Where a run ended.
struct RunEnd<B: Backend> {
    trained: TrainedTransform<B>,
    /// The epoch with the lowest loss on the watched series, from 1; the last where none are.
    best_epoch: usize,
    /// That loss; the last training loss where none are watched.
    lowest_loss: f64,
}

/// Trains on the series at `training` for at most `epochs` epochs, watching those at `validation`.
fn run<B>(
    context: &Context<B>,
    training: &[usize],
    validation: &[usize],
    epochs: usize,
    progress: &mut dyn FnMut(&FitProgress),
) -> Result<RunEnd<B>, FitError>
where
    B: AutodiffBackend + Kernels,
    B::InnerBackend: Kernels,
{
    let settings = context.settings;
    let length = context.examples.series[0].len();
    let initial = context.transform.initial(settings.seed);
    let mut trained: TrainedTransform<B> =
        context
            .transform
            .on_device(&initial, length, context.device)?;
    let mut optimizer = AdamWConfig::new()
        .with_weight_decay(settings.weight_decay)
        .init::<B, TrainedTransform<B>>();
    let mut steps = 0;
    let mut best = (0, f64::INFINITY);
    for epoch in 1..=epochs {
        let mut random = random(settings.seed, epoch);
        let mut order = training.to_vec();
        order.shuffle(&mut random);
        let mut total = 0.0;
        for batch in order.chunks(settings.batch) {
            let keep = dropout(context, &mut random);
            let loss = loss(context, &trained, context.source, batch, keep)?;
            total += loss.clone().into_scalar().elem::<f64>() * batch.len() as f64;
            let gradients = GradientsParams::from_grads(loss.backward(), &trained);
            let rate =
                settings.learning_rate / (1.0 + settings.learning_rate_decay * f64::from(steps));
            trained = optimizer.step(rate, trained, gradients);
            steps += 1;
        }
        let training_loss = total / order.len() as f64;
        if !training_loss.is_finite() {
            return Err(FitError::Diverged { epoch });
        }
        let validation_loss = watch(context, &trained, validation)?;
        progress(&FitProgress::Epoch {
            epoch,
            epochs,
            training_loss,
            validation_loss,
        });
        match validation_loss {
            None => best = (epoch, training_loss),
            Some(loss) if loss < best.1 => best = (epoch, loss),
            Some(_) if epoch - best.0 >= settings.patience => break,
            Some(_) => {}
        }
    }
    Ok(RunEnd {
        trained,
        best_epoch: best.0.max(1),
        lowest_loss: best.1,
    })
}

/// A generator for one epoch, from 1; 0 for what is drawn before the first.
fn random(seed: u64, epoch: usize) -> ChaCha8Rng {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    random.set_stream(epoch as u64);
    random
}

/// Places of the series to train on and of those to watch, the latter with the same share of every
/// class; a class with one series keeps it for training.
fn split(examples: &Examples, settings: &FitSettings) -> (Vec<usize>, Vec<usize>) {
    let mut training = Vec::new();
    let mut validation = Vec::new();
    let mut random = random(settings.seed, 0);
    for class in 0..examples.class_count {
        let mut places: Vec<usize> = (0..examples.classes.len())
            .filter(|place| examples.classes[*place] == class)
            .collect();
        places.shuffle(&mut random);
        let wanted = (places.len() as f64 * settings.validation).round() as usize;
        let held_out = wanted.min(places.len().saturating_sub(1));
        training.extend(places.split_off(held_out));
        validation.extend(places);
    }
    (training, validation)
}

/// Which of the trained numbers sound in this step, scaled so that their sum keeps its mean.
fn dropout<B: AutodiffBackend>(
    context: &Context<B>,
    random: &mut ChaCha8Rng,
) -> Option<Tensor<B, 1>> {
    let rate = context.settings.dropout;
    if rate == 0.0 || context.transform.droppable() == 0 {
        return None;
    }
    let kept = (1.0 / (1.0 - rate)) as f32;
    let keep: Vec<f32> = (0..context.transform.droppable())
        .map(|_| if random.random_bool(rate) { 0.0 } else { kept })
        .collect();
    Some(Tensor::from_data(
        TensorData::from(keep.as_slice()),
        context.device,
    ))
}

/// The mean of −ln P(class) over the series at `places`.
fn loss<B: Kernels, C>(
    context: &Context<C>,
    transform: &TrainedTransform<B>,
    source: &impl SourceModel<B>,
    places: &[usize],
    keep: Option<Tensor<B, 1>>,
) -> Result<Tensor<B, 1>, FitError>
where
    C: AutodiffBackend<Device = B::Device>,
{
    let batch: Vec<&[f32]> = places
        .iter()
        .map(|place| context.examples.series[*place].as_slice())
        .collect();
    let sound = context
        .transform
        .sound(transform, &batch, keep, context.device)?;
    let logits = source.hear_sound(sound).logits;
    let found = context.mapping.log_probabilities(logits);
    let count = context.examples.class_count;
    let mut truth = vec![0.0f32; places.len() * count];
    for (row, place) in places.iter().enumerate() {
        truth[row * count + context.examples.classes[*place]] = 1.0;
    }
    let truth = TensorData::new(truth, [places.len(), count]);
    let truth = Tensor::<B, 2>::from_data(truth, context.device);
    Ok((found * truth).sum_dim(1).mean().neg())
}

/// The mean loss over the series that early stopping watches, without dropout.
fn watch<B>(
    context: &Context<B>,
    trained: &TrainedTransform<B>,
    validation: &[usize],
) -> Result<Option<f64>, FitError>
where
    B: AutodiffBackend,
    B::InnerBackend: Kernels,
{
    if validation.is_empty() {
        return Ok(None);
    }
    let trained = trained.valid();
    let mut total = 0.0;
    for batch in validation.chunks(context.settings.batch) {
        let loss = loss(context, &trained, context.source_at_rest, batch, None)?;
        total += loss.into_scalar().elem::<f64>() * batch.len() as f64;
    }
    Ok(Some(total / validation.len() as f64))
}
