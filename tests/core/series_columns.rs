//! What the columns of a delimited file hold: what is decided, what is said, and what is refused.
//!
//! The inputs are of the kinds that public bug reports are about, made here.

use std::fmt::Write as _;
use std::fs;

use retune_core::Error;
use retune_core::series::{LabelColumn, LongColumns, ReadOptions, Split, z_normalise};

/// A value of a made-up series, which no other has.
fn value(row: usize, at: usize) -> f64 {
    let phase = (row * 37 + at * 11) as f64;
    (phase * 0.7).sin() * 3.0 + (row as f64) * 0.01
}

/// A text with so many rows, each written by `row`.
fn table(header: &str, rows: usize, row: impl Fn(usize) -> Vec<String>) -> String {
    let mut text = header.to_owned();
    for at in 0..rows {
        let _ = writeln!(text, "{}", row(at).join(","));
    }
    text
}

fn values(row: usize, count: usize) -> Vec<String> {
    (0..count)
        .map(|at| format!("{:.5}", value(row, at)))
        .collect()
}

fn class(row: usize) -> String {
    (row % 2 + 1).to_string()
}

fn read_as(name: &str, text: &str, options: &ReadOptions) -> Result<Split, Error> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    fs::write(&path, text).unwrap();
    Split::read(&path, options)
}

pub fn read(text: &str) -> Result<Split, Error> {
    read_as("a.csv", text, &ReadOptions::default())
}

fn labels(split: &Split) -> Vec<&str> {
    split.labels.iter().map(String::as_str).collect()
}

#[test]
fn a_row_counter_is_left_out_and_said() {
    let indexed = |at: usize| [vec![at.to_string(), class(at)], values(at, 6)].concat();
    for name in ["", "Unnamed: 0", "index", "id"] {
        let text = table(&format!("{name},label,a,b,c,d,e,f\n"), 8, indexed);
        let split = read(&text).unwrap();
        assert_eq!((split.len(), split.series[0].len()), (8, 6), "{name}");
        assert_eq!(labels(&split)[..3], ["1", "2", "1"]);
        assert!(
            split
                .read_as
                .about("left out")
                .unwrap()
                .ends_with(", numbers rows)")
        );
        assert_eq!(split.read_as.about("label"), Some("column \"label\" (2)"));
    }
    // A shuffled index counts nothing, and is one by its name.
    let shuffled = |at: usize| [vec![(at * 5 % 8).to_string(), class(at)], values(at, 6)].concat();
    let split = read(&table(",label,a,b,c,d,e,f\n", 8, shuffled)).unwrap();
    assert_eq!(split.series[0].len(), 6);
    // Without a header, and the labels behind it.
    let split = read(&table("", 8, indexed)).unwrap();
    assert_eq!((split.series[0].len(), labels(&split)[1]), (6, "2"));
    // One that has another name may be a value.
    let error = read(&table("run,label,a,b,c,d,e,f\n", 8, indexed)).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("another whole number in each row"),
        "{error}"
    );
    assert_eq!(error.settings(), [("drop", ""), ("columns", "")]);
    let options = ReadOptions {
        drop: vec!["run".to_owned()],
        ..ReadOptions::default()
    };
    let split = read_as(
        "a.csv",
        &table("run,label,a,b,c,d,e,f\n", 8, indexed),
        &options,
    )
    .unwrap();
    assert_eq!(split.series[0].len(), 6);
}

#[test]
fn the_label_is_where_it_is_named_or_looks_like_classes() {
    for name in ["label", "Class", "TARGET", "y"] {
        let text = table(&format!("a,b,{name},c\n"), 8, |at| {
            let mut row = values(at, 3);
            row.insert(2, class(at));
            row
        });
        let split = read(&text).unwrap();
        assert_eq!(
            (split.series[0].len(), labels(&split)[1]),
            (3, "2"),
            "{name}"
        );
    }
    // Words are labels wherever they stand.
    let words = |at: usize| [values(at, 4), vec![["up", "down"][at % 2].to_owned()]].concat();
    let split = read(&table("", 8, words)).unwrap();
    assert_eq!(split.read_as.about("label"), Some("column 5, last"));
    // As in the archive.
    let first = |at: usize| [vec![class(at)], values(at, 4)].concat();
    for name in ["a.csv", "a.txt"] {
        let split = read_as(name, &table("", 8, first), &ReadOptions::default()).unwrap();
        assert_eq!(split.read_as.about("label"), Some("column 1, first"));
    }
}

