//! Tables with a column for each history.

use super::History;
use super::columns::Columns;
use super::fill::{Field, values};
use super::table::Table;
use crate::forecast::timeline::TimeColumn;
use crate::forecast::{ForecastError, HistoryOptions, Timeline};

pub(super) fn read(
    table: &Table<'_>,
    options: &HistoryOptions,
) -> Result<Vec<History>, ForecastError> {
    table.check_width()?;
    let columns = Columns::of(table, options, None)?;
    let timeline = match columns.time {
        None => Timeline::counts(),
        Some(column) => Timeline::read(&TimeColumn {
            path: table.path,
            column: column + 1,
            name: &table.name(column),
            fields: table.column(column).collect(),
        })?,
    };
    let history = |&column: &usize| {
        let name = table.name(column);
        let fields = table.column(column).map(|(line, text)| Field {
            line,
            column: column + 1,
            text,
        });
        Ok(History {
            values: values(table.path, &name, fields, options.missing)?,
            timeline: timeline.clone(),
            name,
        })
    };
    columns.values.iter().map(history).collect()
}
