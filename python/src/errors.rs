//! Errors of the library as Python's exceptions.

use pyo3::PyErr;
use std::error::Error as _;
use std::io;

use pyo3::exceptions::{
    PyFileNotFoundError, PyMemoryError, PyOSError, PyPermissionError, PyRuntimeError, PyValueError,
};
use retune::{Error, ErrorKind};

/// An error as the exception that fits it, with what to do about it.
pub fn exception(error: Error) -> PyErr {
    let message = match error.hint() {
        Some(hint) => format!("{error}; {hint}"),
        None => error.to_string(),
    };
    match error.kind() {
        ErrorKind::Read | ErrorKind::Write => of_system(&error, message),
        ErrorKind::NoMemory => PyMemoryError::new_err(message),
        ErrorKind::Backend | ErrorKind::Diverged | ErrorKind::Numeric => {
            PyRuntimeError::new_err(message)
        }
        _ => PyValueError::new_err(message),
    }
}

/// What the system refused, by the exception that Python has for it.
fn of_system(error: &Error, message: String) -> PyErr {
    let source = error.source();
    let source = source.and_then(|source| source.downcast_ref::<io::Error>());
    match source.map(io::Error::kind) {
        Some(io::ErrorKind::NotFound) => PyFileNotFoundError::new_err(message),
        Some(io::ErrorKind::PermissionDenied) => PyPermissionError::new_err(message),
        _ => PyOSError::new_err(message),
    }
}
