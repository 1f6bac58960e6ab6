#![doc = include_str!("../README.md")]
//!
//! # Modules
//!
//! Data flows down this list:
//!
//! - [`series`]: data sets, file formats, catalogue and cache, scaling
//! - [`audio`]: WAV, resampling, the mel front end's numbers
//! - [`kernel`]: the expensive operations behind Burn's generics
//! - [`source`]: frozen source models, their weights, pretraining
//! - [`transform`]: how a series becomes audio
//! - [`mapping`]: how the source's answer becomes a class
//! - [`forecast`]: histories, their times, windows, intervals, a linear readout
//! - [`motion`]: recordings of joints, windows of them, scores, made-up walking
//! - [`fit`]: settings, presets, training
//! - [`program`]: the trained artefact
//! - [`task`]: what you call
//! - [`baseline`]: what to compare with
//! - [`archive`]: sweeps over many data sets, statistics, reports
//! - [`backend`]: CPU or GPU
//! - [`storage`]: named tensors as safetensors bytes
#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod engine;
mod error;
pub mod fit;
pub mod mapping;
pub mod motion;
mod parameters;
pub mod program;
mod registry;
pub mod source;
pub mod task;
pub mod train;
pub mod transform;

pub use engine::Engine;
pub use error::Error;
pub use parameters::{Numbers, Parameters};
pub(crate) use retune_core::wording;
pub use retune_core::{
    archive, audio, baseline, forecast, probability, ridge, series, stacking, storage,
};
pub use retune_kernels as kernel;
