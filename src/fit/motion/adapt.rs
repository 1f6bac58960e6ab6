//! Fitting a refurbish module to a person, with the source frozen.

use burn::tensor::Tensor;
use burn::tensor::backend::AutodiffBackend;
use retune_core::motion::Windows;

use super::Correction;
use super::train::{Examples, TrainSettings, mean_squared, train};
use crate::fit::check_frozen;
use crate::kernel::Kernels;
use crate::parameters::Parameters;
use crate::program::{Motion, MotionProgram, MotionRecord, Program};
use crate::source::motion::{MotionNetwork, MotionSourceWeights, setting};
use crate::source::{Input, SourceModel, fingerprint};
use crate::train::Progress;
use crate::transform::{InputTransform, Refurbish};
use crate::{Error, ErrorKind};

/// What a refurbish module is trained for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum AdaptLoss {
    /// The mean squared error of the forecast.
    Target,
    /// The mean squared difference from the corrected inputs.
    Correction,
    /// The weighted sum of both.
    Hybrid {
        /// The weight of the difference from the corrected inputs.
        correction: f32,
        /// The weight of the forecast's error.
        target: f32,
    },
}

impl Default for AdaptLoss {
    fn default() -> Self {
        Self::Hybrid {
            correction: 1.0,
            target: 20.0,
        }
    }
}

impl AdaptLoss {
    /// The weights of the correction and of the target.
    fn weights(self) -> (f32, f32) {
        match self {
            Self::Target => (0.0, 1.0),
            Self::Correction => (1.0, 0.0),
            Self::Hybrid { correction, target } => (correction, target),
        }
    }
}

/// How a refurbish module is fitted.
#[derive(Debug, Clone, PartialEq)]
pub struct AdaptSettings {
    /// What it is trained for.
    pub loss: AdaptLoss,
    /// Where corrected inputs come from; unused with [`AdaptLoss::Target`].
    pub correction: Correction,
    /// Hidden units of the module.
    pub hidden: usize,
    /// The training.
    pub training: TrainSettings,
    /// The seed of everything random.
    pub seed: u64,
}

impl Default for AdaptSettings {
    fn default() -> Self {
        Self {
            loss: AdaptLoss::default(),
            correction: Correction::default(),
            hidden: 16,
            training: TrainSettings {
                epochs: 200,
                batch: 64,
                learning_rate: 3e-3,
                patience: 0,
            },
            seed: 0,
        }
    }
}

/// Fits a refurbish module to a person's `adapting` windows, in degrees.
///
/// `able_bodied` are the windows to retrieve corrections from, such as those that the source was
/// trained on; they are needed unless the loss is [`AdaptLoss::Target`] or the correction an inversion.
///
/// # Errors
///
/// When the windows do not fit the source, a setting makes no sense, training diverges, or the
/// frozen source is not bit for bit what it was.
pub fn adapt<A: AutodiffBackend + Kernels>(
    source: &MotionSourceWeights,
    adapting: &Windows,
    able_bodied: Option<&Windows>,
    settings: &AdaptSettings,
    device: &A::Device,
    progress: &mut dyn FnMut(Progress),
) -> Result<MotionProgram, Error> {
    let (signals, hidden, seed) = (source.signals(), settings.hidden, settings.seed);
    let refurbish = Refurbish { hidden };
    check_size(refurbish, source)?;
    settings.training.check()?;
    let weights = settings.loss.weights();
    check_weights(weights)?;
    let person = Examples::new(signals, [adapting])?;
    let network = MotionNetwork::<A>::new(source, device);
    let mut corrected = None;
    if weights.0 != 0.0 {
        let known = able_bodied.map(|windows| Examples::new(signals, [windows]));
        let (known, how) = (known.transpose()?, &settings.correction);
        corrected = Some(how.inputs(&person, known.as_ref(), &network, device)?);
    }
    let loss = |numbers: &Parameters<A>, places: &[usize]| {
        let corrected = corrected.as_ref();
        let batch = Batch {
            inputs: person
                .inputs_of(&person.inputs, places, device)
                .flatten(1, 2),
            targets: person.targets_of(places, device),
            corrected: corrected.map(|inputs| person.inputs_of(inputs, places, device)),
        };
        loss((refurbish, numbers), &network, batch, weights)
    };
    let plan = settings.training.plan(person.len(), person.len(), seed);
    let initial = refurbish.initial(network.spec(), seed);
    let (tensors, done) = train::<A>(initial, plan, &loss, device, progress)?;
    let loaded = source.tensors().values().map(|one| one.values.clone());
    check_frozen(&network, &fingerprint(loaded))?;
    let content = Motion {
        input_joints: signals.input_joints.clone(),
        target_joints: signals.target_joints.clone(),
        window: signals.window,
        horizon: signals.horizon,
        rate_hz: signals.rate_hz,
        settings: MotionRecord { hidden, seed },
        adapting_windows: person.len(),
    };
    let scores = [("training_loss".to_owned(), done.lowest_loss)].into();
    Ok(Program::fitted(
        vec![source.reference()],
        content,
        tensors,
        scores,
    ))
}

/// Whether a module is at least one unit wide and smaller than the source.
fn check_size(refurbish: Refurbish, source: &MotionSourceWeights) -> Result<(), Error> {
    if refurbish.hidden == 0 {
        return Err(setting("number of hidden units", 0, "at least 1"));
    }
    let found = refurbish.parameters(source.signals().input().width());
    let limit = source.parameters();
    if found >= limit {
        let message =
            format!("the refurbish module would have {found} numbers, the source has {limit}");
        let error = Error::new(ErrorKind::Setting, message);
        return Err(error.with_hint("take fewer hidden units"));
    }
    Ok(())
}

fn check_weights((correction, target): (f32, f32)) -> Result<(), Error> {
    let is_good = |weight: f32| weight.is_finite() && weight >= 0.0;
    if is_good(correction) && is_good(target) && correction + target > 0.0 {
        return Ok(());
    }
    let found = format!("{correction} and {target}");
    let expected = "two numbers of at least 0, not both 0";
    Err(setting("pair of loss weights", found, expected))
}

/// The windows of one step.
pub(crate) struct Batch<B: Kernels> {
    /// `[batch, window · joints]`.
    pub inputs: Tensor<B, 2>,
    /// `[batch, horizon · targets]`.
    pub targets: Tensor<B, 2>,
    /// `[batch, window, joints]`; not needed where the correction's weight is 0.
    pub corrected: Option<Tensor<B, 3>>,
}

/// `c · mean (h(x) − x̂)² + t · mean (f(h(x)) − y)²`.
pub(crate) fn loss<B: Kernels>(
    (refurbish, numbers): (Refurbish, &Parameters<B>),
    network: &MotionNetwork<B>,
    batch: Batch<B>,
    (correction, target): (f32, f32),
) -> Tensor<B, 1> {
    let Input::Window(inputs) = refurbish.forward(network.spec(), batch.inputs, numbers) else {
        unreachable!("a refurbish module makes windows");
    };
    let to_correction = batch
        .corrected
        .map(|corrected| mean_squared(inputs.clone(), corrected).mul_scalar(correction));
    let to_target = (target != 0.0)
        .then(|| mean_squared(network.forecast(inputs.clone()), batch.targets).mul_scalar(target));
    match (to_correction, to_target) {
        (Some(one), Some(other)) => one + other,
        (Some(one), None) | (None, Some(one)) => one,
        (None, None) => inputs.mean().mul_scalar(0.0),
    }
}
