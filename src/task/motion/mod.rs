//! Predicting motion, and what adapting to a person is compared with.

mod comparison;
mod forecaster;
mod stream;

pub use comparison::{LeaveOneOut, MotionRow};
pub use forecaster::MotionForecaster;
pub use stream::{MotionForecast, MotionStream};
