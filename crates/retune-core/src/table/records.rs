//! The rows of a table, with their lines.

use std::path::Path;

use csv::{Reader, ReaderBuilder, StringRecord};

use super::{Fields, Place, Separator};
use crate::wording::fields;
use crate::{Error, ErrorKind, memory};

/// The bytes of a text that fits into any memory.
const SMALL: usize = 1 << 24;

/// One row and its line.
#[derive(Debug, Clone, Default)]
pub struct Row {
    /// The line it begins on, counted from 1.
    pub line: usize,
    fields: StringRecord,
}

impl Row {
    /// A row of these fields.
    pub fn new<'a>(line: usize, fields: impl IntoIterator<Item = &'a str>) -> Self {
        let fields = fields.into_iter().collect();
        Self { line, fields }
    }

    /// How many fields there are; at least one in a row that was read.
    #[expect(
        clippy::len_without_is_empty,
        reason = "a row that was read has a field"
    )]
    pub fn len(&self) -> usize {
        self.fields.len()
    }

    /// The fields as they are written, without their quotes.
    pub fn iter(&self) -> csv::StringRecordIter<'_> {
        self.fields.iter()
    }

    /// A field; empty where the row is shorter.
    pub fn get(&self, column: usize) -> &str {
        self.fields.get(column).unwrap_or_default()
    }

    /// How many fields there are, in words; those that go on over lines are told, for that comes of a quote
    /// that is not closed.
    pub(crate) fn counted(&self) -> String {
        let lines = match self.is_over_lines() {
            true => ", one of them in quotes over several lines",
            false => "",
        };
        fields(self.len()) + lines
    }

    /// Whether a field goes on over lines, as those in quotes may.
    pub(crate) fn is_over_lines(&self) -> bool {
        self.iter().any(|field| field.contains('\n'))
    }

    /// Whether no field holds more than white space.
    pub fn is_blank(&self) -> bool {
        self.iter().all(|field| field.trim().is_empty())
    }
}

/// Rows that go on over lines: how many, and the line on which the first begins.
#[derive(Debug, Default)]
pub(crate) struct OverLines(Option<(usize, usize)>);

impl OverLines {
    /// Looks at a row.
    pub(crate) fn look_at(&mut self, row: &Row) {
        if row.is_over_lines() {
            self.0.get_or_insert((0, row.line)).0 += 1;
        }
    }

    /// What is said of them, for a quote may not be closed; nothing where there are none.
    pub(crate) fn told(&self) -> Option<(&'static str, String)> {
        let (rows, line) = self.0?;
        let rows = match rows {
            1 => "a row goes".to_owned(),
            rows => format!("{rows} rows go"),
        };
        let told = format!("{rows} on over several lines, from line {line}");
        Some(("quotes", told))
    }
}

/// Whether a text fits into memory as a table, which takes many times its bytes: with all of its rows at
/// once, or with the names in its first row and a number for each field.
///
/// # Errors
///
/// [`ErrorKind::NoMemory`](crate::ErrorKind::NoMemory), before anything is made.
pub(crate) fn check_memory(
    path: &Path,
    text: &str,
    separator: Separator,
    with_rows: bool,
) -> Result<(), Error> {
    if text.len() < SMALL {
        return Ok(());
    }
    let (rows, fields, needed) = memory_of(text, separator, with_rows);
    let what = format!("{rows} lines with {fields} fields");
    memory::check_reading(path, needed, &what)
}

/// Whether the series of a text fit into memory at once, whatever stands between their values.
///
/// # Errors
///
/// [`ErrorKind::NoMemory`](crate::ErrorKind::NoMemory), before anything is made.
pub(crate) fn check_memory_of_series(path: &Path, text: &str) -> Result<(), Error> {
    if text.len() < SMALL {
        return Ok(());
    }
    let (rows, values, needed) = memory_of_series(text);
    let what = format!("{rows} lines with {values} values");
    memory::check_reading(path, needed, &what)
}

/// The lines and values of a text, and the bytes that they take beside it.
fn memory_of_series(text: &str) -> (u64, u64, u64) {
    // Bytes for each, as measured on rows of 30 short values.
    const ROW: u64 = 300;
    const VALUE: u64 = 16;
    let bytes = text.as_bytes();
    let separates = |byte: u8| matches!(byte, b',' | b';' | b':') || byte.is_ascii_whitespace();
    let ends = bytes
        .windows(2)
        .filter(|two| !separates(two[0]) && separates(two[1]));
    let values = ends.count() as u64 + 1;
    let rows = bytes.iter().filter(|byte| **byte == b'\n').count() as u64 + 1;
    (rows, values, ROW * rows + VALUE * values)
}

