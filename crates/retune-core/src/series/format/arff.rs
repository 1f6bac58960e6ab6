//! Weka `.arff`: declared attributes, the nominal one being the label.

use std::fmt::Write as _;
use std::path::Path;

use super::quoted::{Word, first_word, list, quote};
use super::{RawFile, RawRow, SEVERAL_CHANNELS, longest, parse_at};
use crate::series::{Place, SeriesError, Split};
use crate::wording::{self, shorten};

/// The declared attributes.
#[derive(Debug, Default)]
struct Header {
    /// How many there are.
    count: usize,
    /// The index of the nominal one from 0, its name and its values.
    label: Option<(usize, String, Vec<String>)>,
}

/// Reads all rows and checks them against the declarations.
pub(super) fn read(path: &Path, text: &str) -> Result<RawFile, SeriesError> {
    let mut header = Header::default();
    let mut in_data = false;
    let mut rows = Vec::new();
    let mut lines = 0;
    for (index, line) in text.lines().enumerate() {
        lines = index + 1;
        let line = line.trim();
        if line.is_empty() || line.starts_with('%') {
            continue;
        }
        if in_data {
            rows.push(header.read_row(path, lines, line)?);
        } else {
            in_data = header.read_declaration(path, lines, line)?;
        }
    }
    if !in_data {
        return Err(header_error(
            path,
            lines.max(1),
            "the file ends without `@data`; expected it before the series".to_owned(),
        ));
    }
    Ok(RawFile {
        path: path.to_owned(),
        rows,
        lines,
        // The number of attributes is fixed, so shorter series end with `?`.
        padded: true,
    })
}

