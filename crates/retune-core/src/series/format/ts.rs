//! aeon and sktime `.ts`: headers with `@`, then values separated by commas, a colon and the label.

use std::fmt::Write as _;
use std::path::Path;

use super::{RawFile, RawRow, SEVERAL_CHANNELS, longest, parse_at};
use crate::series::{Place, SeriesError, Split};
use crate::table::is_missing;
use crate::wording::{list, shorten};

/// What the headers promise.
#[derive(Debug, Default)]
struct Header {
    /// Whether values may be missing.
    missing: Option<bool>,
    /// Whether all series have the same length.
    equal_length: Option<bool>,
    /// The length of the series, and the line that says so.
    series_length: Option<(usize, usize)>,
    /// The line of `@classLabel`, and the classes; `None` for no label.
    labels: Option<(usize, Option<Vec<String>>)>,
}

/// Reads all rows and checks them against the headers.
pub(super) fn read(path: &Path, text: &str) -> Result<RawFile, SeriesError> {
    let mut header = Header::default();
    let mut in_data = false;
    let mut rows: Vec<RawRow> = Vec::new();
    let mut lines = 0;
    for (index, line) in text.lines().enumerate() {
        lines = index + 1;
        let line = line.trim();
        if line.is_empty() || line.starts_with(['#', '%']) {
            continue;
        }
        if in_data {
            let row = read_row(path, lines, line, &header)?;
            check_length(path, &header, &row, rows.first())?;
            rows.push(row);
        } else if let Some(tag) = line.strip_prefix('@') {
            in_data = header.read_tag(path, lines, tag)?;
        } else {
            return Err(header_error(
                path,
                lines,
                format!(
                    "found `{}` before `@data`; expected a line that starts with `@`",
                    shorten(line)
                ),
            ));
        }
    }
    if !in_data {
        return Err(header_error(
            path,
            lines.max(1),
            "the file ends without `@data`; expected it before the series".to_owned(),
        ));
    }
    Ok(RawFile {
        path: path.to_owned(),
        rows,
        lines,
        padded: false,
    })
}

impl Header {
    /// Reads one header line without its `@`; true for `@data`.
    fn read_tag(&mut self, path: &Path, line: usize, tag: &str) -> Result<bool, SeriesError> {
        let mut words = tag.split_whitespace();
        let name = words.next().unwrap_or_default();
        let value = words.next();
        let truth = || truth(path, line, name, value);
        let number = || number(path, line, name, value);
        match name.to_ascii_lowercase().as_str() {
            "data" => return Ok(true),
            "timestamps" if truth()? => return Err(unsupported(path, line, "time stamps")),
            "univariate" if !truth()? => return Err(unsupported(path, line, SEVERAL_CHANNELS)),
            "dimensions" | "dimension" if number()? != 1 => {
                return Err(unsupported(path, line, SEVERAL_CHANNELS));
            }
            "targetlabel" if truth()? => return Err(unsupported(path, line, "regression targets")),
            "missing" => self.missing = Some(truth()?),
            "equallength" => self.equal_length = Some(truth()?),
            "serieslength" => self.series_length = Some((line, number()?)),
            "classlabel" => {
                let classes = truth()?.then(|| words.map(str::to_owned).collect());
                self.labels = Some((line, classes));
            }
            // Names, and whatever else a tool notes about the data.
            _ => {}
        }
        Ok(false)
    }
}

/// Reads one row of data.
fn read_row(path: &Path, line: usize, text: &str, header: &Header) -> Result<RawRow, SeriesError> {
    let classes = header
        .labels
        .as_ref()
        .and_then(|(_, classes)| classes.as_ref());
    let (values, label) = match (text.rsplit_once(':'), classes) {
        (Some((values, label)), Some(_)) => (values, Some(label.trim())),
        (None, None) => (text, None),
        (None, Some(_)) => {
            return Err(header_error(
                path,
                line,
                "the row has no label; expected `:LABEL` after the values, as `@classLabel true` says"
                    .to_owned(),
            ));
        }
        (Some(_), None) => {
            let said = match header.labels {
                Some(_) => "`@classLabel false` says",
                None => "there is no `@classLabel true`",
            };
            return Err(header_error(
                path,
                line,
                format!("the row has a colon; expected values without a label, as {said}"),
            ));
        }
    };
    if values.contains(':') {
        return Err(unsupported(path, line, SEVERAL_CHANNELS));
    }
    let mut row = RawRow {
        line,
        label: label.map(str::to_owned),
        label_field: 0,
        values: Vec::new(),
    };
    for (index, field) in values.split(',').enumerate() {
        let field = field.trim();
        if header.missing == Some(false) && is_missing(field) {
            return Err(SeriesError::Header {
                place: Place::field(path, line, index + 1),
                problem: "the value is missing; expected a number, as `@missing false` says"
                    .to_owned(),
            });
        }
        row.values.push(parse_at(path, line, index + 1, field)?);
    }
    row.label_field = row.values.len() + 1;
    if let (Some(label), Some(classes)) = (label, classes) {
        // An empty label gets its own error, and a list without classes promises none.
        if !label.is_empty() && !classes.is_empty() && !classes.iter().any(|class| class == label) {
            return Err(SeriesError::Header {
                place: Place::field(path, line, row.label_field),
                problem: format!(
                    "`@classLabel` does not list the label `{}`; expected one of {}",
                    shorten(label),
                    list(classes.iter().map(String::as_str))
                ),
            });
        }
    }
    Ok(row)
}

