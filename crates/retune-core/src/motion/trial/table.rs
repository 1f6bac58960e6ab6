//! The columns of a table, and one trial's rows of it.

use std::path::Path;

use super::Trial;
use super::joints::JointSelection;
use super::time::{self, UnevenTime};
use crate::motion::MotionError;
use crate::series::Place;
use crate::table::{Names, Row, decode, number};
use crate::wording::{list, shorten};

/// The whole file as text.
pub(super) fn read(path: &Path) -> Result<String, MotionError> {
    let bytes = std::fs::read(path).map_err(|source| MotionError::Read {
        path: path.to_owned(),
        source,
    })?;
    let text = decode(path, &bytes).map_err(|error| MotionError::NotText {
        place: error.place().cloned().unwrap_or(Place::line(path, 1)),
        byte: std::str::from_utf8(&bytes).map_or_else(|error| error.valid_up_to() + 1, str::len),
    })?;
    Ok(text.to_owned())
}

/// The name of a file without folder and extension.
pub(super) fn stem(path: &Path) -> String {
    let stem = path.file_stem().unwrap_or_default();
    stem.to_string_lossy().into_owned()
}

/// A text without a row of samples.
pub(super) fn empty(path: &Path, text: &str) -> MotionError {
    MotionError::Empty {
        place: Place::line(path, text.lines().count().max(1)),
    }
}

/// The line with the names of the columns.
#[derive(Debug)]
pub(super) struct Header<'a> {
    path: &'a Path,
    line: usize,
    pub(super) names: Names,
}

impl<'a> Header<'a> {
    /// Distinct names of at least one character.
    pub(super) fn new(path: &'a Path, row: &Row) -> Result<Self, MotionError> {
        let names: Names = row.iter().collect();
        for (column, name) in names.iter().enumerate() {
            let place = || Place::field(path, row.line, column + 1);
            if name.is_empty() {
                return Err(MotionError::Header {
                    place: place(),
                    problem: "the column has no name; expected a name for each column".to_owned(),
                });
            }
            if let Some(first) = names.find(name).filter(|first| *first < column) {
                return Err(MotionError::DuplicateColumn {
                    place: place(),
                    name: shorten(name),
                    first: first + 1,
                });
            }
        }
        Ok(Self {
            path,
            line: row.line,
            names,
        })
    }

    /// Where a column stands.
    pub(super) fn find(&self, role: &'static str, wanted: &str) -> Result<usize, MotionError> {
        let found = self.names.find(wanted);
        found.ok_or_else(|| MotionError::UnknownColumn {
            place: Place::line(self.path, self.line),
            role,
            wanted: shorten(wanted),
            known: list(self.names.iter()),
        })
    }

    /// Where several columns stand.
    pub(super) fn find_all<'n>(
        &self,
        role: &'static str,
        wanted: impl IntoIterator<Item = &'n String>,
    ) -> Result<Vec<usize>, MotionError> {
        let wanted = wanted.into_iter();
        wanted.map(|name| self.find(role, name)).collect()
    }

    /// Where the chosen joints stand; all but the columns that have another use if none are named.
    pub(super) fn joints(
        &self,
        selection: &JointSelection,
        used: &[usize],
    ) -> Result<Vec<usize>, MotionError> {
        let all = 0..self.names.len();
        let places = match selection.distinct()? {
            Some(names) => self.find_all("joint", names)?,
            None => all.filter(|place| !used.contains(place)).collect(),
        };
        if places.is_empty() {
            return Err(MotionError::NoJoints);
        }
        Ok(places)
    }

    /// The name in a column that tells people or trials apart.
    pub(super) fn label(&self, row: &Row, column: usize) -> Result<String, MotionError> {
        match row.get(column).trim() {
            "" => Err(MotionError::NoName {
                place: self.place(row.line, column),
                column: shorten(self.names.of(column)),
            }),
            name => Ok(name.to_owned()),
        }
    }

    /// The number in a column, times a factor.
    fn number(&self, row: &Row, column: usize, factor: f64) -> Result<f64, MotionError> {
        let field = row.get(column);
        let name = || shorten(self.names.of(column));
        let place = || self.place(row.line, column);
        match number::<f64>(field) {
            Ok(None) => Err(MotionError::MissingValue {
                place: place(),
                column: name(),
            }),
            // Angles are kept as 32 bits, so that what does not fit is no angle.
            Ok(Some(value)) if ((value * factor) as f32).is_finite() => Ok(value * factor),
            _ => Err(MotionError::NotANumber {
                place: place(),
                column: name(),
                found: shorten(field.trim()),
            }),
        }
    }

    fn place(&self, line: usize, column: usize) -> Place {
        Place::field(self.path, line, column + 1)
    }
}

/// When the samples of a table were taken.
#[derive(Debug, Clone, Copy)]
pub(super) enum Clock {
    /// As a column says.
    Column(usize, UnevenTime),
    /// At a constant rate.
    Rate(f32),
}

/// What is read from the rows of a table.
#[derive(Debug)]
pub(super) struct Columns<'a> {
    pub(super) header: Header<'a>,
    pub(super) clock: Clock,
    /// The columns of the joints, and by what their angles are multiplied.
    pub(super) joints: Vec<(usize, f64)>,
}

/// The rows of one trial.
#[derive(Debug, Default)]
pub(super) struct Rows {
    pub(super) lines: Vec<usize>,
    times: Vec<f64>,
    samples: Vec<f32>,
}

impl Columns<'_> {
    /// Refuses a row with more or fewer fields than there are names.
    pub(super) fn check_width(&self, row: &Row) -> Result<(), MotionError> {
        match self.header.names.len() {
            expected if expected != row.len() => Err(MotionError::Ragged {
                place: Place::line(self.header.path, row.line),
                found: row.len(),
                expected,
            }),
            _ => Ok(()),
        }
    }

    /// Adds one row to those of its trial.
    pub(super) fn push(&self, rows: &mut Rows, row: &Row) -> Result<(), MotionError> {
        if let Clock::Column(column, _) = self.clock {
            let found = self.header.number(row, column, 1.0)?;
            if let Some(&before) = rows.times.last().filter(|&&before| before >= found) {
                return Err(MotionError::TimeOrder {
                    place: self.header.place(row.line, column),
                    found,
                    before,
                });
            }
            rows.times.push(found);
        }
        for &(column, factor) in &self.joints {
            let angle = self.header.number(row, column, factor)?;
            rows.samples.push(angle as f32);
        }
        rows.lines.push(row.line);
        Ok(())
    }

    /// The trial, at even steps.
    pub(super) fn trial(
        &self,
        rows: Rows,
        name: String,
        person: String,
    ) -> Result<Trial, MotionError> {
        let names = self
            .joints
            .iter()
            .map(|&(column, _)| self.header.names.of(column));
        let mut trial = Trial {
            name,
            person,
            rate_hz: 1.0,
            joints: names.map(str::to_owned).collect(),
            samples: rows.samples,
        };
        match self.clock {
            Clock::Rate(rate_hz) => trial.rate_hz = rate_hz,
            Clock::Column(column, uneven) => {
                let line = |row: usize| rows.lines.get(row).copied().unwrap_or(1);
                let place = |row: usize| self.header.place(line(row), column);
                time::set(&mut trial, &rows.times, uneven, place)?;
            }
        }
        trial.check()?;
        Ok(trial)
    }
}
