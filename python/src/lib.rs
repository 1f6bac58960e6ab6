//! The compiled part of the Python package `retune_ts`: programs as bytes, series as arrays.
//!
//! Estimators are written in Python on top of it. Each call releases the GIL, can be interrupted, and runs
//! on threads of its own process.

mod arrays;
mod classifier;
mod errors;
mod features;
mod forecaster;
mod motion;
mod programs;
mod run;

use pyo3::prelude::*;

/// Programs and series, without estimators.
#[pymodule]
mod _native {
    #[pymodule_export]
    use crate::classifier::{Classifier, fit_classifier};
    #[pymodule_export]
    use crate::features::{FeatureExtractor, fit_features};
    #[pymodule_export]
    use crate::forecaster::{Forecaster, fit_forecaster};
    #[pymodule_export]
    use crate::motion::{MotionStream, fit_motion};
    #[pymodule_export]
    use crate::programs::{task, write};

    /// The release.
    #[pymodule_export]
    const VERSION: &str = env!("CARGO_PKG_VERSION");
    /// GunPoint's training split, as a .ts file.
    #[pymodule_export]
    const GUNPOINT_TRAIN: &str = include_str!("../../data/GunPoint/GunPoint_TRAIN.ts");
    /// GunPoint's test split.
    #[pymodule_export]
    const GUNPOINT_TEST: &str = include_str!("../../data/GunPoint/GunPoint_TEST.ts");
}
