//! Trials from comma separated values.

use std::collections::HashMap;
use std::path::Path;

use super::Trial;
use super::joints::JointSelection;
use super::opensim::{AngleUnit, angles_read_as};
use super::table::{Columns, Header, Rows, empty, stem};
use super::time::UnevenTime;
use crate::table::{Numbers, Records, Row, Separator, check_memory, read_text, shown};
use crate::{Error, ErrorKind};

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
    /// The unit of the angles: degrees where nothing is said, for a table has no header that says it. A
    /// trial has degrees.
    pub angles: AngleUnit,
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
            angles: AngleUnit::FromHeader,
        }
    }
}

/// Reads all trials of a file with a header, in the order in which they begin.
/// Fields are separated by commas, or by tabs or semicolons where they part the first rows; then
/// decimals may be parted by commas.
///
/// The rows of a trial need not stand together. A trial is named by the values of its columns,
/// joined by spaces, or else like its person.
///
/// # Errors
///
/// When the file cannot be read, columns are unknown or stand twice, values are
/// missing or not finite, or times do not increase in even steps.
pub fn read_csv(path: &Path, options: &CsvOptions) -> Result<Vec<Trial>, Error> {
    let text = read_text(path)?;
    let path = shown(path);
    parse(&path, &text, options)
}

pub(super) fn parse(path: &Path, text: &str, options: &CsvOptions) -> Result<Vec<Trial>, Error> {
    use Separator::{Comma, Semicolon, Tab};
    let separator = Separator::detect(text, &[Comma, Tab, Semicolon], Comma);
    // Where commas part the fields they part no decimals.
    let decimal = (separator == Comma).then_some('.');
    check_memory(path, text, separator, false)?;
    let mut records = Records::new(text, separator);
    let mut row = Row::default();
    if !records.read(&mut row) {
        return Err(empty(path, text));
    }
    let header = Header::new(path, &row)?;
    let person = header.find_all("person", &options.person)?;
    let trial = header.find_all("trial", &options.trial)?;
    let mut used = [person.as_slice(), trial.as_slice()].concat();
    let mut time = None;
    let mut rate_hz = 1.0;
    match &options.times {
        SampleTimes::Rate(rate) => rate_hz = *rate,
        SampleTimes::Column(name) => {
            let column = header.find("time", name)?;
            used.push(column);
            time = Some((column, options.uneven_time));
        }
    }
    let joints = header.joints(&options.joints, &used)?;
    let factor = match options.angles {
        AngleUnit::Radians => 1f64.to_degrees(),
        AngleUnit::FromHeader | AngleUnit::Degrees => 1.0,
    };
    let mut columns = Columns {
        header,
        numbers: Numbers::among(decimal, Some(None))?,
        time,
        rate_hz,
        joints: joints.into_iter().map(|column| (column, factor)).collect(),
    };
    let mut trials = Vec::new();
    let mut places = HashMap::new();
    let (mut before, mut is_apart) = (0, false);
    while records.read(&mut row) {
        columns.check_width(&row)?;
        let labels = |of: &[usize]| -> Result<Vec<String>, Error> {
            let label = |&column: &usize| columns.header.label(&row, column);
            of.iter().map(label).collect()
        };
        let key = (labels(&person)?, labels(&trial)?);
        let place = *places.entry(key.clone()).or_insert(trials.len());
        if place == trials.len() {
            trials.push((key, Rows::default()));
        } else {
            is_apart |= place != before;
        }
        before = place;
        columns.push(&mut trials[place].1, &row)?;
    }
    if trials.is_empty() {
        return Err(empty(path, text));
    }
    if matches!(options.joints, JointSelection::All)
        && let Some(column) = columns.counting(trials.iter().map(|(_, rows)| rows))
    {
        let message = format!(
            "the column `{column}` grows in equal steps, as times and counts do, and no joint"
        );
        return Err(Error::new(ErrorKind::Column, message)
            .of_file(path)
            .with_hint("say that it has the times, or choose the joints")
            .with_setting("time", "")
            .with_setting("joint", ""));
    }
    let numbers = columns.numbers.finish(path)?;
    let trials = trials.into_iter().map(|((who, which), rows)| {
        let person = who.into_iter().next().unwrap_or_else(|| stem(path));
        let name = match &which[..] {
            [] => person.clone(),
            which => which.join(" "),
        };
        let mut trial = columns.trial(rows, name, person)?;
        trial.read_as.add("trial", trial.label());
        if separator != Comma {
            trial.read_as.add("separator", separator.to_string());
        }
        trial.read_as.decisions.extend(numbers.iter().cloned());
        if columns.time.is_none() && is_apart {
            let rows = "those of a trial do not stand together; taken as one after the other";
            trial.read_as.add("rows", rows);
        }
        let angles = angles_read_as(options.angles, factor, &trial.samples);
        trial.read_as.add("angles", angles);
        Ok(trial)
    });
    trials.collect()
}
