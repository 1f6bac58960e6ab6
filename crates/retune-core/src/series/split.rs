//! The series of one file.

use std::path::Path;

use super::assemble::{assemble, check_labels};
use super::format::{self, Layout, RawFile};
use super::{ReadOptions, SeriesError, Unequal};

/// Labelled (or unlabelled) series of one file, as written there: not scaled.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Split {
    /// The series, `[series][time]`. Reading makes them all equally long, at least one value, and
    /// finite.
    pub series: Vec<Vec<f32>>,
    /// The label of each series as written, without white space around it; empty when the file has
    /// no labels.
    pub labels: Vec<String>,
}

impl AsRef<[Vec<f32>]> for Split {
    fn as_ref(&self) -> &[Vec<f32>] {
        &self.series
    }
}

impl Split {
    /// Reads a file in the format of its extension.
    ///
    /// # Errors
    ///
    /// Any [`SeriesError`] about the file, with the line and field where it is wrong.
    pub fn read(path: &Path, options: &ReadOptions) -> Result<Self, SeriesError> {
        let layout = Layout {
            label: &options.label,
            length: None,
            resample: false,
        };
        assemble(format::read(path, &layout)?, options, None)
    }

    /// Reads a file to predict, whose series must have `length` values.
    ///
    /// In a `.csv`, `.tsv` or `.txt` file rows of `length` fields have no label, and rows of
    /// `length + 1` fields have one at [`ReadOptions::label`]. With [`Unequal::Resample`] rows of
    /// any other number of fields have one as well, unless that is
    /// [`LabelColumn::Absent`](super::LabelColumn::Absent).
    /// `.ts` and `.arff` files say in their headers whether they have labels.
    ///
    /// # Errors
    ///
    /// Any [`SeriesError`] about the file, with the line and field where it is wrong.
    pub fn read_for_length(
        path: &Path,
        length: usize,
        options: &ReadOptions,
    ) -> Result<Self, SeriesError> {
        assemble(read_raw(path, length, options)?, options, Some(length))
    }

    /// Reads a file to score a program on: as [`Split::read_for_length`], but every series must
    /// have one of the `known` labels.
    ///
    /// # Errors
    ///
    /// As there; and [`SeriesError::Unlabelled`] or [`SeriesError::UnknownLabel`].
    pub fn read_to_score(
        path: &Path,
        length: usize,
        known: &[String],
        options: &ReadOptions,
    ) -> Result<Self, SeriesError> {
        let raw = read_raw(path, length, options)?;
        check_labels(&raw, known)?;
        assemble(raw, options, Some(length))
    }

    /// Writes a file in the format of its extension; `name` is what `.ts` and `.arff` headers call
    /// the data. Reading the file again gives the same split.
    ///
    /// # Errors
    ///
    /// [`SeriesError::NotWritable`] when the split is empty, has values that are not finite, another
    /// number of labels than series, or a label that the format cannot hold, and
    /// [`SeriesError::Write`] when the file cannot be written.
    pub fn write(&self, path: &Path, name: &str) -> Result<(), SeriesError> {
        format::write(self, path, name)
    }

    /// How many series there are.
    pub fn len(&self) -> usize {
        self.series.len()
    }

    /// Whether there is no series; never after reading.
    pub fn is_empty(&self) -> bool {
        self.series.is_empty()
    }
}

/// The rows of a file whose series should have `length` values.
fn read_raw(path: &Path, length: usize, options: &ReadOptions) -> Result<RawFile, SeriesError> {
    let layout = Layout {
        label: &options.label,
        length: Some(length),
        resample: options.unequal == Unequal::Resample,
    };
    format::read(path, &layout)
}
