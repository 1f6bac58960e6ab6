//! What users call.

mod backtest;
mod black_box;
mod classifier;
mod diagnosis;
mod distance;
mod feature_extractor;
mod forecaster;
mod motion;
mod saliency;
mod score;
#[cfg(all(test, feature = "cpu"))]
mod straight;

pub use crate::fit::motion::adapt;
pub use backtest::{BacktestOptions, BacktestReport, BacktestRow, backtest};
pub use black_box::{BlackBoxScore, BlackBoxSettings, fit_black_box};
pub use classifier::{Classifier, Explanation};
pub use diagnosis::Diagnosis;
pub use distance::Distance;
pub use feature_extractor::FeatureExtractor;
pub use forecaster::{Forecast, Forecaster};
pub use motion::{LeaveOneOut, MotionForecast, MotionForecaster, MotionRow, MotionStream};
pub use score::{Prediction, Score};
