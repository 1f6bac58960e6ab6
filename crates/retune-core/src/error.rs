//! The one error of the library: of what kind, where, what was wrong, and what to do.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::table::Place;

/// Why something could not be done.
///
/// It is shown as `place: message`, in one sentence that says what was found and what was expected;
/// [`Error::hint`] says what to do about it.
///
/// ```
/// use retune_core::{Error, ErrorKind};
///
/// let error = Error::new(ErrorKind::MissingValue, "sample 3 is missing")
///     .with_hint("fill missing values from their neighbours")
///     .with_setting("missing", "interpolate");
/// assert_eq!(error.kind(), ErrorKind::MissingValue);
/// assert_eq!(error.to_string(), "sample 3 is missing");
/// assert_eq!(error.hint(), Some("fill missing values from their neighbours"));
/// assert_eq!(error.settings(), [("missing", "interpolate")]);
/// ```
pub struct Error(Box<Parts>);

struct Parts {
    kind: ErrorKind,
    message: String,
    place: Option<Place>,
    file: Option<PathBuf>,
    hint: Option<String>,
    settings: Vec<Setting>,
    needs_all: bool,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

/// A setting that would help, by its name in the library, and the value to give it; an empty value
/// where it depends on what is wanted.
///
/// Each front end spells it in its own way: `--missing interpolate`, `missing="interpolate"`.
pub type Setting = (&'static str, &'static str);

/// What sort of thing is wrong: what a program that calls the library can tell apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ErrorKind {
    /// A file or folder cannot be read.
    Read,
    /// A file or folder cannot be written.
    Write,
    /// The bytes of a file are not UTF-8.
    NotText,
    /// A file is not as its format says.
    Malformed,
    /// What a file was made with, or holds, is not supported.
    Unsupported,
    /// There is nothing in it.
    Empty,
    /// A field is not a number, or not one that fits.
    NotANumber,
    /// A value is missing.
    MissingValue,
    /// A value is infinite or no number.
    NotFinite,
    /// The rows of a table have different numbers of fields.
    Ragged,
    /// Series have different lengths.
    UnequalLengths,
    /// There is less than is needed.
    TooShort,
    /// There is nothing to learn: all is the same.
    Constant,
    /// Labels are missing, unknown or too few.
    Labels,
    /// A column is missing, unknown or named twice.
    Column,
    /// Times cannot be read, are not in order, or are uneven.
    Time,
    /// The unit of a number is not known.
    Unit,
    /// No thing has this name.
    UnknownName,
    /// A setting is out of range, or does not go with another.
    Setting,
    /// What was given does not go together.
    Mismatch,
    /// A file is damaged: its hash is not what it says.
    Damaged,
    /// A computation has no stable result.
    Numeric,
    /// There is not enough memory.
    NoMemory,
    /// A download failed.
    Download,
    /// A backend cannot be used.
    Backend,
    /// A model behind queries gave no answer.
    NoAnswer,
    /// The budget of queries is spent; not a failure where something was found before.
    BudgetSpent,
    /// Training ran away.
    Diverged,
}

impl Error {
    /// An error of a kind, as one sentence without a full stop.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self(Box::new(Parts {
            kind,
            message: message.into(),
            place: None,
            file: None,
            hint: None,
            settings: Vec::new(),
            needs_all: false,
            source: None,
        }))
    }

    /// A file or folder that cannot be read.
    pub fn read(path: &Path, source: io::Error) -> Self {
        let message = format!("cannot read {}: {source}", path.display());
        let error = Self::new(ErrorKind::Read, message).of_file(path);
        let error = match source.kind() {
            io::ErrorKind::NotFound => error.with_hint("check the path"),
            _ => error,
        };
        error.with_source(source)
    }

    /// A file or folder that cannot be written.
    pub fn write(path: &Path, source: io::Error) -> Self {
        let message = format!("cannot write {}: {source}", path.display());
        Self::new(ErrorKind::Write, message)
            .of_file(path)
            .with_source(source)
    }

    /// The same at a place in a file, which is shown before the message.
    pub fn at(mut self, place: Place) -> Self {
        self.0.place = Some(place);
        self
    }

    /// The same about a file, which is shown before the message where neither that nor a place names
    /// it.
    pub fn of_file(mut self, path: &Path) -> Self {
        self.0.file.get_or_insert_with(|| path.to_owned());
        self
    }

    /// The same with what to do about it, as one sentence without a full stop.
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.0.hint = Some(hint.into());
        self
    }

    /// The same with a setting that would help; may be said more than once.
    pub fn with_setting(mut self, name: &'static str, value: &'static str) -> Self {
        self.0.settings.push((name, value));
        self
    }

    /// The same where all of its settings are needed together, and not any one of them.
    pub fn with_all_settings(mut self) -> Self {
        self.0.needs_all = true;
        self
    }

    /// The same with the error that it came from; the message repeats what matters of it.
    pub fn with_source(
        mut self,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        self.0.source = Some(source.into());
        self
    }

    /// What sort of thing is wrong.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// Where in a file, where it is in one.
    pub fn place(&self) -> Option<&Place> {
        self.0.place.as_ref()
    }

    /// The file that it is about, where it is about one.
    pub fn file(&self) -> Option<&Path> {
        let place = self.0.place.as_ref().map(|place| place.path.as_path());
        place.or(self.0.file.as_deref())
    }

    /// What to do about it, where there is something to say.
    pub fn hint(&self) -> Option<&str> {
        self.0.hint.as_deref()
    }

    /// The settings that would help, any one of them or, as [`Error::needs_all_settings`] says, all.
    pub fn settings(&self) -> &[Setting] {
        &self.0.settings
    }

    /// Whether all settings are needed together.
    pub fn needs_all_settings(&self) -> bool {
        self.0.needs_all
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(place) = &self.0.place {
            write!(formatter, "{place}: ")?;
        } else if let Some(file) = &self.0.file {
            let file = file.display().to_string();
            if !self.0.message.contains(&file) {
                write!(formatter, "{file}: ")?;
            }
        }
        formatter.write_str(&self.0.message)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:?}: {self}", self.0.kind)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        let source = self.0.source.as_deref()?;
        Some(source)
    }
}
