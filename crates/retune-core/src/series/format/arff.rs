//! Weka `.arff`: declared attributes, the nominal one being the label.

use std::fmt::Write as _;

use super::declared;
use super::line::SEVERAL_CHANNELS;
use super::quoted::{first_word, list, quote};
use super::{Line, RawRow, classes, longest};
use crate::series::Split;
use crate::wording::{self, shorten};
use crate::{Error, ErrorKind};

/// What can be read.
const EXPECTED: &str = "univariate series, one numeric attribute for each value";

/// The declared attributes.
#[derive(Debug, Default)]
pub(super) struct Header {
    /// How many there are.
    count: usize,
    /// The index of the nominal one from 0, its name and its values.
    label: Option<(usize, String, Vec<String>)>,
}

impl declared::Header for Header {
    const COMMENTS: &'static [char] = &['%'];
    // The number of attributes is fixed, so shorter series end with `?`.
    const PADDED: bool = true;

    fn declare(&mut self, line: Line<'_>, text: &str) -> Result<bool, Error> {
        let (tag, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
        match tag.to_ascii_lowercase().as_str() {
            "@relation" => Ok(false),
            "@attribute" => self.read_attribute(line, rest).map(|()| false),
            "@data" if self.count == usize::from(self.label.is_some()) => {
                let problem = "no numeric attribute is declared; expected one for each value";
                Err(line.malformed(problem))
            }
            "@data" => Ok(true),
            _ => Err(line.malformed(format!(
                "found `{}`; expected `@relation`, `@attribute`, `@data` or a `%` comment",
                shorten(text)
            ))),
        }
    }

    fn row(&self, line: Line<'_>, text: &str, _: Option<&RawRow>) -> Result<RawRow, Error> {
        if text.starts_with('{') {
            return Err(line.unsupported("sparse rows", EXPECTED));
        }
        let words = list(text).ok_or_else(|| {
            line.malformed(
                "a quote is not closed, or text follows it; expected values separated by commas",
            )
        })?;
        if words.len() != self.count {
            return Err(line.malformed(format!(
                "the row has {} fields; expected {}, as many as declared attributes",
                words.len(),
                self.count
            )));
        }
        let mut row = RawRow {
            line: line.number,
            label: None,
            label_field: 0,
            values: Vec::with_capacity(words.len()),
        };
        for (index, word) in words.iter().enumerate() {
            let field = index + 1;
            let Some((_, _, declared)) = self.label.as_ref().filter(|label| label.0 == index)
            else {
                row.values.push(line.value(field, &word.text)?);
                continue;
            };
            // A missing label is empty, as in the other formats.
            let missing = word.text.trim() == "?" && !word.quoted;
            let label = if missing { "" } else { word.text.trim() };
            if !label.is_empty() && !declared.iter().any(|value| value == label) {
                let problem = format!(
                    "the label `{}` is not declared; expected one of {}",
                    shorten(label),
                    wording::list(declared)
                );
                return Err(line.error_in(field, ErrorKind::Malformed, problem));
            }
            row.label_field = field;
            row.label = Some(label.to_owned());
        }
        Ok(row)
    }
}

impl Header {
    /// Reads the name and type of one attribute.
    fn read_attribute(&mut self, line: Line<'_>, text: &str) -> Result<(), Error> {
        let malformed = || {
            let found = shorten(text);
            let expected = "expected a name and a type";
            line.malformed(format!("`@attribute {found}` cannot be read; {expected}"))
        };
        let (name, kind) =
            first_word(text, |c| c.is_whitespace() || c == '{').ok_or_else(malformed)?;
        let kind = kind.trim();
        let word = kind.split_whitespace().next().unwrap_or_default();
        match word.to_ascii_lowercase().as_str() {
            "numeric" | "real" | "integer" => {}
            "relational" => return Err(line.unsupported(SEVERAL_CHANNELS, EXPECTED)),
            "" => return Err(malformed()),
            _ if kind.starts_with('{') => {
                let values = kind
                    .strip_prefix('{')
                    .and_then(|rest| rest.strip_suffix('}'))
                    .and_then(list)
                    .ok_or_else(malformed)?;
                if let Some((_, other, _)) = &self.label {
                    return Err(line.malformed(format!(
                        "`{}` is a second nominal attribute beside `{other}`; expected one, the label",
                        shorten(&name.text)
                    )));
                }
                let values = values.into_iter().map(|value| value.text.trim().to_owned());
                self.label = Some((self.count, name.text.into_owned(), values.collect()));
            }
            other => {
                return Err(line.malformed(format!(
                    "`{}` is of type `{}`; expected `numeric`, `real`, `integer` or {{a,b}}",
                    shorten(&name.text),
                    shorten(other)
                )));
            }
        }
        self.count += 1;
        Ok(())
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
    let classes = classes(split);
    if !classes.is_empty() {
        let classes: Vec<String> = classes.into_iter().map(quote).collect();
        let _ = writeln!(text, "@attribute label {{{}}}", classes.join(","));
    }
    text.push_str("\n@data\n");
    for (index, series) in split.series.iter().enumerate() {
        let values = series.iter().map(f64::to_string);
        let padding = std::iter::repeat_n("?".to_owned(), width - series.len());
        let label = split.labels.get(index).map(|label| quote(label));
        let fields: Vec<String> = values.chain(padding).chain(label).collect();
        text.push_str(&fields.join(","));
        text.push('\n');
    }
    Ok(text)
}
