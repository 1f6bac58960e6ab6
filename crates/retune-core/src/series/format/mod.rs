//! The file formats: from the bytes of a file to rows that remember where they stood.

mod arff;
mod channels;
mod declared;
mod delimited;
mod line;
mod npy;
mod quoted;
mod ts;

use std::collections::BTreeSet;
use std::fmt;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::{ReadOptions, Split};
use crate::storage::write_whole;
use crate::table::{
    check_memory_of_series, decode, is_standard_input, read_bytes, shown, without_gz,
};
use crate::wording::list;
use crate::{Error, ErrorKind};
pub(super) use delimited::Plan;
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
    /// An array of numpy, `.npy`, without labels.
    Npy,
    /// Arrays of numpy, `.npz`: the series in `X`, the labels in `y`.
    Npz,
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
    /// What tells the series apart in a long table.
    pub id: Option<String>,
}

/// All rows of a file.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct RawFile {
    pub path: PathBuf,
    pub rows: Vec<RawRow>,
    /// How many lines the file has; of meaning where there are no rows.
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
    /// The file, if its series have one channel: all that those who fit and predict can use.
    pub fn univariate(self) -> Result<Self, Error> {
        if self.channels <= 1 {
            return Ok(self);
        }
        let message = format!(
            "{}: the file has {} channels; expected one, since programs take univariate series \
             so far",
            self.path.display(),
            self.channels
        );
        let error = Error::new(ErrorKind::Unsupported, message);
        Err(error.with_hint("write each channel to a file of its own, as plain values"))
    }

    /// The file as one to predict, whose labels may be missing: it is one without labels when all
    /// of them are, else those that are missing become `?`.
    pub fn into_predictable(mut self) -> Self {
        let is_missing = |row: &RawRow| row.label.as_ref().is_some_and(String::is_empty);
        let missing = self.rows.iter().filter(|row| is_missing(row)).count();
        if missing > 0 {
            let all = missing == self.rows.len();
            let with = |label: String| {
                if label.is_empty() {
                    "?".to_owned()
                } else {
                    label
                }
            };
            for row in &mut self.rows {
                row.label = row.label.take().filter(|_| !all).map(with);
            }
        }
        self
    }

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

/// Where a text stands in its file: after the lines of the header, where it is no first part, and after
/// so many lines in all.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Later<'a> {
    pub header: &'a str,
    pub before: usize,
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
    pub const ALL: [Self; 7] = [
        Self::Ts,
        Self::Tsv,
        Self::Txt,
        Self::Arff,
        Self::Csv,
        Self::Npy,
        Self::Npz,
    ];

    /// The format that a file's extension stands for, the one before `.gz` where it ends so; upper
    /// and lower case are the same.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::UnknownName`] for any other extension than those of [`Format`].
    pub fn of(path: &Path) -> Result<Self, Error> {
        let unpacked = without_gz(path);
        let Some(extension) = unpacked.extension() else {
            return Ok(Self::Txt);
        };
        let extension = extension.to_string_lossy();
        let known = Self::ALL.into_iter();
        let mut known = known.filter(|format| extension.eq_ignore_ascii_case(format.extension()));
        known.next().ok_or_else(|| {
            let message = format!(
                "{}: unknown file extension `{extension}`; \
                 expected .ts, .tsv, .txt, .arff, .csv, .npy, .npz or none, or one of them and .gz",
                path.display()
            );
            let error = Error::new(ErrorKind::UnknownName, message);
            if extension.eq_ignore_ascii_case("tsf") {
                return error.with_hint("histories of .tsf files are for forecasting");
            }
            let hint = "give the file the extension of its format, or say which it has";
            error.with_hint(hint).with_setting("format", "")
        })
    }

    /// The format of what is read: the one that is `said`, else that of the file's extension; that
    /// of standard input shows in how it begins, and is `.csv` where it does not.
    pub(super) fn of_input(path: &Path, said: Option<Self>, bytes: &[u8]) -> Result<Self, Error> {
        match said {
            Some(format) => Ok(format),
            None if is_standard_input(path) => Ok(Self::of_bytes(bytes)),
            None => Self::of(path),
        }
    }

    /// The format of bytes without a name.
    fn of_bytes(bytes: &[u8]) -> Self {
        if bytes.starts_with(npy::MAGIC) {
            return Self::Npy;
        }
        if bytes.starts_with(b"PK\x03\x04") {
            return Self::Npz;
        }
        let mut lines = bytes.split(|&byte| byte == b'\n').map(|line| {
            let line = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line);
            line.trim_ascii().to_ascii_lowercase()
        });
        let first =
            lines.find(|line| !line.is_empty() && !line.starts_with(b"#") && line[0] != b'%');
        match first {
            Some(line) if line.starts_with(b"@relation") || line.starts_with(b"@attribute") => {
                Self::Arff
            }
            Some(line) if line.starts_with(b"@") => Self::Ts,
            _ => Self::Csv,
        }
    }

    /// Whether files hold rows of fields only, so that somebody has to say which is the label.
    pub fn is_delimited(self) -> bool {
        matches!(self, Self::Tsv | Self::Txt | Self::Csv)
    }

    /// Refuses what is said of the columns of a file that has none.
    pub(super) fn check_options(self, path: &Path, options: &ReadOptions) -> Result<(), Error> {
        let of_columns = [
            ("header", options.header.is_some()),
            ("drop", !options.drop.is_empty()),
            ("columns", options.columns.is_some()),
            ("id", options.long.is_some()),
            ("decimal", options.decimal.is_some()),
            ("thousands", options.thousands.is_some()),
        ];
        let Some((option, _)) = of_columns.iter().find(|(_, given)| *given) else {
            return Ok(());
        };
        if self.is_delimited() {
            return Ok(());
        }
        let path = path.display();
        let message = format!(
            "{path}: `{option}` is for tables, and a .{self} file says itself what is in it"
        );
        Err(Error::new(ErrorKind::Setting, message).with_hint("leave it out"))
    }

    /// Whether files hold numbers as bytes, which cannot be cut into lines.
    pub(super) fn is_binary(self) -> bool {
        matches!(self, Self::Npy | Self::Npz)
    }

    /// The file extension, without the dot.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Ts => "ts",
            Self::Tsv => "tsv",
            Self::Txt => "txt",
            Self::Arff => "arff",
            Self::Csv => "csv",
            Self::Npy => "npy",
            Self::Npz => "npz",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.extension())
    }
}

