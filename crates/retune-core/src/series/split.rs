//! The series of one file.

use std::path::Path;

use super::ReadOptions;
use super::assemble::{assemble, check_labels, unlabelled};
use super::format::{self, Layout};
use crate::Error;
use crate::table::ReadAs;

/// Labelled (or unlabelled) series of one file, as written there: not scaled.
#[derive(Debug, Clone, PartialEq)]
pub struct Split {
    /// The series, `[series][time]`. Reading makes them all equally long, at least one value, and
    /// finite.
    pub series: Vec<Vec<f64>>,
    /// The label of each series as written, without white space around it; empty when the file has
    /// no labels.
    pub labels: Vec<String>,
    /// How many channels each series has, which stand one after the other: `[channels, time]`.
    pub channels: usize,
    /// How the file was read; nothing for series that come from elsewhere.
    pub read_as: ReadAs,
}

impl Default for Split {
    fn default() -> Self {
        Self::new(Vec::new(), Vec::new())
    }
}

impl AsRef<[Vec<f64>]> for Split {
    fn as_ref(&self) -> &[Vec<f64>] {
        &self.series
    }
}

impl Split {
    /// Series of one channel and their labels; none for series without.
    pub fn new(series: Vec<Vec<f64>>, labels: Vec<String>) -> Self {
        Self {
            series,
            labels,
            channels: 1,
            read_as: ReadAs::default(),
        }
    }

    /// Reads a file in the format of its extension, or of [`ReadOptions::format`]: all its
    /// channels, where series have several. The path `-` is standard input.
    ///
    /// # Errors
    ///
    /// Any [`Error`] about the file, with the line and field where it is wrong.
    pub fn read(path: &Path, options: &ReadOptions) -> Result<Self, Error> {
        let raw = format::read(path, options.format, &Layout::new(&options.label))?;
        assemble(raw, options, None)
    }

    /// Reads a file to train on: as [`Split::read`], but every series must have a label and one
    /// channel.
    ///
    /// # Errors
    ///
    /// As there; [`ErrorKind::Labels`](crate::ErrorKind::Labels), and
    /// [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported) for several channels.
    pub fn read_to_train(path: &Path, options: &ReadOptions) -> Result<Self, Error> {
        let raw = format::read(path, options.format, &Layout::new(&options.label))?;
        let file = raw.path.clone();
        let split = assemble(raw.univariate()?, options, None)?;
        if split.labels.is_empty() {
            return Err(unlabelled(&file));
        }
        Ok(split)
    }

    /// Reads the test file that belongs to a training file: its series must be as long and have
    /// the same labels.
    pub(super) fn read_to_test(
        path: &Path,
        train: &Self,
        options: &ReadOptions,
    ) -> Result<Self, Error> {
        let raw = format::read(path, options.format, &Layout::new(&options.label))?.univariate()?;
        check_labels(&raw, &train.labels)?;
        assemble(raw, options, train.series.first().map(Vec::len))
    }

    /// Reads a file to predict, whose series must have `length` values.
    ///
    /// In a `.csv`, `.tsv` or `.txt` file rows of `length` fields have no label, and rows of
    /// `length + 1` fields have one at [`ReadOptions::label`]. With [`Unequal::Resample`](super::Unequal::Resample) rows of
    /// any other number of fields have one as well, unless that is
    /// [`LabelColumn::Absent`](super::LabelColumn::Absent).
    /// `.ts` and `.arff` files say in their headers whether they have labels; where those of all
    /// series are missing (`?`) there are none.
    ///
    /// # Errors
    ///
    /// Any [`Error`] about the file, with the line and field where it is wrong.
    pub fn read_for_length(
        path: &Path,
        length: usize,
        options: &ReadOptions,
    ) -> Result<Self, Error> {
        let raw = format::read(path, options.format, &Layout::for_length(length, options))?;
        let raw = raw.univariate()?.into_predictable();
        assemble(raw, options, Some(length))
    }

    /// Reads a file to score a program on: as [`Split::read_for_length`], but every series must
    /// have one of the `known` labels.
    ///
    /// # Errors
    ///
    /// As there; and [`ErrorKind::Labels`](crate::ErrorKind::Labels).
    pub fn read_to_score(
        path: &Path,
        length: usize,
        known: &[String],
        options: &ReadOptions,
    ) -> Result<Self, Error> {
        let raw = format::read(path, options.format, &Layout::for_length(length, options))?;
        let raw = raw.univariate()?;
        check_labels(&raw, known)?;
        assemble(raw, options, Some(length))
    }

    /// Writes a file in the format of its extension, packed by gzip where that is followed by `.gz`;
    /// only `.ts` holds several channels, and `.npy` and `.npz` are not written. `name` is what `.ts` and `.arff` headers call
    /// the data. Reading the file again gives the same split.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Mismatch`](crate::ErrorKind::Mismatch) when the split is empty, has values that
    /// are not finite, another number of labels than series, or a label that the format cannot
    /// hold, and [`ErrorKind::Write`](crate::ErrorKind::Write) when the file cannot be written.
    pub fn write(&self, path: &Path, name: &str) -> Result<(), Error> {
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