impl Header {
    /// Reads one line before the data; true for `@data`.
    fn read_declaration(
        &mut self,
        path: &Path,
        line: usize,
        text: &str,
    ) -> Result<bool, SeriesError> {
        let (tag, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
        match tag.to_ascii_lowercase().as_str() {
            "@relation" => Ok(false),
            "@attribute" => self.read_attribute(path, line, rest).map(|()| false),
            "@data" if self.count == usize::from(self.label.is_some()) => Err(header_error(
                path,
                line,
                "no numeric attribute is declared; expected one for each value".to_owned(),
            )),
            "@data" => Ok(true),
            _ => Err(header_error(
                path,
                line,
                format!(
                    "found `{}`; expected `@relation`, `@attribute`, `@data` or a `%` comment",
                    shorten(text)
                ),
            )),
        }
    }

    /// Reads the name and type of one attribute.
    fn read_attribute(&mut self, path: &Path, line: usize, text: &str) -> Result<(), SeriesError> {
        let malformed = || {
            let found = shorten(text);
            header_error(
                path,
                line,
                format!("`@attribute {found}` cannot be read; expected a name and a type"),
            )
        };
        let (name, kind) =
            first_word(text, |c| c.is_whitespace() || c == '{').ok_or_else(malformed)?;
        let kind = kind.trim();
        let word = kind.split_whitespace().next().unwrap_or_default();
        match word.to_ascii_lowercase().as_str() {
            "numeric" | "real" | "integer" => {}
            "relational" => return Err(unsupported(path, line, SEVERAL_CHANNELS)),
            "" => return Err(malformed()),
            _ if kind.starts_with('{') => {
                let values = kind
                    .strip_prefix('{')
                    .and_then(|rest| rest.strip_suffix('}'))
                    .and_then(list)
                    .ok_or_else(malformed)?;
                if let Some((_, other, _)) = &self.label {
                    return Err(header_error(
                        path,
                        line,
                        format!(
                            "`{}` is a second nominal attribute beside `{other}`; expected one, the label",
                            shorten(&name.text)
                        ),
                    ));
                }
                let values = values.into_iter().map(|value| value.text.trim().to_owned());
                self.label = Some((self.count, name.text.into_owned(), values.collect()));
            }
            other => {
                return Err(header_error(
                    path,
                    line,
                    format!(
                        "`{}` is of type `{}`; expected `numeric`, `real`, `integer` or {{a,b}}",
                        shorten(&name.text),
                        shorten(other)
                    ),
                ));
            }
        }
        self.count += 1;
        Ok(())
    }

    /// Reads one row of data.
    fn read_row(&self, path: &Path, line: usize, text: &str) -> Result<RawRow, SeriesError> {
        if text.starts_with('{') {
            return Err(unsupported(path, line, "sparse rows"));
        }
        let words = list(text).ok_or_else(|| {
            header_error(
                path,
                line,
                "a quote is not closed, or text follows it; expected values separated by commas"
                    .to_owned(),
            )
        })?;
        if words.len() != self.count {
            return Err(header_error(
                path,
                line,
                format!(
                    "the row has {} fields; expected {}, as many as declared attributes",
                    words.len(),
                    self.count
                ),
            ));
        }
        let mut row = RawRow {
            line,
            label: None,
            label_field: 0,
            values: Vec::with_capacity(words.len()),
        };
        for (index, word) in words.iter().enumerate() {
            match &self.label {
                Some((place, _, declared)) if *place == index => {
                    row.label_field = index + 1;
                    row.label = Some(read_label(path, line, index + 1, word, declared)?);
                }
                _ => row
                    .values
                    .push(parse_at(path, line, index + 1, &word.text)?),
            }
        }
        Ok(row)
    }
}

/// The label of a row, which must be declared.
fn read_label(
    path: &Path,
    line: usize,
    field: usize,
    word: &Word<'_>,
    declared: &[String],
) -> Result<String, SeriesError> {
    let place = Place::field(path, line, field);
    let label = word.text.trim();
    if label.is_empty() || (label == "?" && !word.quoted) {
        return Err(SeriesError::NoLabel { place });
    }
    if !declared.iter().any(|value| value == label) {
        return Err(SeriesError::Header {
            place,
            problem: format!(
                "the label `{}` is not declared; expected one of {}",
                shorten(label),
                wording::list(declared.iter().map(String::as_str))
            ),
        });
    }
    Ok(label.to_owned())
}

fn header_error(path: &Path, line: usize, problem: String) -> SeriesError {
    SeriesError::Header {
        place: Place::line(path, line),
        problem,
    }
}

fn unsupported(path: &Path, line: usize, found: &str) -> SeriesError {
    SeriesError::Unsupported {
        place: Place::line(path, line),
        found: found.to_owned(),
        expected: "univariate series, one numeric attribute for each value",
    }
}

/// Declarations and rows, the label last; shorter series end with `?`.
pub(super) fn write(split: &Split, name: &str) -> Result<String, String> {
    if name.chars().any(char::is_control) {
        return Err(format!(
            "the name {name:?} has control characters; expected plain text"
        ));
    }
    let width = longest(split);
    // Writing to a string cannot fail.
    let mut text = format!("@relation {}\n\n", quote(name));
    for number in 1..=width {
        let _ = writeln!(text, "@attribute t{number} numeric");
    }
    let mut classes: Vec<&str> = split.labels.iter().map(String::as_str).collect();
    classes.sort_unstable();
    classes.dedup();
    if !classes.is_empty() {
        let classes: Vec<String> = classes.into_iter().map(quote).collect();
        let _ = writeln!(text, "@attribute label {{{}}}", classes.join(","));
    }
    text.push_str("\n@data\n");
    for (index, series) in split.series.iter().enumerate() {
        let values = series.iter().map(f32::to_string);
        let padding = std::iter::repeat_n("?".to_owned(), width - series.len());
        let label = split.labels.get(index).map(|label| quote(label));
        let fields: Vec<String> = values.chain(padding).chain(label).collect();
        text.push_str(&fields.join(","));
        text.push('\n');
    }
    Ok(text)
}
