//! The training loop.

use std::f64::consts::PI;
use std::path::Path;

use burn::tensor::activation::log_softmax;
use burn::tensor::backend::AutodiffBackend;
use burn::tensor::{ElementConversion, Tensor, TensorData};
use rand::seq::SliceRandom;
use rayon::prelude::*;
use serde::Serialize;

use super::augment::{noise_alone, vary};
use super::checkpoint::{State, describe};
use super::forward::forward_in_training;
use super::settings::{PretrainSettings, Prior};
use crate::kernel::Kernels;
use crate::kernel::mel::CLIP_SAMPLES;
use crate::parameters::Parameters;
use crate::source::attention_rnn::{Activations, AttentionRnn, AttentionRnnSource, LABELS};
use crate::source::speech::LAYOUT;
use crate::source::{Source, SourceWeights, SpeechFolder, generator, host, measure};
use crate::train::Moments;
use crate::{Error, ErrorKind, setting};

/// What the running statistics of the norms keep at each step.
const STATISTICS_MEMORY: f32 = 0.95;
/// The longest gradient of a tensor that is not shortened.
const LONGEST_GRADIENT: f32 = 1.0;
/// What keeps a division by a small moment finite.
const EPSILON: f32 = 1e-5;
/// Epochs over which the learning rate rises.
const WARM_UP_EPOCHS: f64 = 1.0;

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

/// Trains an attention-RNN on recorded words; `progress` hears of every step. It begins with the weights
/// of `prior.start`, or with random ones; the answers of its teacher are mixed with the true labels.
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
    prior: Prior,
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
    let mut labels = speech.train.iter().map(|clip| clip.label);
    if let Some(label) = labels.find(|label| *label >= LABELS.len()) {
        let expected = format!("below {}, the number of labels", LABELS.len());
        return Err(setting::refused("label of a recording", label, expected));
    }
    // Every epoch has as many.
    let recordings = plan(speech, settings, 0).len();
    if recordings < settings.batch {
        let expected = format!("at most {recordings}, the recordings of an epoch");
        return Err(setting::refused("batch", settings.batch, expected));
    }
    let steps = recordings / settings.batch;
    let run = describe(speech, settings, prior);
    let numbers = match prior.start {
        Some(start) => start.tensors().clone(),
        None => AttentionRnnSource::random(settings.seed),
    };
    let trained = numbers
        .iter()
        .filter(|(name, _)| AttentionRnnSource::is_trained(name));
    let moments = trained.map(|(name, tensor)| (name.clone(), Moments::new(tensor.values.len())));
    let mut state = State {
        epochs: 0,
        moments: moments.collect(),
        numbers,
    };
    if let Some(path) = checkpoint.filter(|path| resume && path.exists()) {
        state.load(path, &run, steps)?;
    }
    let training = Training::<B> {
        speech,
        settings,
        teacher: prior
            .teacher
            .map(|teacher| AttentionRnn::new(teacher, device)),
        device,
    };
    let finished = |state: &State| {
        SourceWeights::new::<AttentionRnnSource>(&settings.name, state.numbers.clone())
    };
    while state.epochs < settings.epochs {
        training.epoch(&mut state, progress);
        if let Some(path) = checkpoint {
            state.save(path, &run)?;
        }
        let accuracy = match speech.validation.as_slice() {
            [] => None,
            clips => Some(measure::<B::InnerBackend>(&finished(&state)?, clips, device)?.accuracy),
        };
        progress(&EpochProgress {
            epoch: state.epochs,
            step: steps,
            steps,
            loss: f64::NAN,
            validation_accuracy: accuracy,
        });
    }
    finished(&state)
}

/// The recordings of one epoch in their order: `None` is a second of noise alone.
fn plan(speech: &SpeechFolder, settings: &PretrainSettings, epoch: usize) -> Vec<Option<usize>> {
    let mut places: Vec<Vec<usize>> = vec![Vec::new(); LABELS.len()];
    for (place, clip) in speech.train.iter().enumerate() {
        places[clip.label].push(place);
    }
    let spoken = places.iter().filter(|places| !places.is_empty());
    let repeated = spoken.flat_map(|places| {
        let count = places.len().max(settings.fewest_per_word);
        places.iter().copied().map(Some).cycle().take(count)
    });
    let mut plan: Vec<Option<usize>> = repeated.collect();
    if settings.noise_every > 0 && !speech.noise.is_empty() {
        plan.extend(vec![None; plan.len() / settings.noise_every]);
    }
    plan.shuffle(&mut generator(settings.seed, [epoch as u64, u64::MAX]));
    plan
}

/// What all steps of a run share.
struct Training<'a, B: AutodiffBackend> {
    speech: &'a SpeechFolder,
    settings: &'a PretrainSettings,
    teacher: Option<AttentionRnn<B::InnerBackend>>,
    device: &'a B::Device,
}

