//! The columns of a table, and one trial's rows of it.

use std::path::Path;

use super::Trial;
use super::joints::JointSelection;
use super::number::Field;
use super::time::{self, UnevenTime};
use crate::motion::MotionError;
use crate::series::Place;
use crate::wording::{list, shorten};

/// The line with the names of the columns.
#[derive(Debug)]
pub(super) struct Header<'a> {
    path: &'a Path,
    line: usize,
    pub(super) names: Vec<String>,
}

impl<'a> Header<'a> {
    /// Distinct names of at least one character.
    pub(super) fn new<'b>(
        path: &'a Path,
        line: usize,
        names: impl IntoIterator<Item = &'b str>,
    ) -> Result<Self, MotionError> {
        let names: Vec<String> = names
            .into_iter()
            .map(|name| name.trim().to_owned())
            .collect();
        let mut seen = std::collections::HashMap::<&str, usize>::new();
        for (column, name) in names.iter().enumerate() {
            let place = Place::field(path, line, column + 1);
            if name.is_empty() {
                return Err(MotionError::Header {
                    place,
                    problem: "the column has no name; expected a name for each column".to_owned(),
                });
            }
            if let Some(first) = seen.insert(name, column) {
                return Err(MotionError::DuplicateColumn {
                    place,
                    name: shorten(name),
                    first: first + 1,
                });
            }
        }
        Ok(Self { path, line, names })
    }

    /// Where a column stands.
    pub(super) fn find(&self, role: &'static str, wanted: &str) -> Result<usize, MotionError> {
        let found = self.names.iter().position(|name| name == wanted);
        found.ok_or_else(|| MotionError::UnknownColumn {
            place: Place::line(self.path, self.line),
            role,
            wanted: shorten(wanted),
            known: list(&self.names),
        })
    }

    /// Where the chosen joints stand; all but the columns that have another use if none are named.
    pub(super) fn joints(
        &self,
        selection: &JointSelection,
        used: &[usize],
    ) -> Result<Vec<usize>, MotionError> {
        let places: Vec<usize> = match selection.distinct()? {
            Some(names) => {
                let places = names.iter().map(|name| self.find("joint", name));
                places.collect::<Result<_, _>>()?
            }
            None => {
                let all = 0..self.names.len();
                all.filter(|place| !used.contains(place)).collect()
            }
        };
        if places.is_empty() {
            return Err(MotionError::NoJoints);
        }
        Ok(places)
    }

    pub(super) fn name(&self, column: usize) -> &str {
        self.names.get(column).map_or("", String::as_str)
    }

    pub(super) fn field(&self, line: usize, column: usize) -> Field<'_> {
        Field {
            path: self.path,
            line,
            column,
            name: self.name(column),
        }
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

/// The rows of one trial.
#[derive(Debug, Default)]
pub(super) struct Rows {
    lines: Vec<usize>,
    times: Vec<f64>,
    samples: Vec<f32>,
}

impl Rows {
    /// Adds one row, whose angles are multiplied by the factors of their columns.
    pub(super) fn push(
        &mut self,
        header: &Header<'_>,
        line: usize,
        fields: &[&str],
        clock: Clock,
        joints: &[(usize, f64)],
    ) -> Result<(), MotionError> {
        let number = |column: usize| {
            let text = fields.get(column).copied().unwrap_or_default();
            header.field(line, column).number(text)
        };
        if let Clock::Column(column, _) = clock {
            let found = number(column)?;
            if let Some(&before) = self.times.last().filter(|&&before| before >= found) {
                return Err(MotionError::TimeOrder {
                    place: header.field(line, column).place(),
                    found,
                    before,
                });
            }
            self.times.push(found);
        }
        for &(column, factor) in joints {
            let value = (number(column)? * factor) as f32;
            if !value.is_finite() {
                return Err(MotionError::NotANumber {
                    place: header.field(line, column).place(),
                    column: shorten(header.name(column)),
                    found: shorten(fields.get(column).copied().unwrap_or_default()),
                });
            }
            self.samples.push(value);
        }
        self.lines.push(line);
        Ok(())
    }

    pub(super) fn len(&self) -> usize {
        self.lines.len()
    }

    /// The trial, at even steps.
    pub(super) fn finish(
        self,
        header: &Header<'_>,
        clock: Clock,
        joints: &[(usize, f64)],
        name: String,
        person: String,
    ) -> Result<Trial, MotionError> {
        let names = joints.iter().map(|&(column, _)| header.name(column));
        let mut trial = Trial {
            name,
            person,
            rate_hz: 1.0,
            joints: names.map(str::to_owned).collect(),
            samples: self.samples,
        };
        match clock {
            Clock::Rate(rate_hz) => trial.rate_hz = rate_hz,
            Clock::Column(column, uneven) => {
                let place = |row: usize| {
                    let line = self.lines.get(row).copied().unwrap_or(1);
                    header.field(line, column).place()
                };
                time::set(&mut trial, &self.times, uneven, place)?;
            }
        }
        trial.check()?;
        Ok(trial)
    }
}
