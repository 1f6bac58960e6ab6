//! Which column holds the labels.

use std::collections::BTreeSet;

use super::columns::Table;
use crate::series::options::CHOOSE_LABEL;
use crate::series::{Format, LabelColumn};
use crate::table::{is_missing, is_number, whole_number};
use crate::wording::shorten;
use crate::{Error, ErrorKind};

/// What to do about rows of a single field.
pub(super) const ONE_ROW_EACH: &str =
    "write each series as a row, its values side by side: a row of one field is no series";

/// Whether a header's field is a name for labels.
pub(super) fn is_name(field: &str) -> bool {
    const NAMES: &str = "label labels class classes target y class_label";
    let field = field.to_lowercase();
    NAMES.split(' ').any(|name| name == field)
}

/// The column of the labels among the `columns` that may hold them, in their order.
///
/// `known` are the classes of a program; none where they are still to be learnt.
pub(super) fn find(
    table: &Table<'_>,
    format: Format,
    wanted: &LabelColumn,
    columns: &[usize],
    known: &[String],
) -> Result<Option<usize>, Error> {
    let end = |column: Option<&usize>| match column {
        Some(column) => Ok(Some(*column)),
        None => Err(table.error(ErrorKind::Column, "no column is left for the labels")),
    };
    match wanted {
        LabelColumn::Absent => Ok(None),
        LabelColumn::First => end(columns.first()),
        LabelColumn::Last => end(columns.last()),
        LabelColumn::Number(number) => table.find(&number.to_string(), "label").map(Some),
        LabelColumn::Name(name) => table.find(name, "label").map(Some),
        LabelColumn::Auto => guess(table, format, columns, known).map(Some),
    }
}

fn guess(
    table: &Table<'_>,
    format: Format,
    columns: &[usize],
    known: &[String],
) -> Result<usize, Error> {
    let refuse = |found: &str| {
        let message = format!("which column holds the labels is not clear: {found}");
        table.error(ErrorKind::Column, message)
    };
    let ends = |error: Error| {
        error
            .with_setting("label", "first")
            .with_setting("label", "last")
    };
    let named: Vec<usize> = named(table, columns);
    match named[..] {
        [column] => return Ok(column),
        [] => {}
        [one, other, ..] => {
            let found = format!(
                "{} and {} are both called so",
                table.name(one),
                table.name(other)
            );
            return Err(refuse(&found)
                .with_hint(CHOOSE_LABEL)
                .with_setting("label", ""));
        }
    }
    let [first, inner @ .., last] = columns else {
        let message = "a row has one field; expected values and a label";
        let error = table.error(ErrorKind::Empty, message);
        return Err(error.with_hint(ONE_ROW_EACH));
    };
    let (first, last) = (*first, *last);
    if !known.is_empty() {
        let fits = |column: usize| fits(table, column, known);
        return match (fits(first), fits(last)) {
            (true, false) => Ok(first),
            (true, true) if format != Format::Csv => Ok(first),
            (true, true) => Err(ends(refuse(
                "the first and the last hold classes of the program",
            ))),
            // Numbers may be values as well.
            (false, true) if known.iter().any(|class| is_number(class)) => Err(ends(refuse(
                "the last holds classes of the program, the first does not",
            ))),
            (false, true) => Ok(last),
            (false, false) => {
                let field = shorten(table.fields(first).next().unwrap_or_default());
                let found = format!("`{field}` in the first is no class of the program");
                Err(refuse(&found)
                    .with_hint(CHOOSE_LABEL)
                    .with_setting("label", ""))
            }
        };
    }
    let words: Vec<usize> = columns
        .iter()
        .copied()
        .filter(|column| table.holds_words(*column))
        .collect();
    if let [column] = words[..] {
        if table.header.is_empty() && column != first && column != last {
            let found = format!(
                "{} holds words, and what stands before it may be no value",
                table.name(column)
            );
            return Err(refuse(&found)
                .with_hint("say where the label stands, and where the values begin and end")
                .with_setting("label", "")
                .with_setting("columns", ""));
        }
        let distinct = distinct(table, column).len();
        return match distinct < table.rows.len() || table.rows.len() < 2 {
            true => Ok(column),
            false => Err(refuse(&format!(
                "the words in {} differ in every row, so each row would be a class of its own",
                table.name(column)
            ))
            .with_hint("say which column is the label, or leave one out")
            .with_setting("label", "")
            .with_setting("drop", "")),
        };
    }
    if !words.is_empty() {
        let names: Vec<String> = words
            .iter()
            .take(3)
            .map(|column| table.name(*column))
            .collect();
        let found = format!("{} hold words", names.join(" and "));
        return Err(refuse(&found)
            .with_hint("say which column is the label, and leave the others out")
            .with_setting("label", "")
            .with_setting("drop", ""));
    }
    let (of_first, of_last) = (
        looks_like_classes(table, first),
        looks_like_classes(table, last),
    );
    let is_archive = format != Format::Csv;
    let stands_out = |column: usize| is_archive || stands_out(table, column, inner);
    match (of_first && stands_out(first), of_last && stands_out(last)) {
        (true, false) => Ok(first),
        (true, true) if is_archive => Ok(first),
        (true, true) => Err(ends(refuse(
            "the first and the last both look like classes",
        ))),
        (false, true) => Err(ends(refuse(
            "the last looks like classes, the first does not",
        ))),
        (false, false) if of_first => {
            Err(ends(refuse("the first looks like the values beside it")))
        }
        (false, false) => {
            let found = match distinct(table, first).len() == table.rows.len() {
                true => "with the first, each row would be a class of its own",
                false => "the first does not look like classes",
            };
            Err(ends(refuse(found)))
        }
    }
}

