//! The training loop.

use std::f64::consts::PI;
use std::path::Path;

use burn::grad_clipping::GradientClippingConfig;
use burn::module::AutodiffModule;
use burn::optim::{AdamWConfig, GradientsParams, Optimizer};
use burn::tensor::activation::log_softmax;
use burn::tensor::backend::{AutodiffBackend, Backend};
use burn::tensor::{ElementConversion, Tensor, TensorData};
use rand::seq::SliceRandom;
use rayon::prelude::*;
use serde::Serialize;

use super::augment::{noise_alone, vary};
use super::checkpoint::{self, State};
use super::forward::{self, hear_in_training};
use super::run::Run;
use super::settings::PretrainSettings;
use crate::kernel::Kernels;
use crate::kernel::mel::CLIP_SAMPLES;
use crate::source::attention_rnn::layers::{Layers, NormStatistics};
use crate::source::attention_rnn::random;
use crate::source::attention_rnn::{Activations, AttentionRnn, AttentionRnnSource, LABELS};
use crate::source::generator;
use crate::source::speech::LAYOUT;
use crate::source::{Report, SourceWeights, SpeechClip, SpeechFolder, host, measure};
use crate::{Error, ErrorKind, setting};

/// What the running statistics of the norms keep at each step.
const STATISTICS_MEMORY: f32 = 0.95;
/// Epochs over which the learning rate rises.
const WARM_UP_EPOCHS: f64 = 1.0;

/// A source whose answers are mixed with the true labels.
pub type Teacher = SourceWeights;

/// Where a run stands.
#[derive(Debug, Clone, Serialize)]
pub struct EpochProgress {
    /// The epoch, from 1.
    pub epoch: usize,
    /// Steps done in it.
    pub step: usize,
    /// Steps in an epoch.
    pub steps: usize,
    /// The mean loss of the epoch's steps so far.
    pub loss: f64,
    /// Validation accuracy; only when the epoch is done and there are recordings to validate on.
    pub validation_accuracy: Option<f64>,
}

/// Trains an attention-RNN on recorded words; `progress` hears of every step.
///
/// With a `checkpoint` path the state is written there after every epoch; with `resume` the run
/// goes on from it, when it is there, and ends with the same bits as an uninterrupted one.
///
/// # Errors
///
/// When a setting is out of range, there is no training recording or an epoch has fewer than one
/// batch of them, or a checkpoint cannot be written or belongs to another run.
pub fn pretrain<B>(
    speech: &SpeechFolder,
    settings: &PretrainSettings,
    teacher: Option<&Teacher>,
    checkpoint: Option<&Path>,
    resume: bool,
    device: &B::Device,
    progress: &mut dyn FnMut(&EpochProgress),
) -> Result<SourceWeights, Error>
where
    B: AutodiffBackend + Kernels,
    B::InnerBackend: Kernels,
{
    settings.check()?;
    if speech.train.is_empty() {
        let message = "there is no recording to train on";
        return Err(Error::new(ErrorKind::Empty, message).with_hint(LAYOUT));
    }
    if let Some(clip) = speech.train.iter().find(|clip| clip.label >= LABELS.len()) {
        let expected = format!("below {}, the number of labels", LABELS.len());
        return Err(setting::refused(
            "label of a recording",
            clip.label,
            expected,
        ));
    }
    // Every epoch has as many.
    let recordings = plan(speech, settings, 0).len();
    if recordings < settings.batch {
        let expected = format!("at most {recordings}, the recordings of an epoch");
        return Err(setting::refused("batch", settings.batch, expected));
    }
    let steps = recordings / settings.batch;
    let run = Run::of(speech, settings, teacher).describe();
    let teacher = teacher.map(|t| AttentionRnn::<B::InnerBackend>::new(t, device));
    let untrained = random::tensors(settings.seed);
    let untrained = SourceWeights::new::<AttentionRnnSource>(&settings.name, untrained)?;
    let (layers, statistics) = Layers::<B>::new(&untrained, device);
    let optimizer = AdamWConfig::new()
        .with_weight_decay(settings.weight_decay)
        .with_grad_clipping(Some(GradientClippingConfig::Norm(1.0)))
        .init::<B, Layers<B>>();
    let mut state = State {
        epochs: 0,
        layers,
        optimizer,
        statistics: to_host(&statistics),
    };
    if let Some(path) = checkpoint.filter(|path| resume && path.exists()) {
        state = checkpoint::load(path, &run, state, device)?;
    }
    while state.epochs < settings.epochs {
        state = train_epoch(state, speech, settings, teacher.as_ref(), device, progress);
        if let Some(path) = checkpoint {
            checkpoint::save(path, &run, &state)?;
        }
        let accuracy = if speech.validation.is_empty() {
            None
        } else {
            Some(watch(&state, settings, &speech.validation, device)?.accuracy)
        };
        progress(&EpochProgress {
            epoch: state.epochs,
            step: steps,
            steps,
            loss: f64::NAN,
            validation_accuracy: accuracy,
        });
    }
    finished(&state, settings, device)
}

