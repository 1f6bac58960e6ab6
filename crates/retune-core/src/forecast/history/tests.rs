use proptest::prelude::*;

use super::*;
use crate::forecast::Step;
use crate::series::Missing;

fn parse(text: &str, options: &HistoryOptions) -> Result<Vec<History>, Error> {
    History::parse(Path::new("a.csv"), text, options).map(|read| read.histories)
}

fn wide(text: &str) -> Vec<History> {
    parse(text, &HistoryOptions::default()).unwrap()
}

fn names(histories: &[History]) -> Vec<&str> {
    histories
        .iter()
        .map(|history| history.name.as_str())
        .collect()
}

#[test]
fn every_numeric_column_is_a_history() {
    let text = "date,HUFL,kind,OT\n2016-07-01 00:00:00,5.5,a,30\n2016-07-01 01:00:00,-1e1,b,27\n";
    let histories = wide(text);
    assert_eq!(names(&histories), ["HUFL", "OT"]);
    assert_eq!(histories[0].values, [5.5, -10.0]);
    assert_eq!(
        histories[1].timeline.stamp(2).unwrap(),
        "2016-07-01 02:00:00"
    );
}

#[test]
fn columns_are_chosen_by_name_or_number() {
    let text = "date,0,1,OT\n1990/1/1 0:00,1,2,3\n1990/1/2 0:00,4,5,6\n";
    let options = |columns: &[&str], time: Option<&str>| HistoryOptions {
        columns: columns.iter().map(|name| (*name).to_owned()).collect(),
        time: time.map(str::to_owned),
        ..HistoryOptions::default()
    };
    // `1` is a name here, `2` is not and counts the columns.
    let histories = parse(text, &options(&["1", "2", "OT"], None)).unwrap();
    assert_eq!(names(&histories), ["1", "0", "OT"]);
    assert_eq!(histories[0].values, [2.0, 5.0]);
    let text = "a;when;b\n1;1949-01;2\n3;1949-02;4\n";
    let histories = parse(text, &options(&[], Some("when"))).unwrap();
    assert_eq!(names(&histories), ["a", "b"]);
    assert_eq!(histories[1].timeline.step(), Step::Months(1));
    let text = "year,a\n1,2\n1,3\n";
    let histories = parse(text, &options(&[], Some("none"))).unwrap();
    assert_eq!(names(&histories), ["year", "a"]);
    assert_eq!(histories[0].timeline, Timeline::counts());
}

#[test]
fn tables_come_with_and_without_headers_and_times() {
    let histories = wide("\u{feff}\"YEAR\",\"SUNACTIVITY\"\r\n1700,5\r\n1701,11\r\n");
    assert_eq!(names(&histories), ["SUNACTIVITY"]);
    assert_eq!(histories[0].timeline.stamp(2).unwrap(), "1702");
    // The column without a name is the index of the table.
    let histories = wide(",0\n1821,269\n1822,321\n");
    assert_eq!(names(&histories), ["0"]);
    assert_eq!(histories[0].timeline.stamp(2).unwrap(), "1823");
    let histories = wide("1949-01\t112\n1949-02\t118\n");
    assert_eq!(names(&histories), ["2"]);
    assert_eq!(histories[0].timeline.stamp(2).unwrap(), "1949-03");
    let histories = wide("\n3\n1\n\n4\n");
    assert_eq!(names(&histories), ["1"]);
    assert_eq!(histories[0].values, [3.0, 1.0, 4.0]);
    assert_eq!(histories[0].timeline.stamp(3).unwrap(), "3");
    assert_eq!(wide("sales\n3\n1\n")[0].name, "sales");
}

#[test]
fn long_tables_are_taken_apart_by_id() {
    let options = HistoryOptions {
        id: Some("unique_id".to_owned()),
        ..HistoryOptions::default()
    };
    let text = "unique_id,ds,y\nB,2020-01,1\nA,2019-05,5\nB,2020-02,2\nA,2019-08,6\nB,2020-03,3\n";
    let histories = parse(text, &options).unwrap();
    assert_eq!(names(&histories), ["B", "A"]);
    assert_eq!(histories[0].values, [1.0, 2.0, 3.0]);
    assert_eq!(histories[1].timeline.stamp(2).unwrap(), "2019-11");
    let text = "ds,unique_id,y,z\n2020-01,1,1,7\n2020-02,1,2,8\n";
    assert_eq!(names(&parse(text, &options).unwrap()), ["1/y", "1/z"]);
    let text = "unique_id,y\nA,1\nA,2\nB,3\n";
    assert_eq!(parse(text, &options).unwrap()[1].values, [3.0]);
    let twice = parse("unique_id,ds,y\nA,2020-01,1\nA,2020-01,2\n", &options).unwrap_err();
    assert_eq!(
        twice.to_string(),
        "a.csv:3:2: the time `2020-01` is not later than `2020-01` on line 2"
    );
}

#[test]
fn each_row_may_be_a_history() {
    let options = HistoryOptions {
        rows: true,
        ..HistoryOptions::default()
    };
    let text = "\"V1\",\"V2\",\"V3\",\"V4\"\n\"H1\",\"605\",\"586\",\"559\"\n\"H2\",\"7\",\"8\",\n\"H3\",\"9\",,\n";
    let histories = parse(text, &options).unwrap();
    assert_eq!(names(&histories), ["H1", "H2", "H3"]);
    assert_eq!(histories[0].values, [605.0, 586.0, 559.0]);
    assert_eq!(histories[1].values, [7.0, 8.0]);
    assert_eq!(histories[2].values, [9.0]);
    let histories = parse("1,2\n3,4,5\n", &options).unwrap();
    assert_eq!(names(&histories), ["1", "2"]);
    assert_eq!(histories[1].values, [3.0, 4.0, 5.0]);
    let gap = parse("H1,1,,3\n", &options).unwrap_err();
    assert!(
        gap.to_string()
            .starts_with("a.csv:1:3: the value is missing")
    );
    let empty = parse("V1,V2\nH1,\n", &options).unwrap_err();
    assert_eq!(
        empty.to_string(),
        "a.csv: every value of `H1` is missing; expected at least one number"
    );
    let conflict = HistoryOptions {
        time: Some("1".to_owned()),
        ..options
    };
    assert!(parse(text, &conflict).is_err());
}

