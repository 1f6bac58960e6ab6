//! Training a source on able-bodied windows.

use burn::module::AutodiffModule;
use burn::tensor::ElementConversion;
use burn::tensor::backend::AutodiffBackend;
use serde::{Deserialize, Serialize};

use super::train::{Examples, Trained, Watch, mean_squared, train};
use super::{
    MotionModelError, MotionNetwork, MotionSourceWeights, SourceSignals, TrainProgress,
    TrainSettings,
};
use crate::motion::{Scaling, Windows};

/// How a source is trained.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
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
    progress: &mut dyn FnMut(&TrainProgress),
) -> Result<Pretrained, MotionModelError> {
    let signals = SourceSignals {
        input_joints: training.input_joints.clone(),
        target_joints: training.target_joints.clone(),
        window: training.layout.window,
        horizon: training.layout.horizon,
        rate_hz,
        scaling: scaling.clone(),
    };
    let initial =
        MotionSourceWeights::random(&settings.name, signals, settings.channels, settings.seed)?;
    let fitted = fit_network::<A>(
        &initial,
        &settings.name,
        training,
        Some(validation),
        &settings.training,
        settings.seed,
        device,
        progress,
    )?;
    Ok(Pretrained {
        weights: fitted.module,
        epoch: fitted.epoch,
        validation_loss: fitted.loss,
    })
}

/// Trains all weights of a network from those of `initial` on.
#[allow(
    clippy::too_many_arguments,
    reason = "what to train, on what, how, and where"
)]
pub(super) fn fit_network<A: AutodiffBackend>(
    initial: &MotionSourceWeights,
    name: &str,
    training: &Windows,
    validation: Option<&Windows>,
    settings: &TrainSettings,
    seed: u64,
    device: &A::Device,
    progress: &mut dyn FnMut(&TrainProgress),
) -> Result<Trained<MotionSourceWeights>, MotionModelError> {
    let signals = initial.signals();
    let examples = Examples::new(signals, training)?;
    let watched = validation.map(|windows| Examples::new(signals, windows));
    let watched = watched.transpose()?;
    let network = MotionNetwork::<A>::new(initial, device);
    let loss = |network: &MotionNetwork<A>, places: &[usize]| {
        let input = examples.inputs_of(&examples.inputs, places, device);
        mean_squared(network.forward(input), examples.targets_of(places, device))
    };
    let watch = watched.as_ref().map(|watched| {
        move |network: &MotionNetwork<A>| {
            let network = network.valid();
            let places: Vec<usize> = (0..watched.len()).collect();
            let input = watched.inputs_of(&watched.inputs, &places, device);
            let targets = watched.targets_of(&places, device);
            let loss = mean_squared(network.forward(input), targets);
            loss.into_scalar().elem::<f64>()
        }
    });
    let watch: Option<Watch<MotionNetwork<A>>> = watch.as_ref().map(|watch| watch as _);
    let trained = train(
        network,
        examples.len(),
        settings,
        seed,
        &loss,
        watch,
        progress,
    )?;
    let tensors = trained.module.valid().to_host();
    Ok(Trained {
        module: MotionSourceWeights::new(name, signals.clone(), initial.channels(), tensors)?,
        epoch: trained.epoch,
        loss: trained.loss,
    })
}
