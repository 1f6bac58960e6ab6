//! The numbers of a delimited file, in the way in which they are written there.

use std::path::Path;

use crate::series::format::{Layout, Line};
use crate::table::{NumberStyle, Row, StyleSearch, simple};
use crate::wording::shorten;
use crate::{Error, ErrorKind};

/// Reads numbers while it is found out how they are written.
#[derive(Debug, Clone)]
pub(super) struct Numbers {
    search: StyleSearch,
    pub style: NumberStyle,
    /// The style is the plain one, and nothing that is still to come may change it.
    is_plain: bool,
}

impl Numbers {
    pub fn new(layout: &Layout<'_>) -> Self {
        let options = layout.options;
        let search = StyleSearch::among(options.decimal, options.thousands);
        let style = search.likeliest();
        Self {
            search,
            style,
            is_plain: false,
        }
    }

    /// Looks at the fields of some columns.
    pub fn look_at(&mut self, rows: &[Row], columns: &[usize]) {
        for row in rows {
            if !self.search.is_open() {
                break;
            }
            columns
                .iter()
                .for_each(|column| self.search.see(row.get(*column)));
        }
        self.style = self.search.likeliest();
        self.is_plain = self.style == NumberStyle::PLAIN && !self.search.is_open();
    }

    pub fn value(&mut self, line: Line<'_>, field: usize, text: &str) -> Result<f64, Error> {
        if let Some(value) = simple(text.as_bytes()).filter(|_| self.is_plain) {
            return Ok(value);
        }
        let found = line.value_in(self.style, field, text);
        // Once the style is settled only signs that are no part of numbers say more.
        let is_usual = |byte: Option<&u8>| byte.is_none_or(|byte| b"+-.0123456789".contains(byte));
        let ends = text.trim().as_bytes();
        let has_unit = !is_usual(ends.first()) || !is_usual(ends.last());
        if found.is_err() || has_unit || self.search.is_open() {
            self.search.see(text);
        }
        if found.is_err() && self.search.likeliest() != self.style {
            // What was read before is the same in the new style, or it would not be left.
            self.style = self.search.likeliest();
            return line.value_in(self.style, field, text);
        }
        found
    }

    /// Checks that there was one way to read all numbers, and says which where it is not the usual.
    pub fn finish(
        &self,
        path: &Path,
        decisions: &mut Vec<(&'static str, String)>,
    ) -> Result<(), Error> {
        let path = path.display();
        let style = self.search.style().map_err(|two| {
            let (field, values) = (shorten(&two.field), two.values.join(" or "));
            match values.is_empty() {
                false => Error::new(
                    ErrorKind::NotANumber,
                    format!("{path}: field `{field}` can be read in two ways, as {values}"),
                )
                .with_hint("say what parts the decimals, and what the thousands")
                .with_setting("decimal", "")
                .with_setting("thousands", ""),
                true => {
                    let message =
                        format!("{path}: field `{field}` has a unit, and others have none");
                    Error::new(ErrorKind::NotANumber, message)
                        .with_hint("write all of them in one unit, without its sign")
                }
            }
        })?;
        if style.decimal == ',' {
            decisions.push(("decimals", "comma".to_owned()));
        }
        if let Some(thousands) = style.thousands.filter(|sign| self.search.has_seen(*sign)) {
            decisions.push(("thousands", format!("`{thousands}`")));
        }
        if let Some(field) = self.search.unit() {
            decisions.push(("units", format!("left out, as in `{}`", shorten(field))));
        }
        Ok(())
    }
}
