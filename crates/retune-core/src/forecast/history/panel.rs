//! Several series one below the other that nobody told apart.

use std::collections::HashMap;

use super::table::Table;
use super::time::{Time, separating};
use crate::forecast::timeline::one_way;
use crate::table::{Place, is_word};
use crate::wording::shorten;
use crate::{Error, ErrorKind};

/// What columns of ids are called.
const ID_NAMES: [&str; 6] = ["id", "unique_id", "item_id", "series_id", "series", "ts_id"];

/// Refuses a table whose times repeat or jump back, but not within each value of another column.
pub(super) fn check(table: &Table<'_>, time: &Time) -> Result<(), Error> {
    // What is wrong with times that cannot be read is said where they are read.
    let Ok(order) = time.order(table) else {
        return Ok(());
    };
    if one_way(&order).is_some() {
        return Ok(());
    }
    let times: Vec<usize> = time.columns().collect();
    let Some(column) = separating(table, &order, &times) else {
        return Ok(());
    };
    let back = order
        .windows(2)
        .position(|pair| pair[1] <= pair[0])
        .unwrap_or(0)
        + 1;
    let what = format!(
        "the times of `{}` repeat or jump back",
        shorten(&table.name(time.column))
    );
    Err(several(table, back, column, &what))
}

/// Refuses a table without times in which a column holds the same words, or ids, over and over.
pub(super) fn check_blocks(table: &Table<'_>, columns: &[usize]) -> Result<(), Error> {
    let named = |column: usize| ID_NAMES.contains(&table.header.of(column).to_lowercase().as_str());
    let is_text = |column: usize| table.column(column).all(|field| is_word(field.text));
    for &column in columns
        .iter()
        .filter(|column| named(**column) || is_text(**column))
    {
        let mut blocks: Vec<(&str, usize)> = Vec::new();
        for field in table.column(column) {
            match blocks.last_mut() {
                Some((text, count)) if *text == field.text => *count += 1,
                _ => blocks.push((field.text, 1)),
            }
        }
        let distinct: HashMap<&str, usize> = blocks.iter().copied().collect();
        let contiguous = distinct.len() == blocks.len() && blocks.iter().all(|(_, rows)| *rows > 1);
        if contiguous && blocks.len() > 1 {
            return Err(several(table, blocks[0].1, column, "there are no times"));
        }
    }
    Ok(())
}

fn several(table: &Table<'_>, row: usize, column: usize, what: &str) -> Error {
    let name = shorten(&table.name(column));
    let message = format!(
        "{what}, and the rows differ in `{name}`: several series seem to stand one below the other"
    );
    let line = table.rows.get(row).map_or(1, |row| row.line);
    Error::new(ErrorKind::Time, message)
        .at(Place::field(table.path, line, column + 1))
        .with_hint(format!(
            "name the column that tells the series apart, here `{name}`; or, for a single series, \
             the columns with its values"
        ))
        .with_setting("id", "")
        .with_setting("column", "")
}
