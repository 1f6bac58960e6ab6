//! Weka `.arff`: declared attributes, the nominal one being the label. One relational attribute
//! holds several channels, each on a line of its own within one quoted field.

use std::collections::HashSet;
use std::fmt::Write as _;

use super::channels::Channels;
use super::declared;
use super::quoted::{Word, first_word, list, quote};
use super::{Line, RawRow};
use crate::series::{ColumnOrder, Split};
use crate::wording::{self, shorten};
use crate::{Error, ErrorKind};

/// How many values sparse rows may stand for: a few bytes promise any number of zeros.
const MOST_SPARSE: usize = 1 << 27;

/// The declared attributes.
#[derive(Debug, Default)]
pub(super) struct Header {
    /// How many fields a row has.
    count: usize,
    /// The names of the numeric ones.
    names: Vec<String>,
    /// The nominal one.
    label: Option<Label>,
    /// The one that holds channels.
    relation: Option<Relation>,
    /// How many channels there are, as the first row says.
    channels: Option<usize>,
    /// How many values the sparse rows stand for so far.
    sparse: usize,
}

/// A nominal attribute.
#[derive(Debug)]
struct Label {
    /// Which field it is, from 0.
    index: usize,
    name: String,
    /// The declared values, in their order and to be looked up.
    values: Vec<String>,
    known: HashSet<String>,
}

