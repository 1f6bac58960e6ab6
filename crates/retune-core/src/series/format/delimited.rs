//! What `.tsv`, `.txt` and `.csv` have in common: rows of as many fields, one of them the label.

use std::path::Path;

use super::number::parse_at;
use super::{Layout, RawFile, RawRow};
use crate::series::{LabelColumn, Place, SeriesError};
use crate::wording::list;

/// The columns of a file, fixed by its first row.
#[derive(Debug, Clone, Copy)]
pub(super) struct Columns {
    /// How many fields a row has.
    pub count: usize,
    /// The index of the label, from 0.
    pub label: Option<usize>,
}

/// Collects the rows of one file.
pub(super) struct Rows<'a> {
    path: &'a Path,
    layout: &'a Layout<'a>,
    separator: &'static str,
    columns: Option<Columns>,
    rows: Vec<RawRow>,
}

impl<'a> Rows<'a> {
    /// No rows yet; `separator` is what messages call it.
    pub fn new(path: &'a Path, layout: &'a Layout<'a>, separator: &'static str) -> Self {
        Self {
            path,
            layout,
            separator,
            columns: None,
            rows: Vec::new(),
        }
    }

    /// The columns, from the first row: names in a header, else data.
    pub fn columns(
        &mut self,
        line: usize,
        first: &[&str],
        named: bool,
    ) -> Result<Columns, SeriesError> {
        if let Some(columns) = self.columns {
            return Ok(columns);
        }
        let columns = Columns {
            count: first.len(),
            label: self.label(line, first, named)?,
        };
        if columns.count <= usize::from(columns.label.is_some()) {
            return Err(SeriesError::NoValues {
                place: Place::line(self.path, line),
                separator: self.separator,
            });
        }
        self.columns = Some(columns);
        Ok(columns)
    }

    /// The index of the label among the fields of the first row.
    fn label(
        &self,
        line: usize,
        first: &[&str],
        named: bool,
    ) -> Result<Option<usize>, SeriesError> {
        let count = first.len();
        let wanted = self.layout.label;
        let by_name = match wanted {
            LabelColumn::Name(name) if named => first.iter().position(|field| field.trim() == name),
            _ => None,
        };
        if let Some(length) = self.layout.length {
            if count == length && by_name.is_none() {
                return Ok(None);
            }
            if count != length + 1 && !self.layout.resample {
                return Err(SeriesError::FieldCount {
                    place: Place::line(self.path, line),
                    found: count,
                    length,
                });
            }
        }
        let missing = |expected: String| SeriesError::LabelColumn {
            place: Place::line(self.path, line),
            wanted: wanted.to_string(),
            expected,
        };
        match wanted {
            LabelColumn::Absent => Ok(None),
            LabelColumn::First => Ok(Some(0)),
            LabelColumn::Last => Ok(Some(count.saturating_sub(1))),
            LabelColumn::Number(number) => match number.checked_sub(1) {
                Some(index) if index < count => Ok(Some(index)),
                _ => Err(missing(format!("a number from 1 to {count}"))),
            },
            LabelColumn::Name(_) if by_name.is_some() => Ok(by_name),
            LabelColumn::Name(_) if named => {
                let names = list(first.iter().map(|field| field.trim()));
                Err(missing(format!("one of {names}")))
            }
            LabelColumn::Name(_) => Err(missing(
                "`first`, `last`, `none` or a number in a format without a header".to_owned(),
            )),
        }
    }

    /// Adds a row of data.
    pub fn push(&mut self, line: usize, fields: &[&str]) -> Result<(), SeriesError> {
        let columns = self.columns(line, fields, false)?;
        if fields.len() != columns.count {
            return Err(SeriesError::Ragged {
                place: Place::line(self.path, line),
                found: fields.len(),
                expected: columns.count,
            });
        }
        let mut label = None;
        let mut values = Vec::with_capacity(fields.len());
        for (index, field) in fields.iter().enumerate() {
            if columns.label == Some(index) {
                label = Some(field.trim().to_owned());
            } else {
                values.push(parse_at(self.path, line, index + 1, field)?);
            }
        }
        self.rows.push(RawRow {
            line,
            label,
            label_field: columns.label.map_or(0, |index| index + 1),
            values,
        });
        Ok(())
    }

    /// All rows, of a text of this many lines.
    pub fn finish(self, lines: usize) -> RawFile {
        RawFile {
            path: self.path.to_owned(),
            rows: self.rows,
            lines,
            padded: true,
        }
    }
}