/// The lines and fields of a text, and the bytes that they take; quotes are not looked at.
fn memory_of(text: &str, separator: Separator, with_rows: bool) -> (u64, u64, u64) {
    // Bytes for each, as measured on tables of short fields.
    const ROW: u64 = 220;
    const FIELD: u64 = 16;
    const NAME: u64 = 200;
    let separates = |byte: &u8| match separator.byte() {
        Some(separator) => *byte == separator,
        None => byte.is_ascii_whitespace(),
    };
    let separators = |text: &str| text.bytes().filter(separates).count() as u64;
    let rows = text.bytes().filter(|byte| *byte == b'\n').count() as u64 + 1;
    let fields = separators(text) + rows;
    let first = text.lines().find(|line| !line.trim().is_empty());
    let names = separators(first.unwrap_or_default()) + 1;
    let kept = if with_rows { ROW * rows } else { 0 };
    (
        rows,
        fields,
        text.len() as u64 + kept + FIELD * fields + NAME * names,
    )
}

/// A row of another number of fields than the first one has.
pub(crate) fn ragged(path: &Path, line: usize, found: &str, expected: usize) -> Error {
    let message = format!("the row has {found}; expected {expected} like the first row");
    Error::new(ErrorKind::Ragged, message).at(Place::line(path, line))
}

/// The rows of a text. Lines of white space are no rows.
///
/// As an iterator it gives rows of their own; [`Records::read`] uses one again.
#[derive(Debug)]
pub struct Records<'a> {
    text: &'a str,
    separator: Separator,
    /// Whether fields may stand in quotes.
    quotes: bool,
    source: Source<'a>,
    /// Lines of the file before the text.
    before: usize,
}

#[derive(Debug)]
enum Source<'a> {
    /// Some do stand in quotes.
    Csv(Box<Reader<&'a [u8]>>),
    /// Each line is a row; those left, and how many there were.
    Lines(&'a str, usize),
}

impl<'a> Records<'a> {
    /// Rows whose fields may stand in quotes, and so hold separators and ends of lines. Between
    /// white space there are no quotes.
    pub fn new(text: &'a str, separator: Separator) -> Self {
        Self::with(text, separator, true)
    }

    /// Rows whose lines end where the text's do: a quote is a character like others.
    pub fn plain(text: &'a str, separator: Separator) -> Self {
        Self::with(text, separator, false)
    }

    fn with(text: &'a str, separator: Separator, quotes: bool) -> Self {
        let source = match separator.byte() {
            Some(byte) if quotes && !are_lines(text) => {
                let mut builder = ReaderBuilder::new();
                builder.has_headers(false).flexible(true).delimiter(byte);
                Source::Csv(Box::new(builder.from_reader(text.as_bytes())))
            }
            _ => Source::Lines(text, 0),
        };
        Self {
            text,
            separator,
            quotes,
            source,
            before: 0,
        }
    }

    /// The same of a text that stands after so many lines of its file.
    pub(crate) fn after(self, before: usize) -> Self {
        Self { before, ..self }
    }

    /// The fields of the next row where each line is one; none at the end, and where some fields
    /// stand in quotes.
    pub(crate) fn line(&mut self) -> Option<Fields<'a>> {
        let Source::Lines(rest, count) = &mut self.source else {
            return None;
        };
        while !rest.is_empty() {
            let (mut line, after) = rest.split_once('\n').unwrap_or((rest, ""));
            *rest = after;
            *count += 1;
            if self.quotes {
                line = line.strip_suffix('\r').unwrap_or(line);
            }
            let has_fields = self.quotes && self.separator == Separator::Tab && line.contains('\t');
            if has_fields || !line.trim().is_empty() {
                return Some(Fields::new(self.before + *count, line, self.separator));
            }
        }
        None
    }

    /// Reads the next row; false at the end.
    pub fn read(&mut self, row: &mut Row) -> bool {
        if let Some(fields) = self.line() {
            row.line = fields.line;
            row.fields.clear();
            row.fields.extend(fields);
            return true;
        }
        let Source::Csv(reader) = &mut self.source else {
            return false;
        };
        loop {
            let read = reader.read_record(&mut row.fields);
            if !read.expect("rows of any length of a text that is UTF-8 already") {
                return false;
            }
            row.line = self.before + line_of(self.text, row.fields.position());
            if row.len() > 1 || !row.is_blank() {
                return true;
            }
        }
    }
}

