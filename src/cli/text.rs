//! Words and tables for people.

use std::iter::once;
use std::time::Duration;

use comfy_table::{CellAlignment, Table, presets};
use retune::source::SourceReference;
use retune::wording::{escaped, moves_cursor};

/// How a column is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column {
    /// Text.
    Left,
    /// Numbers.
    Right,
}

/// Aligned columns without lines; every row ends with a newline, and cells are in one line whatever they
/// hold. More columns are as the last one.
pub fn table<R, C>(columns: &[Column], rows: R) -> String
where
    R: IntoIterator<Item = C>,
    C: IntoIterator<Item = String>,
{
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    for row in rows {
        let cells = row.into_iter().map(|cell| escaped(&cell).into_owned());
        table.add_row(cells.collect::<Vec<_>>());
    }
    if table.is_empty() {
        return String::new();
    }
    let last = table.column_count().saturating_sub(1);
    for (index, column) in table.column_iter_mut().enumerate() {
        column.set_padding((0, if index == last { 0 } else { 2 }));
        column.set_cell_alignment(match columns.get(index).or(columns.last()) {
            Some(Column::Right) => CellAlignment::Right,
            _ => CellAlignment::Left,
        });
    }
    table.trim_fmt() + "\n"
}

/// The same below headings, which commas part.
pub fn headed<C>(columns: &[Column], head: &str, rows: impl IntoIterator<Item = C>) -> String
where
    C: IntoIterator<Item = String>,
{
    let head: Vec<String> = head.split(',').map(str::to_owned).collect();
    let rows = rows.into_iter().map(|row| row.into_iter().collect());
    table(columns, once(head).chain(rows))
}

/// Names and values below each other.
pub fn properties<const N: usize>(properties: [(&str, String); N]) -> String {
    let row = |(name, value): (&str, String)| [name.to_owned(), value];
    table(&[Column::Left], properties.map(row))
}

/// Which label was taken for which: `counts[true][predicted]`, zeros as dots.
///
/// Columns are headed by the number of their row. Labels that never came are left out.
pub fn confusion(labels: &[String], counts: &[Vec<usize>], of: &str, taken_for: &str) -> String {
    let came = |label: &usize| {
        counts[*label].iter().any(|count| *count > 0) || counts.iter().any(|row| row[*label] > 0)
    };
    let shown: Vec<usize> = (0..labels.len().min(counts.len())).filter(came).collect();
    let corner = vec![String::new(), format!("{of} \\ {taken_for}")];
    let numbers = (1..=shown.len()).map(|number| number.to_string());
    let row = |(number, label): (usize, &usize)| {
        let name = [(number + 1).to_string(), labels[*label].clone()];
        let counts = shown.iter().map(|taken| match counts[*label][*taken] {
            0 => "·".to_owned(),
            count => count.to_string(),
        });
        name.into_iter().chain(counts).collect()
    };
    let head = corner.into_iter().chain(numbers).collect::<Vec<_>>();
    let rows = once(head).chain(shown.iter().enumerate().map(row));
    table(&[Column::Right, Column::Left, Column::Right], rows)
}

/// The most frequent confusions as `(label, taken for, how often)`, at most `most`.
pub fn confused(counts: &[Vec<usize>], most: usize) -> Vec<(usize, usize, usize)> {
    let mut pairs = Vec::new();
    for (label, row) in counts.iter().enumerate() {
        let counts = row.iter().enumerate();
        let wrong = counts.filter(|(taken, count)| *taken != label && **count > 0);
        pairs.extend(wrong.map(|(taken, count)| (label, taken, *count)));
    }
    // The sort is stable: equal counts stay in the order of the labels.
    pairs.sort_by_key(|(_, _, count)| std::cmp::Reverse(*count));
    pairs.truncate(most);
    pairs
}

/// A share of the whole as people read it.
pub fn accuracy(share: f64) -> String {
    format!("{share:.4}")
}

/// A number that may be a count.
pub fn score(score: f64) -> String {
    match score.fract() {
        0.0 => format!("{score}"),
        _ => format!("{score:.4}"),
    }
}

/// A duration in one or two units.
pub fn duration(duration: Duration) -> String {
    let seconds = duration.as_secs_f64().round() as u64;
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3600 => format!("{} min {} s", seconds / 60, seconds % 60),
        _ => format!("{} h {} min", seconds / 3600, seconds % 3600 / 60),
    }
}

/// Seconds with one decimal, or two below ten.
pub fn seconds(seconds: f64) -> String {
    let decimals = if seconds < 10.0 { 2 } else { 1 };
    format!("{seconds:.decimals$} s")
}

/// The start of a content hash, enough to compare by eye.
pub fn short_hash(sha256: &str) -> String {
    sha256.chars().take(12).chain("…".chars()).collect()
}

/// A source by its name and hash.
pub fn source(source: &SourceReference) -> String {
    let hash = short_hash(&source.sha256);
    format!("source {} (sha256 {hash})", source.name)
}

/// Several.
pub fn sources(of: &[SourceReference]) -> String {
    of.iter().map(source).collect::<Vec<_>>().join(", ")
}

/// The same with whether the check of their weights held, as a line.
pub fn checked_sources(of: &[SourceReference], frozen: bool) -> String {
    let check = match frozen {
        true => "frozen: weights unchanged",
        false => "not checked: its weights may have changed",
    };
    format!("{}, {check}\n", sources(of))
}

/// `1 class`, `3 classes`: a number and what is counted.
pub fn counted(count: usize, one: &str, several: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { several })
}

/// JSON in which what would move a terminal's cursor, which can only stand in strings, are escaped as JSON has it.
pub fn escaped_json(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        match moves_cursor(c) && c != '\n' {
            true => shown += &format!("\\u{:04x}", u32::from(c)),
            false => shown.push(c),
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn confusions_are_counted_and_labels_that_never_came_left_out() {
        let counts = vec![vec![5, 2, 0], vec![0, 7, 0], vec![0, 0, 0]];
        let labels = ["yes", "no", "up"].map(str::to_owned);
        let expected = "   said \\ heard  1  2\n1  yes           5  2\n2  no            ·  7\n";
        assert_eq!(confusion(&labels, &counts, "said", "heard"), expected);
        assert_eq!(confused(&counts, 3), [(0, 1, 2)]);
        assert_eq!(confused(&counts, 0), []);
    }

    #[test]
    fn durations_have_two_units_at_most() {
        for (seconds, expected) in [
            (0.4, "0 s"),
            (59.6, "1 min 0 s"),
            (200.0, "3 min 20 s"),
            (7_500.0, "2 h 5 min"),
        ] {
            assert_eq!(duration(Duration::from_secs_f64(seconds)), expected);
        }
    }
}