fn finished<B: AutodiffBackend, O>(
    state: &State<B, O>,
    settings: &PretrainSettings,
    device: &B::Device,
) -> Result<SourceWeights, Error> {
    let statistics = from_host::<B::InnerBackend>(&state.statistics, device);
    let tensors = forward::to_host(&state.layers.valid(), &statistics);
    SourceWeights::new::<AttentionRnnSource>(&settings.name, tensors)
}

fn watch<B, O>(
    state: &State<B, O>,
    settings: &PretrainSettings,
    clips: &[SpeechClip],
    device: &B::Device,
) -> Result<Report, Error>
where
    B: AutodiffBackend,
    B::InnerBackend: Kernels,
{
    let weights = finished(state, settings, device)?;
    measure::<B::InnerBackend>(&weights, clips, device)
}

/// The recordings of one epoch in their order: `None` is a second of noise alone.
fn plan(speech: &SpeechFolder, settings: &PretrainSettings, epoch: usize) -> Vec<Option<usize>> {
    let mut places: Vec<Vec<usize>> = vec![Vec::new(); LABELS.len()];
    for (place, clip) in speech.train.iter().enumerate() {
        places[clip.label].push(place);
    }
    let mut plan: Vec<Option<usize>> = places
        .iter()
        .filter(|places| !places.is_empty())
        .flat_map(|places| {
            let count = places.len().max(settings.fewest_per_word);
            places.iter().cycle().take(count).map(|place| Some(*place))
        })
        .collect();
    if settings.noise_every > 0 && !speech.noise.is_empty() {
        plan.extend(vec![None; plan.len() / settings.noise_every]);
    }
    plan.shuffle(&mut generator(settings.seed, [epoch as u64, u64::MAX]));
    plan
}

fn train_epoch<B, O>(
    state: State<B, O>,
    speech: &SpeechFolder,
    settings: &PretrainSettings,
    teacher: Option<&AttentionRnn<B::InnerBackend>>,
    device: &B::Device,
    progress: &mut dyn FnMut(&EpochProgress),
) -> State<B, O>
where
    B: AutodiffBackend + Kernels,
    B::InnerBackend: Kernels,
    O: Optimizer<Layers<B>, B>,
{
    let State {
        epochs,
        mut layers,
        mut optimizer,
        mut statistics,
    } = state;
    let plan = plan(speech, settings, epochs);
    // The last steps' rest is left out, so that the norms always see a whole batch.
    let batch = settings.batch;
    let steps = plan.len() / batch;
    let mut total = 0.0;
    for step in 0..steps {
        let (audio, labels) = make_batch(speech, settings, epochs, step * batch, &plan, batch);
        let audio = TensorData::new(audio, [batch, CLIP_SAMPLES]);
        let log_mel = B::InnerBackend::log_mel(Tensor::from_data(audio, device));
        let taught = teacher.map(|teacher| teacher.activations(log_mel.clone()));
        let (heard, moments) = hear_in_training(&layers, Tensor::from_inner(log_mel));
        let loss = loss(&heard, &labels, taught.as_ref(), settings);
        total += loss.clone().into_scalar().elem::<f64>();
        let gradients = GradientsParams::from_grads(loss.backward(), &layers);
        let rate = learning_rate(settings, epochs as f64 + step as f64 / steps as f64);
        layers = optimizer.step(rate, layers, gradients);
        for (running, now) in statistics.iter_mut().zip(to_host(&moments)) {
            for (running, now) in running.iter_mut().zip(now) {
                *running = STATISTICS_MEMORY * *running + (1.0 - STATISTICS_MEMORY) * now;
            }
        }
        progress(&EpochProgress {
            epoch: epochs + 1,
            step: step + 1,
            steps,
            loss: total / (step + 1) as f64,
            validation_accuracy: None,
        });
    }
    State {
        epochs: epochs + 1,
        layers,
        optimizer,
        statistics,
    }
}

