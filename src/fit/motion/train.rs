//! Training through the crate's one optimiser loop: settings, windows, and what is made small.

use burn::tensor::backend::{AutodiffBackend, Backend};
use burn::tensor::{ElementConversion, Tensor, TensorData};
use retune_core::motion::Windows;

use crate::Error;
use crate::fit::objective::{Layout, backward};
use crate::parameters::{Numbers, Parameters};
use crate::ridge::rows_of;
use crate::source::motion::{SourceSignals, setting};
use crate::train::{
    Adam, Gradient, Objective, Plan, Progress, Schedule, Summary, Trainer, diverged,
};

/// How a module is trained with Adam.
#[derive(Debug, Clone, PartialEq)]
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
    /// The settings for [`fine_tune`](super::fine_tune).
    pub fn fine_tuning() -> Self {
        Self {
            epochs: 200,
            ..Self::scratch()
        }
    }

    /// The settings for [`from_scratch`](super::from_scratch).
    pub fn scratch() -> Self {
        Self {
            epochs: 100,
            batch: 64,
            learning_rate: 3e-4,
            patience: 0,
        }
    }

    pub(super) fn check(&self) -> Result<(), Error> {
        match (self.epochs, self.batch) {
            (0, _) => Err(setting("number of epochs", 0, "at least 1")),
            (_, 0) => Err(setting("batch", 0, "at least 1 window")),
            _ => check_rate("learning rate", self.learning_rate),
        }
    }

    /// Training on the first windows, watching those after them.
    pub(super) fn plan(&self, training: usize, all: usize, seed: u64) -> Plan {
        Plan {
            training: (0..training).collect(),
            validation: (training..all).collect(),
            epochs: self.epochs,
            batch: self.batch,
            learning_rate: self.learning_rate,
            schedule: Schedule::HalfCosine,
            patience: self.patience,
            seed,
            // Those before it draw the numbers before training and the stretch to adapt on.
            stream: 16,
            ..Plan::default()
        }
    }
}

/// Whether a learning rate is one.
pub(super) fn check_rate(what: &str, rate: f64) -> Result<(), Error> {
    match rate.is_finite() && rate > 0.0 {
        true => Ok(()),
        false => Err(setting(what, rate, "a positive number")),
    }
}

/// A mean loss over the cases of some places as a function of numbers on a device.
pub(super) type Loss<'a, A> = &'a dyn Fn(&Parameters<A>, &[usize]) -> Tensor<A, 1>;

/// The same as a function of flat numbers on the host.
struct OnDevice<'a, A: AutodiffBackend> {
    layout: Layout,
    loss: Loss<'a, A>,
    device: &'a A::Device,
}

impl<A: AutodiffBackend> Objective for OnDevice<'_, A> {
    fn loss(&self, numbers: &[f32], cases: &[usize]) -> Result<f64, Error> {
        let parameters = Parameters::new(&self.layout.named(numbers), self.device);
        Ok((self.loss)(&parameters, cases).into_scalar().elem())
    }

    fn gradient(&self, numbers: &[f32], cases: &[usize]) -> Result<Option<Gradient>, Error> {
        let mut parameters = Parameters::new(&self.layout.named(numbers), self.device);
        let tracked = self.layout.track(&mut parameters);
        let loss = (self.loss)(&parameters, cases);
        Ok(Some(backward(loss, tracked, numbers.len())))
    }
}

/// Trains numbers from `start` on.
pub(super) fn train<A: AutodiffBackend>(
    start: Numbers,
    plan: Plan,
    loss: Loss<A>,
    device: &A::Device,
    progress: &mut dyn FnMut(Progress),
) -> Result<(Numbers, Summary), Error> {
    let objective = OnDevice {
        layout: Layout {
            initial: start,
            from: 0,
        },
        loss,
        device,
    };
    let mut numbers = objective.layout.start();
    let done = Adam(plan).train(&objective, &mut numbers, progress)?;
    if numbers.iter().any(|number| !number.is_finite()) {
        return Err(diverged(done.best_epoch));
    }
    Ok((objective.layout.named(&numbers), done))
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
    /// Windows in degrees, one part after the other, after a check that the source takes them.
    pub fn new<'a>(
        signals: &SourceSignals,
        parts: impl IntoIterator<Item = &'a Windows>,
    ) -> Result<Self, Error> {
        let (of_inputs, of_targets) = signals.scales()?;
        let (mut inputs, mut targets) = (Vec::new(), Vec::new());
        for windows in parts {
            signals.check_windows(windows)?;
            inputs.extend(of_inputs.apply(&windows.inputs));
            targets.extend(of_targets.apply(&windows.targets));
        }
        Ok(Self {
            window: signals.window,
            joints: signals.input_joints.len(),
            target_width: signals.answer(),
            inputs,
            targets,
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
        let rows = rows_of(values, places, self.input_width());
        let data = TensorData::new(rows, [places.len(), self.window, self.joints]);
        Tensor::from_data(data, device)
    }

    /// The targets of some windows, `[places, horizon · targets]`.
    pub fn targets_of<B: Backend>(&self, places: &[usize], device: &B::Device) -> Tensor<B, 2> {
        let rows = rows_of(&self.targets, places, self.target_width);
        let data = TensorData::new(rows, [places.len(), self.target_width]);
        Tensor::from_data(data, device)
    }
}

/// The mean squared difference.
pub(super) fn mean_squared<B: Backend, const D: usize>(
    one: Tensor<B, D>,
    other: Tensor<B, D>,
) -> Tensor<B, 1> {
    let difference = one - other;
    (difference.clone() * difference).mean()
}
