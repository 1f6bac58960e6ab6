//! The formats, and how a file tells its own.

use std::fmt;
use std::path::Path;
use std::str::FromStr;

use super::npy;
use crate::table::{is_standard_input, without_gz};
use crate::wording::list;
use crate::{Error, ErrorKind};

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
            match extension.to_ascii_lowercase().as_str() {
                "tsf" => error.with_hint("histories of .tsf files are for forecasting"),
                "wav" => error.with_hint(
                    "recordings are for listening, and for programs that were fitted to recordings",
                ),
                "mot" | "sto" => error.with_hint("OpenSim's files are for motion"),
                "xlsx" | "xls" | "ods" | "parquet" => {
                    error.with_hint("save the table as .csv, and read that")
                }
                _ => {
                    let hint = "give the file the extension of its format, or say which it has";
                    error.with_hint(hint).with_setting("format", "")
                }
            }
        })
    }

    /// The format of what is read: the one that is `said`, else that of the file's extension; that
    /// of standard input shows in how it begins, and is `.csv` where it does not.
    pub(in crate::series) fn of_input(
        path: &Path,
        said: Option<Self>,
        bytes: &[u8],
    ) -> Result<Self, Error> {
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

    /// Whether files hold numbers as bytes, which cannot be cut into lines.
    pub(in crate::series) fn is_binary(self) -> bool {
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
