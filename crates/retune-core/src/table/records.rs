//! The rows of a table, with their lines.

use std::iter::Enumerate;
use std::str::Lines;

use csv::{Reader, ReaderBuilder, StringRecord, Terminator};

use super::Separator;

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

    /// Whether no field holds more than white space.
    pub fn is_blank(&self) -> bool {
        self.iter().all(|field| field.trim().is_empty())
    }
}

/// The rows of a text. Lines of white space are no rows.
///
/// As an iterator it gives rows of their own; [`Records::read`] uses one again.
#[derive(Debug)]
pub struct Records<'a> {
    text: &'a str,
    source: Source<'a>,
    /// Whether a row of empty fields is a line of white space.
    blanks_separate: bool,
}

#[derive(Debug)]
enum Source<'a> {
    Csv(Box<Reader<&'a [u8]>>),
    Words(Enumerate<Lines<'a>>),
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
            None => Source::Words(text.lines().enumerate()),
            Some(byte) => {
                let mut builder = ReaderBuilder::new();
                builder.has_headers(false).flexible(true).delimiter(byte);
                if !quotes {
                    builder.quoting(false).terminator(Terminator::Any(b'\n'));
                }
                Source::Csv(Box::new(builder.from_reader(text.as_bytes())))
            }
        };
        Self {
            text,
            source,
            blanks_separate: !quotes && separator == Separator::Tab,
        }
    }

    /// Reads the next row; false at the end.
    pub fn read(&mut self, row: &mut Row) -> bool {
        loop {
            match &mut self.source {
                Source::Csv(reader) => {
                    let read = reader.read_record(&mut row.fields);
                    if !read.expect("rows of any length of a text that is UTF-8 already") {
                        return false;
                    }
                    row.line = line_of(self.text, row.fields.position());
                }
                Source::Words(lines) => {
                    let Some((index, line)) = lines.next() else {
                        return false;
                    };
                    row.line = index + 1;
                    row.fields.clear();
                    row.fields.extend(line.split_whitespace());
                }
            }
            if !(row.len() <= 1 || self.blanks_separate) || !row.is_blank() {
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
    use super::*;
    use Separator::{Comma, Tab, WhiteSpace};

    fn rows(records: Records<'_>) -> Vec<(usize, Vec<String>)> {
        let fields = |row: &Row| row.iter().map(str::to_owned).collect();
        records.map(|row| (row.line, fields(&row))).collect()
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
    }
}