impl Iterator for Records<'_> {
    type Item = Row;

    fn next(&mut self) -> Option<Row> {
        let mut row = Row::default();
        self.read(&mut row).then_some(row)
    }
}

/// Whether rows that may have quotes are the lines of a text.
fn are_lines(text: &str) -> bool {
    let next = |at: usize| text.as_bytes().get(at + 1);
    let mut returns = text.match_indices('\r');
    !text.contains('"') && returns.all(|(at, _)| next(at) == Some(&b'\n'))
}

/// The line of a record. The reader's own number is that of the empty lines before it.
fn line_of(text: &str, position: Option<&csv::Position>) -> usize {
    let Some(position) = position else { return 1 };
    let size = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
    let rest = text.as_bytes().get(size(position.byte())..);
    let blank = rest.unwrap_or_default().iter();
    let blank = blank.take_while(|byte| matches!(byte, b'\n' | b'\r'));
    size(position.line()) + blank.filter(|&&byte| byte == b'\n').count()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use Separator::{Comma, Tab, WhiteSpace};

    fn rows(records: Records<'_>) -> Vec<(usize, Vec<String>)> {
        let fields = |row: &Row| row.iter().map(str::to_owned).collect();
        records.map(|row| (row.line, fields(&row))).collect()
    }

    #[test]
    fn the_memory_of_a_table_grows_with_its_rows_fields_and_names() {
        let text = "\na,b\n1,2\n3,4";
        let bytes = text.len() as u64 + 16 * 7 + 200 * 2;
        assert_eq!(memory_of(text, Comma, false), (4, 7, bytes));
        assert_eq!(memory_of(text, Comma, true), (4, 7, bytes + 220 * 4));
        assert_eq!(memory_of("a b\tc", WhiteSpace, false).1, 3);
        assert!(check_memory("a".as_ref(), text, Comma, true).is_ok());
    }

    #[test]
    fn the_memory_of_series_grows_with_their_rows_and_values() {
        let text = "1.0,2.0:a\n 3.0   4.0\n";
        assert_eq!(memory_of_series(text), (3, 6, 300 * 3 + 16 * 6));
        assert!(check_memory_of_series("a".as_ref(), text).is_ok());
    }

    #[test]
    fn rows_know_their_lines() {
        let text = "\n \r\na,\"b\nc\"\r\n\r\n,\n\nd,e,f";
        let found = rows(Records::new(text, Comma));
        assert_eq!(found.iter().map(|row| row.0).collect::<Vec<_>>(), [3, 6, 8]);
        assert_eq!(found[0].1, ["a", "b\nc"]);
        assert_eq!((found[1].1.len(), found[2].1.len()), (2, 3));
        let found = rows(Records::plain("\n\"a\tb\"\r\n\t\n \nc", Tab));
        assert_eq!(found[0].1, ["\"a", "b\"\r"]);
        assert_eq!(found[1], (5, vec!["c".to_owned()]));
        let found = rows(Records::plain("\n  a  \tb \n\t\n", WhiteSpace));
        assert_eq!(found, [(2, vec!["a".to_owned(), "b".to_owned()])]);
        let found = rows(Records::new("a\tb\r\n\t\r\n \r\nc", Tab));
        assert_eq!(found.iter().map(|row| row.0).collect::<Vec<_>>(), [1, 2, 4]);
        assert_eq!(
            (&found[0].1[1][..], &found[1].1[..]),
            ("b", &[String::new(), String::new()][..])
        );
    }

    proptest! {
        #[test]
        fn lines_are_rows_as_a_reader_of_quotes_gives_them(text in "[ab, \t;\r\n]{0,40}") {
            for separator in [Comma, Tab, Separator::Semicolon] {
                let lines = rows(Records::new(&text, separator));
                let quoted = format!("{text}\n\"\"\"\"");
                let mut others = rows(Records::new(&quoted, separator));
                others.pop();
                prop_assert_eq!(lines, others);
            }
        }
    }
}
