//! Rows that were checked, and parts of them.

use std::ops::Range;

use super::RidgeError;

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
    ) -> Result<Self, RidgeError> {
        if width == 0
            || count == 0
            || rows.checked_mul(width) != Some(features.len())
            || rows.checked_mul(count) != Some(targets.len())
        {
            return Err(RidgeError::Shape {
                features: features.len(),
                targets: targets.len(),
                rows,
            });
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
pub(super) fn check_finite(
    what: &'static str,
    values: &[f32],
    width: usize,
) -> Result<(), RidgeError> {
    match values.iter().position(|value| !value.is_finite()) {
        Some(place) => Err(RidgeError::NotFinite {
            what,
            row: place / width + 1,
            place: place % width + 1,
        }),
        None => Ok(()),
    }
}

/// The numbers below `size` in parts of `length`, the last one maybe shorter.
pub(super) fn parts(size: usize, length: usize) -> Vec<Range<usize>> {
    let part = |start: usize| start..(start + length).min(size);
    (0..size).step_by(length).map(part).collect()
}
