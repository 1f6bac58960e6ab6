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
#![warn(missing_docs)]

pub mod archive;
pub mod audio;
pub mod backend;
pub mod baseline;
mod error;
pub mod fit;
pub mod forecast;
pub mod kernel;
pub mod mapping;
pub mod motion;
pub mod program;
pub mod series;
pub mod source;
pub mod storage;
pub mod task;
pub mod transform;

pub use error::Error;
