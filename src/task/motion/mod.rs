//! Predicting motion, and adapting to a person.

mod comparison;
mod forecaster;
mod stream;

pub use comparison::{LeaveOneOut, MotionRow};
pub use forecaster::MotionForecaster;
pub use stream::{MotionForecast, MotionStream};

use std::collections::BTreeMap;

use burn::tensor::backend::AutodiffBackend;
use retune_core::motion::Windows;

use crate::Error;
use crate::fit::motion::{AdaptSettings, Adapted, fit_refurbish};
use crate::program::{Motion, MotionProgram, Program};
use crate::source::motion::MotionSourceWeights;
use crate::train::Progress;

/// Fits a refurbish module to a person's `adapting` windows, in degrees.
///
/// `able_bodied` are the windows to retrieve corrections from, such as those that the source was
/// trained on; they are needed unless the loss is [`AdaptLoss::Target`](crate::fit::motion::AdaptLoss)
/// or the correction an inversion.
///
/// # Errors
///
/// When the windows do not fit the source, a setting makes no sense, training diverges, or the
/// frozen source is not bit for bit what it was.
pub fn adapt<A: AutodiffBackend>(
    source: &MotionSourceWeights,
    adapting: &Windows,
    able_bodied: Option<&Windows>,
    settings: &AdaptSettings,
    device: &A::Device,
    progress: &mut dyn FnMut(Progress),
) -> Result<MotionProgram, Error> {
    let Adapted {
        tensors,
        windows,
        training_loss,
    } = fit_refurbish::<A>(source, adapting, able_bodied, settings, device, progress)?;
    let signals = source.signals();
    let content = Motion {
        input_joints: signals.input_joints.clone(),
        target_joints: signals.target_joints.clone(),
        window: signals.window,
        horizon: signals.horizon,
        rate_hz: signals.rate_hz,
        settings: settings.clone(),
        adapting_windows: windows,
    };
    let scores = BTreeMap::from([("training_loss".to_owned(), training_loss)]);
    let reference = source.reference();
    Ok(Program::fitted(reference, content, tensors, scores))
}
