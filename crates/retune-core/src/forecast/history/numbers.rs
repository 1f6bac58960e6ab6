//! Numbers as people write them: what parts the decimals and the thousands, and units.

use std::path::Path;

use crate::forecast::HistoryOptions;
use crate::table::{NumberStyle, Place, Row, Separator, StyleSearch, is_missing};
use crate::wording::shorten;
use crate::{Error, ErrorKind};

/// Writes all numbers with a decimal point and nothing else, column by column; what was decided,
/// in words, where any was written otherwise.
///
/// # Errors
///
/// Where numbers can be read in two ways.
pub(super) fn write_plainly(
    path: &Path,
    rows: &mut [Row],
    separator: Separator,
    options: &HistoryOptions,
) -> Result<Option<String>, Error> {
    let given = options.decimal.is_some() || options.thousands.is_some();
    let width = rows.iter().map(Row::len).max().unwrap_or(0);
    let mut decided: Option<String> = None;
    for column in 0..width {
        let below = || rows.iter().skip(usize::from(rows.len() > 1));
        let mut fields = below().map(|row| row.get(column));
        let is_plain = |field: &str| parses(field) || is_missing(field);
        // Where commas part the fields a comma parts no decimals, but for fields in quotes.
        let commas =
            separator != Separator::Comma || fields.clone().any(|field| field.contains(','));
        if !given && !commas && fields.all(is_plain) {
            continue;
        }
        let decimal = options.decimal.or((!commas).then_some('.'));
        let mut search = StyleSearch::among(decimal, options.thousands);
        let fields = || below().map(|row| row.get(column));
        fields().for_each(|field| search.see(field));
        let style = search.style().map_err(|two| {
            let line = below()
                .find(|row| row.get(column) == two.field)
                .map_or(1, |row| row.line);
            let message = match &two.values[..] {
                [] => format!(
                    "`{}` has a unit, and other numbers of its column have none",
                    shorten(&two.field)
                ),
                values => format!(
                    "`{}` can be read as {}",
                    shorten(&two.field),
                    values.join(" or ")
                ),
            };
            let error =
                Error::new(ErrorKind::NotANumber, message).at(Place::field(path, line, column + 1));
            match two.values.is_empty() {
                true => error.with_hint("write all numbers of the column alike"),
                false => error
                    .with_hint("say what parts the decimals, and what the thousands")
                    .with_setting("decimal", "")
                    .with_setting("thousands", ""),
            }
        })?;
        let written = |field: &str| {
            let value = style.number::<f64>(field).ok().flatten()?;
            (style != NumberStyle::PLAIN || !parses(field)).then(|| value.to_string())
        };
        let Some(example) = fields().find(|field| written(field).is_some() && !parses(field))
        else {
            if style == NumberStyle::PLAIN {
                continue;
            }
            decided.get_or_insert_with(|| describe(style, None));
            replace(rows, column, &written);
            continue;
        };
        let example = shorten(example);
        decided.get_or_insert_with(|| describe(style, Some(&example)));
        replace(rows, column, &written);
    }
    Ok(decided)
}

/// Whether a field is a number as it stands.
fn parses(field: &str) -> bool {
    field.trim().parse::<f64>().is_ok()
}

fn describe(style: NumberStyle, example: Option<&str>) -> String {
    let name = |sign| match sign {
        ',' => "comma",
        '.' => "point",
        ' ' => "space",
        _ => "apostrophe",
    };
    let mut text = format!("decimal {}", name(style.decimal));
    if let Some(thousands) = style.thousands {
        text.push_str(&format!(" and thousands {}", name(thousands)));
    }
    example.map_or(text.clone(), |example| format!("{text} as in `{example}`"))
}

fn replace(rows: &mut [Row], column: usize, written: &impl Fn(&str) -> Option<String>) {
    for row in rows {
        if let Some(plain) = written(row.get(column)) {
            let fields = row.iter().enumerate();
            let fields =
                fields.map(|(at, field)| if at == column { plain.as_str() } else { field });
            *row = Row::new(row.line, fields.collect::<Vec<_>>());
        }
    }
}
