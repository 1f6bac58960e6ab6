//! Tables with a column for each history; with an id, several stand one below the other.

use std::collections::HashMap;

use super::History;
use super::columns::columns;
use super::fill::values;
use super::table::Table;
use crate::Error;
use crate::forecast::HistoryOptions;
use crate::table::Row;

pub(super) fn read(table: &Table<'_>, options: &HistoryOptions) -> Result<Vec<History>, Error> {
    table.check_width()?;
    let id = options.id.as_deref().map(|id| table.find(id)).transpose()?;
    let (time, columns) = columns(table, options, id)?;
    let groups = match id {
        Some(id) => groups(table, id),
        None => vec![(None, table.rows.iter().collect())],
    };
    let mut histories = Vec::new();
    for (id, rows) in groups {
        let of_time = time.map(|column| table.name(column));
        let of_all = id.map(str::to_owned).or(of_time).unwrap_or_default();
        let timeline = table.timeline(time, &of_all, rows.iter().copied())?;
        for &column in &columns {
            let name = match id {
                None => table.name(column),
                Some(id) if columns.len() == 1 => id.to_owned(),
                Some(id) => format!("{id}/{}", table.name(column)),
            };
            let fields = rows.iter().map(|row| (*row, column));
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
fn groups<'t>(table: &'t Table<'_>, id: usize) -> Vec<(Option<&'t str>, Vec<&'t Row>)> {
    let mut places: HashMap<&str, usize> = HashMap::new();
    let mut groups: Vec<(Option<&str>, Vec<&Row>)> = Vec::new();
    for row in &table.rows {
        let name = row.get(id).trim();
        let place = *places.entry(name).or_insert(groups.len());
        match groups.get_mut(place) {
            Some((_, rows)) => rows.push(row),
            None => groups.push((Some(name), vec![row])),
        }
    }
    groups
}