/// A relational attribute.
#[derive(Debug)]
struct Relation {
    /// Which field it is, from 0.
    index: usize,
    name: String,
    /// How many values each channel has.
    length: usize,
    /// Whether its `@end` is still to come.
    open: bool,
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
            "@end" => match self.relation.as_mut().filter(|relation| relation.open) {
                Some(relation) => {
                    relation.open = false;
                    Ok(false)
                }
                None => Err(line.malformed("`@end` ends no relational attribute")),
            },
            "@data" => self.check_complete(line).map(|()| true),
            _ => Err(line.malformed(format!(
                "found `{}`; expected `@relation`, `@attribute`, `@end`, `@data` or a `%` comment",
                shorten(text)
            ))),
        }
    }

    fn row(&mut self, line: Line<'_>, text: &str, _: Option<&RawRow>) -> Result<RawRow, Error> {
        let words = match text.strip_prefix('{') {
            Some(sparse) => self.sparse(line, sparse)?,
            None => self.dense(line, text)?,
        };
        let mut channels = Channels::default();
        let mut row = RawRow {
            line: line.number,
            label: None,
            label_field: 0,
            values: Vec::new(),
            id: None,
        };
        for (index, word) in words.iter().enumerate() {
            let field = channels.values() + 1;
            if self
                .label
                .as_ref()
                .is_some_and(|label| label.index == index)
            {
                row.label_field = field;
                row.label = Some(self.read_label(line, index + 1, word)?);
            } else if let Some(relation) = &self.relation {
                relation.read(line, &word.text, &mut channels)?;
            } else {
                channels.push(line.declared_value(index + 1, &word.text)?);
            }
        }
        if self.relation.is_none() {
            channels.end(line)?;
        }
        row.values = channels.finish(line, &mut self.channels)?;
        Ok(row)
    }

    fn order(&self) -> Option<ColumnOrder> {
        ColumnOrder::of(self.names.iter().map(String::as_str))
    }

    fn found(self) -> (usize, Vec<(&'static str, String)>) {
        (self.channels.unwrap_or(1), Vec::new())
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
        let name = name.text.into_owned();
        let kind = kind.trim();
        let word = kind.split_whitespace().next().unwrap_or_default();
        let nominal = kind.starts_with('{');
        if let Some(relation) = self.relation.as_mut().filter(|relation| relation.open)
            && !nominal
            && is_numeric(word)
        {
            relation.length += 1;
            return Ok(());
        }
        match word.to_ascii_lowercase().as_str() {
            "" => return Err(malformed()),
            _ if nominal => {
                let values = kind
                    .strip_prefix('{')
                    .and_then(|rest| rest.strip_suffix('}'))
                    .and_then(list)
                    .ok_or_else(malformed)?;
                let values = values.into_iter().map(|value| value.text.trim().to_owned());
                self.declare_label(line, name, values.collect())?;
            }
            "relational" => {
                if let Some(other) = &self.relation {
                    let (name, other) = (shorten(&name), shorten(&other.name));
                    return Err(line.malformed(format!(
                        "`{name}` is a second relational attribute beside `{other}`; expected one"
                    )));
                }
                self.relation = Some(Relation {
                    index: self.count,
                    name,
                    length: 0,
                    open: true,
                });
            }
            _ if is_numeric(word) => self.names.push(name),
            other => {
                let message = format!(
                    "`{}` is of type `{}`; expected `numeric`, `real`, `integer` or {{a,b}}",
                    shorten(&name),
                    shorten(other)
                );
                let hint = "take the attribute and its field of every row out of the file";
                let error = line.error(ErrorKind::Unsupported, message);
                return Err(error.with_hint(hint));
            }
        }
        self.count += 1;
        Ok(())
    }

    fn declare_label(
        &mut self,
        line: Line<'_>,
        name: String,
        values: Vec<String>,
    ) -> Result<(), Error> {
        let found = shorten(&name);
        if self.relation.as_ref().is_some_and(|relation| relation.open) {
            let message = format!(
                "`{found}` is nominal within a relational attribute; expected numbers there"
            );
            return Err(line.error(ErrorKind::Unsupported, message));
        }
        if let Some(other) = &self.label {
            let other = shorten(&other.name);
            return Err(line.malformed(format!(
                "`{found}` is a second nominal attribute beside `{other}`; expected one, the label"
            )));
        }
        let index = self.count;
        self.label = Some(Label {
            index,
            name,
            known: values.iter().cloned().collect(),
            values,
        });
        Ok(())
    }

    /// Checks, at `@data`, that there is something to read.
    fn check_complete(&self, line: Line<'_>) -> Result<(), Error> {
        let numbers = self.count - usize::from(self.label.is_some());
        let problem = match &self.relation {
            Some(relation) if relation.open => {
                let name = shorten(&relation.name);
                format!("the relational attribute `{name}` has no `@end`")
            }
            Some(relation) if relation.length > 0 && numbers > 1 => format!(
                "there are numeric attributes beside the relational one, `{}`; \
                 expected all values in it",
                shorten(&relation.name)
            ),
            Some(relation) if relation.length > 0 => return Ok(()),
            None if numbers > 0 => return Ok(()),
            _ => "no numeric attribute is declared; expected one for each value".to_owned(),
        };
        Err(line.malformed(problem))
    }

    /// The fields of a row.
    fn dense<'t>(&self, line: Line<'_>, text: &'t str) -> Result<Vec<Word<'t>>, Error> {
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
        Ok(words)
    }

    /// The fields of a row of pairs, an attribute counted from 0 and its value: all others are 0,
    /// or the first of their declared values.
    fn sparse<'t>(&mut self, line: Line<'_>, text: &'t str) -> Result<Vec<Word<'t>>, Error> {
        self.sparse += self.count;
        if self.sparse > MOST_SPARSE {
            let message =
                format!("the sparse rows stand for more than {MOST_SPARSE} values; expected fewer");
            return Err(line.error(ErrorKind::Unsupported, message));
        }
        let malformed = || {
            let found = shorten(text);
            line.malformed(format!(
                "the sparse row `{{{found}` cannot be read; expected `{{INDEX VALUE, …}}`"
            ))
        };
        let plain = |text| Word {
            text,
            quoted: false,
        };
        let mut words = vec![plain("0".into()); self.count];
        if let Some(label) = &self.label
            && let Some(word) = words.get_mut(label.index)
        {
            let first = label.values.first().cloned();
            word.text = first.unwrap_or_default().into();
        }
        let mut named = vec![false; self.count];
        let mut rest = text.trim_start();
        while !rest.starts_with('}') {
            let (index, after) = rest.split_once(char::is_whitespace).ok_or_else(malformed)?;
            let index: usize = index.parse().map_err(|_| malformed())?;
            let (word, after) =
                first_word(after, |c| matches!(c, ',' | '}')).ok_or_else(malformed)?;
            match (words.get_mut(index), named.get_mut(index)) {
                (Some(place), Some(named)) if !*named => (*place, *named) = (word, true),
                (Some(_), _) => {
                    let problem = format!("the sparse row names the attribute {index} twice");
                    return Err(line.malformed(problem));
                }
                _ => {
                    let most = self.count - 1;
                    return Err(line.malformed(format!(
                        "the sparse row names the attribute {index}; expected 0 to {most}"
                    )));
                }
            }
            rest = after.trim_start();
            match rest.strip_prefix(',') {
                Some(more) => rest = more.trim_start(),
                None if rest.starts_with('}') => {}
                None => return Err(malformed()),
            }
        }
        match rest.strip_prefix('}').map(str::trim) {
            Some("") => Ok(words),
            _ => Err(malformed()),
        }
    }

    /// The label in a field, empty where it is missing, as in the other formats.
    fn read_label(&self, line: Line<'_>, field: usize, word: &Word<'_>) -> Result<String, Error> {
        let missing = word.text.trim() == "?" && !word.quoted;
        let label = if missing { "" } else { word.text.trim() };
        let is_declared = self.label.iter().any(|all| all.known.contains(label));
        if !label.is_empty() && !is_declared {
            let declared = self.label.iter().flat_map(|label| &label.values);
            let problem = format!(
                "the label `{}` is not declared; expected one of {}",
                shorten(label),
                wording::list(declared)
            );
            return Err(line.error_in(field, ErrorKind::Malformed, problem));
        }
        Ok(label.to_owned())
    }
}

