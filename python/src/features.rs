//! Programs that give features.

use std::path::Path;
use std::sync::Arc;

use numpy::PyArray2;
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use retune::Engine;
use retune::engine;
use retune::fit::{self, FitSettings, Preset};
use retune::mapping::Pooling;
use retune::program::FeatureProgram;

use crate::arrays::{Series, table};
use crate::errors::exception;
use crate::programs::{ORIGIN, find, named};
use crate::run::{BATCH, run};

/// Makes a program that gives features of series like these, `[cases, time]`, and gives its bytes; `means` are
/// only the means of activations.
#[pyfunction]
#[pyo3(signature = (series, *, preset, sources=None, transforms=None, means=false, threads=1))]
pub fn fit_features<'py>(
    py: Python<'py>,
    series: Series<'py>,
    preset: &str,
    sources: Option<Vec<String>>,
    transforms: Option<Vec<String>>,
    means: bool,
    threads: usize,
) -> PyResult<Bound<'py, PyBytes>> {
    let rows = series.rows();
    let preset: Preset = preset.parse().map_err(exception)?;
    let program = run(py, threads, move |_| {
        let mut settings = FitSettings::preset(preset);
        settings.transforms = named(transforms.as_deref())?;
        let sources = match sources {
            Some(names) => find(Some(&names))?,
            None => preset.find_sources()?,
        };
        let pooling = if means { Pooling::Means } else { Pooling::All };
        fit::fit_features(&rows, &sources, &settings, pooling)?.to_bytes()
    })?;
    Ok(PyBytes::new(py, &program))
}

/// A program beside its sources, ready to give features.
#[pyclass(frozen, module = "retune_ts._native")]
pub struct FeatureExtractor(Arc<engine::FeatureExtractor>);

#[pymethods]
impl FeatureExtractor {
    /// From the bytes of a program; sources that are not shipped are given by the paths of their files.
    #[new]
    #[pyo3(signature = (program, sources=None))]
    fn new(py: Python<'_>, program: &[u8], sources: Option<Vec<String>>) -> PyResult<Self> {
        let program = program.to_vec();
        let loaded = run(py, 1, move |_| {
            let program = FeatureProgram::from_bytes(&program, Path::new(ORIGIN))?;
            let found = program.find_sources(&find(sources.as_deref())?)?;
            engine::FeatureExtractor::new(Engine::cpu()?, program, &found)
        });
        loaded.map(|found| Self(Arc::new(found)))
    }

    /// How many values a series has.
    #[getter]
    fn series_length(&self) -> usize {
        self.0.program().series_length()
    }

    /// How many features a series has.
    #[getter]
    fn width(&self) -> usize {
        self.0.width()
    }

    /// The features, `[cases, width]`.
    #[pyo3(signature = (series, *, threads=1))]
    fn features<'py>(
        &self,
        py: Python<'py>,
        series: Series<'py>,
        threads: usize,
    ) -> PyResult<Bound<'py, PyArray2<f32>>> {
        let rows = series.rows();
        let program = self.0.clone();
        let found = run(py, threads, move |interrupt| {
            let mut found = Vec::with_capacity(rows.len() * program.width());
            for part in rows.chunks(BATCH) {
                interrupt.check();
                let features = program.features(part);
                // Asked for all, it names the case by its place among all.
                let features =
                    features.map_err(|error| program.features(&rows).err().unwrap_or(error))?;
                found.extend(features.concat());
            }
            Ok(found)
        })?;
        table(py, found, self.0.width())
    }
}
