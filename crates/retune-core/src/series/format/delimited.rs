//! Rows of as many fields, one of them the label: `.tsv`, `.txt` and `.csv`.

use std::path::Path;

use csv::{QuoteStyle, WriterBuilder};

use super::{Format, Layout, Line, RawFile, RawRow, longest};
use crate::series::options::CHOOSE_LABEL;
use crate::series::{LabelColumn, Split};
use crate::table::{FirstRow, Names, Records, Row, Separator, is_number};
use crate::wording::list;
use crate::{Error, ErrorKind};

/// Reads all rows after the header, which only a `.csv` file may have.
///
/// The first line of a `.txt` file tells whether commas or white space separate the fields.
pub(super) fn read(
    format: Format,
    path: &Path,
    text: &str,
    layout: &Layout<'_>,
) -> Result<RawFile, Error> {
    let (mut records, separator) = match format {
        Format::Csv => (Records::new(text, Separator::Comma), "commas"),
        Format::Tsv => (Records::plain(text, Separator::Tab), "tabs"),
        _ => {
            let found = Separator::detect(text, &[Separator::Comma], Separator::WhiteSpace);
            (Records::plain(text, found), "white space or commas")
        }
    };
    let mut file = RawFile {
        path: path.to_owned(),
        rows: Vec::new(),
        lines: text.lines().count(),
        padded: true,
        channels: 1,
        decisions: Vec::new(),
    };
    let mut row = Row::default();
    if !records.read(&mut row) {
        return Ok(file);
    }
    // A column can only be named in a header.
    let named = format == Format::Csv && matches!(layout.label, LabelColumn::Name(_));
    let line = |row: &Row| Line {
        path,
        number: row.line,
    };
    let columns = Columns::of(line(&row), &row, layout, named, separator)?;
    let is_header = (named && columns.label.is_some())
        || (format == Format::Csv && columns.are_named(line(&row), &row)?);
    if !is_header {
        file.rows.push(columns.read(line(&row), &row)?);
    }
    while records.read(&mut row) {
        file.rows.push(columns.read(line(&row), &row)?);
    }
    Ok(file)
}

/// The columns of a file, fixed by its first row.
#[derive(Debug, Clone, Copy)]
struct Columns {
    /// How many fields a row has.
    count: usize,
    /// The index of the label, from 0.
    label: Option<usize>,
}

impl Columns {
    /// The columns by the first row, which holds names or data.
    fn of(
        line: Line<'_>,
        first: &Row,
        layout: &Layout<'_>,
        named: bool,
        separator: &'static str,
    ) -> Result<Self, Error> {
        let columns = Self {
            count: first.len(),
            label: label(line, first, layout, named)?,
        };
        if columns.count <= usize::from(columns.label.is_some()) {
            let message =
                format!("the row has no values; expected fields separated by {separator}");
            return Err(line.error(ErrorKind::Empty, message).with_hint(
                "give the file the extension of its format: \
                 .tsv for tabs, .csv for commas, .txt for white space",
            ));
        }
        Ok(columns)
    }

    /// Whether the first row holds names: then none of its fields is a number, but for the
    /// label's.
    ///
    /// A row with both is an error rather than a guess: a typing error in the first row must not
    /// turn it into a header.
    fn are_named(self, line: Line<'_>, first: &Row) -> Result<bool, Error> {
        if self.are_counted(first) {
            return Ok(true);
        }
        // Whatever the label is, it says nothing.
        let fields = first.iter().enumerate();
        let fields =
            fields.map(|(index, field)| if self.label == Some(index) { "" } else { field });
        match FirstRow::of(fields, is_number) {
            FirstRow::Names => Ok(true),
            FirstRow::Values => Ok(false),
            FirstRow::Mixed(index) => Err(line.not_a_number(index + 1, first.get(index))),
        }
    }

    /// Whether the row is a header as tables of numbers get when their columns have no names: the
    /// label's has one, the others are counted from 0 or from 1.
    fn are_counted(self, first: &Row) -> bool {
        const NAMES: [&str; 5] = ["label", "labels", "class", "target", "y"];
        let Some(label) = self.label else {
            return false;
        };
        let counted_from = |start: usize| {
            let others = first.iter().enumerate();
            let others = others.filter(|(index, _)| *index != label);
            let mut others = others.zip(start..);
            others.all(|((_, field), number)| field.trim() == number.to_string())
        };
        let name = first.get(label).trim().to_lowercase();
        NAMES.contains(&name.as_str()) && (counted_from(0) || counted_from(1))
    }

    /// A row of data.
    fn read(self, line: Line<'_>, row: &Row) -> Result<RawRow, Error> {
        if row.len() != self.count {
            let message = format!(
                "the row has {} fields; expected {} like the first row",
                row.len(),
                self.count
            );
            let error = line.error(ErrorKind::Ragged, message);
            return Err(error.with_hint("fill shorter series up with `NaN` at the end of the row"));
        }
        let mut values = Vec::with_capacity(self.count);
        for (index, field) in row.iter().enumerate() {
            if self.label != Some(index) {
                values.push(line.value(index + 1, field)?);
            }
        }
        Ok(RawRow {
            line: row.line,
            label: self.label.map(|index| row.get(index).trim().to_owned()),
            label_field: self.label.map_or(0, |index| index + 1),
            values,
        })
    }
}

