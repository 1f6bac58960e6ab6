//! OpenSim's motion (`.mot`) and storage (`.sto`) files.
//!
//! A header up to the line `endheader`, a line with the names of the columns, then one line for
//! each sample, separated by tabs or spaces. Angles are degrees or radians as the header says;
//! the columns `…_tx`, `…_ty` and `…_tz` are metres either way. Columns that are paths to a
//! coordinate, as in OpenSim 4, have its name.

mod header;
mod paths;
mod units;

use std::path::Path;

use super::Trial;
use super::joints::JointSelection;
use super::table::{Columns, Header, Rows, empty, stem};
use super::time::UnevenTime;
use crate::Error;
use crate::table::{Numbers, Row, Separator, check_memory, read_text, shown};

use header::{FileHeader, check_count};
pub use units::AngleUnit;
pub(super) use units::read_as as angles_read_as;

/// What to do when a table has other numbers of rows or columns than its header says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum HeaderCounts {
    /// It is an error: the file may have been cut short.
    #[default]
    Check,
    /// The table is right. Files edited by hand need this, some that come with OpenSim among them.
    Ignore,
}

/// How to read an OpenSim file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OpenSimOptions {
    /// The joints to take, by the names of their columns.
    pub joints: JointSelection,
    /// The unit of the angles in the file. A trial has degrees.
    pub angles: AngleUnit,
    /// What to do when the times are not evenly spaced.
    pub uneven_time: UnevenTime,
    /// Whether the header's counts are checked.
    pub counts: HeaderCounts,
    /// Who walks; the name of the file when it is not said.
    pub person: Option<String>,
}

/// Reads one trial from a `.mot` or `.sto` file; its name is that of the file.
///
/// # Errors
///
/// When the file cannot be read, its header is incomplete or contradicts the
/// table, columns are unknown or stand twice, values are missing or not finite, or times do not
/// increase in even steps.
pub fn read_opensim(path: &Path, options: &OpenSimOptions) -> Result<Trial, Error> {
    parse(&shown(path), &read_text(path)?, options)
}

pub(super) fn parse(path: &Path, text: &str, options: &OpenSimOptions) -> Result<Trial, Error> {
    check_memory(path, text, Separator::WhiteSpace, false)?;
    let mut lines = (1..).zip(text.lines());
    let file = FileHeader::read(path, &mut lines)?;
    let mut lines = lines.filter(|(_, text)| !text.trim().is_empty());
    let Some((line, names)) = lines.next() else {
        return Err(empty(path, text));
    };
    let names = split(names.trim_end(), None);
    let (names, shortened) = paths::shortened(&names);
    let selection = paths::selection(&options.joints, &names);
    let names = Row::new(line, names);
    let header = Header::new(path, &names)?;
    let is_checked = options.counts == HeaderCounts::Check;
    if is_checked {
        check_count(path, "columns", file.columns, names.len())?;
    }
    let is_time = |name: &&String| name.eq_ignore_ascii_case("time");
    let time = header
        .names
        .iter()
        .find(is_time)
        .map_or("time", |name| name);
    let time = header.find("time", time)?;
    let angle = file.factor(path, options.angles)?;
    let joints = header.joints(&selection, &[time])?;
    let factor = |column: usize| match is_translation(header.names.of(column)) {
        true => 1.0,
        false => angle,
    };
    let joints = joints.into_iter().map(|column| (column, factor(column)));
    let mut columns = Columns {
        joints: joints.collect(),
        numbers: Numbers::among(Some('.'), Some(None))?,
        time: Some((time, options.uneven_time)),
        rate_hz: 1.0,
        header,
    };
    let mut rows = Rows::default();
    for (line, text) in lines {
        let row = Row::new(line, split(text, Some(names.len())));
        columns.check_width(&row)?;
        columns.push(&mut rows, &row)?;
    }
    if rows.lines.is_empty() {
        return Err(empty(path, text));
    }
    if is_checked {
        check_count(path, "rows", file.rows, rows.lines.len())?;
    }
    let name = stem(path);
    let person = options.person.clone().unwrap_or_else(|| name.clone());
    let of_angle = |(column, _): &(usize, f64)| !is_translation(columns.header.names.of(*column));
    let is_angle: Vec<bool> = columns.joints.iter().map(of_angle).collect();
    let mut trial = columns.trial(rows, name, person)?;
    let angles = trial.samples.iter().zip(is_angle.iter().cycle());
    let angles = angles.filter(|(_, is_angle)| **is_angle);
    let angles = angles_read_as(options.angles, angle, angles.map(|(angle, _)| angle));
    trial.read_as.add("person", trial.person.clone());
    trial.read_as.add("angles", angles);
    if shortened > 0 {
        let joints = "the coordinates in the paths of the columns";
        trial.read_as.add("joints", joints);
    }
    Ok(trial)
}

/// The fields of a line. Tabs separate if there are any, unless only white space gives the number
/// of fields that is expected; empty fields beyond that number are no fields.
fn split(line: &str, expected: Option<usize>) -> Vec<&str> {
    let words = || line.split_whitespace().collect::<Vec<_>>();
    if !line.contains('\t') {
        return words();
    }
    let mut fields: Vec<&str> = line.split('\t').map(str::trim).collect();
    let Some(expected) = expected else {
        return fields;
    };
    while fields.len() > expected && fields.last().is_some_and(|field| field.is_empty()) {
        fields.pop();
    }
    if fields.len() == expected {
        return fields;
    }
    Some(words())
        .filter(|words| words.len() == expected)
        .unwrap_or(fields)
}

/// Whether a coordinate is a length. Names may be paths such as
/// `/jointset/ground_pelvis/pelvis_tx/value`.
fn is_translation(name: &str) -> bool {
    let name = name.strip_suffix("/value").unwrap_or(name);
    let name = name.strip_suffix("/speed").unwrap_or(name);
    ["_tx", "_ty", "_tz"].iter().any(|end| name.ends_with(end))
}

#[cfg(test)]
mod kinds;
