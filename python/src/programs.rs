//! Programs as bytes, and their sources.

use std::path::{Path, PathBuf};

use pyo3::prelude::*;
use retune::program::Task;
use retune::source::SourceWeights;
use retune::storage::write_whole;
use retune::transform::{self, Transform};
use retune::{Error, ErrorKind};

use crate::errors::exception;
use crate::run::run;

/// What errors call a program that is no file.
pub const ORIGIN: &str = "the program";

/// What the program in some bytes predicts: "classification", "features", "forecasting" or "motion".
#[pyfunction]
pub fn task(program: &[u8]) -> PyResult<String> {
    let task = Task::of_bytes(program, Path::new(ORIGIN)).map_err(exception)?;
    Ok(task.to_string())
}

/// Writes a program file whole, in the place of an old one.
#[pyfunction]
pub fn write(py: Python<'_>, path: PathBuf, program: &[u8]) -> PyResult<()> {
    let program = program.to_vec();
    run(py, 1, move |_| {
        write_whole(&path, &program).map_err(|error| Error::write(&path, error))
    })
}

/// Sources by name or path.
pub fn find(names: Option<&[String]>) -> Result<Vec<SourceWeights>, Error> {
    let names = names.unwrap_or_default().iter();
    names.map(|name| SourceWeights::find(name)).collect()
}

/// Transforms by name, where some were named.
pub fn named(names: Option<&[String]>) -> Result<Option<Vec<Transform>>, Error> {
    let named = |name: &String| {
        Transform::named(name).ok_or_else(|| {
            let known: Vec<&str> = transform::names().iter().map(|one| one.name).collect();
            let known = known.join(", ");
            let message = format!("there is no transform {name:?}; expected one of {known}");
            Error::new(ErrorKind::UnknownName, message)
        })
    };
    names
        .map(|names| names.iter().map(named).collect())
        .transpose()
}
