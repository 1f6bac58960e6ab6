//! What `.ts` and `.arff` files have in common: declarations, `@data`, and rows.

use std::path::Path;

use super::{Later, Line, RawFile, RawRow};
use crate::Error;
use crate::series::ColumnOrder;
use crate::wording::EMPTY_FILE;

/// What the lines before `@data` say, and how it makes sense of those after it.
pub(super) trait Header: Default {
    /// What lines that say nothing begin with.
    const COMMENTS: &'static [char];
    /// Whether rows end with missing values where the series is shorter.
    const PADDED: bool;

    /// Reads one line before the data; true for `@data`.
    fn declare(&mut self, line: Line<'_>, text: &str) -> Result<bool, Error>;

    /// Reads one row, and checks it against the declarations and the first row.
    fn row(&mut self, line: Line<'_>, text: &str, first: Option<&RawRow>) -> Result<RawRow, Error>;

    /// How the columns of values stand, where they are declared by name.
    fn order(&self) -> Option<ColumnOrder> {
        None
    }

    /// How many channels each series has, and what was decided on the way; asked after the rows.
    fn found(self) -> (usize, Vec<(&'static str, String)>);
}

/// Reads all rows of a text, which may be a later part of a file.
pub(super) fn read<H: Header>(path: &Path, text: &str, later: Later<'_>) -> Result<RawFile, Error> {
    let mut header = H::default();
    let mut in_data = false;
    let mut rows = Vec::new();
    let mut line = Line { path, number: 0 };
    let header_lines = later.header.lines().zip(1..);
    let lines = text.lines().zip(later.before + 1..);
    for (text, number) in header_lines.chain(lines) {
        line.number = number;
        let text = text.trim();
        if text.is_empty() || text.starts_with(H::COMMENTS) {
            continue;
        }
        if in_data {
            rows.push(header.row(line, text, rows.first())?);
        } else {
            in_data = header.declare(line, text)?;
        }
    }
    let lines = line.number;
    line.number = lines.max(1);
    if !in_data {
        let problem = "the file ends without `@data`; expected it before the series";
        return Err(line.malformed(problem).with_hint(EMPTY_FILE));
    }
    let order = header.order();
    let (channels, decisions) = header.found();
    Ok(RawFile {
        path: path.to_owned(),
        rows,
        lines,
        padded: H::PADDED,
        channels,
        columns: None,
        order,
        decisions,
    })
}
