use proptest::prelude::*;

use super::*;
use crate::cases::cases;
use crate::series::Missing;

fn parse(text: &str, options: &HistoryOptions) -> Result<Vec<History>, Error> {
    History::parse(Path::new("a.csv"), text, options).map(|read| read.histories)
}

/// Options such as `rows`, `fill` and `columns=a,b time=c id=d`.
fn options(text: &str) -> HistoryOptions {
    let mut options = HistoryOptions::default();
    for option in text.split_whitespace() {
        match option.split_once('=').unwrap_or((option, "")) {
            ("columns", names) => options.columns = names.split(',').map(str::to_owned).collect(),
            ("time", name) => options.time = Some(name.to_owned()),
            ("id", name) => options.id = Some(name.to_owned()),
            ("rows", _) => options.rows = true,
            ("header", _) => options.header = Some(true),
            _ => options.missing = Missing::Interpolate,
        }
    }
    options
}

fn shown(history: &History) -> String {
    let values = history.values.iter().map(f64::to_string);
    format!("{}: {}", history.name, values.collect::<Vec<_>>().join(" "))
}

#[test]
fn tables_are_read_as_histories_whose_times_go_on() {
    for [given, text, expected, next] in cases(
        r#"| date,a,kind,b\n2016-07,5.5,x,3\n2016-08,-1e1,y,2\n | a: 5.5 -10; b: 3 2 | 2016-09
        | "YEAR","SUNACTIVITY"\n1700,5\n1701,11\n | SUNACTIVITY: 5 11 | 1702
        | ,0\n1821,269\n1822,321\n         | 0: 269 321  | 1823
        | 1949-01\t112\n1949-02\t118\n     | 2: 112 118  | 1949-03
        | \n3\n1\n\n4\n                    | 1: 3 1 4    | 3
        | sales\n3\n1\n                    | sales: 3 1  | 2
        columns=1,2,b | date,0,1,b\n2/2000,1,2,3\n3/2000,4,5,6\n | 1: 2 5; 0: 1 4; b: 3 6 | 4/2000
        time=when | a;when;b\n1;1949-01;2\n3;1949-02;4\n | a: 1 3; b: 2 4 | 1949-03
        time=none | year,a\n1,2\n1,3\n     | year: 1 1; a: 2 3 | 2
        id=k | k,ds,y\nB,2020-01,1\nA,2019-5,5\nB,2020-02,2\nA,2019-8,6\n | B: 1 2; A: 5 6 | 2019-11
        id=k | ds,k,y,z\n2020-01,1,1,7\n2020-02,1,2,8\n | 1/y: 1 2; 1/z: 7 8 | 2020-03
        id=k | k,y\nA,1\nA,2\nB,3\n        | A: 1 2; B: 3 | 1
        rows | "V1","V2"\n"H1","605","586"\n"H2","7",\n | H1: 605 586; H2: 7 | 1
        rows | 1,2\n3,4,5\n                | 1: 1 2; 2: 3 4 5 | 3
        rows header | Name,Code,2019,2020,2021,\nA b,X,1,2,3,\nC,Y,4,5,,\n | A b: 1 2 3; C: 4 5 | 2021
        rows header id=2 | Name,Code,2019-11,2019-12\nA,X,1,2\nB,Y,3,4\n | X: 1 2; Y: 3 4 | 2020-01
        rows header fill | k,0.5,1.0,1.5\nA,1,2,3\nB,4,?,6\n | A: 1 2 3; B: 4 5 6 | 2.0
        rows | Name,Code,2019-11-30,2019-12-01\nA,,1,2\nB,NA,3,4\n | A: 1 2; B: 3 4 | 2019-12-02
        rows | name,values\nA,1,2,3,4,5,6\nB,4,5,7,1,3,4\n | A: 1 2 3 4 5 6; B: 4 5 7 1 3 4 | 6
        rows header fill | k,2021,2020,2019\nA,3,2,1\nB,5,4\n | A: 1 2 3; B: 4 4 5 | 2022
        rows header time=none | k,2021,2020,2019\nA,3,2,1\nB,6,5,4\n | A: 3 2 1; B: 6 5 4 | 3
        rows header | k,Code,1,2,3\nA,B C,1,2,3\n | A: 1 2 3 | 3
        rows header | k,2019,2020,2021\n7,1,2,3\n8,4,5,6\n | 7: 1 2 3; 8: 4 5 6 | 2022
        rows header id=k | Code,k,Lat,2019,2020,2021\n7,A,0.5,1,2,3\n8,B,0.25,4,5,6\n | A: 1 2 3; B: 4 5 6 | 2022
        fill | year,a\n1,1\n2,?\n3,NA\n4,4\n5,nan\n | a: 1 2 3 4 4 | 6"#,
    ) {
        let windows = format!("\u{feff}{}", text.replace('\n', "\r\n"));
        for text in [text, windows] {
            let histories = parse(&text, &options(&given)).unwrap();
            let found: Vec<String> = histories.iter().map(shown).collect();
            assert_eq!(found.join("; "), expected);
            let last = histories.last().unwrap();
            assert_eq!(last.timeline.stamp(last.values.len()).unwrap(), next);
        }
    }
}

