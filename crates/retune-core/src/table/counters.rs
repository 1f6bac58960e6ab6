//! Whole numbers, and columns of them that number the rows.

/// What columns are called that number the rows.
const INDEX: [&str; 9] = [
    "", "index", "idx", "id", "row", "row_id", "rownames", "no", "#",
];

/// The whole number that a text is, also when it is written `1.0` or `1.0e+00`.
pub(crate) fn whole_number(text: &str) -> Option<i64> {
    if let Ok(number) = text.parse::<i64>() {
        return Some(number);
    }
    let number = text.parse::<f64>().ok()?;
    (number.fract() == 0.0 && number.abs() < 1e15).then_some(number as i64)
}

/// Whether a column, by its name in small letters, is one that tables are saved with to number their
/// rows.
pub(crate) fn is_index_name(name: &str) -> bool {
    INDEX.contains(&name) || name.starts_with("unnamed:")
}

/// Whether numbers go up, or down, by one.
pub(crate) fn are_consecutive(numbers: &[i64]) -> bool {
    let by = |step: i64| {
        numbers
            .windows(2)
            .all(|pair| pair[1].checked_sub(pair[0]) == Some(step))
    };
    by(1) || by(-1)
}

/// Whether numbers go up, or down, by one, and the least of them is 0 or 1.
pub(crate) fn count_rows(numbers: &[i64]) -> bool {
    are_consecutive(numbers) && matches!(numbers.iter().min(), Some(0 | 1))
}
