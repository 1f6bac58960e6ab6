//! Tables with a history in each row, of any lengths, as in the M4 competition.

use super::History;
use super::fill::{Field, values};
use super::table::{Row, Table};
use crate::forecast::{ForecastError, HistoryOptions, Timeline};
use crate::series::number::{is_missing, is_number};

pub(super) fn read(
    table: &Table<'_>,
    options: &HistoryOptions,
) -> Result<Vec<History>, ForecastError> {
    let id = match options.id.as_deref() {
        Some(name) => Some(table.find(name)?),
        None => first_is_id(table).then_some(0),
    };
    let history = |(number, row): (usize, &Row)| {
        let name = id.and_then(|id| row.fields.get(id)).map(str::trim);
        let name = name.map_or_else(|| (number + 1).to_string(), str::to_owned);
        let fields = row.fields.iter().enumerate();
        // What is empty at the end is no value, for the row is shorter than others.
        let length = fields
            .clone()
            .filter(|(_, field)| !field.trim().is_empty())
            .last()
            .map_or(0, |(column, _)| column + 1);
        let fields = fields
            .take(length)
            .filter(|(column, _)| Some(*column) != id)
            .map(|(column, text)| Field {
                line: row.line,
                column: column + 1,
                text,
            });
        Ok(History {
            values: values(table.path, &name, fields, options.missing)?,
            timeline: Timeline::counts(),
            name,
        })
    };
    table.rows.iter().enumerate().map(history).collect()
}

/// Whether the first column holds ids: it does when no number stands there.
fn first_is_id(table: &Table<'_>) -> bool {
    table
        .column(0)
        .all(|(_, field)| !is_missing(field) && !is_number(field))
}
