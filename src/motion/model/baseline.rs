//! What to compare a refurbish module with.

use burn::tensor::backend::AutodiffBackend;
use serde::{Deserialize, Serialize};

use super::pretrain::fit_network;
use super::{MotionModelError, MotionSourceWeights, TrainProgress, TrainSettings};
use crate::motion::{MotionError, Windows};

/// How a baseline is trained on a person's windows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BaselineSettings {
    /// The training.
    pub training: TrainSettings,
    /// The seed of everything random.
    pub seed: u64,
}

impl BaselineSettings {
    /// The settings for [`fine_tune`].
    pub fn fine_tuning(seed: u64) -> Self {
        Self::new(200, seed)
    }

    /// The settings for [`from_scratch`].
    pub fn scratch(seed: u64) -> Self {
        Self::new(100, seed)
    }

    fn new(epochs: usize, seed: u64) -> Self {
        Self {
            training: TrainSettings {
                epochs,
                batch: 64,
                learning_rate: 3e-4,
                patience: 0,
            },
            seed,
        }
    }
}

/// Trains all weights of the source further on a person's windows, in degrees.
///
/// # Errors
///
/// When the windows do not fit the source or training diverges.
pub fn fine_tune<A: AutodiffBackend>(
    source: &MotionSourceWeights,
    adapting: &Windows,
    settings: &BaselineSettings,
    device: &A::Device,
    progress: &mut dyn FnMut(&TrainProgress),
) -> Result<MotionSourceWeights, MotionModelError> {
    let name = format!("{}-fine-tuned", source.name());
    fit::<A>(source, &name, adapting, settings, device, progress)
}

/// Trains a network of the source's sizes and scaling from random weights on a person's windows,
/// in degrees.
///
/// # Errors
///
/// When the windows do not fit the source or training diverges.
pub fn from_scratch<A: AutodiffBackend>(
    source: &MotionSourceWeights,
    adapting: &Windows,
    settings: &BaselineSettings,
    device: &A::Device,
    progress: &mut dyn FnMut(&TrainProgress),
) -> Result<MotionSourceWeights, MotionModelError> {
    let name = format!("{}-from-scratch", source.name());
    let signals = source.signals().clone();
    let initial = MotionSourceWeights::random(&name, signals, source.channels(), settings.seed)?;
    fit::<A>(&initial, &name, adapting, settings, device, progress)
}

fn fit<A: AutodiffBackend>(
    initial: &MotionSourceWeights,
    name: &str,
    adapting: &Windows,
    settings: &BaselineSettings,
    device: &A::Device,
    progress: &mut dyn FnMut(&TrainProgress),
) -> Result<MotionSourceWeights, MotionModelError> {
    let fitted = fit_network::<A>(
        initial,
        name,
        adapting,
        None,
        &settings.training,
        settings.seed,
        device,
        progress,
    )?;
    Ok(fitted.module)
}

/// The forecast that every joint stays at the window's last sample: what any model must beat.
/// `[windows, horizon, targets]` in degrees.
///
/// # Errors
///
/// When a target is not among the inputs.
pub fn hold_last(windows: &Windows) -> Result<Vec<f32>, MotionModelError> {
    let inputs = &windows.input_joints;
    let mut places = Vec::new();
    for target in &windows.target_joints {
        let place = inputs.iter().position(|joint| joint == target);
        places.push(place.ok_or_else(|| MotionError::UnknownJoint {
            wanted: target.clone(),
            known: crate::wording::list(inputs),
        })?);
    }
    let mut forecast = Vec::with_capacity(windows.targets.len());
    for window in 0..windows.len() {
        let input = windows.input(window).unwrap_or_default();
        let last = input
            .rchunks(inputs.len().max(1))
            .next()
            .unwrap_or_default();
        for _ in 0..windows.layout.horizon {
            forecast.extend(places.iter().filter_map(|&place| last.get(place)));
        }
    }
    Ok(forecast)
}
