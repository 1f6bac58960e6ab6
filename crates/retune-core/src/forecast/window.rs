//! Windows of a history: scaled for a model, and cut out for training and for scoring it.

mod backtest;
mod scaled;

pub use backtest::Backtest;
pub(super) use scaled::spread;
pub use scaled::{ScaledWindow, season_ahead};
