//! Tables with the histories one below the other, told apart by an id.

use std::collections::HashMap;

use super::History;
use super::columns::Columns;
use super::fill::{Field, values};
use super::table::{Row, Table};
use crate::forecast::timeline::TimeColumn;
use crate::forecast::{ForecastError, HistoryOptions, Timeline};

pub(super) fn read(
    table: &Table<'_>,
    options: &HistoryOptions,
) -> Result<Vec<History>, ForecastError> {
    table.check_width()?;
    let id = table.find(options.id.as_deref().unwrap_or_default())?;
    let columns = Columns::of(table, options, Some(id))?;
    let mut histories = Vec::new();
    for (name, rows) in groups(table, id) {
        let fields = |column: usize| {
            let rows = rows.iter();
            rows.map(move |row| (row.line, row.fields.get(column).unwrap_or("")))
        };
        let timeline = match columns.time {
            None => Timeline::counts(),
            Some(column) => Timeline::read(&TimeColumn {
                path: table.path,
                column: column + 1,
                name,
                fields: fields(column).collect(),
            })?,
        };
        for &column in &columns.values {
            let name = match columns.values.len() {
                1 => name.to_owned(),
                _ => format!("{name}/{}", table.name(column)),
            };
            let fields = fields(column).map(|(line, text)| Field {
                line,
                column: column + 1,
                text,
            });
            histories.push(History {
                values: values(table.path, &name, fields, options.missing)?,
                timeline: timeline.clone(),
                name,
            });
        }
    }
    Ok(histories)
}

/// The rows of each id, in the order in which the ids first stand.
fn groups<'t>(table: &'t Table<'_>, id: usize) -> Vec<(&'t str, Vec<&'t Row>)> {
    let mut places: HashMap<&str, usize> = HashMap::new();
    let mut groups: Vec<(&str, Vec<&Row>)> = Vec::new();
    for row in &table.rows {
        let name = row.fields.get(id).unwrap_or("").trim();
        let place = *places.entry(name).or_insert_with(|| {
            groups.push((name, Vec::new()));
            groups.len() - 1
        });
        if let Some((_, rows)) = groups.get_mut(place) {
            rows.push(row);
        }
    }
    groups
}
