//! Which columns hold times and values.

use super::table::{Table, names_time};
use crate::forecast::timeline::{TimeColumn, is_date};
use crate::forecast::{ForecastError, HistoryOptions, Timeline};
use crate::series::number::{is_missing, is_number};

/// The columns of a table, counted from 0.
#[derive(Debug)]
pub(super) struct Columns {
    pub(super) time: Option<usize>,
    pub(super) values: Vec<usize>,
}

impl Columns {
    /// Finds the columns; `id` is the one that holds ids.
    pub(super) fn of(
        table: &Table<'_>,
        options: &HistoryOptions,
        id: Option<usize>,
    ) -> Result<Self, ForecastError> {
        let wanted: Vec<usize> = options
            .columns
            .iter()
            .map(|name| table.find(name))
            .collect::<Result<_, _>>()?;
        let time = match options.time.as_deref() {
            Some("none") => None,
            Some(name) => Some(table.find(name)?),
            None => guess_time(table, id).filter(|time| !wanted.contains(time)),
        };
        let mut taken: Vec<usize> = id.into_iter().chain(time).collect();
        if let (Some(time), Some(id)) = (time, id)
            && time == id
        {
            return Err(twice(table, time));
        }
        for &column in &wanted {
            if taken.contains(&column) {
                return Err(twice(table, column));
            }
            taken.push(column);
        }
        let values = if wanted.is_empty() {
            let columns = 0..table.width();
            columns
                .filter(|column| !taken.contains(column) && is_numeric(table, *column))
                .collect()
        } else {
            wanted
        };
        if values.is_empty() {
            return Err(ForecastError::NoNumericColumn {
                path: table.path.to_owned(),
                columns: table.known(),
            });
        }
        Ok(Self { time, values })
    }
}

fn twice(table: &Table<'_>, column: usize) -> ForecastError {
    ForecastError::ColumnTwice {
        path: table.path.to_owned(),
        column: table.name(column),
    }
}

/// The first column that is not the id, if it holds times.
fn guess_time(table: &Table<'_>, id: Option<usize>) -> Option<usize> {
    let first = (0..table.width()).find(|column| Some(*column) != id)?;
    let name = table.header.get(first).map(String::as_str);
    if name.is_some_and(names_time) {
        return Some(first);
    }
    let mut fields = table.column(first).map(|(_, field)| field);
    let fields_are_dates = fields.clone().filter(|field| !is_missing(field)).count() > 0
        && fields.all(|field| is_missing(field) || is_date(field));
    let counts = name == Some("") && table.width() > 1 && counts_regularly(table, first);
    (fields_are_dates || counts).then_some(first)
}

/// Whether a column without a name counts the rows, as tables with an index are written.
fn counts_regularly(table: &Table<'_>, column: usize) -> bool {
    let whole = |(_, field): (usize, &str)| field.trim().parse::<i64>().is_ok();
    let times = TimeColumn {
        path: table.path,
        column: column + 1,
        name: "",
        fields: table.column(column).collect(),
    };
    table.column(column).all(whole) && Timeline::read(&times).is_ok()
}

/// Whether most of the fields that are not missing are numbers: a typing error must not make a
/// column disappear.
fn is_numeric(table: &Table<'_>, column: usize) -> bool {
    let present = table.column(column).filter(|(_, field)| !is_missing(field));
    let (numbers, others) =
        present.fold(
            (0usize, 0usize),
            |(numbers, others), (_, field)| match is_number(field) {
                true => (numbers + 1, others),
                false => (numbers, others + 1),
            },
        );
    numbers > others
}
