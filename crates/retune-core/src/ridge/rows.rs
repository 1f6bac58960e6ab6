//! Rows that were checked, parts of them, and features at mean 0 and deviation 1.

use std::ops::Range;

use faer::Mat;
use faer::dyn_stack::{MemBuffer, StackReq};
use rayon::prelude::*;

use crate::{Error, ErrorKind};

/// What to do about values that are too large.
pub(super) const LARGE_VALUES: &str =
    "look for infinite or huge values in the series, or in the weights of a source of your own";
/// A deviation below this share of the root mean square is rounding of 32-bit numbers.
const LEAST_SHARE: f64 = 1e-5;
/// The weight is divided by the deviation, and kept in 32 bits.
const LEAST_DEVIATION: f64 = 1e-30;
/// How many features are measured together.
const FEATURES_TOGETHER: usize = 256;

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
    let Some(place) = values.iter().position(|value| !value.is_finite()) else {
        return Ok(());
    };
    let (row, place) = (place / width + 1, place % width + 1);
    let message =
        format!("row {row} of the {what} holds a value that is not finite, at place {place}");
    Err(Error::new(ErrorKind::NotFinite, message).with_hint(LARGE_VALUES))
}

/// Checks that there are rows enough to fit on, and to leave one out.
pub(super) fn check_count(rows: usize) -> Result<(), Error> {
    if rows < 2 {
        let found = if rows == 0 {
            "are no rows"
        } else {
            "is one row"
        };
        let message = format!("there {found} to fit on, expected at least 2");
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

/// The means and deviations of features, and which of them vary.
#[derive(Debug)]
pub(super) struct Standard {
    /// The features that get weights; at first those that are not constant.
    pub(super) kept: Vec<usize>,
    pub(super) means: Vec<f64>,
    pub(super) deviations: Vec<f64>,
}

impl Standard {
    /// Of features with these means and variances.
    pub(super) fn new(means: Vec<f64>, variances: impl IntoIterator<Item = f64>) -> Self {
        let variances = variances.into_iter();
        let deviations: Vec<f64> = variances.map(|one| one.max(0.0).sqrt()).collect();
        let varies = |feature: &usize| {
            let (mean, deviation) = (means[*feature], deviations[*feature]);
            deviation > LEAST_DEVIATION.max(LEAST_SHARE * deviation.hypot(mean))
        };
        Self {
            kept: (0..means.len()).filter(varies).collect(),
            means,
            deviations,
        }
    }

    /// Of the features of rows.
    pub(super) fn of(rows: &Rows) -> Self {
        let (features, width) = (rows.features, rows.width);
        let measure = |range: Range<usize>| {
            let means = means_of(features, width, range.clone(), |_, value| value);
            let square = |place: usize, value: f64| (value - means[place]).powi(2);
            let variances = means_of(features, width, range, square);
            (means, variances)
        };
        let parts = parts(rows.width, FEATURES_TOGETHER).into_par_iter();
        let (means, variances): (Vec<_>, Vec<_>) = parts.map(measure).unzip();
        Self::new(means.concat(), variances.concat())
    }

    /// The standardised values of some of the kept features in some rows, a column for each row.
    pub(super) fn values(&self, rows: &Rows, range: Range<usize>, kept: Range<usize>) -> Mat<f64> {
        let kept = &self.kept[kept];
        let mut values = Mat::zeros(kept.len(), range.len());
        for (column, row) in range.enumerate() {
            let row = &rows.features[row * rows.width..(row + 1) * rows.width];
            for (value, &index) in values.col_as_slice_mut(column).iter_mut().zip(kept) {
                *value = (f64::from(row[index]) - self.means[index]) / self.deviations[index];
            }
        }
        values
    }
}

/// The means over rows of what is made of some columns of `[rows, width]`.
pub(super) fn means_of(
    values: &[f32],
    width: usize,
    columns: Range<usize>,
    make: impl Fn(usize, f64) -> f64,
) -> Vec<f64> {
    let mut sums = vec![0.0; columns.len()];
    for row in values.chunks_exact(width) {
        for (place, (sum, value)) in sums.iter_mut().zip(&row[columns.clone()]).enumerate() {
            *sum += make(place, f64::from(*value));
        }
    }
    let rows = (values.len() / width) as f64;
    sums.iter().map(|sum| sum / rows).collect()
}
