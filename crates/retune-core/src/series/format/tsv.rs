//! UCR archive 2018: the label first, then the values, separated by tabs.

use std::path::Path;

use super::delimited::Rows;
use super::{Layout, RawFile, longest};
use crate::series::{SeriesError, Split};

/// Reads all rows.
pub(super) fn read(path: &Path, text: &str, layout: &Layout<'_>) -> Result<RawFile, SeriesError> {
    let mut rows = Rows::new(path, layout, "tabs");
    let mut fields = Vec::new();
    for (index, line) in text.lines().enumerate() {
        if line.trim().is_empty() {
            continue;
        }
        fields.clear();
        fields.extend(line.split('\t'));
        rows.push(index + 1, &fields)?;
    }
    Ok(rows.finish(text.lines().count()))
}

/// One line for each series; shorter ones end with `NaN`, as in the archive.
pub(super) fn write(split: &Split) -> String {
    let width = longest(split);
    let mut text = String::new();
    for (index, series) in split.series.iter().enumerate() {
        let values = series.iter().map(f32::to_string);
        let padding = std::iter::repeat_n("NaN".to_owned(), width - series.len());
        let label = split.labels.get(index).cloned();
        let fields: Vec<String> = label.into_iter().chain(values).chain(padding).collect();
        text.push_str(&fields.join("\t"));
        text.push('\n');
    }
    text
}
