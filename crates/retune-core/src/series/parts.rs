//! A file of any length, a part at a time, in memory that does not grow with it.

use std::fmt;
use std::io::{BufRead, Read};
use std::path::{Path, PathBuf};

use super::assemble::assemble;
use super::format::{self, Format, Later, Layout, Plan, RawFile};
use super::{ReadOptions, Split, Unequal};
use crate::Error;
use crate::table::{LONGEST_LINE, decode_after, open, read_to_end, shown, too_long};

/// Lines that are read together, the bytes after which no more are, and the values that their series may
/// come to where all are resampled to one length. So many lines at least tell what the columns hold.
const LINES: usize = 1024;
const LEAST_LINES: usize = 16;
const BYTES: usize = 1 << 24;
const VALUES: usize = 1 << 24;

/// The series of a file to predict, in parts of about a thousand: what [`Split::read_for_length`]
/// reads at once.
///
/// Each item is a part, or the error that ends the file.
pub struct SplitParts {
    rows: RowParts,
    /// Whether any series was read.
    found: bool,
}

/// The rows of a file, part by part.
pub(super) struct RowParts {
    /// What messages call the file.
    path: PathBuf,
    length: Option<usize>,
    options: ReadOptions,
    format: Format,
    reader: Box<dyn BufRead + Send>,
    /// The lines before the series of a `.ts` or `.arff` file, which every part is read with; none
    /// before they were read.
    header: Option<String>,
    /// What was decided about the columns of a delimited file, after the first part.
    plan: Option<Plan>,
    known: Vec<String>,
    /// Lines and bytes read so far.
    lines: usize,
    bytes: usize,
    ended: bool,
}

impl RowParts {
    /// Opens a file, whose series should have `length` values where that is known.
    pub fn open(
        path: &Path,
        length: Option<usize>,
        known: &[String],
        options: &ReadOptions,
    ) -> Result<Self, Error> {
        let mut reader = open(path)?;
        let begin = reader.fill_buf();
        let begin = begin.map_err(|error| Error::read(&shown(path), error))?;
        let format = Format::of_input(path, options.format, begin)?;
        format.check_options(&shown(path), options)?;
        Ok(Self {
            path: shown(path),
            length,
            options: options.clone(),
            format,
            reader,
            header: None,
            plan: None,
            known: known.to_vec(),
            lines: 0,
            bytes: 0,
            ended: false,
        })
    }

    /// The same, called `shown` in messages.
    #[cfg(feature = "net")]
    pub fn called(self, shown: PathBuf) -> Self {
        Self {
            path: shown,
            ..self
        }
    }

    /// The next rows, which may be none; `None` at the end.
    pub fn next(&mut self) -> Result<Option<RawFile>, Error> {
        if self.ended {
            return Ok(None);
        }
        if self.format.is_binary() {
            return self.whole().map(Some);
        }
        if self.header.is_none() {
            let header = match self.format.is_delimited() {
                true => Vec::new(),
                false => self.read_header()?,
            };
            self.header = Some(decode_after(&self.path, &header, (0, 0))?.to_owned());
        }
        let (before, bytes_before) = (self.lines, self.bytes);
        let bytes = self.read_lines()?;
        let text = decode_after(&self.path, &bytes, (before, bytes_before))?;
        let layout = Self::layout(self.length, &self.known, &self.options);
        let later = Later {
            header: self.header.as_deref().unwrap_or_default(),
            before,
        };
        format::parse(
            self.format,
            &self.path,
            (text, later),
            &layout,
            &mut self.plan,
        )
        .map(Some)
    }

    /// All rows of a file that has no lines.
    fn whole(&mut self) -> Result<RawFile, Error> {
        self.ended = true;
        let bytes = read_to_end(&mut self.reader);
        let bytes = bytes.map_err(|error| Error::read(&self.path, error))?;
        let layout = Self::layout(self.length, &self.known, &self.options);
        let (raw, _) = format::parse_bytes(self.format, &self.path, &bytes, &layout)?;
        Ok(raw)
    }

