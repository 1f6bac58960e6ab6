//! Which columns hold times and values.

use super::table::{Table, names_time};
use crate::forecast::HistoryOptions;
use crate::forecast::timeline::is_date;
use crate::table::{is_missing, is_number};
use crate::{Error, ErrorKind};

/// The column of times and those of values, counted from 0; `id` is the one that holds ids.
pub(super) fn columns(
    table: &Table<'_>,
    options: &HistoryOptions,
    id: Option<usize>,
) -> Result<(Option<usize>, Vec<usize>), Error> {
    let path = table.path.display();
    let wanted = options.columns.iter().map(|name| table.find(name));
    let mut values = wanted.collect::<Result<Vec<_>, _>>()?;
    let time = match options.time.as_deref() {
        Some("none") => None,
        Some(name) => Some(table.find(name)?),
        None => guess_time(table, id).filter(|time| !values.contains(time)),
    };
    let taken: Vec<usize> = id.into_iter().chain(time).chain(values.clone()).collect();
    let mut places = 0..taken.len();
    if let Some(place) = places.find(|&place| taken[..place].contains(&taken[place])) {
        let name = table.name(taken[place]);
        let message = format!("{path}: the column `{name}` is asked for twice");
        return Err(Error::new(ErrorKind::Column, message).with_hint("give only one of them"));
    }
    if values.is_empty() {
        let others = (0..table.width()).filter(|column| !taken.contains(column));
        values = others.filter(|&column| is_numeric(table, column)).collect();
    }
    if values.is_empty() {
        let known = table.known();
        let message = format!("{path}: no column holds numbers; there are {known}");
        return Err(Error::new(ErrorKind::Column, message)
            .with_hint(
                "check what separates the fields (commas, tabs or semicolons), or name a column to \
                 be told which of its fields is no number",
            )
            .with_setting("column", ""));
    }
    Ok((time, values))
}

/// The first column that is not the id, if it holds times.
fn guess_time(table: &Table<'_>, id: Option<usize>) -> Option<usize> {
    let first = (0..table.width()).find(|column| Some(*column) != id)?;
    let is_unnamed = !table.header.is_empty() && table.header.of(first).is_empty();
    let mut present = present(table, first).peekable();
    let holds_times = names_time(table.header.of(first))
        || (present.peek().is_some() && present.all(is_date))
        || (is_unnamed && table.width() > 1 && counts_regularly(table, first));
    holds_times.then_some(first)
}

/// Whether a column without a name counts the rows, as tables with an index are written.
fn counts_regularly(table: &Table<'_>, column: usize) -> bool {
    let mut fields = table.column(column);
    fields.all(|field| field.trim().parse::<i64>().is_ok())
        && table.timeline(Some(column), "", table.rows.iter()).is_ok()
}

/// Whether most of the fields that are not missing are numbers: a typing error must not make a
/// column disappear.
fn is_numeric(table: &Table<'_>, column: usize) -> bool {
    let numbers = present(table, column).filter(|field| is_number(field));
    2 * numbers.count() > present(table, column).count()
}

fn present<'t>(table: &'t Table<'_>, column: usize) -> impl Iterator<Item = &'t str> {
    table.column(column).filter(|field| !is_missing(field))
}