#[test]
fn what_is_wrong_with_a_table_is_said_with_its_place() {
    for [given, text, expected] in cases(
        r"|                                | a.csv: the file is empty; expected rows of values
        | \n \n                            | a.csv: the file is empty; expected rows of values
        | date,a\n                         | a.csv: the file has a header and no rows; expected rows
        | date,a\n2020-01,x\n2020-02,y\n   | a.csv: no column holds numbers; there are `date`, `a`
        | year,a\n1,1\n2,2\n\n3,4x\n       | a.csv:5:2: field `4x` is not a number; expected a
        | year,a\n1,1\n2,1e39\n            | a.csv:3:2: field `1e39` is too large; expected a number
        | year,a\n1,1\n2,?\n               | a.csv:3:2: the value is missing; expected a number in
        | year,a\n1,1\n2,2,3\n             | a.csv:3: the row has 3 fields; expected 2 like the
        | year,a\n1,1\n2,1\n4,1\n          | a.csv:4:1: from `2` on line 3 to `4` is 2; the usual
        | date,a\nsoon,1\n                 | a.csv:2:1: `soon` is no time that can be read
        columns=b   | year,a\n1,1\n2,2\n   | a.csv: there is no column `b`; there are `year`, `a`
        columns=3   | year,a\n1,1\n2,2\n   | a.csv: there is no column `3`
        columns=a,2 | year,a\n1,1\n2,2\n   | a.csv: the column `a` is asked for twice
        id=k        | k,ds,y\nA,1,1\nA,1,2\n | a.csv:3:2: the time `1` is not later than `1`
        rows        | H1,1,,3\n            | a.csv:1:3: the value is missing
        rows        | V1,V2\nH1,\n         | a.csv: every value of `H1` is missing; expected
        rows header | k,Lat,2019,2020,2021\n7,0.5,1,2,3\n | a.csv: several columns stand before the times of the header: `k`, `Lat`
        rows        | k,01/02/2020,02/02/2020\nA,1,2\n | a.csv:1:2: `01/02/2020` can be read with the day or
        rows        | Source,x\nLast update,2024-06\nk,2019,2020,2021,2022\nA,1,2,1,3\nB,4,5,7,1\n | a.csv:1: the first row has 2 fields; most rows have 5
        rows        | Title\nk,2019,2020,2021,2022\nA,1,2,1,3\nB,4,5,7,1\n | a.csv:1: the first row has 1 field; most rows have 5
        rows time=1 | V1,V2\nH1,\n         | a history in each row and a time column exclude each
        rows columns=1 | V1,V2\nH1,\n      | a history in each row and value columns exclude each",
    ) {
        let message = parse(&text, &options(&given)).unwrap_err().to_string();
        assert!(message.starts_with(&expected), "{message}");
    }
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
    assert!(error.to_string().contains("byte 8 of the file is not"));
    assert_eq!(error.hint(), Some("save the file as UTF-8"));
    std::fs::write(&path, "sales\n1\n2\n").unwrap();
    assert_eq!(read().unwrap()[0].values, [1.0, 2.0]);
}

#[test]
fn two_series_of_one_name_are_refused() {
    let tsf = "@attribute series_name string\n@data\nA:1,2\nA:3,4\n";
    for (name, text, given) in [
        ("a.csv", "year,A,A\n1,1,2\n2,3,4\n", ""),
        ("a.csv", "A,6,5,1\nA,7,2,8\n", "rows"),
        ("a.tsf", tsf, ""),
    ] {
        let error = History::parse(Path::new(name), text, &options(given)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Column);
        let expected = format!("{name}: two series are called `A`, and");
        assert!(error.to_string().starts_with(&expected), "{error}");
    }
    let text = "year,A,A\n1,1,2\n2,3,4\n";
    let found = parse(text, &options("columns=3")).unwrap();
    assert_eq!(shown(&found[0]), "A: 2 4");
    let error = parse(text, &options("columns=A")).unwrap_err().to_string();
    assert_eq!(error, "a.csv: columns 2 and 3 are both called `A`");
}

#[test]
fn what_was_filled_is_said_with_the_place_of_the_first() {
    let tsf = "@attribute series_name string\n@data\nA:1,2\nB:3,?\n";
    for (name, text, given, said) in [
        (
            "a.csv",
            "year,a,b\n1,1,2\n2,?,3\n3,4,\n",
            "fill",
            "2 filled from their neighbours, the first on line 3",
        ),
        (
            "a.csv",
            "H1,6,5,1\nH2,7,NA,8\n",
            "rows fill",
            "1 filled from their neighbours, the first on line 2",
        ),
        (
            "a.tsf",
            tsf,
            "fill",
            "1 filled from their neighbours, the first on line 4",
        ),
    ] {
        let read = History::parse(Path::new(name), text, &options(given)).unwrap();
        assert_eq!(read.read_as.about("missing"), Some(said));
        let whole = text
            .replace(['?'], "9")
            .replace("NA", "9")
            .replace("4,\n", "4,9\n");
        let read = History::parse(Path::new(name), &whole, &options(given)).unwrap();
        assert_eq!(read.read_as.about("missing"), None);
    }
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
        for history in parse(&text, &options).unwrap_or_default() {
            prop_assert!(history.values.iter().all(|value| value.is_finite()));
            prop_assert!(!history.values.is_empty());
            let _ = history.timeline.stamps(0..history.values.len() + 3);
        }
    }

    #[test]
    fn any_bytes_are_histories_or_an_error(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = parse(&String::from_utf8_lossy(&bytes), &HistoryOptions::default());
    }

    #[test]
    fn values_read_back_as_written(values in prop::collection::vec(-1e6f64..1e6, 1..40)) {
        let rows: String = values.iter().map(|value| format!("{value}\n")).collect();
        let histories = parse(&format!("sales\n{rows}"), &HistoryOptions::default()).unwrap();
        prop_assert_eq!(&histories[0].values, &values);
    }
}
