//! What users call.

mod backtest;
mod black_box;
mod classifier;
mod diagnosis;
mod distance;
mod forecaster;
mod listener;
mod motion;
mod saliency;
#[cfg(all(test, feature = "cpu"))]
mod straight;

pub use crate::fit::motion::adapt;
pub use backtest::{BacktestOptions, BacktestReport, BacktestRow, backtest};
pub use black_box::{BlackBoxScore, BlackBoxSettings, fit_black_box};
pub use classifier::{Classifier, Explanation, Prediction, Score};
pub use diagnosis::Diagnosis;
pub use distance::Distance;
pub use forecaster::{Forecast, Forecaster};
pub use listener::Listener;
pub use motion::{LeaveOneOut, MotionForecast, MotionForecaster, MotionRow, MotionStream};