impl FromStr for Format {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let mut all = Self::ALL.into_iter();
        let found = all.find(|format| format.extension() == text);
        found.ok_or_else(|| {
            let known = list(Self::ALL.map(Self::extension));
            let message = format!("`{text}` is no format; expected one of {known}");
            Error::new(ErrorKind::Setting, message)
        })
    }
}

/// Reads all rows of a file, or of standard input, in the format that is said or else in that of
/// its name.
pub(super) fn read(path: &Path, layout: &Layout<'_>) -> Result<(RawFile, Option<Plan>), Error> {
    let bytes = read_bytes(path)?;
    let said = layout.options.format;
    let format = Format::of_input(path, said, &bytes)?;
    format.check_options(&shown(path), layout.options)?;
    let (mut file, plan) = parse_bytes(format, &shown(path), &bytes, layout)?;
    if said.is_none() && is_standard_input(path) {
        file.decisions.insert(0, ("format", format.to_string()));
    }
    Ok((file, plan))
}

/// Reads all rows of the bytes of a file that errors and rows call `shown`.
pub(super) fn parse_bytes(
    format: Format,
    shown: &Path,
    bytes: &[u8],
    layout: &Layout<'_>,
) -> Result<(RawFile, Option<Plan>), Error> {
    let mut plan = None;
    let file = match format {
        Format::Npy => npy::read(shown, bytes),
        Format::Npz => npy::read_zip(shown, bytes),
        _ => {
            let text = decode(shown, bytes)?;
            check_memory_of_series(shown, text)?;
            parse(format, shown, (text, Later::default()), layout, &mut plan)
        }
    };
    Ok((file?, plan))
}

/// Reads all rows of a text that errors and rows call `shown`; `plan` is what was decided on an earlier
/// part of it.
pub(super) fn parse(
    format: Format,
    shown: &Path,
    (text, later): (&str, Later<'_>),
    layout: &Layout<'_>,
    plan: &mut Option<Plan>,
) -> Result<RawFile, Error> {
    match format {
        Format::Ts => declared::read::<ts::Header>(shown, text, later),
        Format::Arff => declared::read::<arff::Header>(shown, text, later),
        _ => delimited::read((format, shown), (text, later.before), layout, plan),
    }
}

/// Writes a split in the format that the extension of `path` stands for.
pub(super) fn write(split: &Split, path: &Path, name: &str) -> Result<(), Error> {
    let format = Format::of(path)?;
    let text = check_writable(split)
        .and_then(|()| match format {
            Format::Ts => ts::write(split, name),
            _ if split.channels > 1 => Err(format!(
                "the series have {} channels; expected one, or the extension .ts",
                split.channels
            )),
            Format::Npy | Format::Npz => Err(format!(
                "files of numpy are only read, not written; expected .{}",
                Format::Ts
            )),
            Format::Arff => arff::write(split, name),
            _ => delimited::write(format, split),
        })
        .map_err(|problem| {
            let message = format!("cannot write {}: {problem}", path.display());
            Error::new(ErrorKind::Mismatch, message)
        })?;
    let is_packed = without_gz(path) != path;
    let bytes = if is_packed {
        pack(&text)
    } else {
        Ok(text.into_bytes())
    };
    let written = bytes.and_then(|bytes| write_whole(path, &bytes));
    written.map_err(|error| Error::write(path, error))
}

fn pack(text: &str) -> io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text.as_bytes())?;
    encoder.finish()
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
    let channels = split.channels;
    let uneven = |series: &Vec<f64>| channels == 0 || !series.len().is_multiple_of(channels);
    if let Some(index) = split.series.iter().position(uneven) {
        return Err(format!(
            "series {} cannot be {channels} channels of one length",
            index + 1
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
