//! The part of [Retune](https://docs.rs/retune) that needs no tensor library.
//!
//! - [`series`]: data sets, file formats, catalogue and cache, scaling
//! - [`table`]: delimited text, the one reader under series, forecasts and motion
//! - [`audio`]: WAV files and resampling
//! - [`forecast`]: histories, their times, windows, intervals
//! - [`motion`]: recordings of joints, windows of them, scores
//! - [`ridge`], [`stacking`], [`probability`]: linear models in closed form, which to keep, calibration
//! - [`baseline`]: what to compare with
//! - [`archive`]: sweeps over many data sets, statistics, reports
//! - [`storage`]: named tensors as safetensors bytes, and files that are written whole
#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod archive;
mod argmax;
mod atomic;
pub mod audio;
pub mod baseline;
#[cfg(test)]
mod cases;
mod error;
pub mod forecast;
mod input;
pub mod memory;
pub mod motion;
pub mod probability;
pub mod ridge;
pub mod series;
pub mod stacking;
pub mod storage;
pub mod table;
pub mod wording;
#[cfg(feature = "npz")]
mod zipped;

pub use argmax::argmax;
pub use error::{Error, ErrorKind, Setting};
