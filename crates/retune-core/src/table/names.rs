//! The names of columns.

use std::path::Path;

use crate::wording::{list, shorten};
use crate::{Error, ErrorKind};

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

    /// The name of a column in small letters.
    pub(crate) fn lower(&self, column: usize) -> String {
        self.of(column).to_lowercase()
    }

    /// The one of `width` columns with a name, or else with a number from 1; `role` is what it is for.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Column`] where there is none, or several have the name.
    pub(crate) fn column(
        &self,
        wanted: &str,
        width: usize,
        path: &Path,
        role: &str,
    ) -> Result<usize, Error> {
        let wanted = wanted.trim();
        let numbered = || {
            let index = wanted.parse::<usize>().ok()?.checked_sub(1)?;
            (index < width).then_some(index)
        };
        let named = |from: usize| self.iter().skip(from).position(|name| name == wanted);
        let first = named(0);
        if let Some(first) = first
            && let Some(between) = named(first + 1)
        {
            let (path, name) = (path.display(), shorten(wanted));
            let [first, second] = [first + 1, first + between + 2];
            let message = format!("{path}: columns {first} and {second} are both called `{name}`");
            return Err(Error::new(ErrorKind::Column, message)
                .with_hint("give the number of the one that is meant, or rename the other"));
        }
        first.or_else(numbered).ok_or_else(|| {
            let known = match self.is_empty() {
                true => format!("{width} columns without names"),
                false => list(self.iter()),
            };
            let (path, wanted) = (path.display(), shorten(wanted));
            let message = format!("{path}: there is no {role}column `{wanted}`; there are {known}");
            Error::new(ErrorKind::Column, message)
                .with_hint("give a name of the header, or a number counted from 1")
        })
    }

    /// A column as it is shown: `column "label" (3)`, `column 3`.
    pub(crate) fn shown(&self, column: usize) -> String {
        self.shown_with(column, "")
    }

    /// The same with a remark: `column "index" (1, numbers rows)`.
    pub(crate) fn shown_with(&self, column: usize, remark: &str) -> String {
        let number = column + 1;
        let separated = if remark.is_empty() { "" } else { ", " };
        match self.of(column) {
            "" if self.is_empty() && remark.is_empty() => format!("column {number}"),
            "" if self.is_empty() => format!("column {number} ({remark})"),
            "" => format!("column {number} (unnamed{separated}{remark})"),
            name => format!("column {:?} ({number}{separated}{remark})", shorten(name)),
        }
    }
}

#[cfg(test)]
#[test]
fn a_name_of_two_columns_is_none() {
    let names: Names = "t,y,z,y".split(',').collect();
    let column = |wanted| names.column(wanted, 4, "a.csv".as_ref(), "");
    assert_eq!(column("z").unwrap(), 2);
    assert_eq!(column("4").unwrap(), 3);
    let error = column("y").unwrap_err().to_string();
    assert_eq!(error, "a.csv: columns 2 and 4 are both called `y`");
    assert!(column("x").is_err());
}
