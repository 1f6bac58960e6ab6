//! Whether the first row names the columns.

use super::label::NAMES;
use super::table::Table;
use crate::series::format::Line;
use crate::table::{Row, is_missing, is_number};
use crate::wording::shorten;
use crate::{Error, ErrorKind};

/// Whether the first row is a header, told by the rows below it.
///
/// It is one when it holds words where the rows below hold numbers, and no numbers; when it counts
/// or holds the times of sampling (its numbers are equally far apart, those below are not); and when
/// the one word in it stands where the rows below have their labels. A row with words and numbers is
/// an error otherwise: a typing error must not turn a row into a header.
///
/// # Errors
///
/// When it may be both.
pub(super) fn is_header(
    first: &Row,
    below: &Table<'_>,
    asked: &[&str],
    label: Option<usize>,
) -> Result<bool, Error> {
    let trimmed = |column: usize| first.get(column).trim();
    let columns = 0..below.width;
    if asked
        .iter()
        .any(|name| columns.clone().any(|column| trimmed(column) == *name))
    {
        return Ok(true);
    }
    let is_word = |column: &usize| !is_missing(trimmed(*column)) && !is_number(trimmed(*column));
    // A class may be called so as well.
    let is_named = |column: &usize| {
        NAMES.contains(&trimmed(*column).to_lowercase().as_str())
            && below.fields(*column).all(|field| field != trimmed(*column))
    };
    // Of a label whose place is known, only a name for labels says something.
    let (of_words, of_numbers): (Vec<usize>, Vec<usize>) =
        columns.partition(|column| Some(*column) == label || below.holds_words(*column));
    let words: Vec<usize> = of_numbers.iter().copied().filter(is_word).collect();
    let numbers = || {
        of_numbers
            .iter()
            .map(|column| trimmed(*column))
            .filter(|field| is_number(field))
    };
    if numbers().next().is_none() {
        return Ok(!words.is_empty() || of_words.iter().any(is_named));
    }
    if below.rows.is_empty() {
        return Ok(false);
    }
    let is_unclear = |found: String| {
        let message = format!("the first row {found}; it may be a header or a series");
        Err(with_both(below.error(ErrorKind::Column, message)))
    };
    match words[..] {
        [] => {}
        // The name of the labels, and no names for the values.
        [word] if is_named(&word) => return Ok(true),
        [_] if is_progression(numbers()) && !any_progression(below, &of_numbers) => {
            return Ok(true);
        }
        [word, ..] => {
            let message = format!(
                "field `{}` is a word among numbers, so the first row may be a header or a series",
                shorten(trimmed(word))
            );
            let line = Line {
                path: below.path,
                number: first.line,
            };
            let error = line.error_in(word + 1, ErrorKind::NotANumber, message);
            return Err(with_both(error));
        }
    }
    let counts = |of: &[usize]| {
        let fields = of.iter().map(|column| trimmed(*column));
        of.len() >= 3 && is_progression(fields) && !any_progression(below, of)
    };
    if counts(&of_numbers) {
        // Where the rows below have words, the first has a name for them, or none, or it is data.
        let names = |column: &usize| is_named(column) || is_missing(trimmed(*column));
        return match of_words.is_empty() {
            true if counts_up(numbers()) => Ok(true),
            false if of_words.iter().all(names) => Ok(true),
            _ => is_unclear("has equally spaced numbers".to_owned()),
        };
    }
    if let Some(named) = of_words.iter().find(|column| is_named(column)) {
        return match below.holds_words(*named) {
            false => Ok(true),
            // `y` is an answer as well as a name for answers.
            true if label == Some(*named) => Ok(false),
            true => is_unclear(format!("begins with `{}`", shorten(trimmed(*named)))),
        };
    }
    // A label of numbers beside times: `0,0.00,0.02,…`, but also the series of a straight line.
    let ends = [
        (of_numbers[0], &of_numbers[1..]),
        (
            of_numbers[of_numbers.len() - 1],
            &of_numbers[..of_numbers.len() - 1],
        ),
    ];
    match ends.into_iter().find(|(_, others)| counts(others)) {
        Some((end, _)) if is_missing(trimmed(end)) => Ok(true),
        Some(_) => is_unclear("has equally spaced numbers beside one".to_owned()),
        None => Ok(false),
    }
}

fn with_both(error: Error) -> Error {
    error
        .with_setting("header", "yes")
        .with_setting("header", "no")
}

/// Whether the first rows of data have equally spaced numbers too.
fn any_progression(below: &Table<'_>, of: &[usize]) -> bool {
    let mut rows = below.rows.iter().take(20);
    rows.any(|row| is_progression(of.iter().map(|column| row.get(*column))))
}

/// Whether three numbers or more are equally far apart, as far as their last digits tell.
fn is_progression<'t>(fields: impl Iterator<Item = &'t str>) -> bool {
    let (mut numbers, mut decimals) = (Vec::new(), 0);
    for field in fields {
        let field = field.trim();
        let Ok(number) = field.parse::<f64>() else {
            return false;
        };
        numbers.push(number);
        let part = field.split_once('.').map_or("", |(_, part)| part);
        decimals = decimals.max(part.bytes().take_while(u8::is_ascii_digit).count());
    }
    let [first, .., last] = numbers[..] else {
        return false;
    };
    let step = (last - first) / (numbers.len() - 1) as f64;
    let rounding = if decimals > 0 {
        10f64.powi(-(decimals.min(300) as i32))
    } else {
        0.0
    };
    let allowed = (rounding * 1.01)
        .max(step.abs() * 1e-9)
        .min(step.abs() * 0.4);
    let mut steps = numbers.windows(2).map(|pair| pair[1] - pair[0]);
    numbers.len() >= 3 && step.is_normal() && steps.all(|found| (found - step).abs() <= allowed)
}

/// Whether numbers count by one from 0 or 1.
fn counts_up<'t>(fields: impl Iterator<Item = &'t str>) -> bool {
    let numbers: Option<Vec<f64>> = fields.map(|field| field.parse().ok()).collect();
    let numbers = numbers.unwrap_or_default();
    let counts = |start: usize| {
        numbers
            .iter()
            .zip(start..)
            .all(|(found, at)| *found == at as f64)
    };
    counts(0) || counts(1)
}
