//! Trials from comma separated values.

use std::collections::HashMap;
use std::path::Path;

use ::csv::{Position, ReaderBuilder, StringRecord};

use super::Trial;
use super::joints::JointSelection;
use super::table::{Clock, Header, Rows};
use super::text::{read, stem};
use super::time::UnevenTime;
use crate::motion::MotionError;
use crate::series::Place;
use crate::wording::shorten;

/// When the samples of a table were taken.
#[derive(Debug, Clone, PartialEq)]
pub enum SampleTimes {
    /// At the times of the column of this name, in seconds.
    Column(String),
    /// So many times a second. For phase-averaged cycles, the number of points of a cycle gives
    /// one cycle a second.
    Rate(f32),
}

/// How to read trials from comma separated values.
#[derive(Debug, Clone, PartialEq)]
pub struct CsvOptions {
    /// The joints to take, by the names of their columns. All are those columns that the other
    /// options do not name.
    pub joints: JointSelection,
    /// When the samples were taken.
    pub times: SampleTimes,
    /// The column that says who walks; without one, the name of the file stands for the person.
    pub person: Option<String>,
    /// The columns that tell trials of one person apart, such as the speed.
    pub trial: Vec<String>,
    /// What to do when the times are not evenly spaced.
    pub uneven_time: UnevenTime,
}

impl CsvOptions {
    /// All columns are joints of one trial, but for the one with the times.
    pub fn new(times: SampleTimes) -> Self {
        Self {
            joints: JointSelection::All,
            times,
            person: None,
            trial: Vec::new(),
            uneven_time: UnevenTime::Refuse,
        }
    }
}

/// Reads all trials of a file with a header, in the order in which they begin. Angles are degrees.
///
/// The rows of a trial need not stand together. A trial is named by the values of its columns,
/// joined by spaces, or else like its person.
///
/// # Errors
///
/// [`MotionError`] when the file cannot be read, columns are unknown or stand twice, values are
/// missing or not finite, or times do not increase in even steps.
pub fn read_csv(path: &Path, options: &CsvOptions) -> Result<Vec<Trial>, MotionError> {
    parse(path, &read(path)?, options)
}

/// The same for the text of a file.
pub(super) fn parse(
    path: &Path,
    text: &str,
    options: &CsvOptions,
) -> Result<Vec<Trial>, MotionError> {
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    let mut record = StringRecord::new();
    let mut line = 1;
    let mut next = |record: &mut StringRecord| {
        let more = reader
            .read_record(record)
            .map_err(|error| malformed(path, &error))?;
        line = record.position().map_or(line, |at| line_of(text, at));
        Ok::<_, MotionError>(more.then_some(line))
    };
    let Some(line) = next(&mut record)? else {
        return Err(empty(path, text));
    };
    let header = Header::new(path, line, record.iter())?;
    let person = options.person.iter();
    let person = person.map(|name| header.find("person", name));
    let person: Vec<usize> = person.collect::<Result<_, _>>()?;
    let trial = options.trial.iter();
    let trial = trial.map(|name| header.find("trial", name));
    let trial: Vec<usize> = trial.collect::<Result<_, _>>()?;
    let mut used = [person.as_slice(), trial.as_slice()].concat();
    let clock = match &options.times {
        SampleTimes::Rate(rate) => Clock::Rate(*rate),
        SampleTimes::Column(name) => {
            let column = header.find("time", name)?;
            used.push(column);
            Clock::Column(column, options.uneven_time)
        }
    };
    let joints = header.joints(&options.joints, &used)?;
    let joints: Vec<(usize, f64)> = joints.into_iter().map(|column| (column, 1.0)).collect();
    let mut order: Vec<(String, String, Rows)> = Vec::new();
    let mut places = HashMap::<Vec<String>, usize>::new();
    while let Some(line) = next(&mut record)? {
        let fields: Vec<&str> = record.iter().collect();
        if fields.len() != header.names.len() {
            return Err(MotionError::Ragged {
                place: Place::line(path, line),
                found: fields.len(),
                expected: header.names.len(),
            });
        }
        let names = |columns: &[usize]| -> Result<Vec<String>, MotionError> {
            let name = |&column: &usize| name(&header, line, column, &fields);
            columns.iter().map(name).collect()
        };
        let (who, which) = (names(&person)?, names(&trial)?);
        let place = *places
            .entry([who.as_slice(), which.as_slice()].concat())
            .or_insert(order.len());
        if place == order.len() {
            let who = who.into_iter().next().unwrap_or_else(|| stem(path));
            let which = match which.is_empty() {
                true => who.clone(),
                false => which.join(" "),
            };
            order.push((which, who, Rows::default()));
        }
        if let Some((_, _, rows)) = order.get_mut(place) {
            rows.push(&header, line, &fields, clock, &joints)?;
        }
    }
    if order.is_empty() {
        return Err(empty(path, text));
    }
    order
        .into_iter()
        .map(|(name, person, rows)| rows.finish(&header, clock, &joints, name, person))
        .collect()
}

/// The name in a column that tells people or trials apart.
fn name(
    header: &Header<'_>,
    line: usize,
    column: usize,
    fields: &[&str],
) -> Result<String, MotionError> {
    match fields.get(column).map(|field| field.trim()) {
        Some(name) if !name.is_empty() => Ok(name.to_owned()),
        _ => Err(MotionError::NoName {
            place: header.field(line, column).place(),
            column: shorten(header.name(column)),
        }),
    }
}

/// The line of a record. The reader's own number is that of the empty lines before it.
fn line_of(text: &str, position: &Position) -> usize {
    let rest = text.as_bytes().get(position.byte() as usize..);
    let blank = rest.unwrap_or_default().iter();
    let blank = blank.take_while(|byte| matches!(byte, b'\n' | b'\r'));
    position.line() as usize + blank.filter(|&&byte| byte == b'\n').count()
}

fn empty(path: &Path, text: &str) -> MotionError {
    MotionError::Empty {
        place: Place::line(path, text.lines().count().max(1)),
    }
}

/// The text is UTF-8 already, so that this hardly ever happens; the position is kept all the same.
fn malformed(path: &Path, error: &::csv::Error) -> MotionError {
    let line = error.position().map_or(1, |at| at.line() as usize);
    MotionError::Header {
        place: Place::line(path, line),
        problem: format!("the row cannot be read ({error}); expected comma separated values"),
    }
}

#[cfg(test)]
mod tests;