#[test]
fn two_readings_of_the_label_are_refused() {
    let last = |at: usize| [values(at, 4), vec![format!("{}.0", at % 2)]].concat();
    let both = |at: usize| [vec![class(at)], values(at, 4), vec![class(at / 2)]].concat();
    let none = |at: usize| values(at, 5);
    let whole = |at: usize| (0..5).map(|c| ((at * 7 + c * 5) % 4).to_string()).collect();
    let own = |at: usize| [vec![format!("p{at}")], values(at, 4)].concat();
    for (text, message, settings) in [
        (
            table("", 8, last),
            "the last looks like classes, the first does not",
            &["first", "last"][..],
        ),
        (
            table("", 8, both),
            "both look like classes",
            &["first", "last"],
        ),
        (
            table("", 8, none),
            "each row would be a class of its own",
            &["first", "last"],
        ),
        (
            table("", 8, whole),
            "the first looks like the values beside it",
            &["first", "last"],
        ),
        (table("", 8, own), "differ in every row", &["", ""]),
        (
            table("class,a,b,c,d,target\n", 8, both),
            "are both called so",
            &[""],
        ),
    ] {
        let error = read(&text).unwrap_err();
        assert!(error.to_string().contains(message), "{error}");
        let found: Vec<&str> = error.settings().iter().map(|(_, value)| *value).collect();
        assert_eq!(found, settings, "{error}");
        // Whoever says where it is gets it.
        let options = ReadOptions {
            label: LabelColumn::Last,
            ..ReadOptions::default()
        };
        if !message.contains("own") && !message.contains("differ") {
            assert!(read_as("a.csv", &text, &options).is_ok(), "{message}");
        }
    }
}

#[test]
fn a_program_knows_its_classes() {
    let last = |at: usize| [values(at, 4), vec![class(at)]].concat();
    let first = |at: usize| [vec![class(at)], values(at, 4)].concat();
    let known = ["1".to_owned(), "2".to_owned()];
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.csv");
    let read = |text: String, label| {
        fs::write(&path, text).unwrap();
        let options = ReadOptions {
            label,
            ..ReadOptions::default()
        };
        Split::read_for_length(&path, 4, &known, &options)
    };
    assert_eq!(
        read(table("", 6, first), LabelColumn::Auto)
            .unwrap()
            .labels
            .len(),
        6
    );
    assert!(
        read(table("", 6, |at| values(at, 4)), LabelColumn::Auto)
            .unwrap()
            .labels
            .is_empty()
    );
    let error = read(table("", 6, last), LabelColumn::Auto).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("the last holds classes of the program"),
        "{error}"
    );
    assert_eq!(
        read(table("", 6, last), LabelColumn::Last).unwrap().series[0].len(),
        4
    );
    // Values that are whole numbers are no classes of the program.
    let other = |at: usize| [vec!["77".to_owned()], values(at, 4)].concat();
    let error = read(table("", 6, other), LabelColumn::Auto).unwrap_err();
    assert!(
        error.to_string().contains("`77` in the first is no class"),
        "{error}"
    );
}

#[test]
fn a_header_of_numbers_is_a_header() {
    let row = |at: usize| [vec![class(at)], values(at, 6)].concat();
    for header in [
        "0,1,2,3,4,5,6\n",
        "label,0,1,2,3,4,5\n",
        "target,0.00,0.02,0.04,0.06,0.08,0.10\n",
        "class,0.33,0.67,1.00,1.33,1.67,2.00\n",
        ",1,2,3,4,5,6\n",
        "y,1,2,4,8,16,32\n",
    ] {
        let split = read(&table(header, 8, row)).unwrap();
        assert_eq!((split.len(), split.series[0].len()), (8, 6), "{header}");
        assert_eq!(split.read_as.about("header"), Some("yes"));
    }
    let split = read(&table("", 8, row)).unwrap();
    assert_eq!(
        (split.len(), split.read_as.about("header")),
        (8, Some("no"))
    );
    // A straight line among the series, or the times of samples?
    for (header, yes) in [
        ("1,0.1,0.2,0.3,0.4,0.5,0.6\n", 8),
        ("7,10,20,30,40,50,60\n", 8),
    ] {
        let text = table(header, 8, row);
        let error = read(&text).unwrap_err();
        assert_eq!(
            error.settings(),
            [("header", "yes"), ("header", "no")],
            "{error}"
        );
        for (header, rows) in [(true, yes), (false, yes + 1)] {
            let options = ReadOptions {
                header: Some(header),
                ..ReadOptions::default()
            };
            assert_eq!(read_as("a.csv", &text, &options).unwrap().len(), rows);
        }
    }
}

