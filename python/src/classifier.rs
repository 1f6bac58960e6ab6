//! Programs that classify.

use std::path::Path;
use std::sync::Arc;

use numpy::{PyArray1, PyArray2};
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use retune::fit::{FitSettings, LeftOut, Preset};
use retune::program::Program;
use retune::series::{ColumnOrder, Split};
use retune::table::ReadAs;
use retune::{Engine, engine};

use crate::arrays::{Series, table};
use crate::errors::exception;
use crate::programs::{ORIGIN, find, named};
use crate::run::{BATCH, run};

/// A program, and for training series that were left out their places and probabilities, `[places, classes]`,
/// where readouts in closed form tell.
type Fitted<'py> = (
    Bound<'py, PyBytes>,
    Option<(Vec<usize>, Bound<'py, PyArray2<f64>>)>,
);

/// Fits a program to series, `[cases, time]`, and their labels; the names of the columns, where they have some.
#[pyfunction]
#[pyo3(signature = (series, labels, *, preset, sources=None, transforms=None, parts=None, seed=0, threads=1, columns=None))]
#[expect(clippy::too_many_arguments, reason = "by keyword, from Python")]
pub fn fit_classifier<'py>(
    py: Python<'py>,
    series: Series<'py>,
    labels: Vec<String>,
    preset: &str,
    sources: Option<Vec<String>>,
    transforms: Option<Vec<String>>,
    parts: Option<usize>,
    seed: u64,
    threads: usize,
    columns: Option<Vec<String>>,
) -> PyResult<Fitted<'py>> {
    let split = Split {
        columns: columns.as_deref().and_then(order),
        ..Split::new(series.rows(), labels)
    };
    let preset: Preset = preset.parse().map_err(exception)?;
    let mut settings = FitSettings::preset(preset);
    settings.seed = seed;
    settings.parts = parts.or(settings.parts);
    settings.transforms = named(transforms.as_deref()).map_err(exception)?;
    let (program, left_out) = run(py, threads, move |interrupt| {
        let sources = find(sources.as_deref())?;
        let builder = Engine::cpu()?.classifier().sources(&sources);
        let builder = builder.settings(settings);
        let builder = builder.on_progress(|_| interrupt.check());
        let fitted = builder.fit(&split)?;
        Ok((fitted.program().to_bytes()?, fitted.left_out().cloned()))
    })?;
    let left_out = left_out.map(
        |LeftOut {
             rows,
             probabilities,
         }| {
            let classes = probabilities.first().map_or(0, Vec::len);
            Ok::<_, PyErr>((rows, table(py, probabilities.concat(), classes)?))
        },
    );
    Ok((PyBytes::new(py, &program), left_out.transpose()?))
}

/// How columns with these names stand.
fn order(names: &[String]) -> Option<ColumnOrder> {
    ColumnOrder::of(names.iter().map(String::as_str))
}

/// A program beside its sources, ready to classify.
#[pyclass(frozen, module = "retune_ts._native")]
pub struct Classifier(Arc<engine::Classifier>);

#[pymethods]
impl Classifier {
    /// From the bytes of a program; sources that are not shipped are given by the paths of their files.
    #[new]
    #[pyo3(signature = (program, sources=None))]
    fn new(py: Python<'_>, program: &[u8], sources: Option<Vec<String>>) -> PyResult<Self> {
        let program = program.to_vec();
        let loaded = run(py, 1, move |_| {
            let program = Program::from_bytes(&program, Path::new(ORIGIN))?;
            let found = program.find_sources(&find(sources.as_deref())?)?;
            engine::Classifier::new(Engine::cpu()?, program, &found)
        });
        loaded.map(|found| Self(Arc::new(found)))
    }

    /// The class labels, in the order of the probabilities.
    #[getter]
    fn labels(&self) -> Vec<String> {
        self.0.program().labels().to_vec()
    }

    /// How many values a series has.
    #[getter]
    fn series_length(&self) -> usize {
        self.0.program().series_length()
    }

