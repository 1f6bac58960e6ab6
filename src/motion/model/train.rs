//! The training loop that pretraining, adapting and the baselines share.

use std::f64::consts::PI;

use burn::module::AutodiffModule;
use burn::optim::{AdamWConfig, GradientsParams, Optimizer};
use burn::tensor::backend::{AutodiffBackend, Backend};
use burn::tensor::{ElementConversion, Tensor, TensorData};
use rand::seq::SliceRandom;
use serde::{Deserialize, Serialize};

use super::initial::{Use, generator};
use super::{MotionModelError, SourceSignals};
use crate::motion::Windows;

/// How a module is trained with Adam.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TrainSettings {
    /// The most passes over the windows.
    pub epochs: usize,
    /// Windows in one step.
    pub batch: usize,
    /// The highest learning rate, at the beginning; it falls to zero as a half cosine.
    pub learning_rate: f64,
    /// Where a validation loss is watched: epochs without a new lowest one after which training
    /// stops. The weights of the lowest are kept.
    pub patience: usize,
}

impl TrainSettings {
    pub(super) fn check(&self) -> Result<(), MotionModelError> {
        let setting = |setting, found: String, expected| {
            Err(MotionModelError::Setting {
                setting,
                found,
                expected,
            })
        };
        if self.epochs == 0 {
            return setting("number of epochs", "0".to_owned(), "at least 1");
        }
        if self.batch == 0 {
            return setting("batch", "0".to_owned(), "at least 1 window");
        }
        if !(self.learning_rate.is_finite() && self.learning_rate > 0.0) {
            let found = self.learning_rate.to_string();
            return setting("learning rate", found, "a positive number");
        }
        Ok(())
    }

    fn rate(&self, epoch: usize) -> f64 {
        let done = (epoch - 1) as f64 / self.epochs as f64;
        self.learning_rate * 0.5 * (1.0 + (PI * done).cos())
    }
}

/// Where a training stands.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TrainProgress {
    /// The epoch, from 1.
    pub epoch: usize,
    /// The most there will be.
    pub epochs: usize,
    /// The mean loss of its steps.
    pub training_loss: f64,
    /// The loss on the windows that early stopping watches, if any.
    pub validation_loss: Option<f64>,
}

/// What a training ended with.
#[derive(Debug, Clone)]
pub(super) struct Trained<M> {
    pub module: M,
    /// The epoch of the weights, from 1.
    pub epoch: usize,
    /// The lowest loss that was watched, or the last training loss.
    pub loss: f64,
}

/// A loss of a module that early stopping watches.
pub(super) type Watch<'a, M> = &'a dyn Fn(&M) -> f64;

/// Trains a module on so many windows; `loss` gets the places of a step's windows.
pub(super) fn train<A, M>(
    mut module: M,
    windows: usize,
    settings: &TrainSettings,
    seed: u64,
    loss: &dyn Fn(&M, &[usize]) -> Tensor<A, 1>,
    watch: Option<Watch<M>>,
    progress: &mut dyn FnMut(&TrainProgress),
) -> Result<Trained<M>, MotionModelError>
where
    A: AutodiffBackend,
    M: AutodiffModule<A>,
{
    settings.check()?;
    let mut optimizer = AdamWConfig::new()
        .with_epsilon(1e-8)
        .with_weight_decay(0.0)
        .init::<A, M>();
    let mut best: Option<Trained<M>> = None;
    let mut order: Vec<usize> = (0..windows).collect();
    let mut last_loss = f64::INFINITY;
    for epoch in 1..=settings.epochs {
        order.sort_unstable();
        order.shuffle(&mut generator(seed, Use::Epoch(epoch)));
        let rate = settings.rate(epoch);
        let mut total = 0.0;
        for batch in order.chunks(settings.batch) {
            let loss = loss(&module, batch);
            total += loss.clone().into_scalar().elem::<f64>() * batch.len() as f64;
            let gradients = GradientsParams::from_grads(loss.backward(), &module);
            module = optimizer.step(rate, module, gradients);
        }
        last_loss = total / windows as f64;
        let validation_loss = watch.map(|watch| watch(&module));
        if !last_loss.is_finite() || validation_loss.is_some_and(|loss| !loss.is_finite()) {
            return Err(MotionModelError::Diverged { epoch });
        }
        progress(&TrainProgress {
            epoch,
            epochs: settings.epochs,
            training_loss: last_loss,
            validation_loss,
        });
        let Some(loss) = validation_loss else {
            continue;
        };
        match &best {
            Some(best) if loss >= best.loss => {
                if epoch - best.epoch >= settings.patience {
                    break;
                }
            }
            _ => {
                best = Some(Trained {
                    module: module.clone(),
                    epoch,
                    loss,
                });
            }
        }
    }
    Ok(best.unwrap_or(Trained {
        module,
        epoch: settings.epochs,
        loss: last_loss,
    }))
}

/// Scaled windows on the host.
#[derive(Debug, Clone)]
pub(super) struct Examples {
    pub window: usize,
    pub joints: usize,
    pub target_width: usize,
    /// `[windows, window · joints]`.
    pub inputs: Vec<f32>,
    /// `[windows, horizon · targets]`.
    pub targets: Vec<f32>,
}

impl Examples {
    /// Windows in degrees, after a check that the source takes them.
    pub fn new(signals: &SourceSignals, windows: &Windows) -> Result<Self, MotionModelError> {
        signals.check_windows(windows)?;
        let (inputs, targets) = signals.scales()?;
        Ok(Self {
            window: signals.window,
            joints: signals.input_joints.len(),
            target_width: windows.target_width(),
            inputs: inputs.apply(&windows.inputs),
            targets: targets.apply(&windows.targets),
        })
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.inputs.len() / self.input_width()
    }

    pub fn input_width(&self) -> usize {
        self.window * self.joints
    }

    /// Some rows of values that have the width of an input, `[places, window, joints]`.
    pub fn inputs_of<B: Backend>(
        &self,
        values: &[f32],
        places: &[usize],
        device: &B::Device,
    ) -> Tensor<B, 3> {
        let rows = gather(values, self.input_width(), places);
        let data = TensorData::new(rows, [places.len(), self.window, self.joints]);
        Tensor::from_data(data, device)
    }

    /// The targets of some windows, `[places, horizon · targets]`.
    pub fn targets_of<B: Backend>(&self, places: &[usize], device: &B::Device) -> Tensor<B, 2> {
        let rows = gather(&self.targets, self.target_width, places);
        Tensor::from_data(
            TensorData::new(rows, [places.len(), self.target_width]),
            device,
        )
    }
}

fn gather(values: &[f32], width: usize, places: &[usize]) -> Vec<f32> {
    let row = |&place: &usize| values.iter().skip(place * width).take(width);
    places.iter().flat_map(row).copied().collect()
}

/// The mean squared difference.
pub(super) fn mean_squared<B: Backend, const D: usize>(
    one: Tensor<B, D>,
    other: Tensor<B, D>,
) -> Tensor<B, 1> {
    let difference = one - other;
    (difference.clone() * difference).mean()
}
