//! Plain comma separated values, with or without a header.

use std::path::Path;

use ::csv::{ErrorKind, ReaderBuilder, StringRecord, Writer};

use super::delimited::{Columns, Rows};
use super::number::parse;
use super::{Layout, RawFile, longest};
use crate::series::{LabelColumn, Place, SeriesError, Split};
use crate::wording::shorten;

/// Reads all rows after the header, if there is one.
pub(super) fn read(path: &Path, text: &str, layout: &Layout<'_>) -> Result<RawFile, SeriesError> {
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    let mut rows = Rows::new(path, layout, "commas");
    let mut record = StringRecord::new();
    let mut first = true;
    while reader
        .read_record(&mut record)
        .map_err(|error| malformed(path, error))?
    {
        let line = record
            .position()
            .map_or(1, |position| line_of(text, position));
        let fields: Vec<&str> = record.iter().collect();
        if first {
            first = false;
            // A column can only be named in a header.
            let named = matches!(layout.label, LabelColumn::Name(_));
            let columns = rows.columns(line, &fields, named)?;
            if (named && columns.label.is_some()) || is_header(path, line, &fields, columns)? {
                continue;
            }
        }
        rows.push(line, &fields)?;
    }
    Ok(rows.finish(text.lines().count()))
}

/// The line of a record. The reader's own number is that of the empty lines before it.
fn line_of(text: &str, position: &::csv::Position) -> usize {
    let rest = text.as_bytes().get(position.byte() as usize..);
    let blank = rest.unwrap_or_default().iter();
    let blank = blank.take_while(|byte| matches!(byte, b'\n' | b'\r'));
    position.line() as usize + blank.filter(|&&byte| byte == b'\n').count()
}

/// Whether the first row holds names: then none of its fields is a number, but for the label's.
///
/// A row with both is an error rather than a guess: a typing error in the first row must not turn
/// it into a header.
fn is_header(
    path: &Path,
    line: usize,
    fields: &[&str],
    columns: Columns,
) -> Result<bool, SeriesError> {
    if is_counted_header(fields, columns) {
        return Ok(true);
    }
    let values = || {
        let all = fields.iter().enumerate();
        all.filter(|(index, _)| columns.label != Some(*index))
    };
    let Some((index, name)) = values().find(|(_, field)| parse(field).is_err()) else {
        return Ok(false);
    };
    if values().any(|(_, field)| matches!(parse(field), Ok(Some(_)))) {
        return Err(SeriesError::NotANumber {
            place: Place::field(path, line, index + 1),
            found: shorten(name.trim()),
        });
    }
    Ok(true)
}

/// Whether the row is a header as tables of numbers get when their columns have no names: the
/// label's has one, the others are counted from 0 or from 1.
fn is_counted_header(fields: &[&str], columns: Columns) -> bool {
    const NAMES: [&str; 5] = ["label", "labels", "class", "target", "y"];
    let Some(label) = columns.label.and_then(|index| fields.get(index)) else {
        return false;
    };
    let counted_from = |start: usize| {
        let others = fields.iter().enumerate();
        others
            .filter(|(index, _)| columns.label != Some(*index))
            .zip(start..)
            .all(|((_, field), number)| field.trim() == number.to_string())
    };
    NAMES.contains(&label.trim().to_lowercase().as_str()) && (counted_from(0) || counted_from(1))
}

/// The text is UTF-8 already, so that this hardly ever happens; the position is kept all the same.
fn malformed(path: &Path, error: ::csv::Error) -> SeriesError {
    let line = error
        .position()
        .map_or(1, |position| position.line() as usize);
    match error.into_kind() {
        ErrorKind::Io(source) => SeriesError::Read {
            path: path.to_owned(),
            source,
        },
        kind => SeriesError::Header {
            place: Place::line(path, line),
            problem: format!("the row cannot be read ({kind:?}); expected comma separated values"),
        },
    }
}

/// A header with `label` first, then one line for each series; shorter ones end with empty fields.
pub(super) fn write(split: &Split) -> Result<String, String> {
    let width = longest(split);
    let mut writer = Writer::from_writer(Vec::new());
    let has_labels = !split.labels.is_empty();
    let names = (1..=width).map(|number| format!("t{number}"));
    let label = has_labels.then(|| "label".to_owned());
    writer
        .write_record(label.into_iter().chain(names))
        .map_err(|error| error.to_string())?;
    for (index, series) in split.series.iter().enumerate() {
        let values = series.iter().map(f32::to_string);
        let padding = std::iter::repeat_n(String::new(), width - series.len());
        let label = split.labels.get(index).cloned();
        writer
            .write_record(label.into_iter().chain(values).chain(padding))
            .map_err(|error| error.to_string())?;
    }
    let bytes = writer.into_inner().map_err(|error| error.to_string())?;
    String::from_utf8(bytes).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_text(text: &str, label: LabelColumn) -> Result<RawFile, SeriesError> {
        let layout = Layout {
            label: &label,
            length: None,
            resample: false,
        };
        read(Path::new("a.csv"), text, &layout)
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
    fn a_typing_error_in_the_first_row_does_not_make_it_a_header() {
        let error = read_text("up,3,4x\ndown,5,6\n", LabelColumn::First).unwrap_err();
        assert!(
            error
                .to_string()
                .starts_with("a.csv:1:3: field `4x` is not a number")
        );
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
