//! The header of an OpenSim file, in the form of today and in that of SIMM.

use std::f64::consts::PI;
use std::path::Path;

use super::AngleUnit;
use crate::table::Place;
use crate::wording::shorten;
use crate::{Error, ErrorKind};

/// What a header says, with the lines where it does.
#[derive(Debug, Default)]
pub(super) struct FileHeader {
    /// As OpenSim says it, and as SIMM did: its own files say it both ways.
    rows: [Option<(usize, usize)>; 2],
    columns: [Option<(usize, usize)>; 2],
    pub(super) in_degrees: Option<bool>,
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
            let (key, value) = pair
                .or_else(|| text.split_once(char::is_whitespace))
                .unwrap_or((text, ""));
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
        let twice = || problem(format!("`{key}` stands twice in the header"));
        match key {
            "nrows" | "datarows" | "ncolumns" | "datacolumns" => {
                let said = match key {
                    "nrows" | "datarows" => &mut self.rows,
                    _ => &mut self.columns,
                };
                let [of_opensim, of_simm] = said;
                let said = if key.starts_with('n') {
                    of_opensim
                } else {
                    of_simm
                };
                if said.is_some() {
                    return Err(twice());
                }
                *said = Some(count()?);
                Ok(())
            }
            "indegrees" if self.in_degrees.is_some() => Err(twice()),
            "indegrees" => {
                self.in_degrees = match value.to_lowercase().as_str() {
                    "yes" => Some(true),
                    "no" => Some(false),
                    _ => {
                        let value = shorten(value);
                        return Err(problem(format!(
                            "`inDegrees` is `{value}`; expected `yes` or `no`"
                        )));
                    }
                };
                Ok(())
            }
            "datatype" if !value.eq_ignore_ascii_case("double") => Err(problem(format!(
                "the data type is `{}`; expected `double`, one number a column",
                shorten(value)
            ))),
            _ => Ok(()),
        }
    }

    /// By what angles are multiplied to have them in degrees.
    pub(super) fn factor(&self, path: &Path, unit: AngleUnit) -> Result<f64, Error> {
        let in_degrees = match unit {
            AngleUnit::Degrees => Some(true),
            AngleUnit::Radians => Some(false),
            AngleUnit::FromHeader => self.in_degrees,
        };
        match in_degrees {
            Some(true) => Ok(1.0),
            Some(false) => Ok(180.0 / PI),
            None => {
                let message = "the header does not say `inDegrees=yes` or `inDegrees=no`";
                Err(Error::new(ErrorKind::Unit, message)
                    .at(Place::line(path, self.end))
                    .with_hint("add the line to the header, or say the unit")
                    .with_setting("angles", "degrees")
                    .with_setting("angles", "radians"))
            }
        }
    }

    pub(super) fn check_columns(&self, path: &Path, found: usize) -> Result<(), Error> {
        check(path, "columns", self.columns, found)
    }

    pub(super) fn check_rows(&self, path: &Path, found: usize) -> Result<(), Error> {
        check(path, "rows", self.rows, found)
    }
}

/// A count that the header does not have is right; of two both must be.
fn check(
    path: &Path,
    what: &'static str,
    said: [Option<(usize, usize)>; 2],
    found: usize,
) -> Result<(), Error> {
    let mut said = said.into_iter().flatten();
    match said.find(|(_, said)| *said != found) {
        Some((line, said)) => {
            let message = format!("the header says {said} {what}; the table has {found}");
            Err(Error::new(ErrorKind::Mismatch, message)
                .at(Place::line(path, line))
                .with_hint("check that the file is complete; if it is, do not check the counts")
                .with_setting("ignore_counts", ""))
        }
        None => Ok(()),
    }
}
