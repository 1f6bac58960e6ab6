//! Tables that are made up from a known truth: what is read is the truth or a refusal.

use std::path::Path;

use jiff::civil::date;
use jiff::{SignedDuration, Span};
use proptest::prelude::*;

use super::*;

/// How dates are written, and whether in days (1), months (2), quarters (3) or hours (0).
const WRITTEN: [(&str, u8); 19] = [
    ("%Y-%m-%d", 1),
    ("%d.%m.%Y", 1),
    ("%d/%m/%Y", 1),
    ("%m/%d/%Y", 1),
    ("%Y%m%d", 1),
    ("%d-%b-%Y", 1),
    ("%b %d %Y", 1),
    ("%d/%m/%y", 1),
    ("%m/%d/%y", 1),
    ("%Y-%m", 2),
    ("%b-%y", 2),
    ("%Y %b", 2),
    ("%B %Y", 2),
    ("%Y/%m/%d", 2),
    ("%YQ%q", 3),
    ("Q%q %Y", 3),
    ("%Y-%m-%d %H:%M", 0),
    ("%m/%d/%Y %I:%M:%S %p", 0),
    ("%d/%m/%Y %H:%M:%S", 0),
];

#[derive(Debug, Clone)]
struct Made {
    start: i32,
    rows: usize,
    values: Vec<Vec<f64>>,
    written: usize,
    place: usize,
    separator: char,
    /// 0: names, 1: numbers, 2: none.
    header: u8,
    index: bool,
    newest_first: bool,
    name: &'static str,
}

fn made() -> impl Strategy<Value = Made> {
    let values = (1usize..4, 6usize..30).prop_flat_map(|(columns, rows)| {
        let column = prop::collection::vec(
            (-9000i32..9000).prop_map(|value| f64::from(value) / 64.0),
            rows,
        );
        prop::collection::vec(column, columns)
    });
    let look = (
        0..WRITTEN.len(),
        0usize..4,
        prop::sample::select(vec![',', ';', '\t']),
        0u8..3,
    );
    let names = prop::sample::select(vec!["date", "ds", "when", "Day of sale", "Month"]);
    (
        0i32..9000,
        values,
        look,
        any::<bool>(),
        any::<bool>(),
        names,
    )
        .prop_map(
            |(start, values, (written, place, separator, header), index, newest_first, name)| {
                Made {
                    start,
                    rows: values[0].len(),
                    place: place.min(values.len()),
                    values,
                    written,
                    separator,
                    header,
                    index,
                    newest_first,
                    name,
                }
            },
        )
}

impl Made {
    fn stamp(&self, place: usize) -> String {
        let (pattern, unit) = WRITTEN[self.written];
        let start = date(1995, 1, 1).at(0, 0, 0, 0);
        let after = |hours| SignedDuration::from_hours(i64::from(hours));
        let months = |months: i32| Span::new().months(months);
        let place = place as i32;
        let time = match unit {
            0 => start.checked_add(after(self.start + place)),
            1 => start.checked_add(after(24 * (self.start + place))),
            2 => start.checked_add(months(self.start % 300 + place)),
            _ => start.checked_add(months(3 * (self.start % 100 + place))),
        };
        jiff::fmt::strtime::format(pattern, time.unwrap()).unwrap()
    }

    fn text(&self) -> String {
        let mut lines = Vec::new();
        let with_time = |mut fields: Vec<String>, time: String| {
            fields.insert(self.place, time);
            fields
        };
        let line = |index: &str, fields: Vec<String>| {
            let mut fields = fields;
            if self.index {
                fields.insert(0, index.to_owned());
            }
            fields.join(&self.separator.to_string())
        };
        for row in 0..self.rows {
            let fields = self
                .values
                .iter()
                .map(|values| format!("{:.6}", values[row]))
                .collect();
            lines.push(line(&row.to_string(), with_time(fields, self.stamp(row))));
        }
        if self.newest_first {
            lines.reverse();
        }
        let names = (0..self.values.len()).map(|column| match self.header {
            0 => format!("v{column}"),
            _ => column.to_string(),
        });
        if self.header < 2 {
            lines.insert(
                0,
                line("", with_time(names.collect(), self.name.to_owned())),
            );
        }
        lines.join("\n")
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4000, ..ProptestConfig::default() })]

    #[test]
    fn what_is_read_is_the_truth_or_a_refusal(made in made()) {
        let text = made.text();
        let Ok(found) = History::parse(Path::new("a.csv"), &text, &HistoryOptions::default()) else {
            return Ok(());
        };
        let values: Vec<&Vec<f64>> = found.histories.iter().map(|history| &history.values).collect();
        prop_assert_eq!(values, made.values.iter().collect::<Vec<_>>(), "{}", text);
        for history in &found.histories {
            let next = made.rows..made.rows + 3;
            let expected: Vec<String> = next.clone().map(|place| made.stamp(place)).collect();
            prop_assert_eq!(history.timeline.stamps(next).unwrap(), expected, "{}", text);
        }
    }
}

/// Most tables can be read: a reader that refuses all of them would pass the test above.
#[test]
fn few_are_refused() {
    use proptest::strategy::ValueTree;
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let mut refused = Vec::new();
    const TABLES: usize = 1000;
    for _ in 0..TABLES {
        let made = made().new_tree(&mut runner).unwrap().current();
        if let Err(error) =
            History::parse(Path::new("a.csv"), &made.text(), &HistoryOptions::default())
        {
            refused.push(error.to_string());
        }
    }
    assert!(
        refused.len() * 4 < TABLES,
        "{} {:#?}",
        refused.len(),
        &refused[..5]
    );
}
