//! Forecasting on the host: histories and their times, windows, seasons, what to compare with, and
//! how good a forecast is.
//!
//! [`History`] reads tables of histories; a history's [`Timeline`] goes on after its last value.
mod control;
mod error;
mod hint;
mod history;
mod interval;
mod judge;
pub mod metrics;
mod number;
mod options;
mod place;
pub mod ridge;
pub mod season;
mod timeline;
mod window;
mod wording;

pub use control::Control;
pub use error::ForecastError;
pub use history::History;
pub use interval::{Conformal, Interval, LEVELS};
pub use judge::{IntervalScore, Judge, JudgedScores};
pub use options::{HistoryOptions, Missing};
pub use place::FilePlace;
pub use timeline::{Step, Timeline};
pub use window::{Backtest, ScaledWindow, season_ahead};