#[test]
fn missing_values_are_refused_or_filled() {
    let text = "year,a\n1,1\n2,?\n3,NA\n4,4\n5,nan\n";
    let error = parse(text, &HistoryOptions::default()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "a.csv:3:2: the value is missing; expected a number in every field"
    );
    let options = HistoryOptions {
        missing: Missing::Interpolate,
        ..HistoryOptions::default()
    };
    assert_eq!(
        parse(text, &options).unwrap()[0].values,
        [1.0, 2.0, 3.0, 4.0, 4.0]
    );
}

#[test]
fn what_is_wrong_with_a_table_is_said_with_its_place() {
    let message =
        |text: &str, options: &HistoryOptions| parse(text, options).unwrap_err().to_string();
    let plain = HistoryOptions::default();
    for (text, expected) in [
        ("", "a.csv: the file is empty; expected rows of values"),
        ("\n \n", "a.csv: the file is empty; expected rows of values"),
        (
            "date,a\n",
            "a.csv: the file has a header and no rows; expected rows of values",
        ),
        (
            "date,a\n2020-01,x\n2020-02,y\n",
            "a.csv: no column holds numbers; there are `date`, `a`; in `a` stands `x`",
        ),
        (
            "year,a\n1,1\n2,2\n\n3,4x\n",
            "a.csv:5:2: field `4x` is not a number; expected a finite number or, where a value \
             is missing, `?`, `NaN`, `NA` or an empty field",
        ),
        (
            "year,a\n1,1\n2,1e39\n",
            "a.csv:3:2: field `1e39` is too large; expected a number within ±3.4e38",
        ),
        (
            "year,a\n1,1\n2,2,3\n",
            "a.csv:3: the row has 3 fields; expected 2 like the first row",
        ),
        (
            "date,a\n2020-01-01,1\n2020-01-02,2\n2020-01-04,3\n2020-01-05,3\n",
            "a.csv:4:1: from `2020-01-02` on line 3 to `2020-01-04` is 2 days; \
             the usual step is 1 day",
        ),
        (
            "date,a\nsoon,1\n",
            "a.csv:2:1: `soon` is no time that can be read; \
             expected a date such as 2016-07-01 00:00:00 or 2016-07, or a number",
        ),
    ] {
        assert_eq!(message(text, &plain), expected);
    }
    let unknown = HistoryOptions {
        columns: vec!["b".to_owned()],
        ..plain.clone()
    };
    let text = "year,a\n1,1\n2,2\n";
    assert_eq!(
        message(text, &unknown),
        "a.csv: there is no column `b`; there are `year`, `a`"
    );
    let number = HistoryOptions {
        columns: vec!["3".to_owned()],
        ..plain.clone()
    };
    assert!(message(text, &number).contains("there is no column `3`"));
    let twice = HistoryOptions {
        columns: vec!["a".to_owned(), "2".to_owned()],
        ..plain
    };
    assert_eq!(
        message(text, &twice),
        "a.csv: the column `a` is asked for twice"
    );
}

#[test]
fn files_that_cannot_be_read_are_errors() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.csv");
    let read = || History::read(&path, &HistoryOptions::default()).map(|read| read.histories);
    assert_eq!(read().unwrap_err().kind(), ErrorKind::Read);
    std::fs::write(&path, b"sales\n1\xff\n").unwrap();
    let error = read().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotText);
    assert!(
        error
            .to_string()
            .contains("byte 8 of the file is not UTF-8")
    );
    assert_eq!(error.hint(), Some("save the file as UTF-8"));
    std::fs::write(&path, "sales\n1\n2\n").unwrap();
    assert_eq!(read().unwrap()[0].values, [1.0, 2.0]);
}

proptest! {
    #[test]
    fn any_text_is_histories_or_an_error(
        text in "[-0-9a-z\",;\t\r\n/:. TZ?é]{0,120}",
        rows in any::<bool>(),
        id in prop::option::of("[a-z0-9]{1,2}"),
        fill in any::<bool>(),
    ) {
        let missing = if fill { Missing::Interpolate } else { Missing::Reject };
        let options = HistoryOptions { id, rows, missing, ..HistoryOptions::default() };
        if let Ok(histories) = parse(&text, &options) {
            for history in histories {
                prop_assert!(history.values.iter().all(|value| value.is_finite()));
                prop_assert!(!history.values.is_empty());
                let _ = history.timeline.stamps(0..history.values.len() + 3);
            }
        }
    }

    #[test]
    fn any_bytes_are_histories_or_an_error(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = parse(&String::from_utf8_lossy(&bytes), &HistoryOptions::default());
    }

    #[test]
    fn values_read_back_as_written(values in prop::collection::vec(-1e6f64..1e6, 1..40)) {
        let rows: String = values.iter().map(|value| format!("{value}\n")).collect();
        prop_assert_eq!(&wide(&format!("sales\n{rows}"))[0].values, &values);
    }
}