#[test]
fn a_long_table_is_refused_or_read_by_its_names() {
    let mut text = "case,time,value,kind\n".to_owned();
    for row in 0..5 {
        for at in 0..6 {
            let _ = writeln!(
                text,
                "{row},{at},{:.5},{}",
                value(row, at),
                ["up", "down"][row % 2]
            );
        }
    }
    let error = read(&text).unwrap_err();
    assert!(error.to_string().contains("the table is long"), "{error}");
    assert_eq!(error.settings(), [("id", ""), ("time", ""), ("value", "")]);
    let long = |time: Option<&str>| ReadOptions {
        label: LabelColumn::Name("kind".to_owned()),
        long: Some(LongColumns {
            id: "case".to_owned(),
            channel: None,
            time: time.map(str::to_owned),
            value: "value".to_owned(),
        }),
        ..ReadOptions::default()
    };
    for time in [Some("time"), None] {
        let split = read_as("a.csv", &text, &long(time)).unwrap();
        assert_eq!((split.len(), split.series[0].len()), (5, 6));
        assert_eq!(labels(&split), ["up", "down", "up", "down", "up"]);
        assert!((split.series[3][2] - value(3, 2)).abs() < 1e-5);
    }
    let broken = text.replace("2,3,", "2,1,");
    let error = read_as("a.csv", &broken, &long(Some("time"))).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("a.csv:17:2: the time `1` of the series `2`"),
        "{error}"
    );
    let third = format!("1,2,{:.5},", value(1, 2));
    let error = read_as("a.csv", &text.replace(&third, "1,2,,"), &long(Some("time"))).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("a.csv:8: value 3 of the series `1`, which begins here, is missing"),
        "{error}"
    );
    let broken = text.replacen("0,5,", "1,5,", 1);
    let error = read_as("a.csv", &broken, &long(None)).unwrap_err();
    assert!(error.to_string().contains("has the label"), "{error}");
}

