//! Joint motion of walking people: recordings, windows, scores, and a frozen network that predicts it.
//!
//! After Dey and Nair, "ReMAP: neural model reprogramming with network inversion and
//! retrieval-augmented mapping for adaptive motion forecasting" (NeurIPS 2024, arXiv 2403.06569):
//! a temporal convolutional network learns the motion of able-bodied people and is frozen; a small
//! *refurbish module* turns the signals of a person who walks otherwise into inputs that the
//! network makes the right forecast of. Its forecast is the answer as it is.
//!
//! All angles that go in and come out are degrees; the source scales them by the joint's mean and
//! deviation over the able-bodied training samples. What stands here comes from where it belongs:
//!
//! - [`source::motion`](crate::source::motion): the network, its weights and what it takes
//! - [`transform`](crate::transform): the refurbish module
//! - [`fit::motion`](crate::fit::motion): pretraining, adapting, and what to compare with
//! - [`task`](crate::task): [`adapt`], forecasts of windows and sample by sample

pub use retune_core::motion::*;

pub use crate::fit::motion::{
    AdaptLoss, AdaptSettings, Correction, PretrainSettings, Pretrained, TrainSettings, fine_tune,
    from_scratch, pretrain,
};
pub use crate::program::MotionProgram;
pub use crate::source::motion::{MotionNetwork, MotionSourceWeights, SourceSignals};
pub use crate::task::{
    LeaveOneOut, MotionForecast, MotionForecaster, MotionRow, MotionStream, adapt,
};
pub use crate::transform::Refurbish;

#[cfg(all(test, feature = "cpu"))]
mod tests;
