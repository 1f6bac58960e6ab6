//! The row with the names of the columns.

use super::is_missing;

/// What stands in the first row of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FirstRow {
    /// Words and no values: a header.
    Names,
    /// No words: data.
    Values,
    /// Both; the first word is the field with this index.
    Mixed(usize),
}

impl FirstRow {
    /// What stands in these fields; one that is neither missing nor a value is a word.
    pub fn of<'a>(
        fields: impl IntoIterator<Item = &'a str>,
        is_value: impl Fn(&str) -> bool,
    ) -> Self {
        let (mut word, mut value) = (None, false);
        for (index, field) in fields.into_iter().enumerate() {
            if is_value(field) {
                value = true;
            } else if word.is_none() && !is_missing(field) {
                word = Some(index);
            }
        }
        match word {
            None => Self::Values,
            Some(index) if value => Self::Mixed(index),
            Some(_) => Self::Names,
        }
    }
}

/// The names of the columns, without white space around them; none in a table without a header.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Names(Vec<String>);

impl<'a> FromIterator<&'a str> for Names {
    fn from_iter<T: IntoIterator<Item = &'a str>>(fields: T) -> Self {
        Self(
            fields
                .into_iter()
                .map(|name| name.trim().to_owned())
                .collect(),
        )
    }
}

impl std::ops::Deref for Names {
    type Target = [String];

    fn deref(&self) -> &[String] {
        &self.0
    }
}

impl Names {
    /// The column with a name.
    pub fn find(&self, wanted: &str) -> Option<usize> {
        self.iter().position(|name| name == wanted)
    }

    /// The name of a column; empty where it has none.
    pub fn of(&self, column: usize) -> &str {
        self.get(column).map_or("", String::as_str)
    }
}