    /// Refuses the columns that were fitted on in another order; false where it was fitted without names.
    fn check_columns(&self, names: Vec<String>) -> PyResult<bool> {
        let split = Split {
            columns: order(&names),
            read_as: ReadAs::new(Path::new("X"), String::new()),
            ..Split::default()
        };
        let program = self.0.program();
        program.check_columns(&split).map_err(exception)?;
        Ok(program.columns().is_some())
    }

    /// The preset that it was fitted by.
    #[getter]
    fn preset(&self) -> &str {
        &self.0.program().settings().preset
    }

    /// The names of the sources and the sha256 of their files.
    #[getter]
    fn sources(&self) -> Vec<(String, String)> {
        let sources = self.0.program().sources().iter();
        let named = sources.map(|source| (source.name.clone(), source.sha256.clone()));
        named.collect()
    }

    /// Of each part the name of its source, its transform, its mapping and its weight.
    #[getter]
    fn parts(&self) -> Vec<(String, String, String, f32)> {
        let program = self.0.program();
        let parts = program.parts().iter().map(|part| {
            let source = program.sources()[part.source].name.clone();
            let (transform, mapping) = (part.transform.name(), part.mapping.name());
            (
                source,
                transform.to_owned(),
                mapping.to_owned(),
                part.weight,
            )
        });
        parts.collect()
    }

    /// The scores of the fit by name, as of leaving one series out at a time.
    #[getter]
    fn scores(&self) -> Vec<(String, f64)> {
        let scores = self.0.program().scores().iter();
        scores.map(|(name, score)| (name.clone(), *score)).collect()
    }

    /// The probabilities of the classes, `[cases, classes]`.
    #[pyo3(signature = (series, *, threads=1))]
    fn predict_proba<'py>(
        &self,
        py: Python<'py>,
        series: Series<'py>,
        threads: usize,
    ) -> PyResult<Bound<'py, PyArray2<f32>>> {
        let rows = series.rows();
        let classes = self.0.program().labels().len();
        let program = self.0.clone();
        let found = run(py, threads, move |interrupt| {
            let mut found = Vec::with_capacity(rows.len() * classes);
            for part in rows.chunks(BATCH) {
                interrupt.check();
                let predictions = program.predict(part);
                // Asked for all, it names the case by its place among all.
                let predictions =
                    predictions.map_err(|error| program.predict(&rows).err().unwrap_or(error))?;
                for prediction in predictions {
                    found.extend(prediction.probabilities);
                }
            }
            Ok(found)
        })?;
        table(py, found, classes)
    }

    /// What a source hears of a series by one part of the program, counted from 0: samples, and their rate.
    fn hear<'py>(
        &self,
        py: Python<'py>,
        series: Vec<f64>,
        part: usize,
    ) -> PyResult<(Bound<'py, PyArray1<f32>>, u32)> {
        let program = self.0.clone();
        let (samples, rate) = run(py, 1, move |_| {
            Ok((program.hear(&series, part)?, program.rate(part)?))
        })?;
        Ok((PyArray1::from_vec(py, samples), rate))
    }

    /// What a source makes of a series by one part: the plane that it hears, `[frames, filters]`, its attention
    /// to each frame, and its words with their probabilities.
    #[allow(clippy::type_complexity, reason = "a tuple, for Python")]
    fn explain<'py>(
        &self,
        py: Python<'py>,
        series: Vec<f64>,
        part: usize,
    ) -> PyResult<(
        Bound<'py, PyArray2<f32>>,
        Bound<'py, PyArray1<f32>>,
        Vec<(String, f32)>,
    )> {
        let program = self.0.clone();
        let found = run(py, 1, move |_| program.explain(&series, part))?;
        Ok((
            table(py, found.plane, found.filters)?,
            PyArray1::from_vec(py, found.attention),
            found.words,
        ))
    }

    /// How much the answer rests on each value of a series; the largest is 1.
    #[pyo3(signature = (series, *, threads=1))]
    fn saliency<'py>(
        &self,
        py: Python<'py>,
        series: Vec<f64>,
        threads: usize,
    ) -> PyResult<Bound<'py, PyArray1<f32>>> {
        let program = self.0.clone();
        let found = run(py, threads, move |_| program.saliency(&series))?;
        Ok(PyArray1::from_vec(py, found))
    }
}
