//! The file formats: from the bytes of a file to rows that remember where they stood.

mod arff;
mod declared;
mod delimited;
mod line;
mod quoted;
mod ts;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::{ReadOptions, Split};
use crate::table::decode;
use crate::{Error, ErrorKind};
pub(super) use delimited::{Plan, whole_number};
pub(super) use line::Line;

/// A file format for labelled series.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// aeon and sktime, `.ts`.
    Ts,
    /// UCR archive 2018, `.tsv`.
    Tsv,
    /// UCR archive 2015, `.txt` or no extension.
    Txt,
    /// Weka, `.arff`.
    Arff,
    /// Plain, `.csv`.
    Csv,
}

/// One row of a file, before anything is checked that needs the other rows.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct RawRow {
    /// The line of the file, counted from 1.
    pub line: usize,
    /// The label as written, trimmed.
    pub label: Option<String>,
    /// The field of the label, counted from 1; of no meaning without one.
    pub label_field: usize,
    /// The values in their order, one channel after the other; NaN where one is missing.
    pub values: Vec<f64>,
}

/// All rows of a file.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct RawFile {
    pub path: PathBuf,
    pub rows: Vec<RawRow>,
    /// How many lines the file has.
    pub lines: usize,
    /// Rows end with missing values where the series is shorter than the longest one.
    pub padded: bool,
    /// How many channels each series has.
    pub channels: usize,
    /// The columns, from 0, in which the values of a row stand; none where they stand one after the
    /// other from the first field on, the label aside.
    pub columns: Option<Vec<usize>>,
    /// What was decided on the way.
    pub decisions: Vec<(&'static str, String)>,
}

impl RawFile {
    /// Where a row stands.
    pub fn line(&self, row: &RawRow) -> Line<'_> {
        Line {
            path: &self.path,
            number: row.line,
        }
    }

    /// The field, counted from 1, in which the value of a row with this index stands.
    pub fn field(&self, row: &RawRow, index: usize) -> usize {
        let column = self.columns.as_ref().and_then(|columns| columns.get(index));
        match (column, &row.label) {
            (Some(column), _) => column + 1,
            (None, Some(_)) if index + 1 >= row.label_field => index + 2,
            (None, _) => index + 1,
        }
    }
}

/// What the caller knows about the columns of a delimited file.
#[derive(Debug, Clone)]
pub(super) struct Layout<'a> {
    pub options: &'a ReadOptions,
    /// The length that series must have; rows of that many fields have no label.
    pub length: Option<usize>,
    /// The classes that labels may have; none where they are still to be learnt.
    pub known: &'a [String],
    /// The columns of the training file, for its test file.
    pub like: Option<&'a Plan>,
}

impl<'a> Layout<'a> {
    /// A file that is read on its own.
    pub fn new(options: &'a ReadOptions) -> Self {
        Self {
            options,
            length: None,
            known: &[],
            like: None,
        }
    }

    /// A file whose series should have `length` values.
    pub fn for_length(length: usize, known: &'a [String], options: &'a ReadOptions) -> Self {
        Self {
            length: Some(length),
            known,
            ..Self::new(options)
        }
    }
}

impl Format {
    /// All formats in the order in which a folder is searched for them.
    pub const ALL: [Self; 5] = [Self::Ts, Self::Tsv, Self::Txt, Self::Arff, Self::Csv];

    /// The format that a file's extension stands for; upper and lower case are the same.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::UnknownName`] for any other extension than those of [`Format`].
    pub fn of(path: &Path) -> Result<Self, Error> {
        let Some(extension) = path.extension() else {
            return Ok(Self::Txt);
        };
        let extension = extension.to_string_lossy();
        Self::ALL
            .into_iter()
            .find(|format| extension.eq_ignore_ascii_case(format.extension()))
            .ok_or_else(|| {
                let message = format!(
                    "{}: unknown file extension `{extension}`; \
                     expected .ts, .tsv, .txt, .arff, .csv or none",
                    path.display()
                );
                Error::new(ErrorKind::UnknownName, message)
            })
    }

    /// Whether files hold rows of fields only, so that somebody has to say which is the label.
    pub fn is_delimited(self) -> bool {
        matches!(self, Self::Tsv | Self::Txt | Self::Csv)
    }

    /// The file extension, without the dot.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Ts => "ts",
            Self::Tsv => "tsv",
            Self::Txt => "txt",
            Self::Arff => "arff",
            Self::Csv => "csv",
        }
    }
}

/// Reads all rows of a file.
pub(super) fn read(path: &Path, layout: &Layout<'_>) -> Result<(RawFile, Option<Plan>), Error> {
    read_as(path, path, layout)
}

/// Reads all rows of a file that errors and rows call `shown`.
pub(super) fn read_as(
    path: &Path,
    shown: &Path,
    layout: &Layout<'_>,
) -> Result<(RawFile, Option<Plan>), Error> {
    let format = Format::of(path)?;
    let bytes = fs::read(path).map_err(|error| Error::read(shown, error))?;
    let mut plan = None;
    let raw = parse(format, shown, decode(shown, &bytes)?, layout, &mut plan)?;
    Ok((raw, plan))
}

/// Reads all rows of a text that errors and rows call `shown`; `plan` is what was decided on an earlier
/// part of it.
pub(super) fn parse(
    format: Format,
    shown: &Path,
    text: &str,
    layout: &Layout<'_>,
    plan: &mut Option<Plan>,
) -> Result<RawFile, Error> {
    match format {
        Format::Ts => declared::read::<ts::Header>(shown, text),
        Format::Arff => declared::read::<arff::Header>(shown, text),
        _ => delimited::read(format, shown, text, layout, plan),
    }
}

/// Writes a split in the format that the extension of `path` stands for.
pub(super) fn write(split: &Split, path: &Path, name: &str) -> Result<(), Error> {
    let format = Format::of(path)?;
    let text = check_writable(split)
        .and_then(|()| match format {
            Format::Ts => ts::write(split, name),
            Format::Arff => arff::write(split, name),
            _ => delimited::write(format, split),
        })
        .map_err(|problem| {
            let message = format!("cannot write {}: {problem}", path.display());
            Error::new(ErrorKind::Mismatch, message)
        })?;
    fs::write(path, text).map_err(|error| Error::write(path, error))
}

/// What no format can hold.
fn check_writable(split: &Split) -> Result<(), String> {
    if split.series.is_empty() {
        return Err("there are no series; expected at least one".to_owned());
    }
    if !split.labels.is_empty() && split.labels.len() != split.series.len() {
        return Err(format!(
            "there are {} labels for {} series; expected one for each, or none",
            split.labels.len(),
            split.series.len()
        ));
    }
    for (index, series) in split.series.iter().enumerate() {
        if series.is_empty() || series.iter().any(|value| !value.is_finite()) {
            return Err(format!(
                "series {} is empty or has a value that is not finite; expected finite numbers",
                index + 1
            ));
        }
    }
    for label in &split.labels {
        if label.is_empty() || label.trim() != label || label.chars().any(char::is_control) {
            return Err(format!(
                "the label {label:?} cannot be written; \
                 expected text without control characters or white space around it"
            ));
        }
    }
    Ok(())
}

/// How many values the longest series has.
fn longest(split: &Split) -> usize {
    split.series.iter().map(Vec::len).max().unwrap_or(0)
}

/// The distinct labels, sorted.
fn classes(split: &Split) -> BTreeSet<&str> {
    split.labels.iter().map(String::as_str).collect()
}