    fn layout<'a>(
        length: Option<usize>,
        known: &'a [String],
        options: &'a ReadOptions,
    ) -> Layout<'a> {
        match length {
            Some(length) => Layout::for_length(length, known, options),
            None => Layout::new(options),
        }
    }

    /// Reads another line; false at the end of the file.
    fn read_line(&mut self, bytes: &mut Vec<u8>) -> Result<bool, Error> {
        let most = LONGEST_LINE as u64 + 1;
        let read = self.reader.by_ref().take(most).read_until(b'\n', bytes);
        let read = read.map_err(|error| Error::read(&self.path, error))?;
        self.lines += usize::from(read > 0);
        self.bytes += read;
        self.ended = read == 0;
        match read > LONGEST_LINE {
            true => Err(too_long("line", &self.path, self.lines)),
            false => Ok(read > 0),
        }
    }

    /// The lines up to `@data`, or all where there is none.
    fn read_header(&mut self) -> Result<Vec<u8>, Error> {
        let mut bytes = Vec::new();
        loop {
            let start = bytes.len();
            if !self.read_line(&mut bytes)? || is_data(&bytes[start..]) {
                return Ok(bytes);
            }
            if bytes.len() > LONGEST_LINE {
                return Err(too_long("header", &self.path, self.lines));
            }
        }
    }

    /// Some lines, more where one ends within quotation marks.
    fn read_lines(&mut self) -> Result<Vec<u8>, Error> {
        let most = match (self.options.unequal, self.length) {
            (Unequal::Resample, Some(length)) => (VALUES / length.max(1)).clamp(LEAST_LINES, LINES),
            _ => LINES,
        };
        let (mut count, mut quotes, mut row) = (0, 0, 0);
        let mut within_quotes = false;
        let mut bytes = Vec::new();
        while within_quotes || (count < most && bytes.len() < BYTES) {
            let start = bytes.len();
            if !self.read_line(&mut bytes)? {
                break;
            }
            quotes += bytes[start..].iter().filter(|&&byte| byte == b'"').count();
            within_quotes = self.format == Format::Csv && !quotes.is_multiple_of(2);
            if within_quotes {
                if bytes.len() - row > LONGEST_LINE {
                    return Err(too_long("row", &self.path, self.lines));
                }
                continue;
            }
            row = bytes.len();
            count += 1;
        }
        if self.options.long.is_some() {
            // The values of a series may stand anywhere in a long table.
            let rest = read_to_end(&mut self.reader);
            bytes.extend(rest.map_err(|error| Error::read(&self.path, error))?);
            self.ended = true;
        }
        Ok(bytes)
    }
}

/// Whether a line says that the series follow.
fn is_data(line: &[u8]) -> bool {
    let line = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line);
    let mut words = line.split(u8::is_ascii_whitespace);
    let first = words.find(|word| !word.is_empty());
    first.is_some_and(|word| word.eq_ignore_ascii_case(b"@data"))
}

impl SplitParts {
    /// Opens a file whose series must have `length` values; see [`Split::read_for_length`].
    ///
    /// # Errors
    ///
    /// [`ErrorKind::UnknownName`](crate::ErrorKind::UnknownName) for an unknown extension, and
    /// [`ErrorKind::Read`](crate::ErrorKind::Read) when it cannot be opened.
    pub fn open(
        path: &Path,
        length: usize,
        known: &[String],
        options: &ReadOptions,
    ) -> Result<Self, Error> {
        Ok(Self {
            rows: RowParts::open(path, Some(length), known, options)?,
            found: false,
        })
    }

    /// The next part.
    fn part(&mut self) -> Result<Option<Split>, Error> {
        while let Some(raw) = self.rows.next()? {
            let raw = raw.univariate()?.into_predictable();
            let is_last = self.rows.ended && !self.found;
            // A file without any series is an error; lines without series are none.
            if is_last || !raw.rows.is_empty() {
                self.found = true;
                let RowParts {
                    options,
                    length,
                    known,
                    ..
                } = &self.rows;
                return assemble(raw, options, *length, known).map(Some);
            }
        }
        Ok(None)
    }
}

impl fmt::Debug for SplitParts {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = formatter.debug_struct("SplitParts");
        shown
            .field("path", &self.rows.path)
            .field("format", &self.rows.format);
        shown
            .field("lines", &self.rows.lines)
            .finish_non_exhaustive()
    }
}

impl Iterator for SplitParts {
    type Item = Result<Split, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        let part = self.part();
        self.rows.ended |= part.is_err();
        part.transpose()
    }
}
