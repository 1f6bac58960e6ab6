//! Rows of as many fields, one of them the label: `.tsv`, `.txt` and `.csv`.

mod header;
mod label;
mod long;
mod numbers;
mod plan;
mod table;
mod write;

use std::path::Path;

use super::{Format, Layout, Line, RawFile, RawRow};
use crate::table::{Records, Row, Separator};
use crate::wording::fields;
use crate::{Error, ErrorKind};
pub(in crate::series) use plan::Plan;
pub(in crate::series) use table::whole_number;
pub(super) use write::write;

/// What the columns hold is decided by so many rows, and by no more fields.
const PLANNED_ROWS: usize = 1000;
const PLANNED_FIELDS: usize = 1_000_000;

/// Reads all rows after the header.
///
/// With a `plan` the text is a later part of a file that was planned by its first one; without, one
/// is made and left there.
pub(super) fn read(
    format: Format,
    path: &Path,
    text: &str,
    layout: &Layout<'_>,
    plan: &mut Option<Plan>,
) -> Result<RawFile, Error> {
    let separators = Separators::of(format);
    let detect = || Separator::detect(text, separators.usual, separators.otherwise);
    let separator = plan.as_ref().map_or_else(detect, |plan| plan.separator);
    let mut records = match format {
        Format::Csv => Records::new(text, separator),
        _ => Records::plain(text, separator),
    };
    let mut file = RawFile {
        path: path.to_owned(),
        rows: Vec::new(),
        lines: 0,
        padded: true,
        channels: 1,
        columns: None,
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
        file.lines = text.lines().count();
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
    if is_first && plan.header.is_some() {
        rows.remove(0);
    }
    if let Some(long) = plan.long.clone() {
        rows.extend(records);
        check_widths(path, &rows, plan.width)?;
        plan.numbers.look_at(&rows, &[long.value]);
        file.rows = long.gather(path, &rows, plan.numbers.style)?;
    } else {
        let columns = plan.values.clone();
        plan.numbers.look_at(&rows, &columns);
        for row in &rows {
            file.rows.push(read_row(plan, at(path, row), row)?);
        }
        let mut row = Row::default();
        while records.read(&mut row) {
            file.rows.push(read_row(plan, at(path, &row), &row)?);
        }
        file.columns = Some(columns);
    }
    file.decisions = plan.decisions.clone();
    if separator != separators.otherwise {
        file.decisions.push(("separator", format!("`{separator}`")));
    }
    plan.numbers.finish(path, &mut file.decisions)?;
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

/// Where a row stands.
fn at<'a>(path: &'a Path, row: &Row) -> Line<'a> {
    let number = row.line;
    Line { path, number }
}

fn check_widths(path: &Path, rows: &[Row], width: usize) -> Result<(), Error> {
    match rows.iter().find(|row| row.len() != width) {
        Some(row) => Err(ragged(at(path, row), row.len(), width)),
        None => Ok(()),
    }
}

fn ragged(line: Line<'_>, found: usize, width: usize) -> Error {
    let message = format!(
        "the row has {}; expected {width} like the first row",
        fields(found)
    );
    let error = line.error(ErrorKind::Ragged, message);
    error.with_hint("fill shorter series up with `NaN` at the end of the row")
}

/// A row of data.
fn read_row(plan: &mut Plan, line: Line<'_>, row: &Row) -> Result<RawRow, Error> {
    if row.len() != plan.width {
        return Err(ragged(line, row.len(), plan.width));
    }
    let mut values = Vec::with_capacity(plan.values.len());
    for &column in &plan.values {
        values.push(plan.numbers.value(line, column + 1, row.get(column))?);
    }
    Ok(RawRow {
        line: row.line,
        label: plan.label.map(|column| row.get(column).trim().to_owned()),
        label_field: plan.label.map_or(0, |column| column + 1),
        values,
    })
}
