//! Series from NumPy, and back.

use numpy::{Element, PyArray2, PyArrayMethods, PyReadonlyArray2};
use pyo3::prelude::*;

/// Series of one channel, `[cases, time]`, in any layout, read-only or not.
#[derive(FromPyObject)]
pub enum Series<'py> {
    Double(PyReadonlyArray2<'py, f64>),
    Single(PyReadonlyArray2<'py, f32>),
}

impl Series<'_> {
    /// The series as the library takes them.
    pub fn rows(&self) -> Vec<Vec<f64>> {
        match self {
            Self::Double(array) => rows(array),
            Self::Single(array) => rows(array),
        }
    }
}

fn rows<T: Element + Copy + Into<f64>>(array: &PyReadonlyArray2<'_, T>) -> Vec<Vec<f64>> {
    let rows = array.as_array();
    let rows = rows.outer_iter();
    rows.map(|row| row.iter().map(|value| (*value).into()).collect())
        .collect()
}

/// Rows of one width as an array, `[rows, width]`.
pub fn table<'py, T: Element>(
    py: Python<'py>,
    values: Vec<T>,
    width: usize,
) -> PyResult<Bound<'py, PyArray2<T>>> {
    let rows = values.len().checked_div(width).unwrap_or(0);
    numpy::PyArray1::from_vec(py, values).reshape([rows, width])
}
