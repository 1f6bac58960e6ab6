//! aeon and sktime `.ts`: headers with `@`, then values separated by commas, a colon and the label.

use std::fmt::Write as _;

use super::declared;
use super::line::SEVERAL_CHANNELS;
use super::{Line, RawRow, classes, longest};
use crate::series::Split;
use crate::table::is_missing;
use crate::wording::{list, shorten};
use crate::{Error, ErrorKind};

/// What can be read.
const EXPECTED: &str = "univariate series without time stamps, with a class label or none";

/// What the headers promise.
#[derive(Debug, Default)]
pub(super) struct Header {
    /// Whether values may be missing.
    missing: Option<bool>,
    /// Whether all series have the same length.
    equal_length: Option<bool>,
    /// The length of the series, and the line that says so.
    series_length: Option<(usize, usize)>,
    /// What `@classLabel` says: the classes, or `None` for no label.
    labels: Option<Option<Vec<String>>>,
}

impl declared::Header for Header {
    const COMMENTS: &'static [char] = &['#', '%'];
    const PADDED: bool = false;

    fn declare(&mut self, line: Line<'_>, text: &str) -> Result<bool, Error> {
        let Some(tag) = text.strip_prefix('@') else {
            return Err(line.malformed(format!(
                "found `{}` before `@data`; expected a line that starts with `@`",
                shorten(text)
            )));
        };
        let mut words = tag.split_whitespace();
        let name = words.next().unwrap_or_default();
        let value = words.next();
        let bad_value = |expected: &str| {
            let found = value.map_or("nothing".to_owned(), |value| {
                format!("`{}`", shorten(value))
            });
            line.malformed(format!("`@{name}` has {found}; expected {expected}"))
        };
        let truth = || match value.map(str::to_ascii_lowercase).as_deref() {
            Some("true") => Ok(true),
            Some("false") => Ok(false),
            _ => Err(bad_value("`true` or `false`")),
        };
        let number = || {
            let number = value.and_then(|value| value.parse::<usize>().ok());
            number.ok_or_else(|| bad_value("a whole number"))
        };
        let unsupported = |found| Err(line.unsupported(found, EXPECTED));
        match name.to_ascii_lowercase().as_str() {
            "data" => return Ok(true),
            "timestamps" if truth()? => return unsupported("time stamps"),
            "univariate" if !truth()? => return unsupported(SEVERAL_CHANNELS),
            "dimensions" | "dimension" if number()? != 1 => return unsupported(SEVERAL_CHANNELS),
            "targetlabel" if truth()? => return unsupported("regression targets"),
            "missing" => self.missing = Some(truth()?),
            "equallength" => self.equal_length = Some(truth()?),
            "serieslength" => self.series_length = Some((line.number, number()?)),
            "classlabel" => {
                self.labels = Some(truth()?.then(|| words.map(str::to_owned).collect()));
            }
            // Names, and whatever else a tool notes about the data.
            _ => {}
        }
        Ok(false)
    }

    fn row(&self, line: Line<'_>, text: &str, first: Option<&RawRow>) -> Result<RawRow, Error> {
        let classes = self.labels.as_ref().and_then(Option::as_ref);
        let (values, label) = match (text.rsplit_once(':'), classes) {
            (Some((values, label)), Some(_)) => (values, Some(label.trim())),
            (None, None) => (text, None),
            (None, Some(_)) => {
                return Err(line.malformed(
                    "the row has no label; \
                     expected `:LABEL` after the values, as `@classLabel true` says",
                ));
            }
            (Some(_), None) => {
                let said = match self.labels {
                    Some(_) => "`@classLabel false` says",
                    None => "there is no `@classLabel true`",
                };
                return Err(line.malformed(format!(
                    "the row has a colon; expected values without a label, as {said}"
                )));
            }
        };
        if values.contains(':') {
            return Err(line.unsupported(SEVERAL_CHANNELS, EXPECTED));
        }
        let mut row = RawRow {
            line: line.number,
            label: label.map(str::to_owned),
            label_field: 0,
            values: Vec::new(),
        };
        for (index, field) in values.split(',').enumerate() {
            if self.missing == Some(false) && is_missing(field) {
                let problem = "the value is missing; expected a number, as `@missing false` says";
                return Err(line.error_in(index + 1, ErrorKind::Malformed, problem));
            }
            row.values.push(line.value(index + 1, field)?);
        }
        row.label_field = row.values.len() + 1;
        // An empty label gets its own error, and a list without classes promises none.
        if let (Some(label), Some(classes)) = (label, classes)
            && !label.is_empty()
            && !classes.is_empty()
            && !classes.iter().any(|class| class == label)
        {
            let problem = format!(
                "`@classLabel` does not list the label `{}`; expected one of {}",
                shorten(label),
                list(classes)
            );
            return Err(line.error_in(row.label_field, ErrorKind::Malformed, problem));
        }
        self.check_length(line, row.values.len(), first)?;
        Ok(row)
    }
}

impl Header {
    /// Checks the length of a series against the headers.
    fn check_length(
        &self,
        line: Line<'_>,
        found: usize,
        first: Option<&RawRow>,
    ) -> Result<(), Error> {
        if self.equal_length == Some(false) {
            return Ok(());
        }
        // Some files say 0 where they mean that the length is not known.
        if let Some((said, length)) = self.series_length.filter(|&(_, length)| length != 0)
            && length != found
        {
            return Err(line.malformed(format!(
                "the series has {found} values; \
                 expected {length}, as `@seriesLength` on line {said} says"
            )));
        }
        match (self.equal_length, first) {
            (Some(true), Some(first)) if first.values.len() != found => {
                Err(line.malformed(format!(
                    "the series has {found} values, the one on line {} has {}; \
                     expected the same length, as `@equalLength true` says",
                    first.line,
                    first.values.len()
                )))
            }
            _ => Ok(()),
        }
    }
}

/// Headers and rows; series of unequal length are allowed.
pub(super) fn write(split: &Split, name: &str) -> Result<String, String> {
    let unfit = |label: &&String| label.contains(|c: char| c.is_whitespace() || c == ':');
    if let Some(label) = split.labels.iter().find(unfit) {
        return Err(format!(
            "the label `{label}` cannot stand in a .ts file; expected labels without white space or colons"
        ));
    }
    let length = longest(split);
    let equal = split.series.iter().all(|series| series.len() == length);
    let name: String = name.split_whitespace().collect::<Vec<_>>().join("_");
    let mut text = format!(
        "@problemName {name}\n@timeStamps false\n@missing false\n@univariate true\n@equalLength {equal}\n"
    );
    // Writing to a string cannot fail.
    if equal {
        let _ = writeln!(text, "@seriesLength {length}");
    }
    let classes: Vec<&str> = classes(split).into_iter().collect();
    if classes.is_empty() {
        text.push_str("@classLabel false\n@data\n");
    } else {
        let _ = writeln!(text, "@classLabel true {}\n@data", classes.join(" "));
    }
    for (index, series) in split.series.iter().enumerate() {
        let values: Vec<String> = series.iter().map(f64::to_string).collect();
        text.push_str(&values.join(","));
        if let Some(label) = split.labels.get(index) {
            text.push(':');
            text.push_str(label);
        }
        text.push('\n');
    }
    Ok(text)
}
