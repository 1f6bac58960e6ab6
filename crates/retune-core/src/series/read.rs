//! Reading and writing the series of one file.

use std::path::Path;

use super::assemble::{assemble, check_labelled, unlabelled};
use super::format::{self, Layout, Plan};
use super::{ReadOptions, Split};
use crate::wording::shorten;
use crate::{Error, ErrorKind};

impl Split {
    /// Reads a file in the format of its extension, or of [`ReadOptions::format`]: all its
    /// channels, where series have several. The path `-` is standard input.
    ///
    /// # Errors
    ///
    /// Any [`Error`] about the file, with the line and field where it is wrong.
    pub fn read(path: &Path, options: &ReadOptions) -> Result<Self, Error> {
        let (raw, _) = format::read(path, &Layout::new(options))?;
        assemble(raw, options, None, &[])
    }

    /// Reads a file to train on: as [`Split::read`], but every series must have a label and one
    /// channel.
    ///
    /// # Errors
    ///
    /// As there; [`ErrorKind::Labels`](crate::ErrorKind::Labels), and
    /// [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported) for several channels.
    pub fn read_to_train(path: &Path, options: &ReadOptions) -> Result<Self, Error> {
        Self::read_planned(path, options).map(|(split, _)| split)
    }

    /// Reads a file to train on, with what was decided about its columns.
    pub(super) fn read_planned(
        path: &Path,
        options: &ReadOptions,
    ) -> Result<(Self, Option<Plan>), Error> {
        let (raw, plan) = format::read(path, &Layout::new(options))?;
        let file = raw.path.clone();
        let split = assemble(raw.univariate()?, options, None, &[])?;
        if split.labels.is_empty() {
            return Err(unlabelled(&file));
        }
        if split.labels.iter().all(|label| *label == split.labels[0]) {
            let (path, label) = (file.display(), shorten(&split.labels[0]));
            let message = format!(
                "{path}: the training split has 1 distinct labels (`{label}`); expected at least 2 classes"
            );
            return Err(Error::new(ErrorKind::Labels, message)
                .with_hint("check which column holds the labels, and choose it")
                .with_setting("label", ""));
        }
        Ok((split, plan))
    }

    /// Reads the test file that belongs to a training file, whose columns were planned so: its
    /// series must be as long.
    pub(super) fn read_to_test(
        path: &Path,
        (train, plan): (&Self, Option<&Plan>),
        options: &ReadOptions,
    ) -> Result<Self, Error> {
        let layout = Layout {
            like: plan,
            ..Layout::new(options)
        };
        let raw = format::read(path, &layout)?.0.univariate()?;
        check_labelled(&raw)?;
        let length = train.series.first().map(Vec::len);
        let test = assemble(raw, options, length, &train.labels)?;
        if let Some(order) = &train.columns {
            order.check(test.columns.as_ref(), &test.read_as.file)?;
        }
        Ok(test)
    }

    /// Reads a file to predict, whose series must have `length` values, and labels, if any, that are
    /// among the `known` ones; none where they are not known.
    ///
    /// In a `.csv`, `.tsv` or `.txt` file rows of `length` fields have no label, and rows of
    /// `length + 1` fields have one at [`ReadOptions::label`]. With [`Unequal::Resample`](super::Unequal::Resample) rows of
    /// any other number of fields have one as well, unless that is
    /// [`LabelColumn::Absent`](super::LabelColumn::Absent). Where nothing else is said, an empty field
    /// at the end of every row is left out.
    /// `.ts` and `.arff` files say in their headers whether they have labels; where those of all
    /// series are missing (`?`) there are none.
    ///
    /// # Errors
    ///
    /// Any [`Error`] about the file, with the line and field where it is wrong.
    pub fn read_for_length(
        path: &Path,
        length: usize,
        known: &[String],
        options: &ReadOptions,
    ) -> Result<Self, Error> {
        let (raw, _) = format::read(path, &Layout::for_length(length, known, options))?;
        let raw = raw.univariate()?.into_predictable();
        assemble(raw, options, Some(length), known)
    }

    /// Reads a file to score a program on: as [`Split::read_for_length`], but every series must
    /// have a label. One that is not among the `known` ones is scored as wrong, and said; with
    /// [`ReadOptions::strict`] it is an error.
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
        let (raw, _) = format::read(path, &Layout::for_length(length, known, options))?;
        let raw = raw.univariate()?;
        check_labelled(&raw)?;
        assemble(raw, options, Some(length), known)
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
}
