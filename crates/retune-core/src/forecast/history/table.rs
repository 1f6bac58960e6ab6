//! The fields of a file, with its header.

use std::path::Path;

use csv::{ErrorKind, ReaderBuilder, StringRecord};

use crate::forecast::timeline::is_date;
use crate::forecast::{ForecastError, HistoryOptions};
use crate::series::Place;
use crate::series::number::{is_missing, is_number};
use crate::wording::list;

/// What columns of times are called.
const TIME_NAMES: [&str; 7] = ["date", "time", "timestamp", "ds", "year", "month", "period"];

/// A table of text.
#[derive(Debug)]
pub(super) struct Table<'a> {
    pub(super) path: &'a Path,
    /// The header; empty when there is none.
    pub(super) header: Vec<String>,
    /// At least one row.
    pub(super) rows: Vec<Row>,
}

/// A row and its line, counted from 1.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) line: usize,
    pub(super) fields: StringRecord,
}

/// Whether a header's field is a name for times.
pub(super) fn names_time(field: &str) -> bool {
    TIME_NAMES.contains(&field.trim().to_lowercase().as_str())
}

impl<'a> Table<'a> {
    pub(super) fn read(
        path: &'a Path,
        text: &str,
        options: &HistoryOptions,
    ) -> Result<Self, ForecastError> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut rows = read_rows(path, text)?;
        let Some(first) = rows.first() else {
            return Err(ForecastError::Empty {
                path: path.to_owned(),
            });
        };
        let mut header = Vec::new();
        if is_header(&first.fields, rows.get(1).map(|row| &row.fields), options) {
            let names = first.fields.iter();
            header = names.map(|name| name.trim().to_owned()).collect();
            rows.remove(0);
        }
        if rows.is_empty() {
            return Err(ForecastError::NoRows {
                path: path.to_owned(),
            });
        }
        Ok(Self { path, header, rows })
    }

    /// How many columns there are.
    pub(super) fn width(&self) -> usize {
        let first = self.rows.first().map_or(0, |row| row.fields.len());
        self.header.len().max(first)
    }

    /// Checks that all rows are as wide as the header.
    pub(super) fn check_width(&self) -> Result<(), ForecastError> {
        let expected = match self.header.len() {
            0 => self.width(),
            named => named,
        };
        match self.rows.iter().find(|row| row.fields.len() != expected) {
            Some(row) => Err(ForecastError::Ragged {
                place: Place::line(self.path, row.line),
                found: row.fields.len(),
                expected,
            }),
            None => Ok(()),
        }
    }

    /// The name of a column: its number where it has none.
    pub(super) fn name(&self, column: usize) -> String {
        match self.header.get(column) {
            Some(name) if !name.is_empty() => name.clone(),
            _ => (column + 1).to_string(),
        }
    }

    /// The column with a name, or else with a number.
    pub(super) fn find(&self, wanted: &str) -> Result<usize, ForecastError> {
        let wanted = wanted.trim();
        let named = self.header.iter().position(|name| name == wanted);
        let numbered = || {
            let number = wanted.parse::<usize>().ok()?.checked_sub(1)?;
            (number < self.width()).then_some(number)
        };
        named
            .or_else(numbered)
            .ok_or_else(|| ForecastError::UnknownColumn {
                path: self.path.to_owned(),
                wanted: wanted.to_owned(),
                known: self.known(),
            })
    }

    /// The names of all columns, for messages.
    pub(super) fn known(&self) -> String {
        let names: Vec<String> = (0..self.width()).map(|column| self.name(column)).collect();
        list(names.iter().map(String::as_str))
    }

    /// The fields of a column, with their lines.
    pub(super) fn column(&self, column: usize) -> impl Iterator<Item = (usize, &str)> + Clone {
        let rows = self.rows.iter();
        rows.map(move |row| (row.line, row.fields.get(column).unwrap_or("")))
    }
}

fn read_rows(path: &Path, text: &str) -> Result<Vec<Row>, ForecastError> {
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter(text))
        .from_reader(text.as_bytes());
    let mut rows = Vec::new();
    let mut fields = StringRecord::new();
    while reader
        .read_record(&mut fields)
        .map_err(|error| malformed(path, error))?
    {
        let position = fields.position();
        let line = position.map_or(1, |position| line_of(text, position));
        if fields.iter().any(|field| !field.trim().is_empty()) {
            let fields = fields.clone();
            rows.push(Row { line, fields });
        }
    }
    Ok(rows)
}

/// What separates the fields, by the first line with text.
fn delimiter(text: &str) -> u8 {
    let first = text.lines().find(|line| !line.trim().is_empty());
    let first = first.unwrap_or_default();
    match (first.contains('\t'), first.contains(',')) {
        (true, _) => b'\t',
        (false, false) if first.contains(';') => b';',
        _ => b',',
    }
}

/// The line of a record. The reader's own number is that of the empty lines before it.
fn line_of(text: &str, position: &csv::Position) -> usize {
    let start = usize::try_from(position.byte()).unwrap_or(usize::MAX);
    let rest = text.as_bytes().get(start..).unwrap_or_default();
    let blank = rest.iter().take_while(|byte| matches!(byte, b'\n' | b'\r'));
    let line = usize::try_from(position.line()).unwrap_or(usize::MAX);
    line.saturating_add(blank.filter(|&&byte| byte == b'\n').count())
}

fn malformed(path: &Path, error: csv::Error) -> ForecastError {
    let line = error.position().map_or(1, csv::Position::line);
    match error.into_kind() {
        ErrorKind::Io(source) => ForecastError::Read {
            path: path.to_owned(),
            source,
        },
        kind => ForecastError::Malformed {
            place: Place::line(path, usize::try_from(line).unwrap_or(usize::MAX)),
            reason: format!("{kind:?}"),
        },
    }
}

fn is_header(
    first: &StringRecord,
    second: Option<&StringRecord>,
    options: &HistoryOptions,
) -> bool {
    let begin = first.get(0).unwrap_or("").trim();
    let second = second.and_then(|row| row.get(0)).unwrap_or("").trim();
    if names_time(begin) || (begin.is_empty() && !second.is_empty()) {
        return true;
    }
    let is_value = |field: &str| is_number(field) || is_date(field);
    let wanted = options
        .columns
        .iter()
        .chain(&options.time)
        .chain(&options.id);
    let mut wanted = wanted
        .map(|name| name.trim())
        .filter(|name| !is_value(name));
    if wanted.any(|name| first.iter().any(|field| field.trim() == name)) {
        return true;
    }
    let word = |field: &str| !is_missing(field) && !is_value(field);
    first.iter().any(word) && !first.iter().any(is_value)
}