/// The index of the label among the fields of the first row.
fn label(
    line: Line<'_>,
    first: &Row,
    layout: &Layout<'_>,
    named: bool,
) -> Result<Option<usize>, Error> {
    let count = first.len();
    let names: Names = first.iter().collect();
    let by_name = match layout.label {
        LabelColumn::Name(name) if named => names.find(name),
        _ => None,
    };
    if let Some(length) = layout.length {
        if count == length && by_name.is_none() {
            return Ok(None);
        }
        if count != length + 1 && !layout.resample {
            let message = format!(
                "the row has {count} fields; \
                 expected {length} values, or {length} values and a label"
            );
            return Err(line
                .error(ErrorKind::UnequalLengths, message)
                .with_hint("stretch all series to the length of the training series")
                .with_setting("unequal", "resample"));
        }
    }
    let missing = |expected: String| {
        let wanted = layout.label;
        let message = format!("there is no label column `{wanted}`; expected {expected}");
        line.error(ErrorKind::Column, message)
            .with_hint(CHOOSE_LABEL)
            .with_setting("label", "")
    };
    match layout.label {
        LabelColumn::Absent => Ok(None),
        LabelColumn::First => Ok(Some(0)),
        LabelColumn::Last => Ok(Some(count.saturating_sub(1))),
        LabelColumn::Number(number) => match number.checked_sub(1) {
            Some(index) if index < count => Ok(Some(index)),
            _ => Err(missing(format!("a number from 1 to {count}"))),
        },
        LabelColumn::Name(_) if by_name.is_some() => Ok(by_name),
        LabelColumn::Name(_) if named => Err(missing(format!("one of {}", list(names.iter())))),
        LabelColumn::Name(_) => Err(missing(
            "`first`, `last`, `none` or a number in a format without a header".to_owned(),
        )),
    }
}

/// One line for each series, the label first; only `.csv` has a header. Shorter series end with
/// empty fields there, and with `NaN` as in the archive elsewhere.
pub(super) fn write(format: Format, split: &Split) -> Result<String, String> {
    let unfit = |label: &&String| label.contains(|c: char| c.is_whitespace() || c == ',');
    if format == Format::Txt
        && let Some(label) = split.labels.iter().find(unfit)
    {
        return Err(format!(
            "the label `{label}` cannot stand in a .txt file; \
             expected labels without white space or commas"
        ));
    }
    let width = longest(split);
    let mut builder = WriterBuilder::new();
    if format != Format::Csv {
        builder.delimiter(b'\t').quote_style(QuoteStyle::Never);
    }
    let mut writer = builder.from_writer(Vec::new());
    let mut write = |label: Option<&str>, fields: &mut dyn Iterator<Item = String>| {
        let written = writer.write_record(label.map(str::to_owned).into_iter().chain(fields));
        written.map_err(|error| error.to_string())
    };
    if format == Format::Csv {
        let label = split.labels.first().map(|_| "label");
        write(label, &mut (1..=width).map(|number| format!("t{number}")))?;
    }
    let empty = if format == Format::Csv { "" } else { "NaN" };
    for (index, series) in split.series.iter().enumerate() {
        let padding = std::iter::repeat_n(empty.to_owned(), width - series.len());
        let label = split.labels.get(index).map(String::as_str);
        write(label, &mut series.iter().map(f64::to_string).chain(padding))?;
    }
    let bytes = writer.into_inner().map_err(|error| error.to_string())?;
    let text = String::from_utf8(bytes).map_err(|error| error.to_string())?;
    Ok(match format {
        Format::Txt => text.replace('\t', "  "),
        _ => text,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_text(text: &str, label: LabelColumn) -> Result<RawFile, Error> {
        read(Format::Csv, Path::new("a.csv"), text, &Layout::new(&label))
    }

    #[test]
    fn a_header_is_told_from_data() {
        for header in [
            "",
            "label,a,b\n",
            "x,y,z\n",
            "label,0,1\n",
            "class,1,2\n",
            "c,t1,?\n",
        ] {
            let text = format!("{header}up,3,4\ndown,5,6\n");
            let rows = read_text(&text, LabelColumn::First).unwrap().rows;
            assert_eq!(rows.len(), 2, "{header}");
            assert_eq!(rows[0].line, usize::from(!header.is_empty()) + 1);
        }
        let rows = read_text("up,0,1\ndown,5,6\n", LabelColumn::First)
            .unwrap()
            .rows;
        assert_eq!(rows.len(), 2);
    }

    #[test]
    fn the_label_may_stand_anywhere() {
        for (label, place) in [
            (LabelColumn::Number(2), 2),
            (LabelColumn::Name("kind".to_owned()), 2),
        ] {
            let file = read_text("a,kind,b\n1,\"up, up\",2\n", label).unwrap();
            let row = &file.rows[0];
            assert_eq!(row.label.as_deref(), Some("up, up"));
            assert_eq!(row.label_field, place);
            assert_eq!((row.field(0), row.field(1)), (1, 3));
        }
        let file = read_text("1,2,up\n", LabelColumn::Last).unwrap();
        assert_eq!(file.rows[0].label.as_deref(), Some("up"));
        let file = read_text("1,2,3\n", LabelColumn::Absent).unwrap();
        assert_eq!(file.rows[0].values.len(), 3);
    }
}
