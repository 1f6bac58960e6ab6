//! Training all weights of a network: a source on able-bodied windows, or what to compare a refurbish
//! module with.

use burn::tensor::backend::AutodiffBackend;
use retune_core::motion::{Scaling, Windows};

use super::train::{Examples, TrainSettings, mean_squared, train};
use crate::Error;
use crate::parameters::{Numbers, Parameters};
use crate::source::motion::{MotionNetwork, MotionSourceWeights, SourceSignals};
use crate::train::{Progress, Summary};

/// How a source is trained.
#[derive(Debug, Clone, PartialEq)]
pub struct PretrainSettings {
    /// The name that the source gets.
    pub name: String,
    /// Channels of each block.
    pub channels: usize,
    /// The training.
    pub training: TrainSettings,
    /// The seed of everything random.
    pub seed: u64,
}

impl Default for PretrainSettings {
    fn default() -> Self {
        Self {
            name: "motion-tcn".to_owned(),
            channels: 32,
            training: TrainSettings {
                epochs: 80,
                batch: 64,
                learning_rate: 2e-3,
                patience: 80,
            },
            seed: 0,
        }
    }
}

/// A trained source.
#[derive(Debug, Clone)]
pub struct Pretrained {
    /// Its weights.
    pub weights: MotionSourceWeights,
    /// The epoch that they are from, from 1.
    pub epoch: usize,
    /// Its mean squared error on the validation windows, in squared deviations.
    pub validation_loss: f64,
}

/// Trains a source on able-bodied `training` windows, in degrees, and keeps the weights of the
/// epoch with the lowest error on the `validation` windows, which should be of other people.
///
/// `scaling` has mean and deviation of every joint over the training trials.
///
/// # Errors
///
/// When the windows differ in layout or joints, the window is no power of two, or training
/// diverges.
pub fn pretrain<A: AutodiffBackend>(
    training: &Windows,
    validation: &Windows,
    scaling: &Scaling,
    rate_hz: f32,
    settings: &PretrainSettings,
    device: &A::Device,
    progress: &mut dyn FnMut(Progress),
) -> Result<Pretrained, Error> {
    let signals = SourceSignals {
        input_joints: training.input_joints.clone(),
        target_joints: training.target_joints.clone(),
        window: training.layout.window,
        horizon: training.layout.horizon,
        rate_hz,
        scaling: scaling.clone(),
    };
    let (name, seed, how) = (&settings.name, settings.seed, &settings.training);
    let initial = MotionSourceWeights::random(name, signals, settings.channels, seed)?;
    let windows = [training, validation];
    let (tensors, done) = fit::<A>(&initial, &windows, how, seed, device, progress)?;
    Ok(Pretrained {
        weights: initial.with(name, tensors)?,
        epoch: done.best_epoch,
        validation_loss: done.lowest_loss,
    })
}

/// Trains all weights of the source further on a person's windows, in degrees;
/// [`TrainSettings::fine_tuning`] suits it.
///
/// # Errors
///
/// When the windows do not fit the source or training diverges.
pub fn fine_tune<A: AutodiffBackend>(
    source: &MotionSourceWeights,
    adapting: &Windows,
    settings: &TrainSettings,
    seed: u64,
    device: &A::Device,
    progress: &mut dyn FnMut(Progress),
) -> Result<MotionSourceWeights, Error> {
    let (tensors, _) = fit::<A>(source, &[adapting], settings, seed, device, progress)?;
    source.with(&format!("{}-fine-tuned", source.name()), tensors)
}

/// The same from random weights on, for a network of the source's sizes and scaling;
/// [`TrainSettings::scratch`] suits it.
///
/// # Errors
///
/// As [`fine_tune`].
pub fn from_scratch<A: AutodiffBackend>(
    source: &MotionSourceWeights,
    adapting: &Windows,
    settings: &TrainSettings,
    seed: u64,
    device: &A::Device,
    progress: &mut dyn FnMut(Progress),
) -> Result<MotionSourceWeights, Error> {
    let name = format!("{}-from-scratch", source.name());
    let (signals, channels) = (source.signals().clone(), source.channels());
    let initial = MotionSourceWeights::random(&name, signals, channels, seed)?;
    let (tensors, _) = fit::<A>(&initial, &[adapting], settings, seed, device, progress)?;
    initial.with(&name, tensors)
}

/// Trains all weights of a network from those of `initial` on, on the first of the windows; the others
/// are watched.
fn fit<A: AutodiffBackend>(
    initial: &MotionSourceWeights,
    windows: &[&Windows],
    settings: &TrainSettings,
    seed: u64,
    device: &A::Device,
    progress: &mut dyn FnMut(Progress),
) -> Result<(Numbers, Summary), Error> {
    settings.check()?;
    let signals = initial.signals();
    let examples = Examples::new(signals, windows.iter().copied())?;
    let loss = |weights: &Parameters<A>, places: &[usize]| {
        let network = MotionNetwork::with(weights.clone(), signals, device);
        let input = examples.inputs_of(&examples.inputs, places, device);
        mean_squared(network.forecast(input), examples.targets_of(places, device))
    };
    let plan = settings.plan(windows[0].len(), examples.len(), seed);
    train::<A>(initial.tensors().clone(), plan, &loss, device, progress)
}
