//! Whether the first row holds the names of the columns.

use std::path::Path;

use crate::forecast::HistoryOptions;
use crate::forecast::timeline::is_date;
use crate::table::{FirstRow, Place, Row, is_missing, is_number};
use crate::wording::list;
use crate::{Error, ErrorKind};

/// What columns of times are called.
const TIME_NAMES: [&str; 20] = [
    "date",
    "time",
    "timestamp",
    "datetime",
    "date_time",
    "ds",
    "year",
    "quarter",
    "month",
    "week",
    "day",
    "hour",
    "period",
    "t",
    "datum",
    "zeit",
    "jahr",
    "monat",
    "fecha",
    "dt",
];
/// Rows that are looked at below the first.
const LOOKED_AT: usize = 100;

/// Whether a header's field is a name for times.
pub(super) fn names_time(field: &str) -> bool {
    TIME_NAMES.contains(&field.trim().to_lowercase().as_str())
}

/// Whether the first row of a table is a header.
pub(super) fn is_header(
    path: &Path,
    rows: &[Row],
    options: &HistoryOptions,
) -> Result<bool, Error> {
    if let Some(header) = options.header {
        return Ok(header);
    }
    let Some((first, below)) = rows.split_first() else {
        return Ok(false);
    };
    let begin = first.get(0).trim();
    let second = below.first().map_or("", |row| row.get(0)).trim();
    if names_time(begin) || (begin.is_empty() && !second.is_empty()) {
        return Ok(true);
    }
    let is_value = |field: &str| is_number(field) || is_date(field);
    let asked = options.columns.iter().chain(&options.time);
    let asked = asked.chain(&options.id).map(|name| name.trim());
    let mut names = asked.filter(|name| !is_value(name));
    if names.any(|name| first.iter().any(|field| field.trim() == name)) {
        return Ok(true);
    }
    let below = &below[..below.len().min(LOOKED_AT)];
    match (
        FirstRow::of(first.iter(), is_value),
        evidence(first, below, options.rows),
    ) {
        (FirstRow::Names, _) | (_, Some(true)) => Ok(true),
        (_, Some(false)) => Ok(false),
        (_, None) => {
            let message = format!(
                "the first row may be a header or values: {}",
                list(first.iter().map(str::trim))
            );
            Err(Error::new(ErrorKind::Column, message)
                .at(Place::line(path, first.line))
                .with_hint("say whether the first row is a header")
                .with_setting("header", "yes")
                .with_setting("header", "no"))
        }
    }
}

/// What a first row with values says beside those below it; `None` when both are plausible.
fn evidence(first: &Row, below: &[Row], rows: bool) -> Option<bool> {
    let all = |column: usize, is: fn(&str) -> bool| {
        let mut fields = below
            .iter()
            .map(|row| row.get(column))
            .filter(|field| !is_missing(field));
        let any = fields.clone().next().is_some();
        any && fields.all(is)
    };
    let mut words = false;
    let mut numbers = Vec::new();
    for (column, field) in first.iter().enumerate() {
        if is_missing(field) {
            continue;
        }
        let dates_below = all(column, is_date);
        match (is_date(field), is_number(field)) {
            // A date above dates is one of them.
            (true, _) if dates_below => return Some(false),
            (true, _) => {}
            (_, true) if dates_below => words = true,
            (_, true) => numbers.push(column),
            _ => words |= dates_below || all(column, is_number),
        }
    }
    let number = |row: &Row, column: &usize| row.get(*column).trim().parse::<f64>().ok();
    let progression = |row: &Row| {
        let values: Option<Vec<f64>> = numbers.iter().map(|column| number(row, column)).collect();
        values.is_some_and(|values| is_progression(&values))
    };
    let is_whole = |row: &Row| {
        numbers
            .iter()
            .all(|column| row.get(*column).trim().parse::<i64>().is_ok())
    };
    let start = numbers.first().and_then(|column| number(first, column));
    let counts = is_whole(first)
        && matches!(start, Some(start) if start == 0.0 || start == 1.0)
        && numbers.windows(2).all(|pair| {
            number(first, &pair[1])
                .zip(number(first, &pair[0]))
                .is_some_and(|(b, a)| b - a == 1.0)
        });
    // What is written without a point above numbers with one.
    let stands_out = is_whole(first) && !below.is_empty() && !below.iter().any(is_whole);
    if words {
        let plausible = numbers.is_empty() || progression(first) || (counts && stands_out);
        return plausible.then_some(true);
    }
    if below.is_empty() {
        return Some(false);
    }
    let others = below.iter().filter(|row| progression(row)).count();
    match numbers.len() {
        0 => Some(false),
        1 if rows => Some(false),
        1 | 2 => (!(counts && stands_out)).then_some(false),
        _ if counts && stands_out => Some(true),
        _ if !progression(first) || 10 * others > below.len() => Some(false),
        _ if counts && numbers.len() > 3 => Some(true),
        3 => None,
        _ => (!rows).then_some(true),
    }
}

/// Whether numbers go up or down in equal steps.
fn is_progression(values: &[f64]) -> bool {
    let step = match values {
        [first, second, _, ..] => second - first,
        _ => return false,
    };
    let size = values
        .iter()
        .fold(0.0f64, |size, value| size.max(value.abs()));
    let equal = |pair: &[f64]| (pair[1] - pair[0] - step).abs() <= 1e-9 * size;
    step != 0.0 && step.is_finite() && values.windows(2).all(equal)
}
