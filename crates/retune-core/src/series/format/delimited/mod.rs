//! Rows of as many fields, one of them the label: `.tsv`, `.txt` and `.csv`.

mod columns;
mod label;
mod long;
mod plan;
mod write;

use std::path::Path;

use self::columns::{PLANNED_FIELDS, PLANNED_ROWS, Table};
use self::label::label_of;
use super::line::at;
use super::{Format, Line, RawFile, RawRow};
use crate::table::{self, Fields, OverLines, Records, Row, Separator, check_memory};
use crate::wording::{fields as counted, shorten};
use crate::{Error, ErrorKind};
pub(in crate::series) use plan::{Layout, Plan};
pub(super) use write::write;

/// Reads all rows after the header.
///
/// The text stands after `before` lines of its file. With a `plan` it is a later part, and the first one
/// was planned so; without, a plan is made and left there.
pub(super) fn read(
    (format, path): (Format, &Path),
    (text, before): (&str, usize),
    layout: &Layout<'_>,
    plan: &mut Option<Plan>,
) -> Result<RawFile, Error> {
    let separators = Separators::of(format);
    let detect = || Separator::detect(text, separators.usual, separators.otherwise);
    let separator = plan.as_ref().map_or_else(detect, |plan| plan.separator);
    let mut records = match format {
        Format::Csv => Records::new(text, separator),
        _ => Records::plain(text, separator),
    }
    .after(before);
    let mut file = RawFile {
        path: path.to_owned(),
        rows: Vec::new(),
        lines: 0,
        padded: true,
        channels: 1,
        columns: None,
        order: None,
        decisions: Vec::new(),
    };
    let mut rows: Vec<Row> = Vec::new();
    let mut fields = 0;
    while rows.len() < PLANNED_ROWS && (fields < PLANNED_FIELDS || rows.len() < 3) {
        let Some(row) = records.next() else { break };
        fields += row.len();
        rows.push(row);
    }
    if rows.is_empty() {
        file.lines = before + text.lines().count();
        return Ok(file);
    }
    let is_first = plan.is_none();
    let plan = match plan {
        Some(plan) => plan,
        None => plan.insert(Plan::of(
            (path, format),
            &rows,
            layout,
            (separator, separators.words),
        )?),
    };
    if is_first && !plan.header.is_empty() {
        rows.remove(0);
    }
    let mut over_lines = OverLines::default();
    if let Some(long) = plan.long.clone() {
        check_memory(path, text, separator, true)?;
        rows.extend(records);
        rows.iter().for_each(|row| over_lines.look_at(row));
        check_widths(path, &rows, plan.width)?;
        long.check_channels(&Table {
            path,
            header: plan.header.clone(),
            width: plan.width,
            rows: &rows,
        })?;
        plan.numbers
            .look_at(rows.iter().map(|row| row.get(long.value)));
        (file.rows, file.channels) = long.gather(path, &rows, plan.numbers.style)?;
    } else {
        let columns = plan.values.clone();
        let fields = rows
            .iter()
            .flat_map(|row| columns.iter().map(|column| row.get(*column)));
        plan.numbers.look_at(fields);
        for row in &rows {
            over_lines.look_at(row);
            file.rows.push(read_row(plan, at(path, row), row)?);
        }
        drop(rows);
        while let Some(fields) = records.line() {
            file.rows.push(read_line(plan, path, fields)?);
        }
        let mut row = Row::default();
        while records.read(&mut row) {
            over_lines.look_at(&row);
            file.rows.push(read_row(plan, at(path, &row), &row)?);
        }
        file.columns = Some(columns);
        file.order = plan.order.clone();
    }
    file.decisions = plan.decisions.clone();
    if separator != separators.otherwise {
        file.decisions.push(("separator", separator.to_string()));
    }
    file.decisions.extend(plan.numbers.finish(path)?);
    file.decisions.extend(over_lines.told());
    Ok(file)
}

/// What may separate the fields of a format.
struct Separators {
    usual: &'static [Separator],
    otherwise: Separator,
    words: &'static str,
}

impl Separators {
    fn of(format: Format) -> Self {
        use Separator::{Comma, Semicolon, Tab, WhiteSpace};
        let (usual, otherwise, words): (&[Separator], _, _) = match format {
            Format::Csv => (&[Comma, Semicolon, Tab], Comma, "commas"),
            Format::Tsv => (&[Tab, Semicolon, Comma], Tab, "tabs"),
            _ => (
                &[Comma, WhiteSpace, Semicolon],
                WhiteSpace,
                "white space or commas",
            ),
        };
        Self {
            usual,
            otherwise,
            words,
        }
    }
}

fn check_widths(path: &Path, rows: &[Row], width: usize) -> Result<(), Error> {
    match rows.iter().find(|row| row.len() != width) {
        Some(row) => Err(ragged(at(path, row), &row.counted(), width)),
        None => Ok(()),
    }
}

fn ragged(line: Line<'_>, found: &str, width: usize) -> Error {
    let error = table::ragged(line.path, line.number, found, width);
    error.with_hint("fill shorter series up with `NaN` at the end of the row")
}

/// A row of data that is a line.
fn read_line(plan: &mut Plan, path: &Path, mut fields: Fields<'_>) -> Result<RawRow, Error> {
    let number = fields.line;
    let line = Line { path, number };
    let mut values = Vec::with_capacity(plan.values.len());
    let mut label = None;
    let mut width = 0;
    loop {
        let is_value = plan.values.get(values.len()) == Some(&width);
        if is_value
            && plan.numbers.is_plain
            && let Some(value) = fields.number()
        {
            values.push(value);
        } else if let Some(text) = fields.next() {
            if is_value {
                match line.value(plan.numbers.read(text), width + 1, text) {
                    Ok(value) => values.push(value),
                    // What is wrong with the whole row is said first.
                    Err(error) => {
                        width += 1 + fields.count();
                        return Err(match width == plan.width {
                            true => error,
                            false => ragged(line, &counted(width), plan.width),
                        });
                    }
                }
            } else if plan.label == Some(width) {
                label = Some(label_of(text));
            } else if plan.empty == Some(width) {
                check_empty(line, width, text)?;
            }
        } else {
            break;
        }
        width += 1;
    }
    if width != plan.width {
        return Err(ragged(line, &counted(width), plan.width));
    }
    Ok(RawRow {
        line: number,
        label,
        label_field: plan.label.map_or(0, |column| column + 1),
        values,
        id: None,
    })
}

/// A row of data.
fn read_row(plan: &mut Plan, line: Line<'_>, row: &Row) -> Result<RawRow, Error> {
    if row.len() != plan.width {
        return Err(ragged(line, &row.counted(), plan.width));
    }
    if let Some(column) = plan.empty {
        check_empty(line, column, row.get(column))?;
    }
    let mut values = Vec::with_capacity(plan.values.len());
    for &column in &plan.values {
        let text = row.get(column);
        values.push(line.value(plan.numbers.read(text), column + 1, text)?);
    }
    Ok(RawRow {
        line: row.line,
        label: plan.label.map(|column| label_of(row.get(column))),
        label_field: plan.label.map_or(0, |column| column + 1),
        values,
        id: None,
    })
}

/// Refuses a value in a column that was left out because nothing stood there.
fn check_empty(line: Line<'_>, column: usize, field: &str) -> Result<(), Error> {
    if field.trim().is_empty() {
        return Ok(());
    }
    let message = format!(
        "`{}` stands in a column that is empty above",
        shorten(field)
    );
    let error = line.error_in(column + 1, ErrorKind::Ragged, message);
    Err(error.with_hint("give every series as many values"))
}
