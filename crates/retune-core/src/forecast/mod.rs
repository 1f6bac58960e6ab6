//! Forecasting on the host: histories with their times, seasons, windows, what to compare with,
//! how good a forecast is, and intervals around it.
//!
//! [`History::read`] takes a table; the [`Timeline`] of a history goes on after its last value.
//! [`season::period`] finds what repeats, [`Control`] forecasts by it. A [`ScaledWindow`] is what a
//! model sees, [`Backtest`] says where windows end, and [`ridge`](crate::ridge) fits a model to
//! more of them than memory holds. [`metrics`] and [`Scorer`] score forecasts, [`Conformal`] puts
//! intervals around them.
//!
//! Everything here gives the same bits on any number of threads.

mod backtest;
mod check;
mod control;
mod history;
mod interval;
pub mod metrics;
mod options;
mod scaled;
mod scorer;
pub mod season;
mod timeline;

pub use backtest::Backtest;
pub use control::Control;
pub use history::{Histories, History};
pub use interval::{Conformal, Interval, LEVELS};
pub use options::{Fill, HistoryOptions};
pub use scaled::{ScaledWindow, season_ahead};
pub use scorer::{ForecastScores, IntervalScore, Scorer};
pub use timeline::{Step, Timeline, Tolerance};