/// Checks the length of a row against the headers.
fn check_length(
    path: &Path,
    header: &Header,
    row: &RawRow,
    first: Option<&RawRow>,
) -> Result<(), SeriesError> {
    if header.equal_length == Some(false) {
        return Ok(());
    }
    let found = row.values.len();
    // Some files say 0 where they mean that the length is not known.
    if let Some((line, length)) = header.series_length.filter(|&(_, length)| length != 0)
        && length != found
    {
        return Err(header_error(
            path,
            row.line,
            format!(
                "the series has {found} values; expected {length}, as `@seriesLength` on line {line} says"
            ),
        ));
    }
    match (header.equal_length, first) {
        (Some(true), Some(first)) if first.values.len() != found => Err(header_error(
            path,
            row.line,
            format!(
                "the series has {found} values, the one on line {} has {}; \
                 expected the same length, as `@equalLength true` says",
                first.line,
                first.values.len()
            ),
        )),
        _ => Ok(()),
    }
}

/// A header value that must be `true` or `false`.
fn truth(path: &Path, line: usize, name: &str, value: Option<&str>) -> Result<bool, SeriesError> {
    match value {
        Some(value) if value.eq_ignore_ascii_case("true") => Ok(true),
        Some(value) if value.eq_ignore_ascii_case("false") => Ok(false),
        _ => Err(bad_value(path, line, name, value, "`true` or `false`")),
    }
}

/// A header value that must be a count.
fn number(path: &Path, line: usize, name: &str, value: Option<&str>) -> Result<usize, SeriesError> {
    value
        .and_then(|value| value.parse().ok())
        .ok_or_else(|| bad_value(path, line, name, value, "a whole number"))
}

fn bad_value(
    path: &Path,
    line: usize,
    name: &str,
    value: Option<&str>,
    expected: &str,
) -> SeriesError {
    let found = match value {
        Some(value) => format!("`{}`", shorten(value)),
        None => "nothing".to_owned(),
    };
    header_error(
        path,
        line,
        format!("`@{name}` has {found}; expected {expected}"),
    )
}

fn header_error(path: &Path, line: usize, problem: String) -> SeriesError {
    SeriesError::Header {
        place: Place::line(path, line),
        problem,
    }
}

fn unsupported(path: &Path, line: usize, found: &str) -> SeriesError {
    SeriesError::Unsupported {
        place: Place::line(path, line),
        found: found.to_owned(),
        expected: "univariate series without time stamps, with a class label or none",
    }
}

/// Headers and rows; series of unequal length are allowed.
pub(super) fn write(split: &Split, name: &str) -> Result<String, String> {
    let unfit = |label: &&String| label.contains(|c: char| c.is_whitespace() || c == ':');
    if let Some(label) = split.labels.iter().find(unfit) {
        return Err(format!(
            "the label `{label}` cannot stand in a .ts file; expected labels without white space or colons"
        ));
    }
    let length = longest(split);
    let equal = split.series.iter().all(|series| series.len() == length);
    let name: String = name.split_whitespace().collect::<Vec<_>>().join("_");
    let mut text = format!(
        "@problemName {name}\n@timeStamps false\n@missing false\n@univariate true\n@equalLength {equal}\n"
    );
    // Writing to a string cannot fail.
    if equal {
        let _ = writeln!(text, "@seriesLength {length}");
    }
    let mut classes: Vec<&str> = split.labels.iter().map(String::as_str).collect();
    classes.sort_unstable();
    classes.dedup();
    if classes.is_empty() {
        text.push_str("@classLabel false\n@data\n");
    } else {
        let _ = writeln!(text, "@classLabel true {}\n@data", classes.join(" "));
    }
    for (index, series) in split.series.iter().enumerate() {
        let values: Vec<String> = series.iter().map(f32::to_string).collect();
        text.push_str(&values.join(","));
        if let Some(label) = split.labels.get(index) {
            text.push(':');
            text.push_str(label);
        }
        text.push('\n');
    }
    Ok(text)
}
