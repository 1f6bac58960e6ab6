//! The columns of a table, and one trial's rows of it.

use std::path::Path;

use super::Trial;
use super::joints::JointSelection;
use super::time::{self, UnevenTime};
use crate::motion::check::no_joints;
use crate::table::{Misfit, Names, Numbers, Place, ReadAs, Row, ragged, without_gz};
use crate::wording::{EMPTY_FILE, list, shorten};
use crate::{Error, ErrorKind};

/// Fewer rows than this do not show that a column counts.
const LEAST_COUNTED: usize = 16;
/// Steps that differ by no more than this share are equal, as those of rounded times.
const SAME_STEP: f32 = 0.01;

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
    Error::new(ErrorKind::Empty, message)
        .at(Place::line(path, last))
        .with_hint(EMPTY_FILE)
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
        let header = Self {
            path,
            line: row.line,
            names: row.iter().collect(),
        };
        for (column, name) in header.names.iter().enumerate() {
            if name.is_empty() {
                let message = "the column has no name; expected a name for each column";
                return Err(header.wrong(row, column, ErrorKind::Malformed, message));
            }
            if let Some(first) = header.names.find(name).filter(|first| *first < column) {
                let (name, first) = (shorten(name), first + 1);
                let message =
                    format!("the column `{name}` stands twice; it is also column {first}");
                let error = header.wrong(row, column, ErrorKind::Column, &message);
                return Err(error.with_hint("rename or remove one of the two columns"));
            }
        }
        Ok(header)
    }

    pub(super) fn find(&self, role: &'static str, wanted: &str) -> Result<usize, Error> {
        let found = self.names.find(wanted);
        found.ok_or_else(|| {
            let (wanted, known) = (shorten(wanted), list(self.names.iter()));
            let message = format!("there is no {role} column `{wanted}`; the columns are {known}");
            Error::new(ErrorKind::Column, message).at(Place::line(self.path, self.line))
        })
    }

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
        match places.is_empty() {
            true => Err(no_joints()),
            false => Ok(places),
        }
    }

    /// The name in a column that tells people or trials apart.
    pub(super) fn label(&self, row: &Row, column: usize) -> Result<String, Error> {
        let name = row.get(column).trim();
        if name.is_empty() {
            let column_name = shorten(self.names.of(column));
            let message = format!("`{column_name}` is empty; expected a name in every row");
            return Err(self.wrong(row, column, ErrorKind::MissingValue, &message));
        }
        Ok(name.to_owned())
    }

    /// The number that was found in a column, times a factor.
    fn number(
        &self,
        row: &Row,
        column: usize,
        found: Result<Option<f64>, Misfit>,
        factor: f64,
    ) -> Result<f64, Error> {
        // Angles are kept as 32 bits, so that what does not fit is no angle.
        if let Ok(Some(value)) = found
            && ((value * factor) as f32).is_finite()
        {
            return Ok(value * factor);
        }
        let (field, name) = (
            shorten(row.get(column).trim()),
            shorten(self.names.of(column)),
        );
        let (kind, problem) = match found {
            Ok(None) => (
                ErrorKind::MissingValue,
                format!("the value of `{name}` is missing"),
            ),
            _ => (
                ErrorKind::NotANumber,
                format!("field `{field}` of `{name}` is not a number"),
            ),
        };
        let message = format!("{problem}; expected a finite number");
        Err(self.wrong(row, column, kind, &message))
    }

    fn wrong(&self, row: &Row, column: usize, kind: ErrorKind, message: &str) -> Error {
        Error::new(kind, message).at(Place::field(self.path, row.line, column + 1))
    }
}

/// What to do about an angle that is no number.
fn of_angle(error: Error) -> Error {
    let hint = match error.kind() {
        ErrorKind::MissingValue => "fill gaps in the recording before, or choose other joints",
        _ => "if that column is no joint angle, choose the joints",
    };
    error.with_hint(hint).with_setting("joint", "")
}

#[derive(Debug)]
pub(super) struct Columns<'a> {
    pub(super) header: Header<'a>,
    /// How the numbers are written.
    pub(super) numbers: Numbers,
    /// The column of the times, and what to do when they are uneven.
    pub(super) time: Option<(usize, UnevenTime)>,
    /// The rate where there are no times.
    pub(super) rate_hz: f32,
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
        let expected = self.header.names.len();
        match row.len() == expected {
            true => Ok(()),
            false => Err(ragged(self.header.path, row.line, &row.counted(), expected)),
        }
    }

    pub(super) fn push(&mut self, rows: &mut Rows, row: &Row) -> Result<(), Error> {
        if let Some((column, _)) = self.time {
            let found = self.numbers.read(row.get(column));
            let found = self.header.number(row, column, found, 1.0);
            let found = found.map_err(|error| {
                let hint = "times are numbers of seconds; a table can have a rate instead";
                error.with_hint(hint).with_setting("rate", "")
            })?;
            if let Some(&before) = rows.times.last().filter(|&&before| before >= found) {
                let message = format!(
                    "the time {found} does not come after {before}; expected increasing times"
                );
                let error = self.header.wrong(row, column, ErrorKind::Time, &message);
                let hint =
                    "if the file holds several trials, name the columns that tell them apart";
                return Err(error
                    .with_hint(hint)
                    .with_setting("person", "")
                    .with_setting("trial", ""));
            }
            rows.times.push(found);
        }
        for &(column, factor) in &self.joints {
            let found = self.numbers.read(row.get(column));
            let angle = self.header.number(row, column, found, factor);
            rows.samples.push(angle.map_err(of_angle)? as f32);
        }
        rows.lines.push(row.line);
        Ok(())
    }

    /// The name of a joint that grows in equal steps throughout each trial, as times and counts do.
    pub(super) fn counting<'r>(&self, trials: impl Iterator<Item = &'r Rows>) -> Option<&str> {
        let width = self.joints.len();
        let trials: Vec<&Rows> = trials.collect();
        let counts = |joint: usize, rows: &Rows| {
            let values = || rows.samples.iter().skip(joint).step_by(width);
            let steps = values().zip(values().skip(1)).map(|(one, next)| next - one);
            let mut steps = steps.peekable();
            let first = steps.peek().copied().unwrap_or(0.0);
            let alike = |step: f32| (step - first).abs() <= SAME_STEP * first;
            rows.lines.len() >= LEAST_COUNTED && first > 0.0 && steps.all(alike)
        };
        let mut joints = self.joints.iter().enumerate();
        let found = joints.find(|(joint, _)| trials.iter().all(|rows| counts(*joint, rows)));
        found.map(|(_, (column, _))| self.header.names.of(*column))
    }

    /// The trial, at even steps, with how it was read so far.
    pub(super) fn trial(&self, rows: Rows, name: String, person: String) -> Result<Trial, Error> {
        let names = self.joints.iter();
        let names = names.map(|(column, _)| self.header.names.of(*column));
        let mut trial = Trial {
            name,
            person,
            rate_hz: self.rate_hz,
            joints: names.map(str::to_owned).collect(),
            samples: rows.samples,
            read_as: ReadAs::default(),
        };
        if let Some((column, uneven)) = self.time {
            let place = |row| Place::field(self.header.path, rows.lines[row], column + 1);
            let evened = time::set(&mut trial, &rows.times, uneven, place)?;
            trial.read_as = trial.found(self.header.path);
            trial.read_as.add("times", time::read_as(trial.rate_hz));
            if let Some(evened) = evened {
                trial.read_as.add("uneven", evened);
            }
        } else {
            trial.read_as = trial.found(self.header.path);
        }
        trial.check()?;
        Ok(trial)
    }
}
