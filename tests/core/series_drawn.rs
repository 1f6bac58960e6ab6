//! Delimited files that are drawn: of any separators, headers, places of the label and of a counter.

use proptest::prelude::*;
use proptest::test_runner::TestRunner;

use crate::series_columns::read;

/// A table whose meaning is known.
#[derive(Debug, Clone)]
struct Drawn {
    text: String,
    series: Vec<Vec<f64>>,
    labels: Vec<String>,
}

fn drawn() -> impl Strategy<Value = Drawn> {
    (
        (3..14usize, 3..9usize, any::<u64>()),
        prop::sample::select(vec![",", ";", "\t"]),
        any::<bool>(),
        0..5usize,
        (0..4usize, 0..3usize, 0..3usize),
    )
        .prop_map(
            |((rows, width, seed), separator, comma, header, (label, index, kind))| {
                draw(
                    rows, width, seed, separator, comma, header, label, index, kind,
                )
            },
        )
}

/// `header`: none, names, names with an index, counted, times; `label`: first, last, middle, none of
/// a name; `index`: none, in front, shuffled; `kind`: real values, whole numbers, three decimals.
#[expect(clippy::too_many_arguments, reason = "what is drawn, one by one")]
fn draw(
    rows: usize,
    width: usize,
    seed: u64,
    separator: &str,
    comma: bool,
    header: usize,
    label: usize,
    index: usize,
    kind: usize,
) -> Drawn {
    let mut state = seed | 1;
    let mut random = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 11) as f64 / (1u64 << 53) as f64
    };
    let comma = comma && separator != ",";
    // Without a name, among whole numbers, nothing tells a shuffled index from a value.
    let index = if header == 0 && kind == 1 {
        index.min(1)
    } else {
        index
    };
    let words = random() < 0.5;
    let place = [0, width, width / 2, 0][label];
    let (mut text, mut series, mut labels) = (String::new(), Vec::new(), Vec::new());
    let names: Vec<String> = match header {
        0 => Vec::new(),
        3 => (0..width).map(|at| at.to_string()).collect(),
        4 => (0..width)
            .map(|at| format!("{:.2}", at as f64 * 0.25))
            .collect(),
        _ => (0..width).map(|at| format!("v{at}")).collect(),
    };
    let write = |fields: &[String], index: Option<String>| {
        let all: Vec<&str> = index.iter().chain(fields).map(String::as_str).collect();
        all.join(separator) + "\n"
    };
    if header > 0 {
        let mut names = names;
        names.insert(
            place,
            ["label", "class", "target", "kind"][label].to_owned(),
        );
        text += &write(
            &names,
            (index > 0).then(|| ["", "Unnamed: 0"][header % 2].to_owned()),
        );
    }
    for row in 0..rows {
        let class = (row as f64 + random() * 1.5) as usize % 2;
        let class = if words {
            ["up", "down"][class].to_owned()
        } else {
            class.to_string()
        };
        let numbers: Vec<f64> = (0..width)
            .map(|_| match kind {
                0 => ((random() - 0.5) * 200_000.0).round() / 10_000.0,
                1 => (random() * 5000.0).round(),
                _ => (random() * 9000.0).round() / 1000.0,
            })
            .collect();
        let mut fields: Vec<String> = numbers
            .iter()
            .map(|value| {
                let text = if kind == 2 {
                    format!("{value:.3}")
                } else {
                    value.to_string()
                };
                if comma { text.replace('.', ",") } else { text }
            })
            .collect();
        fields.insert(place, class.clone());
        let number = match index {
            0 => None,
            1 => Some(row.to_string()),
            _ => Some(((row * 7 + 3) % 101).to_string()),
        };
        text += &write(&fields, number);
        series.push(numbers);
        labels.push(class);
    }
    Drawn {
        text,
        series,
        labels,
    }
}

/// What is read is what was written, or it is refused; never anything else.
#[test]
fn a_drawn_table_is_read_rightly_or_refused() {
    const CASES: u32 = 12_000;
    let mut right = 0;
    let right = std::cell::Cell::from_mut(&mut right);
    let mut runner = TestRunner::new(ProptestConfig::with_cases(CASES));
    let read = |drawn: Drawn| {
        if let Ok(split) = read(&drawn.text) {
            prop_assert_eq!(&split.labels, &drawn.labels, "{}", drawn.text);
            prop_assert_eq!(
                &split.series,
                &drawn.series,
                "{}\n{}",
                split.read_as,
                drawn.text
            );
            right.set(right.get() + 1);
        }
        Ok(())
    };
    runner.run(&drawn(), read).unwrap();
    // What can be told is told: refusing everything would be no reading.
    assert!(right.get() > CASES / 2, "{} of {CASES}", right.get());
}

/// A row in equal steps below a header that counts made the header a series, of the class `kind`.
#[test]
fn a_row_in_equal_steps_makes_no_series_of_the_header() {
    for text in [
        "kind,0,1,2\ndown,2548,3702,4856\ndown,4325,3086,830\nup,1274,1491,4083\n",
        "kind,5,7,9\ndown,2548,3702,4856\ndown,4325,3086,830\nup,1274,1491,4083\n",
    ] {
        let error = read(text).unwrap_err();
        let end = "so the first row may be a header or data";
        assert!(error.to_string().ends_with(end), "{error}");
    }
}
