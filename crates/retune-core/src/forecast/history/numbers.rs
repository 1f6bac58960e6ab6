//! Numbers as people write them: what parts the decimals and the thousands, and units.

use std::path::Path;

use crate::Error;
use crate::forecast::HistoryOptions;
use crate::table::{NumberStyle, Place, Row, Separator, StyleSearch, is_missing};

/// Writes all numbers with a decimal point and nothing else, column by column; what was decided
/// where any was written otherwise.
///
/// # Errors
///
/// Where numbers can be read in two ways.
pub(super) fn write_plainly(
    path: &Path,
    rows: &mut [Row],
    separator: Separator,
    options: &HistoryOptions,
) -> Result<Vec<(&'static str, String)>, Error> {
    let given = options.decimal.is_some() || options.thousands.is_some();
    let width = rows.iter().map(Row::len).max().unwrap_or(0);
    let mut decided: Vec<(&'static str, String)> = Vec::new();
    for column in 0..width {
        let below = &rows[usize::from(rows.len() > 1)..];
        let fields = || below.iter().map(|row| row.get(column));
        let is_plain = |field: &str| parses(field) || is_missing(field);
        // Where commas part the fields a comma parts no decimals, but for fields in quotes.
        let commas = separator != Separator::Comma || fields().any(|field| field.contains(','));
        if !given && !commas && fields().all(is_plain) {
            continue;
        }
        let decimal = options.decimal.or((!commas).then_some('.'));
        let mut search = StyleSearch::among(decimal, options.thousands);
        fields().for_each(|field| search.see(field));
        let style = search.style().map_err(|two| {
            let row = below.iter().find(|row| row.get(column).trim() == two.field);
            two.error(
                path,
                row.map(|row| Place::field(path, row.line, column + 1)),
            )
        })?;
        for said in search.said() {
            if decided.iter().all(|(about, _)| *about != said.0) {
                decided.push(said);
            }
        }
        let written = |field: &str| {
            let value = style.number::<f64>(field).ok().flatten()?;
            (style != NumberStyle::PLAIN || !parses(field)).then(|| value.to_string())
        };
        for row in &mut *rows {
            if let Some(plain) = written(row.get(column)) {
                let fields = row.iter().enumerate();
                let fields =
                    fields.map(|(at, field)| if at == column { plain.as_str() } else { field });
                *row = Row::new(row.line, fields.collect::<Vec<_>>());
            }
        }
    }
    Ok(decided)
}

/// Whether a field is a number as it stands.
fn parses(field: &str) -> bool {
    field.trim().parse::<f64>().is_ok()
}
