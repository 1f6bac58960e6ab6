//! Published accuracies from a table.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::Accuracies;
use crate::table::read_text;
use crate::{Error, ErrorKind};

/// The most methods of a table: each is compared with each.
const MOST_METHODS: usize = 1000;

/// Reads a tab-separated table of accuracies in percent: a first line with `dataset` and the names
/// of the methods, then a line for each data set. An empty field, `-` or `NaN` is not known.
///
/// # Errors
///
/// When the file cannot be read, and with the line that is wrong.
pub fn read_published(path: &Path) -> Result<Accuracies, Error> {
    let text = read_text(path)?;
    parse(&text).map_err(|(line, reason)| {
        let message = format!("{}, line {line}: {reason}", path.display());
        Error::new(ErrorKind::Malformed, message).with_hint(
            "expected tab-separated columns: `dataset`, then a column of accuracies in percent \
             for each method",
        )
    })
}

/// What is wrong comes with its line.
fn parse(text: &str) -> Result<Accuracies, (usize, String)> {
    let mut lines = text.trim_start_matches('\u{feff}').lines().zip(1..);
    let head = lines.next().map_or("", |(line, _)| line);
    let mut names = head.split('\t').map(|name| name.trim().to_owned());
    let first = names.next().unwrap_or_default();
    if !first.eq_ignore_ascii_case("dataset") {
        return Err((1, "the first column is not called `dataset`".to_owned()));
    }
    let methods: Vec<String> = names.collect();
    if methods.is_empty() || methods.iter().any(String::is_empty) {
        return Err((1, "a column of accuracies has no name".to_owned()));
    }
    if methods.len() > MOST_METHODS {
        let found = methods.len();
        return Err((
            1,
            format!("there are {found} methods; expected {MOST_METHODS} at most"),
        ));
    }
    let mut seen = BTreeSet::new();
    if let Some(twice) = methods.iter().find(|name| !seen.insert(*name)) {
        return Err((1, format!("two columns are called `{twice}`")));
    }
    let mut rows = BTreeMap::new();
    for (line, number) in lines.filter(|(line, _)| !line.trim().is_empty()) {
        let mut fields = line.split('\t').map(str::trim);
        let dataset = fields.next().unwrap_or_default().to_owned();
        if dataset.is_empty() || rows.contains_key(&dataset) {
            let reason = format!("the data set `{dataset}` has no name or was there before");
            return Err((number, reason));
        }
        let values = fields.map(percent).collect::<Result<Vec<_>, _>>();
        let values = values.map_err(|reason| (number, reason))?;
        let (found, expected) = (values.len(), methods.len());
        if found != expected {
            let reason = format!(
                "there are {found} accuracies, but the first line names {expected} methods"
            );
            return Err((number, reason));
        }
        rows.insert(dataset, values);
    }
    if rows.is_empty() {
        return Err((2, "there is no data set".to_owned()));
    }
    let known = || rows.values().flatten().flatten();
    if known().all(|share| *share <= 0.01) && known().any(|share| *share > 0.0) {
        let reason = "no accuracy is above 1 percent: these look like shares of 1".to_owned();
        return Err((2, reason));
    }
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
