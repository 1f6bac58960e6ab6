//! A file of any length, a part at a time, in memory that does not grow with it.

use std::fmt;
use std::io::BufRead;
use std::path::{Path, PathBuf};

use super::assemble::assemble;
use super::format::{self, Format, Layout, Line, RawFile};
use super::{ReadOptions, Split};
use crate::Error;
use crate::table::{decode, open, shown};

/// Lines that are read together.
const LINES: usize = 1024;

/// The series of a file to predict, in parts of about a thousand: what [`Split::read_for_length`]
/// reads at once.
///
/// Each item is a part, or the error that ends the file.
pub struct SplitParts {
    /// What messages call the file.
    path: PathBuf,
    length: usize,
    options: ReadOptions,
    format: Format,
    reader: Box<dyn BufRead + Send>,
    /// The lines before the series, which every part is read with; known after the first part.
    header: Option<String>,
    /// Lines read so far.
    lines: usize,
    ended: bool,
}

impl SplitParts {
    /// Opens a file whose series must have `length` values.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::UnknownName`](crate::ErrorKind::UnknownName) for an unknown extension, and
    /// [`ErrorKind::Read`](crate::ErrorKind::Read) when it cannot be opened.
    pub fn open(path: &Path, length: usize, options: &ReadOptions) -> Result<Self, Error> {
        let mut reader = open(path)?;
        let begin = reader.fill_buf();
        let begin = begin.map_err(|error| Error::read(&shown(path), error))?;
        let format = Format::of_input(path, options.format, begin)?;
        Ok(Self {
            path: shown(path),
            length,
            options: options.clone(),
            format,
            reader,
            header: None,
            lines: 0,
            ended: false,
        })
    }

    /// All series of a file that has no lines.
    fn whole(&mut self) -> Result<Split, Error> {
        self.ended = true;
        let mut bytes = Vec::new();
        let read = self.reader.read_to_end(&mut bytes);
        read.map_err(|error| Error::read(&self.path, error))?;
        let layout = Layout::for_length(self.length, &self.options);
        let raw = format::parse_bytes(self.format, &self.path, &bytes, &layout)?;
        assemble(
            raw.univariate()?.into_predictable(),
            &self.options,
            Some(self.length),
        )
    }

    /// The next part; `None` for lines without series.
    fn part(&mut self) -> Result<Option<Split>, Error> {
        if self.format.is_binary() {
            return self.whole().map(Some);
        }
        let before = self.lines;
        let mut bytes = Vec::new();
        if let Some(header) = &self.header {
            bytes.extend(header.as_bytes());
            // Lines keep their numbers: every reader passes over empty ones.
            let own = header.lines().count();
            bytes.extend(std::iter::repeat_n(b'\n', before.saturating_sub(own)));
        }
        self.read_lines(&mut bytes)?;
        let text = decode(&self.path, &bytes)?;
        let raw = self.parse(text)?.univariate()?.into_predictable();
        if self.header.is_none() {
            self.header = Some(self.header_of(text, &raw));
        } else {
            self.check_first_row(text, before, &raw)?;
            if raw.rows.is_empty() {
                return Ok(None);
            }
        }
        assemble(raw, &self.options, Some(self.length)).map(Some)
    }

    /// Reads some lines, more where one ends within quotation marks or before the header's end.
    fn read_lines(&mut self, bytes: &mut Vec<u8>) -> Result<(), Error> {
        let mut count = 0;
        let mut quotes = 0;
        loop {
            let start = bytes.len();
            let read = self.reader.read_until(b'\n', bytes);
            if read.map_err(|error| Error::read(&self.path, error))? == 0 {
                self.ended = true;
                return Ok(());
            }
            count += 1;
            self.lines += 1;
            quotes += bytes[start..].iter().filter(|&&byte| byte == b'"').count();
            let whole = self.format != Format::Csv || quotes.is_multiple_of(2);
            if count >= LINES && whole && (self.header.is_some() || self.in_data(bytes)) {
                return Ok(());
            }
        }
    }

    /// Whether the lines reach beyond the header.
    fn in_data(&self, bytes: &[u8]) -> bool {
        self.format.is_delimited() || data_line(&String::from_utf8_lossy(bytes)).is_some()
    }

    fn parse(&self, text: &str) -> Result<RawFile, Error> {
        let layout = Layout::for_length(self.length, &self.options);
        format::parse(self.format, &self.path, text, &layout)
    }

    /// A row of words is a header at the start of a file, and an error further on.
    fn check_first_row(&self, text: &str, before: usize, raw: &RawFile) -> Result<(), Error> {
        if self.format != Format::Csv {
            return Ok(());
        }
        let mut lines = text.lines().enumerate().skip(before);
        let first = lines.find(|(_, line)| !line.trim().is_empty());
        match (first, raw.rows.first()) {
            (Some((index, text)), row) if row.is_none_or(|row| row.line != index + 1) => {
                let (path, number) = (&self.path, index + 1);
                let field = text.split(',').next().unwrap_or_default();
                Err(Line { path, number }.not_a_number(1, field))
            }
            _ => Ok(()),
        }
    }

    /// The lines before the first series.
    fn header_of(&self, text: &str, raw: &RawFile) -> String {
        let lines = if self.format.is_delimited() {
            // The one line before the first row of data, if there is one.
            let first = raw.rows.first().map_or(1, |row| row.line);
            first.saturating_sub(1)
        } else {
            data_line(text).unwrap_or(0)
        };
        text.split_inclusive('\n').take(lines).collect()
    }
}

/// The line of `@data`, counted from 1.
fn data_line(text: &str) -> Option<usize> {
    let is_data = |line: &str| line.trim().eq_ignore_ascii_case("@data");
    text.lines().position(is_data).map(|index| index + 1)
}

impl fmt::Debug for SplitParts {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = formatter.debug_struct("SplitParts");
        shown
            .field("path", &self.path)
            .field("format", &self.format);
        shown.field("lines", &self.lines).finish_non_exhaustive()
    }
}

impl Iterator for SplitParts {
    type Item = Result<Split, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.ended {
            match self.part() {
                Ok(Some(split)) => return Some(Ok(split)),
                Ok(None) => {}
                Err(error) => {
                    self.ended = true;
                    return Some(Err(error));
                }
            }
        }
        None
    }
}