impl Relation {
    /// The channels in a field, one on each line.
    fn read(&self, line: Line<'_>, text: &str, channels: &mut Channels) -> Result<(), Error> {
        for channel in text.trim_end_matches('\n').split('\n') {
            let before = channels.values();
            for field in channel.split(',') {
                let value = line.declared_value(channels.values() + 1, field)?;
                channels.push(value);
            }
            let found = channels.values() - before;
            if found != self.length {
                return Err(line.error_in(
                    self.index + 1,
                    ErrorKind::Malformed,
                    format!(
                        "channel {} has {found} values; expected {}, as many as attributes \
                         declared within `{}`",
                        channels.count() + 1,
                        self.length,
                        shorten(&self.name)
                    ),
                ));
            }
            channels.end(line)?;
        }
        Ok(())
    }
}

/// Whether the type of an attribute is one of numbers.
fn is_numeric(kind: &str) -> bool {
    let known = ["numeric", "real", "integer"];
    known.iter().any(|known| kind.eq_ignore_ascii_case(known))
}

/// Declarations and rows, the label last; shorter series end with `?`.
pub(super) fn write(split: &Split, name: &str) -> Result<String, String> {
    if name.chars().any(char::is_control) {
        return Err(format!(
            "the name {name:?} has control characters; expected plain text"
        ));
    }
    let width = split.longest();
    // Writing to a string cannot fail.
    let mut text = format!("@relation {}\n\n", quote(name));
    for number in 1..=width {
        let _ = writeln!(text, "@attribute t{number} numeric");
    }
    let classes = split.classes();
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sparse_rows_cannot_promise_any_number_of_zeros() {
        let path = "a.arff".as_ref();
        let mut header = Header {
            count: 4,
            sparse: MOST_SPARSE - 9,
            ..Header::default()
        };
        let mut read = || {
            header
                .sparse(Line { path, number: 7 }, "1 2}")
                .map(|words| words.len())
        };
        assert_eq!((read().unwrap(), read().unwrap()), (4, 4));
        let error = read().unwrap_err();
        assert!(
            error
                .to_string()
                .starts_with("a.arff:7: the sparse rows stand for more than")
        );
    }
}
