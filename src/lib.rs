#![doc = include_str!("../README.md")]
//!
//! # Modules
//!
//! Data flows down this list:
//!
//! - [`series`], [`audio`], [`forecast`], [`motion`]: what comes in, from the files that people have
//! - [`kernel`]: the expensive operations behind Burn's generics, and the backends
//! - [`source`]: frozen source models: what they take and give, and their weights
//! - [`transform`]: how a case becomes an input of a source
//! - [`mapping`]: how a source's answer becomes scores
//! - [`train`]: how numbers are found
//! - [`program`]: the trained artefact
//! - [`fit`]: settings, presets, what is trained: gives a program
//! - [`task`]: what you call, over any backend
//! - [`engine`]: the same over a backend chosen at run time
//! - [`ridge`], [`stacking`], [`probability`]: readouts in closed form, which to keep, calibration
//! - [`baseline`]: what to compare with
//! - [`archive`]: sweeps over many data sets, statistics, reports
//! - [`storage`]: named tensors as safetensors bytes
#![cfg_attr(test, allow(clippy::unwrap_used))]

#[cfg(any(feature = "cpu", feature = "wgpu"))]
pub mod engine;
pub mod fit;
mod limits;
pub mod mapping;
pub mod motion;
mod parameters;
pub mod program;
mod registry;
mod setting;
pub mod source;
pub mod task;
pub mod train;
pub mod transform;

/// The examples of a page of the book, which are compiled and run with those of the library.
#[cfg(doctest)]
#[doc = include_str!("../docs/book/rust.md")]
struct RustPage;

#[cfg(any(feature = "cpu", feature = "wgpu"))]
pub use engine::Engine;
pub use parameters::{Numbers, Parameters};
pub use retune_core::{Error, ErrorKind};
pub use retune_core::{
    archive, audio, baseline, forecast, probability, ridge, series, stacking, storage, table,
    wording,
};
pub use retune_kernels as kernel;