/// The columns that have a name for labels and may hold some.
pub(super) fn named(table: &Table<'_>, columns: &[usize]) -> Vec<usize> {
    let is_named =
        |column: &usize| is_name(table.header.of(*column)) && !is_measured(table, *column);
    columns.iter().copied().filter(is_named).collect()
}

/// Whether a column holds numbers with decimals, another in each row: what is measured, and no class.
fn is_measured(table: &Table<'_>, column: usize) -> bool {
    /// In so many rows classes come again.
    const ENOUGH: usize = 8;
    let numbers = table.fields(column).all(is_number);
    let whole = table
        .fields(column)
        .all(|field| whole_number(field).is_some());
    let rows = table.rows.len();
    let each_another = rows >= ENOUGH && distinct(table, column).len() == rows;
    may_be_measured(table, column) && numbers && !whole && each_another
}

/// Whether a column's name for labels is one for what is measured, too.
pub(super) fn may_be_measured(table: &Table<'_>, column: usize) -> bool {
    ["y", "target"].contains(&table.header.lower(column).as_str())
}

/// Whether most rows have one of the classes in a column.
pub(super) fn fits(table: &Table<'_>, column: usize, known: &[String]) -> bool {
    let is_class = |field: &str| {
        let same = |class: &String| {
            class == field
                || whole_number(class).is_some_and(|one| whole_number(field) == Some(one))
        };
        known.iter().any(same) || is_missing(field)
    };
    let fitting = table.fields(column).filter(|field| is_class(field)).count();
    2 * fitting > table.rows.len()
}

fn distinct<'t>(table: &Table<'t>, column: usize) -> BTreeSet<&'t str> {
    table.fields(column).collect()
}

/// Whether a column holds words or whole numbers, most of them in several rows.
fn looks_like_classes(table: &Table<'_>, column: usize) -> bool {
    let is_class = |field: &str| whole_number(field).is_some() || !is_number(field);
    let rows = table.rows.len();
    let distinct = distinct(table, column).len();
    let repeats = 2 * distinct <= rows || rows < 2;
    table.fields(column).all(is_class) && repeats
}

/// Whether a column has far fewer different values than those between the first and the last.
fn stands_out(table: &Table<'_>, column: usize, inner: &[usize]) -> bool {
    let step = inner.len() / 50 + 1;
    let mut counts: Vec<usize> = inner
        .iter()
        .step_by(step)
        .map(|column| distinct(table, *column).len())
        .collect();
    counts.sort_unstable();
    let usual = counts.get(counts.len() / 2).copied().unwrap_or(usize::MAX);
    let inner_are_classes = inner
        .iter()
        .step_by(step)
        .any(|inner| looks_like_classes(table, *inner));
    !inner_are_classes || 2 * distinct(table, column).len() < usual
}

/// A field as a label; nothing where it is missing.
pub(super) fn label_of(field: &str) -> String {
    match field.trim() {
        "?" => String::new(),
        label => label.to_owned(),
    }
}
