//! UCR archive 2015: the label first, then the values, separated by white space or by commas.

use std::path::Path;

use super::delimited::Rows;
use super::{Layout, RawFile, tsv};
use crate::series::{SeriesError, Split};

/// Reads all rows; the first one tells whether commas separate the fields.
pub(super) fn read(path: &Path, text: &str, layout: &Layout<'_>) -> Result<RawFile, SeriesError> {
    let commas = text
        .lines()
        .find(|line| !line.trim().is_empty())
        .is_some_and(|line| line.contains(','));
    let mut rows = Rows::new(path, layout, "white space or commas");
    let mut fields = Vec::new();
    for (index, line) in text.lines().enumerate() {
        if line.trim().is_empty() {
            continue;
        }
        fields.clear();
        if commas {
            fields.extend(line.split(','));
        } else {
            fields.extend(line.split_whitespace());
        }
        rows.push(index + 1, &fields)?;
    }
    Ok(rows.finish(text.lines().count()))
}

/// As the newer archive, with two spaces instead of the tab.
pub(super) fn write(split: &Split) -> Result<String, String> {
    let unfit = |label: &&String| label.contains(|c: char| c.is_whitespace() || c == ',');
    if let Some(label) = split.labels.iter().find(unfit) {
        return Err(format!(
            "the label `{label}` cannot stand in a .txt file; \
             expected labels without white space or commas"
        ));
    }
    Ok(tsv::write(split).replace('\t', "  "))
}
