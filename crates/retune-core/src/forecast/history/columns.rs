//! Which columns hold times and values.

use super::panel;
use super::table::Table;
use super::time::{Finder, Time};
use crate::forecast::HistoryOptions;
use crate::forecast::timeline::{is_date, is_time_of_day};
use crate::table::{Misfit, is_missing, is_number, number};
use crate::wording::shorten;
use crate::{Error, ErrorKind};

/// The columns of a table, counted from 0.
#[derive(Debug)]
pub(super) struct Columns {
    pub(super) time: Option<Time>,
    pub(super) values: Vec<usize>,
    /// Columns that are not used, and why.
    pub(super) left_out: Vec<(usize, &'static str)>,
}

impl Columns {
    /// Finds the columns; `id` is the one that holds ids, `groups` the rows of each.
    pub(super) fn of(
        table: &Table<'_>,
        options: &HistoryOptions,
        id: Option<usize>,
        groups: &[Vec<usize>],
    ) -> Result<Self, Error> {
        let wanted: Vec<usize> = options
            .columns
            .iter()
            .map(|name| table.find(name))
            .collect::<Result<_, _>>()?;
        let others = |taken: &[usize]| -> Vec<usize> {
            (0..table.width())
                .filter(|column| !taken.contains(column))
                .collect()
        };
        let mut taken: Vec<usize> = id.into_iter().chain(wanted.iter().copied()).collect();
        let free = others(&taken);
        let finder = Finder {
            table,
            columns: &free,
            groups,
        };
        let time = match options.time.as_deref() {
            Some("none") => None,
            Some(name) => Some(finder.given(table.find(name)?)),
            None => finder.find()?,
        };
        taken.extend(time.iter().flat_map(Time::columns));
        if let Some(at) = (1..taken.len()).find(|at| taken[..*at].contains(&taken[*at])) {
            return Err(twice(table, taken[at]));
        }
        let rest = others(&taken);
        if id.is_none() && wanted.is_empty() {
            match &time {
                Some(time) => panel::check(table, time)?,
                None if options.time.is_none() => panel::check_blocks(table, &rest)?,
                None => {}
            }
        }
        if !wanted.is_empty() {
            return Ok(Self {
                time,
                values: wanted,
                left_out: Vec::new(),
            });
        }
        let (mut values, other): (Vec<usize>, Vec<usize>) = rest
            .into_iter()
            .partition(|column| is_numeric(table, *column));
        let mut left_out: Vec<(usize, &'static str)> = other
            .into_iter()
            .map(|column| (column, what(table, column)))
            .collect();
        let counters: Vec<usize> = values
            .iter()
            .copied()
            .filter(|column| table.counts_rows(*column))
            .collect();
        // What is all there is must be the values.
        if counters.len() < values.len() {
            values.retain(|column| !counters.contains(column));
            left_out.extend(counters.into_iter().map(|column| (column, "numbers rows")));
            left_out.sort_unstable();
        }
        if values.is_empty() {
            return Err(no_numbers(table, &left_out));
        }
        Ok(Self {
            time,
            values,
            left_out,
        })
    }
}

/// Whether a field is neither a number nor missing.
fn is_no_value(field: &str) -> bool {
    !is_missing(field) && !is_number(field)
}

/// No column holds numbers; the first field that is none, of the first column that might, is shown.
fn no_numbers(table: &Table<'_>, left_out: &[(usize, &'static str)]) -> Error {
    let (path, known) = (table.path.display(), table.known());
    let mut message = format!("{path}: no column holds numbers; there are {known}");
    let text = left_out.iter().rev().find(|(_, what)| *what == "text");
    let field = text.and_then(|(column, _)| {
        let mut fields = table.column(*column).map(|field| field.text.trim());
        Some((*column, fields.find(|field| is_no_value(field))?))
    });
    let Some((column, field)) = field else {
        return Error::new(ErrorKind::Column, message)
            .with_hint("check what separates the fields: commas, tabs or semicolons");
    };
    let (name, shown) = (shorten(&table.name(column)), shorten(field));
    message.push_str(&format!("; in `{name}` stands `{shown}`"));
    let digits = field.chars().any(|c| c.is_ascii_digit());
    let hint = match digits && number::<f64>(field) == Err(Misfit::NotANumber) {
        true if field.contains(',') => {
            "write numbers with a decimal point and nothing between thousands: 1234.5"
        }
        true => "write numbers without units or signs of currency or per cent",
        false => {
            "check what separates the fields (commas, tabs or semicolons) and which hold numbers"
        }
    };
    Error::new(ErrorKind::Column, message).with_hint(hint)
}

fn twice(table: &Table<'_>, column: usize) -> Error {
    let (path, name) = (table.path.display(), table.name(column));
    let message = format!("{path}: the column `{name}` is asked for twice");
    Error::new(ErrorKind::Column, message).with_hint("give only one of them")
}

/// Whether most of the fields that are not missing are numbers: a typing error must not make a
/// column disappear.
fn is_numeric(table: &Table<'_>, column: usize) -> bool {
    let present = table.column(column).filter(|field| !is_missing(field.text));
    let numbers = present.clone().filter(|field| is_number(field.text));
    2 * numbers.count() > present.count()
}

/// What a column without numbers holds.
fn what(table: &Table<'_>, column: usize) -> &'static str {
    let mut fields = table.column(column).map(|field| field.text);
    match fields.find(|field| !is_missing(field)) {
        None => "empty",
        Some(field) if is_date(field) => "dates",
        Some(field) if is_time_of_day(field) => "times of day",
        Some(_) => "text",
    }
}