/// Audio `[batch · 16000]` and labels of the batch that starts at `first` in the plan.
fn make_batch(
    speech: &SpeechFolder,
    settings: &PretrainSettings,
    epoch: usize,
    first: usize,
    plan: &[Option<usize>],
    batch: usize,
) -> (Vec<f32>, Vec<usize>) {
    let clips: Vec<(Vec<f32>, usize)> = plan[first..first + batch]
        .par_iter()
        .enumerate()
        .map(|(offset, place)| {
            let place_of_use = [epoch as u64, (first + offset) as u64];
            let mut random = generator(settings.seed, place_of_use);
            match place {
                Some(place) => {
                    let clip = &speech.train[*place];
                    (vary(clip, &speech.noise, &mut random), clip.label)
                }
                None => (noise_alone(&speech.noise, &mut random), 0),
            }
        })
        .collect();
    let labels = clips.iter().map(|(_, label)| *label).collect();
    (
        clips.into_iter().flat_map(|(audio, _)| audio).collect(),
        labels,
    )
}

fn loss<B: AutodiffBackend>(
    heard: &Activations<B>,
    labels: &[usize],
    taught: Option<&Activations<B::InnerBackend>>,
    settings: &PretrainSettings,
) -> Tensor<B, 1> {
    let device = heard.logits.device();
    let [batch, count] = heard.logits.dims();
    let mut truth = vec![0.0f32; batch * count];
    for (row, label) in labels.iter().enumerate() {
        truth[row * count + label] = 1.0;
    }
    let truth = Tensor::<B, 2>::from_data(TensorData::new(truth, [batch, count]), &device);
    let target = match taught {
        Some(taught) => {
            let weight = settings.teacher_weight;
            let taught = Tensor::from_inner(taught.probabilities());
            truth.mul_scalar(1.0 - weight) + taught.mul_scalar(weight)
        }
        None => truth,
    };
    let entropy = (target * log_softmax(heard.logits.clone(), 1))
        .sum_dim(1)
        .mean()
        .neg();
    match taught {
        Some(taught) if settings.hint_weight > 0.0 => {
            let distance = |ours: &Tensor<B, 3>, theirs: &Tensor<B::InnerBackend, 3>| {
                (ours.clone() - Tensor::from_inner(theirs.clone()))
                    .powi_scalar(2)
                    .mean()
            };
            let hint =
                distance(&heard.lstm1, &taught.lstm1) + distance(&heard.lstm2, &taught.lstm2);
            entropy + hint.mul_scalar(settings.hint_weight)
        }
        _ => entropy,
    }
}

/// The learning rate after `epochs` epochs, whole and broken.
fn learning_rate(settings: &PretrainSettings, epochs: f64) -> f64 {
    let done = epochs / settings.epochs as f64;
    let warmth = ((epochs + 0.05) / WARM_UP_EPOCHS).min(1.0);
    settings.learning_rate * warmth * 0.5 * (1.0 + (PI * done).cos())
}

fn to_host<B: Backend>(statistics: &NormStatistics<B>) -> [Vec<f32>; 4] {
    [
        &statistics.mean1,
        &statistics.variance1,
        &statistics.mean2,
        &statistics.variance2,
    ]
    .map(|tensor| host(tensor.clone()).values)
}

fn from_host<B: Backend>(statistics: &[Vec<f32>; 4], device: &B::Device) -> NormStatistics<B> {
    let [mean1, variance1, mean2, variance2] = [0, 1, 2, 3]
        .map(|index| Tensor::from_data(TensorData::from(statistics[index].as_slice()), device));
    NormStatistics {
        mean1,
        variance1,
        mean2,
        variance2,
    }
}