#[test]
fn a_long_table_may_have_channels() {
    let rows =
        (0..4).flat_map(|case| (0..2).flat_map(move |dim| (0..5).map(move |at| (case, dim, at))));
    let mut rows: Vec<(usize, usize, usize)> = rows.collect();
    let text = |rows: &[(usize, usize, usize)]| {
        let line = |(case, dim, at): &(usize, usize, usize)| {
            let value = value(case * 2 + dim, *at);
            format!(
                "{case},dim_{dim},{at},{value:.5},{}\n",
                ["up", "down"][case % 2]
            )
        };
        let lines: String = rows.iter().map(line).collect();
        format!("case_id,dim_id,reading_id,value,label\n{lines}")
    };
    let long = |channel: Option<&str>, time: Option<&str>| ReadOptions {
        long: Some(LongColumns {
            id: "case_id".to_owned(),
            channel: channel.map(str::to_owned),
            time: time.map(str::to_owned),
            value: "value".to_owned(),
        }),
        ..ReadOptions::default()
    };
    // By series, or by times.
    for by_time in [false, true] {
        if by_time {
            rows.sort_by_key(|(case, dim, at)| (*at, *case, *dim));
        }
        let text = text(&rows);
        let error = read(&text).unwrap_err();
        assert!(
            error.to_string().contains("one value of one channel"),
            "{error}"
        );
        let names = ["id", "channel", "time", "value"];
        assert_eq!(error.settings(), names.map(|name| (name, "")));
        for time in [Some("reading_id"), None] {
            let error = read_as("a.csv", &text, &long(None, time)).unwrap_err();
            assert_eq!(error.settings(), [("channel", "")], "{error}");
            let split = read_as("a.csv", &text, &long(Some("dim_id"), time)).unwrap();
            assert_eq!(
                (split.len(), split.channels, split.series[0].len()),
                (4, 2, 10)
            );
            assert_eq!(labels(&split), ["up", "down", "up", "down"]);
            assert!((split.series[3][5 + 2] - value(7, 2)).abs() < 1e-5);
        }
    }
    for (rows, found) in [(&rows[..39], 4), (&rows[1..], 4)] {
        let error = read_as("a.csv", &text(rows), &long(Some("dim_id"), None)).unwrap_err();
        let expected = format!("has {found} values, another 5; expected channels of one length");
        assert!(error.to_string().ends_with(&expected), "{error}");
    }
    // A first series that fills the rows by which a file is planned.
    let long_ones = (0..3).flat_map(|case| (0..2).map(move |dim| (case, dim)));
    let long_ones = long_ones.flat_map(|(case, dim)| (0..600).map(move |at| (case, dim, at)));
    let long_ones = text(&long_ones.collect::<Vec<_>>());
    for time in [Some("reading_id"), None] {
        let error = read_as("a.csv", &long_ones, &long(None, time)).unwrap_err();
        assert_eq!(error.settings(), [("channel", "")], "{error}");
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.csv");
    fs::write(&path, text(&rows)).unwrap();
    let error = Split::read_to_train(&path, &long(Some("dim_id"), None)).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("the file has 2 channels; expected one"),
        "{error}"
    );
}

#[test]
fn numbers_as_people_write_them() {
    let row = |at: usize| [vec![["a", "b"][at % 2].to_owned()], values(at, 5)].concat();
    let plain = read(&table("", 8, row)).unwrap();
    let comma = table("", 8, |at| vec![row(at).join(";").replace('.', ",")]);
    let split = read(&comma).unwrap();
    assert_eq!(split.series, plain.series);
    let numbers = split.read_as.about("numbers").unwrap();
    assert!(numbers.starts_with("decimal comma as in `"), "{numbers}");
    assert_eq!(split.read_as.about("separator"), Some("semicolon"));
    let semicolons = table("", 8, |at| vec![row(at).join(";")]);
    assert_eq!(read(&semicolons).unwrap().series, plain.series);
    // One thousand and forty-nine, or a little more than one?
    let thousands = table("", 8, |at| {
        vec!["a".to_owned(), "1.049".to_owned(), (980 + at).to_string()]
    });
    let error = read(&thousands).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("`1.049` can be read in two ways"),
        "{error}"
    );
    assert_eq!(error.settings(), [("decimal", ""), ("thousands", "")]);
    for (decimal, expected) in [('.', 1.049), (',', 1049.0)] {
        let options = ReadOptions {
            decimal: Some(decimal),
            ..ReadOptions::default()
        };
        // Equal labels are no classes, and reading does not mind.
        let split = read_as(
            "a.csv",
            &thousands,
            &ReadOptions {
                label: LabelColumn::First,
                ..options
            },
        )
        .unwrap();
        assert_eq!(split.series[0][0], expected);
    }
}

#[test]
fn a_small_shape_on_a_big_level_keeps_its_shape() {
    let lifted = |at: usize| {
        let shape = (0..20).map(|t| {
            12_345_678.0 + 0.4 * (t as f64 * if at.is_multiple_of(2) { 0.3 } else { 0.9 }).sin()
        });
        [
            vec![class(at)],
            shape.map(|value| value.to_string()).collect(),
        ]
        .concat()
    };
    let options = ReadOptions {
        label: LabelColumn::First,
        ..ReadOptions::default()
    };
    let split = read_as("a.csv", &table("", 6, lifted), &options).unwrap();
    let expected: Vec<f64> = (0..20).map(|t| (f64::from(t) * 0.3).sin()).collect();
    let scaled = z_normalise(&split.series[0]);
    for (found, expected) in scaled.iter().zip(z_normalise(&expected)) {
        assert!((found - expected).abs() < 1e-6, "{found} {expected}");
    }
}
