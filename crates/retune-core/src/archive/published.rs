//! Published accuracies from a table.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::{Accuracies, Row};
use crate::{Error, ErrorKind};

/// Reads a tab-separated table of accuracies in percent: a first line with `dataset` and the names
/// of the methods, then a line for each data set. An empty field, `-` or `NaN` is not known.
///
/// # Errors
///
/// When the file cannot be read, and with the line that is wrong.
pub fn read_published(path: &Path) -> Result<Accuracies, Error> {
    let text = fs::read_to_string(path).map_err(|source| Error::read(path, source))?;
    let wrong = |line: usize, reason: String| {
        let message = format!("{}, line {line}: {reason}", path.display());
        Error::new(ErrorKind::Malformed, message).with_hint(
            "expected tab-separated columns: `dataset`, then a column of accuracies in percent \
             for each method",
        )
    };
    let text = text.trim_start_matches('\u{feff}');
    let mut lines = text
        .lines()
        .enumerate()
        .map(|(index, line)| (index + 1, line));
    let head = lines.next().map_or("", |(_, line)| line);
    let mut names = head.split('\t').map(|name| name.trim().to_owned());
    if names
        .next()
        .is_none_or(|name| !name.eq_ignore_ascii_case("dataset"))
    {
        return Err(wrong(
            1,
            "the first column is not called `dataset`".to_owned(),
        ));
    }
    let methods: Vec<String> = names.collect();
    if methods.is_empty() || methods.iter().any(String::is_empty) {
        return Err(wrong(1, "a column of accuracies has no name".to_owned()));
    }
    let mut seen = BTreeSet::new();
    if let Some(twice) = methods.iter().find(|name| !seen.insert(*name)) {
        return Err(wrong(1, format!("two columns are called `{twice}`")));
    }
    let mut rows: Vec<Row> = Vec::new();
    for (number, line) in lines.filter(|(_, line)| !line.trim().is_empty()) {
        let mut fields = line.split('\t').map(str::trim);
        let dataset = fields.next().unwrap_or_default().to_owned();
        if dataset.is_empty() || rows.iter().any(|row| row.dataset == dataset) {
            let reason = format!("the data set `{dataset}` has no name or was there before");
            return Err(wrong(number, reason));
        }
        let values: Vec<Option<f64>> = fields
            .map(percent)
            .collect::<Result<_, _>>()
            .map_err(|reason| wrong(number, reason))?;
        if values.len() != methods.len() {
            let reason = format!(
                "there are {} accuracies, but the first line names {} methods",
                values.len(),
                methods.len()
            );
            return Err(wrong(number, reason));
        }
        rows.push(Row { dataset, values });
    }
    if rows.is_empty() {
        return Err(wrong(2, "there is no data set".to_owned()));
    }
    rows.sort_by(|one, other| one.dataset.cmp(&other.dataset));
    Ok(Accuracies { methods, rows })
}

fn percent(field: &str) -> Result<Option<f64>, String> {
    if ["", "-", "nan"].contains(&field.to_ascii_lowercase().as_str()) {
        return Ok(None);
    }
    match field.parse::<f64>() {
        Ok(percent) if (0.0..=100.0).contains(&percent) => Ok(Some(percent / 100.0)),
        _ => {
            let shown: String = field.chars().take(40).collect();
            Err(format!("`{shown}` is no accuracy from 0 to 100 percent"))
        }
    }
}
