//! aeon and sktime `.ts`: headers with `@`, then values separated by commas, a colon and the label.
//! Colons stand between channels, too; with time stamps each value stands in `(stamp,value)`.

use std::collections::HashSet;
use std::fmt::Write as _;

use super::channels::Channels;
use super::declared;
use super::{Line, RawRow};
use crate::series::Split;
use crate::table::{Fields, Separator};
use crate::wording::{list, shorten};
use crate::{Error, ErrorKind};

/// What the headers promise.
#[derive(Debug, Default)]
pub(super) struct Header {
    /// Whether values stand in `(stamp,value)`.
    stamps: bool,
    /// The line that says that no value is missing.
    none_missing: Option<usize>,
    /// Whether values are missing although a line says that none is.
    some_missing: bool,
    /// Whether all series have the same length.
    equal_length: Option<bool>,
    /// The length of the series, and the line that says so.
    series_length: Option<(usize, usize)>,
    /// Whether series may have several channels; `None` when the headers do not say.
    several: Option<bool>,
    /// How many channels there are, as the headers or the first row say.
    channels: Option<usize>,
    /// What `@classLabel` says: the classes, or `None` for no label.
    labels: Option<Option<Vec<String>>>,
    /// The same classes, to be looked up.
    known: HashSet<String>,
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
        match name.to_ascii_lowercase().as_str() {
            "data" => return Ok(true),
            "timestamps" => self.stamps = truth()?,
            "univariate" => self.several = Some(!truth()?),
            // Some files say 0 where they mean that the number is not known.
            "dimensions" | "dimension" => {
                self.channels = Some(number()?).filter(|channels| *channels != 0);
                self.several = self.channels.map(|channels| channels > 1).or(self.several);
            }
            "targetlabel" if truth()? => {
                let expected = "class labels or none";
                return Err(line.unsupported("regression targets", expected));
            }
            "missing" => self.none_missing = (!truth()?).then_some(line.number),
            "equallength" => self.equal_length = Some(truth()?),
            "serieslength" => self.series_length = Some((line.number, number()?)),
            "classlabel" => {
                self.labels = Some(truth()?.then(|| words.map(str::to_owned).collect()));
                self.known = self.labels.iter().flatten().flatten().cloned().collect();
            }
            // Names, and whatever else a tool notes about the data.
            _ => {}
        }
        Ok(false)
    }

    fn row(&mut self, line: Line<'_>, text: &str, first: Option<&RawRow>) -> Result<RawRow, Error> {
        let mut channels = Channels::like(first);
        let label = match self.stamps {
            true => self.stamped(line, text, &mut channels)?,
            false => self.plain(line, text, &mut channels)?,
        };
        let label_field = channels.values() + 1;
        let label = label.map(|label| self.check_label(line, label_field, label));
        if self.several == Some(false) && channels.count() > 1 {
            let found = channels.count();
            return Err(line.malformed(format!(
                "the series has {found} channels; expected one, as the headers say"
            )));
        }
        let values = channels.finish(line, &mut self.channels)?;
        self.check_length(line, values.len(), first)?;
        Ok(RawRow {
            line: line.number,
            label: label.transpose()?,
            label_field,
            values,
            id: None,
        })
    }

    fn found(self) -> (usize, Vec<(&'static str, String)>) {
        let mut decisions = Vec::new();
        if self.stamps {
            decisions.push(("left out", "time stamps".to_owned()));
        }
        if let Some(line) = self.none_missing.filter(|_| self.some_missing) {
            let found = format!("some values, though line {line} says `@missing false`");
            decisions.push(("missing", found));
        }
        (self.channels.unwrap_or(1), decisions)
    }
}

impl Header {
    /// Whether series have labels.
    fn labelled(&self) -> bool {
        self.labels.as_ref().is_some_and(Option::is_some)
    }

