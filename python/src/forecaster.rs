//! Programs that forecast.

use std::path::Path;
use std::sync::Arc;

use numpy::{PyArray2, PyReadonlyArray1};
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use retune::fit::ForecastSettings;
use retune::forecast::{History, Timeline, season};
use retune::program::ForecastProgram;
use retune::source::{DEFAULT_SOURCE, SourceWeights};
use retune::{Engine, engine};

use crate::arrays::table;
use crate::programs::{ORIGIN, find};
use crate::run::run;

/// Forecasts, `[histories, horizon]`, and the lower and upper ends of their intervals by level.
type Forecasts<'py> = (
    Bound<'py, PyArray2<f64>>,
    Vec<(f64, Bound<'py, PyArray2<f64>>, Bound<'py, PyArray2<f64>>)>,
);

/// Fits a program to histories, and gives its bytes. A season is found where it is none; 0 is for no season.
#[pyfunction]
#[pyo3(signature = (histories, *, horizon, context=None, season=None, source=None, seed=0, threads=1))]
#[expect(clippy::too_many_arguments, reason = "by keyword, from Python")]
pub fn fit_forecaster<'py>(
    py: Python<'py>,
    histories: Vec<PyReadonlyArray1<'py, f64>>,
    horizon: usize,
    context: Option<usize>,
    season: Option<usize>,
    source: Option<String>,
    seed: u64,
    threads: usize,
) -> PyResult<Bound<'py, PyBytes>> {
    let histories = values(&histories).into_iter().zip(1..);
    let histories = histories.map(|(values, number)| History {
        name: i32::to_string(&number),
        timeline: Timeline::counts(),
        values,
    });
    let histories: Vec<History> = histories.collect();
    let program = run(py, threads, move |interrupt| {
        let season = match season {
            None => season::common(&histories),
            Some(0) => None,
            given => given,
        };
        let mut settings = ForecastSettings::new(&histories, horizon, season)?;
        settings.context = context.unwrap_or(settings.context);
        settings.seed = seed;
        let source = SourceWeights::find(source.as_deref().unwrap_or(DEFAULT_SOURCE))?;
        let fit = engine::Forecaster::fit;
        let fitted = fit(Engine::cpu()?, &histories, &source, &settings, &mut |_| {
            interrupt.check();
        })?;
        fitted.program().to_bytes()
    })?;
    Ok(PyBytes::new(py, &program))
}

/// The values of histories.
fn values(histories: &[PyReadonlyArray1<'_, f64>]) -> Vec<Vec<f64>> {
    let histories = histories.iter();
    histories
        .map(|history| history.as_array().to_vec())
        .collect()
}

/// A program beside its source, ready to forecast.
#[pyclass(frozen, module = "retune_ts._native")]
pub struct Forecaster(Arc<engine::Forecaster>);

#[pymethods]
impl Forecaster {
    /// From the bytes of a program; a source that is not shipped is given by the path of its file.
    #[new]
    #[pyo3(signature = (program, sources=None))]
    fn new(py: Python<'_>, program: &[u8], sources: Option<Vec<String>>) -> PyResult<Self> {
        let program = program.to_vec();
        let loaded = run(py, 1, move |_| {
            let program = ForecastProgram::from_bytes(&program, Path::new(ORIGIN))?;
            let found = program.find_sources(&find(sources.as_deref())?)?;
            engine::Forecaster::new(Engine::cpu()?, program, &found[0])
        });
        loaded.map(|found| Self(Arc::new(found)))
    }

    /// How many values a forecast is made from.
    #[getter]
    fn context(&self) -> usize {
        self.0.program().context()
    }

    /// How many values are forecast.
    #[getter]
    fn horizon(&self) -> usize {
        self.0.program().horizon()
    }

    /// What comes after each history, with the lower and upper ends of its intervals by level.
    #[pyo3(signature = (histories, *, threads=1))]
    fn forecast<'py>(
        &self,
        py: Python<'py>,
        histories: Vec<PyReadonlyArray1<'py, f64>>,
        threads: usize,
    ) -> PyResult<Forecasts<'py>> {
        let horizon = self.horizon();
        let (program, histories) = (self.0.clone(), values(&histories));
        let found = run(py, threads, move |_| {
            let histories: Vec<&[f64]> = histories.iter().map(Vec::as_slice).collect();
            program.forecast(&histories)
        })?;
        let levels = found.first().map_or(0, |one| one.intervals.len());
        let values = found.iter().flat_map(|one| one.values.iter().copied());
        let intervals = (0..levels).map(|level| {
            let all = || found.iter().map(|one| &one.intervals[level]);
            let lower = all().flat_map(|one| one.lower.iter().copied());
            let upper = all().flat_map(|one| one.upper.iter().copied());
            Ok((
                found[0].intervals[level].level,
                table(py, lower.collect(), horizon)?,
                table(py, upper.collect(), horizon)?,
            ))
        });
        Ok((
            table(py, values.collect(), horizon)?,
            intervals.collect::<PyResult<_>>()?,
        ))
    }
}