impl<B> Training<'_, B>
where
    B: AutodiffBackend + Kernels,
    B::InnerBackend: Kernels,
{
    fn epoch(&self, state: &mut State, progress: &mut dyn FnMut(&EpochProgress)) {
        let (settings, epochs) = (self.settings, state.epochs);
        let plan = plan(self.speech, settings, epochs);
        // The last steps' rest is left out, so that the norms always see a whole batch.
        let batch = settings.batch;
        let steps = plan.len() / batch;
        let mut total = 0.0;
        for (step, places) in plan.chunks_exact(batch).enumerate() {
            let (audio, labels) = self.make_batch(epochs, step * batch, places);
            let audio = TensorData::new(audio, [batch, CLIP_SAMPLES]);
            let log_mel = B::InnerBackend::log_mel(Tensor::from_data(audio, self.device));
            let teacher = self.teacher.as_ref();
            let taught = teacher.map(|teacher| teacher.activations(log_mel.clone()));
            let mut numbers = Parameters::<B>::new(&state.numbers, self.device);
            for name in state.moments.keys() {
                numbers.insert(name, numbers.get(name).require_grad());
            }
            let (activations, statistics) =
                forward_in_training(&numbers, Tensor::from_inner(log_mel));
            let loss = self.loss(&activations, &labels, taught.as_ref());
            let gradients = loss.backward();
            total += loss.into_scalar().elem::<f64>();
            let rate = learning_rate(settings, epochs as f64 + step as f64 / steps as f64);
            let decay = settings.weight_decay;
            for (name, tensor) in &mut state.numbers {
                let gradient = numbers.get(name).grad(&gradients).map(host);
                let moments = state.moments.get_mut(name);
                if let (Some(mut gradient), Some(moments)) = (gradient, moments) {
                    shorten(&mut gradient.values);
                    moments.step(&mut tensor.values, &gradient.values, rate, EPSILON, decay);
                }
            }
            for (name, now) in statistics {
                let running = state.numbers.get_mut(name).into_iter();
                let running = running.flat_map(|tensor| &mut tensor.values);
                for (running, now) in running.zip(host(now).values) {
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
        state.epochs += 1;
    }

    /// Audio `[batch · 16000]` and labels of the places of a plan from `first` on.
    fn make_batch(
        &self,
        epoch: usize,
        first: usize,
        places: &[Option<usize>],
    ) -> (Vec<f32>, Vec<usize>) {
        let SpeechFolder { train, noise, .. } = self.speech;
        let clips = places.par_iter().enumerate().map(|(offset, place)| {
            let place_of_use = [epoch as u64, (first + offset) as u64];
            let mut random = generator(self.settings.seed, place_of_use);
            match place.map(|place| &train[place]) {
                Some(clip) => (vary(clip, noise, &mut random), clip.label),
                None => (noise_alone(noise, &mut random), 0),
            }
        });
        let (audio, labels): (Vec<Vec<f32>>, Vec<usize>) = clips.unzip();
        (audio.concat(), labels)
    }

    fn loss(
        &self,
        activations: &Activations<B>,
        labels: &[usize],
        taught: Option<&Activations<B::InnerBackend>>,
    ) -> Tensor<B, 1> {
        let [batch, count] = activations.logits.dims();
        let mut truth = vec![0.0f32; batch * count];
        for (row, label) in labels.iter().enumerate() {
            truth[row * count + label] = 1.0;
        }
        let truth = TensorData::new(truth, [batch, count]);
        let truth = Tensor::<B, 2>::from_data(truth, self.device);
        let weight = self.settings.teacher_weight;
        let target = match taught {
            Some(taught) => {
                let taught = Tensor::from_inner(taught.probabilities());
                truth.mul_scalar(1.0 - weight) + taught.mul_scalar(weight)
            }
            None => truth,
        };
        let entropy = target * log_softmax(activations.logits.clone(), 1);
        let entropy = entropy.sum_dim(1).mean().neg();
        match taught {
            Some(taught) if self.settings.hint_weight > 0.0 => {
                let distance = |ours: &Tensor<B, 3>, theirs: &Tensor<B::InnerBackend, 3>| {
                    let difference = ours.clone() - Tensor::from_inner(theirs.clone());
                    difference.powi_scalar(2).mean()
                };
                let hint = distance(&activations.lstm1, &taught.lstm1)
                    + distance(&activations.lstm2, &taught.lstm2);
                entropy + hint.mul_scalar(self.settings.hint_weight)
            }
            _ => entropy,
        }
    }
}

/// Makes the gradient of a tensor no longer than [`LONGEST_GRADIENT`].
fn shorten(gradient: &mut [f32]) {
    let length = gradient.iter().map(|part| part * part).sum::<f32>().sqrt();
    let factor = (LONGEST_GRADIENT / (length + f32::MIN_POSITIVE)).min(1.0);
    gradient.iter_mut().for_each(|part| *part *= factor);
}

/// The learning rate after `epochs` epochs, whole and broken.
fn learning_rate(settings: &PretrainSettings, epochs: f64) -> f64 {
    let done = epochs / settings.epochs as f64;
    let warmth = ((epochs + 0.05) / WARM_UP_EPOCHS).min(1.0);
    settings.learning_rate * warmth * 0.5 * (1.0 + (PI * done).cos())
}
