//! Forecasting joint motion with a frozen network, and adapting what goes into it to a person.
//!
//! After Dey and Nair, "ReMAP: neural model reprogramming with network inversion and
//! retrieval-augmented mapping for adaptive motion forecasting" (NeurIPS 2024, arXiv 2403.06569):
//! a temporal convolutional network learns the motion of able-bodied people and is frozen; a small
//! *refurbish module* turns the signals of a person who walks otherwise into inputs that the
//! network makes the right forecast of. Its forecast is the answer as it is.
//!
//! All angles that go in and come out are degrees; the source scales them by the joint's mean and
//! deviation over the able-bodied training samples.
//!
//! - [`MotionSourceWeights`]: the network's weights and what it takes
//! - [`pretrain`]: training on able-bodied windows
//! - [`adapt`]: fitting a refurbish module; [`fine_tune`] and [`from_scratch`] to compare with
//! - [`MotionForecaster`], [`ForecastStream`]: forecasts of windows and sample by sample
//! - [`Stretch`]: which part of a person's recording is for adapting

mod adapt;
mod baseline;
mod correction;
mod dense;
mod error;
mod forecaster;
mod initial;
mod network;
mod pretrain;
mod program;
mod refurbish;
mod scale;
mod signals;
mod stream;
mod stretch;
mod train;
mod weights;

pub use adapt::{AdaptLoss, AdaptSettings, adapt};
pub use baseline::{BaselineSettings, fine_tune, from_scratch, hold_last};
pub use correction::Correction;
pub use error::MotionModelError;
pub use forecaster::MotionForecaster;
pub use network::MotionNetwork;
pub use pretrain::{PretrainSettings, Pretrained, pretrain};
pub use program::{MotionProgram, MotionProgramHeader};
pub use refurbish::{Refurbish, RefurbishSize};
pub use signals::SourceSignals;
pub use stream::{Forecast, ForecastStream};
pub use stretch::{PersonSplit, Stretch};
pub use train::{TrainProgress, TrainSettings};
pub use weights::MotionSourceWeights;

#[cfg(all(test, feature = "cpu"))]
mod tests;
