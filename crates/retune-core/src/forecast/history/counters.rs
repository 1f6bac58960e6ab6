//! Columns of numbers that are no values: they count the rows.

use super::table::Table;

/// The fewest rows in which counting is no chance.
const LEAST: usize = 4;

/// Whether a column counts the rows, up or down by one; one that has a name does so from 0 or 1.
pub(super) fn counts_rows(table: &Table<'_>, column: usize) -> bool {
    let numbers: Option<Vec<i64>> = table
        .column(column)
        .map(|field| whole(field.text))
        .collect();
    let Some(numbers) = numbers.filter(|numbers| numbers.len() >= LEAST) else {
        return false;
    };
    let by = |step: i64| {
        numbers
            .windows(2)
            .all(|pair| pair[1].checked_sub(pair[0]) == Some(step))
    };
    let least = numbers.iter().min();
    let from_start = matches!(least, Some(0 | 1));
    (by(1) || by(-1)) && (from_start || table.is_unnamed(column))
}

/// A whole number, also as `3.0`.
fn whole(text: &str) -> Option<i64> {
    let text = text.trim();
    text.strip_suffix(".0").unwrap_or(text).parse().ok()
}
