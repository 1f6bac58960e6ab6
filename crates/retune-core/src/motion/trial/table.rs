//! The columns of a table, and one trial's rows of it.

use std::path::Path;

use super::Trial;
use super::joints::JointSelection;
use super::time::{self, UnevenTime};
use crate::motion::check::no_joints;
use crate::table::{Names, Place, ReadAs, Row, number, without_gz};
use crate::wording::{list, shorten};
use crate::{Error, ErrorKind};

/// The name of a file without folder and extension.
pub(super) fn stem(path: &Path) -> String {
    let path = without_gz(path);
    let stem = path.file_stem().unwrap_or_default();
    stem.to_string_lossy().into_owned()
}

/// A text without a row of samples.
pub(super) fn empty(path: &Path, text: &str) -> Error {
    let message = "the file has no samples; expected at least one row of numbers";
    let last = text.lines().count().max(1);
    Error::new(ErrorKind::Empty, message).at(Place::line(path, last))
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
    pub(super) fn new(path: &'a Path, row: &Row) -> Result<Self, Error> {
        let names: Names = row.iter().collect();
        for (column, name) in names.iter().enumerate() {
            let place = || Place::field(path, row.line, column + 1);
            if name.is_empty() {
                let message = "the column has no name; expected a name for each column";
                return Err(Error::new(ErrorKind::Malformed, message).at(place()));
            }
            if let Some(first) = names.find(name).filter(|first| *first < column) {
                let (name, first) = (shorten(name), first + 1);
                let message =
                    format!("the column `{name}` stands twice; it is also column {first}");
                return Err(Error::new(ErrorKind::Column, message)
                    .at(place())
                    .with_hint("rename or remove one of the two columns"));
            }
        }
        Ok(Self {
            path,
            line: row.line,
            names,
        })
    }

    /// Where a column stands.
    pub(super) fn find(&self, role: &'static str, wanted: &str) -> Result<usize, Error> {
        let found = self.names.find(wanted);
        found.ok_or_else(|| {
            let (wanted, known) = (shorten(wanted), list(self.names.iter()));
            let message = format!("there is no {role} column `{wanted}`; the columns are {known}");
            Error::new(ErrorKind::Column, message).at(Place::line(self.path, self.line))
        })
    }

    /// Where several columns stand.
    pub(super) fn find_all<'n>(
        &self,
        role: &'static str,
        wanted: impl IntoIterator<Item = &'n String>,
    ) -> Result<Vec<usize>, Error> {
        let wanted = wanted.into_iter();
        wanted.map(|name| self.find(role, name)).collect()
    }

    /// Where the chosen joints stand; all but the columns that have another use if none are named.
    pub(super) fn joints(
        &self,
        selection: &JointSelection,
        used: &[usize],
    ) -> Result<Vec<usize>, Error> {
        let all = 0..self.names.len();
        let places = match selection.distinct()? {
            Some(names) => self.find_all("joint", names)?,
            None => all.filter(|place| !used.contains(place)).collect(),
        };
        if places.is_empty() {
            return Err(no_joints());
        }
        Ok(places)
    }

    /// The name in a column that tells people or trials apart.
    pub(super) fn label(&self, row: &Row, column: usize) -> Result<String, Error> {
        match row.get(column).trim() {
            "" => {
                let column_name = shorten(self.names.of(column));
                let message = format!("`{column_name}` is empty; expected a name in every row");
                Err(Error::new(ErrorKind::MissingValue, message).at(self.place(row.line, column)))
            }
            name => Ok(name.to_owned()),
        }
    }

    /// The number in a column, times a factor.
    fn number(&self, row: &Row, column: usize, factor: f64) -> Result<f64, Error> {
        let field = row.get(column);
        let wrong = |kind, message: String, hint| {
            let error = Error::new(kind, message).at(self.place(row.line, column));
            Err(error.with_hint(hint).with_setting("joint", ""))
        };
        let name = || shorten(self.names.of(column));
        match number::<f64>(field) {
            Ok(None) => wrong(
                ErrorKind::MissingValue,
                format!(
                    "the value of `{}` is missing; expected a finite number",
                    name()
                ),
                "fill gaps in the recording before, or choose other joints",
            ),
            // Angles are kept as 32 bits, so that what does not fit is no angle.
            Ok(Some(value)) if ((value * factor) as f32).is_finite() => Ok(value * factor),
            _ => wrong(
                ErrorKind::NotANumber,
                format!(
                    "field `{}` of `{}` is not a number; expected a finite number",
                    shorten(field.trim()),
                    name()
                ),
                "if that column is no joint angle, choose the joints",
            ),
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
    pub(super) fn check_width(&self, row: &Row) -> Result<(), Error> {
        match self.header.names.len() {
            expected if expected != row.len() => {
                let found = row.len();
                let message =
                    format!("the row has {found} fields; expected {expected}, one for each column");
                let place = Place::line(self.header.path, row.line);
                Err(Error::new(ErrorKind::Ragged, message).at(place))
            }
            _ => Ok(()),
        }
    }

    /// Adds one row to those of its trial.
    pub(super) fn push(&self, rows: &mut Rows, row: &Row) -> Result<(), Error> {
        if let Clock::Column(column, _) = self.clock {
            let found = self.header.number(row, column, 1.0)?;
            if let Some(&before) = rows.times.last().filter(|&&before| before >= found) {
                let message = format!(
                    "the time {found} does not come after {before}; expected increasing times"
                );
                return Err(Error::new(ErrorKind::Time, message)
                    .at(self.header.place(row.line, column))
                    .with_hint(
                        "if the file holds several trials, name the columns that tell them apart",
                    )
                    .with_setting("person", "")
                    .with_setting("trial", ""));
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
    pub(super) fn trial(&self, rows: Rows, name: String, person: String) -> Result<Trial, Error> {
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
            read_as: ReadAs::default(),
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
