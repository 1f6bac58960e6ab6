//! Numbers as people write them: what parts the decimals and the thousands, and units.

use std::path::Path;

use crate::forecast::HistoryOptions;
use crate::table::{NumberStyle, Place, Row, Separator, StyleSearch, is_missing};
use crate::wording::shorten;
use crate::{Error, ErrorKind};

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
    StyleSearch::among(options.decimal, options.thousands)?;
    let given = options.decimal.is_some() || options.thousands.is_some();
    let width = rows.iter().map(Row::len).max().unwrap_or(0);
    let mut decided: Vec<(&'static str, String)> = Vec::new();
    let below = &rows[usize::from(rows.len() > 1)..];
    let mut styles = Vec::new();
    for column in 0..width {
        let fields = || below.iter().map(|row| row.get(column));
        let is_plain = |field: &str| parses(field) || is_missing(field);
        // Where commas part the fields a comma parts no decimals, but for fields in quotes.
        let commas = separator != Separator::Comma || fields().any(|field| field.contains(','));
        if !given && !commas && fields().all(is_plain) {
            continue;
        }
        let point = !commas && options.thousands != Some(Some('.'));
        let decimal = options.decimal.or(point.then_some('.'));
        let mut search = StyleSearch::among(decimal, options.thousands)?;
        fields().for_each(|field| search.see(field));
        let style = search.style().map_err(|two| {
            let row = below.iter().find(|row| row.get(column).trim() == two.field);
            two.error(
                path,
                row.map(|row| Place::field(path, row.line, column + 1)),
            )
        })?;
        // It would be taken with its point beside others without.
        let misfit = |field: &str| parses(field) && style.number::<f64>(field).is_err();
        let misfit = |row: &&Row| style.decimal == ',' && misfit(row.get(column));
        if let Some(row) = below.iter().find(misfit) {
            let field = shorten(row.get(column).trim());
            let message =
                format!("field `{field}` is no number with a decimal comma, as its column has");
            let place = Place::field(path, row.line, column + 1);
            return Err(Error::new(ErrorKind::NotANumber, message)
                .of_file(path)
                .at(place)
                .with_hint("write all numbers of a column alike"));
        }
        for said in search.said() {
            if decided.iter().all(|(about, _)| *about != said.0) {
                decided.push(said);
            }
        }
        styles.push((column, style));
    }
    if styles.is_empty() {
        return Ok(decided);
    }
    // Each row is written once, whatever the number of its columns.
    for row in rows {
        let written: Vec<(usize, String)> = styles
            .iter()
            .filter_map(|(column, style)| Some((*column, plainly(row.get(*column), *style)?)))
            .collect();
        if written.is_empty() {
            continue;
        }
        let mut written = written.iter().peekable();
        let fields = row.iter().enumerate().map(|(place, field)| {
            let plain = written.next_if(|(column, _)| *column == place);
            plain.map_or(field, |(_, plain)| plain)
        });
        *row = Row::new(row.line, fields.collect::<Vec<_>>());
    }
    Ok(decided)
}

/// A number of a style written with a decimal point; `None` for what may stand as it is.
fn plainly(field: &str, style: NumberStyle) -> Option<String> {
    // As it stands: an identifier may begin with zeros.
    if field.trim().bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let value = style.number::<f64>(field).ok().flatten()?;
    (style != NumberStyle::PLAIN || !parses(field)).then(|| value.to_string())
}

/// Whether a field is a number as it stands.
fn parses(field: &str) -> bool {
    field.trim().parse::<f64>().is_ok()
}
