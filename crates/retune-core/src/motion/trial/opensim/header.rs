//! The header of an OpenSim file, in the form of today and in that of SIMM.

use std::f64::consts::PI;
use std::path::Path;

use super::units::AngleUnit;
use crate::table::Place;
use crate::wording::shorten;
use crate::{Error, ErrorKind};

/// What a header says, with the lines where it does.
#[derive(Debug, Default)]
pub(super) struct FileHeader {
    /// As OpenSim says it, and as SIMM did: its own files say it both ways.
    pub(super) rows: [Option<(usize, usize)>; 2],
    pub(super) columns: [Option<(usize, usize)>; 2],
    in_degrees: Option<bool>,
    end: usize,
}

impl FileHeader {
    /// Reads up to and with the line `endheader`. What is neither a count nor the unit is text.
    pub(super) fn read<'a>(
        path: &Path,
        lines: &mut impl Iterator<Item = (usize, &'a str)>,
    ) -> Result<Self, Error> {
        let mut header = Self::default();
        for (line, text) in lines {
            header.end = line;
            let text = text.trim();
            if text.eq_ignore_ascii_case("endheader") {
                return Ok(header);
            }
            // SIMM wrote `datarows 120`, OpenSim writes `nRows=120`.
            let pair = text.split_once('=');
            let pair = pair.or_else(|| text.split_once(char::is_whitespace));
            let (key, value) = pair.unwrap_or((text, ""));
            header.set(path, line, &key.trim().to_lowercase(), value.trim())?;
        }
        let message = "the file has no line `endheader`; expected an OpenSim header";
        let place = Place::line(path, header.end.max(1));
        Err(Error::new(ErrorKind::Malformed, message).at(place))
    }

    fn set(&mut self, path: &Path, line: usize, key: &str, value: &str) -> Result<(), Error> {
        let problem =
            |problem: String| Error::new(ErrorKind::Malformed, problem).at(Place::line(path, line));
        let count = || {
            let count = value.parse::<usize>().map(|count| (line, count));
            count.map_err(|_| {
                let value = shorten(value);
                problem(format!("`{key}` is `{value}`; expected a whole number"))
            })
        };
        let is_twice = match key {
            "nrows" => self.rows[0].is_some(),
            "datarows" => self.rows[1].is_some(),
            "ncolumns" => self.columns[0].is_some(),
            "datacolumns" => self.columns[1].is_some(),
            "indegrees" => self.in_degrees.is_some(),
            _ => false,
        };
        match key {
            _ if is_twice => return Err(problem(format!("`{key}` stands twice in the header"))),
            "nrows" => self.rows[0] = Some(count()?),
            "datarows" => self.rows[1] = Some(count()?),
            "ncolumns" => self.columns[0] = Some(count()?),
            "datacolumns" => self.columns[1] = Some(count()?),
            "indegrees" if value.eq_ignore_ascii_case("yes") => self.in_degrees = Some(true),
            "indegrees" if value.eq_ignore_ascii_case("no") => self.in_degrees = Some(false),
            "indegrees" => {
                let value = shorten(value);
                let message = format!("`inDegrees` is `{value}`; expected `yes` or `no`");
                return Err(problem(message));
            }
            "datatype" if !value.eq_ignore_ascii_case("double") => {
                let value = shorten(value);
                let expected = "expected `double`, one number a column";
                return Err(problem(format!("the data type is `{value}`; {expected}")));
            }
            _ => {}
        }
        Ok(())
    }

    /// By what angles are multiplied to have them in degrees.
    pub(super) fn factor(&self, path: &Path, unit: AngleUnit) -> Result<f64, Error> {
        match (unit, self.in_degrees) {
            (AngleUnit::Degrees, _) | (AngleUnit::FromHeader, Some(true)) => Ok(1.0),
            (AngleUnit::Radians, _) | (AngleUnit::FromHeader, Some(false)) => Ok(180.0 / PI),
            (AngleUnit::FromHeader, None) => {
                let message = "the header does not say `inDegrees=yes` or `inDegrees=no`";
                Err(Error::new(ErrorKind::Unit, message)
                    .at(Place::line(path, self.end))
                    .with_hint("add the line to the header, or say the unit")
                    .with_setting("angles", "degrees")
                    .with_setting("angles", "radians"))
            }
        }
    }
}

/// Refuses another count than the header's; one that it does not have is right, of two both must be.
pub(super) fn check_count(
    path: &Path,
    what: &str,
    said: [Option<(usize, usize)>; 2],
    found: usize,
) -> Result<(), Error> {
    let mut said = said.into_iter().flatten();
    let Some((line, said)) = said.find(|(_, said)| *said != found) else {
        return Ok(());
    };
    let message = format!("the header says {said} {what}; the table has {found}");
    Err(Error::new(ErrorKind::Mismatch, message)
        .at(Place::line(path, line))
        .with_hint("check that the file is complete; if it is, do not check the counts")
        .with_setting("ignore_counts", ""))
}
