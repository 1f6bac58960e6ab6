//! Errors of the library as Python's exceptions.

use pyo3::PyErr;
use pyo3::exceptions::{PyMemoryError, PyOSError, PyRuntimeError, PyValueError};
use retune::{Error, ErrorKind};

/// An error as the exception that fits it, with what to do about it.
pub fn exception(error: Error) -> PyErr {
    let message = match error.hint() {
        Some(hint) => format!("{error}; {hint}"),
        None => error.to_string(),
    };
    match error.kind() {
        ErrorKind::Read | ErrorKind::Write => PyOSError::new_err(message),
        ErrorKind::NoMemory => PyMemoryError::new_err(message),
        ErrorKind::Backend | ErrorKind::Diverged | ErrorKind::Numeric => {
            PyRuntimeError::new_err(message)
        }
        _ => PyValueError::new_err(message),
    }
}
