//! What users call.

mod backtest;
mod classifier;
mod distance;
mod forecaster;
mod saliency;

pub use backtest::{BacktestOptions, BacktestReport, BacktestRow, backtest};
pub use classifier::{Classifier, Explanation, Prediction, Score};
pub use distance::Distance;
pub use forecaster::{Forecast, Forecaster};