    /// Channels of values separated by commas; returns the label.
    fn plain<'t>(
        &mut self,
        line: Line<'_>,
        text: &'t str,
        channels: &mut Channels,
    ) -> Result<Option<&'t str>, Error> {
        let (values, label) = match text.rsplit_once(':') {
            Some((values, label)) if self.labelled() => (values, Some(label.trim())),
            None if self.labelled() => return Err(no_label(line)),
            Some(_) if self.several != Some(true) => return Err(self.surplus(line)),
            _ => (text, None),
        };
        for channel in values.split(':') {
            let mut fields = Fields::new(line.number, channel, Separator::Comma);
            loop {
                if let Some(value) = fields.number() {
                    channels.push(value);
                } else if let Some(field) = fields.next() {
                    self.push(line, field, channels)?;
                } else {
                    break;
                }
            }
            channels.end(line)?;
        }
        Ok(label)
    }

    /// Channels of values with time stamps, which are left out; returns the label.
    fn stamped<'t>(
        &mut self,
        line: Line<'_>,
        text: &'t str,
        channels: &mut Channels,
    ) -> Result<Option<&'t str>, Error> {
        let mut rest = text;
        loop {
            let found = rest;
            let pair = rest.strip_prefix('(').and_then(|pair| pair.split_once(')'));
            let pair = pair.and_then(|(pair, after)| Some((pair.rsplit_once(',')?.1, after)));
            let Some((field, after)) = pair else {
                return Err(line.malformed(format!(
                    "found `{}`; expected `(STAMP,VALUE)`, as `@timeStamps true` says",
                    shorten(found)
                )));
            };
            self.push(line, field, channels)?;
            rest = after.trim_start();
            if let Some(more) = rest.strip_prefix(',') {
                rest = more.trim_start();
                continue;
            }
            channels.end(line)?;
            let Some(more) = rest.strip_prefix(':') else {
                return match rest.is_empty() {
                    true if self.labelled() => Err(no_label(line)),
                    true => Ok(None),
                    false => Err(line.malformed(format!(
                        "found `{}` after `)`; expected a comma, a colon or the end of the line",
                        shorten(rest)
                    ))),
                };
            };
            rest = more.trim_start();
            if !rest.starts_with('(') {
                return match self.labelled() {
                    true => Ok(Some(rest)),
                    false => Err(self.surplus(line)),
                };
            }
        }
    }

    fn push(&mut self, line: Line<'_>, field: &str, channels: &mut Channels) -> Result<(), Error> {
        let value = line.declared_value(channels.values() + 1, field)?;
        self.some_missing |= value.is_nan();
        channels.push(value);
        Ok(())
    }

    /// A colon where no label and no second channel is expected.
    fn surplus(&self, line: Line<'_>) -> Error {
        let said = match self.labels {
            Some(_) => "`@classLabel false` says",
            None => "there is no `@classLabel true`",
        };
        line.malformed(format!(
            "the row has a colon; expected values without a label, as {said}"
        ))
    }

    /// The label, empty where it is missing, if it is one of the classes.
    fn check_label(&self, line: Line<'_>, field: usize, label: &str) -> Result<String, Error> {
        let classes = self.labels.iter().flatten().flatten();
        // A list without classes promises none.
        let any = self.known.is_empty();
        match label {
            _ if self.known.contains(label) => Ok(label.to_owned()),
            "" | "?" => Ok(String::new()),
            _ if any => Ok(label.to_owned()),
            _ => {
                let problem = format!(
                    "`@classLabel` does not list the label `{}`; expected one of {}",
                    shorten(label),
                    list(classes)
                );
                Err(line.error_in(field, ErrorKind::Malformed, problem))
            }
        }
    }

    /// Checks the length of a series against the headers.
    fn check_length(
        &self,
        line: Line<'_>,
        values: usize,
        first: Option<&RawRow>,
    ) -> Result<(), Error> {
        if self.equal_length == Some(false) {
            return Ok(());
        }
        let channels = self.channels.unwrap_or(1).max(1);
        let found = values / channels;
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
            (Some(true), Some(first)) if first.values.len() != values => {
                Err(line.malformed(format!(
                    "the series has {found} values, the one on line {} has {}; \
                     expected the same length, as `@equalLength true` says",
                    first.line,
                    first.values.len() / channels
                )))
            }
            _ => Ok(()),
        }
    }
}

fn no_label(line: Line<'_>) -> Error {
    line.malformed(
        "the row has no label; expected `:LABEL` after the values, as `@classLabel true` says",
    )
}

/// Headers and rows; series of unequal length and of several channels are allowed.
pub(super) fn write(split: &Split, name: &str) -> Result<String, String> {
    let unfit = |label: &&String| label.contains(|c: char| c.is_whitespace() || c == ':');
    if let Some(label) = split.labels.iter().find(unfit) {
        return Err(format!(
            "the label `{label}` cannot stand in a .ts file; expected labels without white space or colons"
        ));
    }
    let channels = split.channels;
    let length = split.longest();
    let equal = split.series.iter().all(|series| series.len() == length);
    let name: String = name.split_whitespace().collect::<Vec<_>>().join("_");
    let mut text = format!(
        "@problemName {name}\n@timeStamps false\n@missing false\n@univariate {}\n",
        channels == 1
    );
    // Writing to a string cannot fail.
    if channels > 1 {
        let _ = writeln!(text, "@dimensions {channels}");
    }
    let _ = writeln!(text, "@equalLength {equal}");
    if equal {
        let _ = writeln!(text, "@seriesLength {}", length / channels);
    }
    let classes: Vec<&str> = split.classes().into_iter().collect();
    if classes.is_empty() {
        text.push_str("@classLabel false\n@data\n");
    } else {
        let _ = writeln!(text, "@classLabel true {}\n@data", classes.join(" "));
    }
    for (index, series) in split.series.iter().enumerate() {
        let channels = series.chunks(series.len() / channels).map(|channel| {
            let values: Vec<String> = channel.iter().map(f64::to_string).collect();
            values.join(",")
        });
        text.push_str(&channels.collect::<Vec<_>>().join(":"));
        if let Some(label) = split.labels.get(index) {
            text.push(':');
            text.push_str(label);
        }
        text.push('\n');
    }
    Ok(text)
}
