//! The numbers of a table, in the way in which they are written there.

use std::path::Path;

use super::{Misfit, NumberStyle, Place, StyleSearch, TwoWays, simple};
use crate::wording::shorten;
use crate::{Error, ErrorKind};

/// Reads numbers while it is found out how they are written.
#[derive(Debug, Clone)]
pub(crate) struct Numbers {
    search: StyleSearch,
    pub style: NumberStyle,
    /// The style is the plain one, and nothing that is still to come may change it.
    pub is_plain: bool,
    /// A number that was read before it showed that it was written in another way.
    misread: Option<TwoWays>,
}

impl Numbers {
    /// Numbers with this decimal sign and thousands separator, where they are known.
    ///
    /// # Errors
    ///
    /// Where no numbers are written with both.
    pub fn among(decimal: Option<char>, thousands: Option<Option<char>>) -> Result<Self, Error> {
        let search = StyleSearch::among(decimal, thousands)?;
        Ok(Self {
            style: search.likeliest(),
            search,
            is_plain: false,
            misread: None,
        })
    }

    /// Looks at some fields before any is read.
    pub fn look_at<'f>(&mut self, fields: impl Iterator<Item = &'f str>) {
        for field in fields {
            if !self.search.is_open() {
                break;
            }
            self.search.see(field);
        }
        self.style = self.search.likeliest();
        self.is_plain = self.style == NumberStyle::PLAIN && !self.search.is_open();
    }

    /// The value of a field, none when it is missing.
    ///
    /// # Errors
    ///
    /// [`Misfit`] for everything else.
    pub fn read(&mut self, text: &str) -> Result<Option<f64>, Misfit> {
        if let Some(value) = simple(text.as_bytes()).filter(|_| self.is_plain) {
            return Ok(Some(value));
        }
        let found = self.style.number(text);
        // Once the style is settled only signs that are no part of numbers say more.
        let is_usual = |byte: Option<&u8>| byte.is_none_or(|byte| b"+-.0123456789".contains(byte));
        let ends = text.trim().as_bytes();
        let has_unit = !is_usual(ends.first()) || !is_usual(ends.last());
        if found.is_err() || has_unit || self.search.is_open() {
            self.search.see(text);
        }
        let style = self.search.likeliest();
        if found.is_ok() || style == self.style {
            return found;
        }
        self.misread = self
            .misread
            .take()
            .or(self.search.differs(self.style, style));
        self.style = style;
        style.number(text)
    }

    /// How the numbers are written, where not plainly.
    ///
    /// # Errors
    ///
    /// When there was more than one way to read all numbers.
    pub fn finish(&self, path: &Path) -> Result<Vec<(&'static str, String)>, Error> {
        let found = match &self.misread {
            Some(misread) => Err(misread.clone()),
            None => self.search.style(),
        };
        found.map_err(|two| two.error(path, None))?;
        Ok(self.search.said())
    }
}

impl StyleSearch {
    /// A number that is another one in another style.
    fn differs(&self, style: NumberStyle, other: NumberStyle) -> Option<TwoWays> {
        self.signs.iter().find_map(|(_, field)| {
            let values = [style, other].map(|style| style.number::<f64>(field).ok().flatten());
            let [one, other] = [values[0]?, values[1]?];
            (one != other).then(|| TwoWays {
                field: field.clone(),
                values: vec![one.to_string(), other.to_string()],
            })
        })
    }

    /// How numbers are written, in words: what about, and how. Nothing is said of plain ones.
    pub(crate) fn said(&self) -> Vec<(&'static str, String)> {
        let style = self.likeliest();
        let example = |sign: char| self.signs.iter().find(|(seen, _)| *seen == sign);
        let thousands = style.thousands.and_then(example);
        let mut said = Vec::new();
        if style.decimal == ',' || thousands.is_some() {
            let mut how = format!("decimal {}", name(style.decimal));
            if let Some((sign, _)) = thousands {
                how += &format!(" and thousands {}", name(*sign));
            }
            if let Some((_, field)) = thousands.or_else(|| example(style.decimal)) {
                how += &format!(" as in `{}`", shorten(field));
            }
            said.push(("numbers", how));
        }
        let unit = self.with_unit.as_deref();
        said.extend(unit.map(|field| ("units", format!("left out, as in `{}`", shorten(field)))));
        said
    }
}

fn name(sign: char) -> &'static str {
    match sign {
        ',' => "comma",
        '.' => "point",
        ' ' => "space",
        _ => "apostrophe",
    }
}

impl TwoWays {
    /// The error that it is, at the place of the field where that is known.
    pub(crate) fn error(&self, path: &Path, place: Option<Place>) -> Error {
        let field = shorten(&self.field);
        let found = match &self.values[..] {
            [] => format!("`{field}` has a unit that other numbers do not have"),
            values => format!(
                "`{field}` can be read in two ways, as {}",
                values.join(" or ")
            ),
        };
        let error = match place {
            Some(place) => Error::new(ErrorKind::NotANumber, found).at(place),
            None => Error::new(
                ErrorKind::NotANumber,
                format!("{}: {found}", path.display()),
            ),
        };
        match self.values.is_empty() {
            true => error.with_hint("write all of them in one unit, without its sign"),
            false => error
                .with_hint("say what parts the decimals, and what the thousands")
                .with_setting("decimal", "")
                .with_setting("thousands", ""),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(fields: &[&str]) -> Result<(Vec<f64>, String), Error> {
        let mut numbers = Numbers::among(None, None)?;
        let values = fields
            .iter()
            .map(|field| numbers.read(field).unwrap().unwrap());
        let values = values.collect();
        let said = numbers.finish("a".as_ref())?;
        let said = said.iter().map(|(about, how)| format!("{about}: {how}"));
        Ok((values, said.collect::<Vec<_>>().join("; ")))
    }

    #[test]
    fn numbers_are_read_as_they_show_how_they_are_written() {
        for (fields, values, said) in [
            (&["1.5", "2"][..], &[1.5, 2.0][..], ""),
            (
                &["2", "1,5"],
                &[2.0, 1.5],
                "numbers: decimal comma as in `1,5`",
            ),
            (
                &["12,5", "1.049,25"],
                &[12.5, 1049.25],
                "numbers: decimal comma and thousands point as in `1.049,25`",
            ),
            (
                &["12 %", "1.5 %"],
                &[12.0, 1.5],
                "units: left out, as in `12 %`",
            ),
        ] {
            assert_eq!(read(fields).unwrap(), (values.to_vec(), said.to_owned()));
        }
        for (fields, message) in [
            (
                &["1.049", "2"][..],
                "a: `1.049` can be read in two ways, as 1.049 or 1049",
            ),
            // It was read before the comma showed that the point parts thousands.
            (
                &["1.049", "12,5"],
                "a: `1.049` can be read in two ways, as 1.049 or 1049",
            ),
            (
                &["12 %", "1.5"],
                "a: `12 %` has a unit that other numbers do not have",
            ),
            (
                &["$12", "€1.5"],
                "a: `$12` has a unit that other numbers do not have",
            ),
        ] {
            assert_eq!(read(fields).unwrap_err().to_string(), message);
        }
    }
}
