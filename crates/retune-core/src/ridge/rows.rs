//! Rows that were checked, and parts of them.

use std::ops::Range;

use faer::dyn_stack::{MemBuffer, StackReq};

use crate::{Error, ErrorKind};

/// The features of rows: whole rows of at least one value, all finite.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rows<'a> {
    /// `[rows, width]` row by row.
    pub(super) features: &'a [f32],
    pub(super) width: usize,
}

impl<'a> Rows<'a> {
    /// Checks that these make `rows` rows of `width` features and of `count` targets, all finite.
    pub(super) fn new(
        (features, width): (&'a [f32], usize),
        (targets, count): (&[f32], usize),
        rows: usize,
    ) -> Result<Self, Error> {
        if width == 0
            || count == 0
            || rows.checked_mul(width) != Some(features.len())
            || rows.checked_mul(count) != Some(targets.len())
        {
            let (features, targets) = (features.len(), targets.len());
            let message = format!(
                "{features} features and {targets} targets do not make {rows} rows of equal length"
            );
            return Err(Error::new(ErrorKind::Mismatch, message));
        }
        check_finite("features", features, width)?;
        check_finite("targets", targets, count)?;
        Ok(Self { features, width })
    }

    pub(super) fn len(&self) -> usize {
        self.features.len() / self.width
    }
}

/// Checks that all values are finite; `width` of them make a row.
pub(super) fn check_finite(what: &str, values: &[f32], width: usize) -> Result<(), Error> {
    match values.iter().position(|value| !value.is_finite()) {
        Some(place) => {
            let (row, place) = (place / width + 1, place % width + 1);
            let message = format!(
                "row {row} of the {what} holds a value that is not finite, at place {place}"
            );
            Err(Error::new(ErrorKind::NotFinite, message)
                .with_hint("look for infinite or huge values in the series"))
        }
        None => Ok(()),
    }
}

/// Checks that there are rows enough to fit on, and to leave one out.
pub(super) fn check_count(rows: usize) -> Result<(), Error> {
    if rows < 2 {
        let message = format!("there are {rows} rows to fit on, expected at least 2");
        return Err(Error::new(ErrorKind::TooShort, message)
            .with_hint("give more series, or a longer history"));
    }
    Ok(())
}

/// Rows, moments or a model of other numbers of features or targets than these.
pub(super) fn mismatch(features: usize, targets: usize) -> Error {
    let message = format!(
        "the sizes do not match, expected rows of {features} features and {targets} targets"
    );
    Error::new(ErrorKind::Mismatch, message)
}

/// Features that depend on each other more than the penalties make up for.
pub(super) fn no_decomposition() -> Error {
    let message = "the features have no stable decomposition with these penalties";
    Error::new(ErrorKind::Numeric, message).with_hint("try larger penalties or another scaling")
}

/// Memory for the decomposition of so many rows or features.
pub(super) fn memory(needed: StackReq, size: usize) -> Result<MemBuffer, Error> {
    MemBuffer::try_new(needed).map_err(|_| {
        let message = format!("there is not enough memory for a decomposition of size {size}");
        Error::new(ErrorKind::NoMemory, message).with_hint("use fewer features")
    })
}

/// The numbers below `size` in parts of `length`, the last one maybe shorter.
pub(super) fn parts(size: usize, length: usize) -> Vec<Range<usize>> {
    let part = |start: usize| start..(start + length).min(size);
    (0..size).step_by(length).map(part).collect()
}
