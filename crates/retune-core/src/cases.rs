//! Tables of test cases.

/// The rows of a table with `|` between its columns; `\n` and `\t` in it are those characters.
pub fn cases<const N: usize>(table: &str) -> impl Iterator<Item = [String; N]> {
    let cell = |cell: &str| cell.trim().replace(r"\n", "\n").replace(r"\t", "\t");
    let rows = table.lines().filter(|row| !row.trim().is_empty());
    rows.map(move |row| {
        let cells: Vec<String> = row.split('|').map(cell).collect();
        cells.try_into().unwrap()
    })
}
