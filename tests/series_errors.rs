//! Every bad input is told with its place, what was expected, and what to do.
#![allow(clippy::unwrap_used, reason = "a test that panics fails")]

use std::fs;
use std::path::Path;

use retune::series::{Dataset, LabelColumn, ReadOptions, SeriesError, Split, Unequal};

/// Reads a text as a file of this extension and returns the error, with the folder cut off.
fn error_with(
    extension: &str,
    text: impl AsRef<[u8]>,
    options: &ReadOptions,
) -> (String, SeriesError) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a").with_extension(extension);
    fs::write(&path, text).unwrap();
    let error = Split::read(&path, options).unwrap_err();
    (cut(&error, folder.path()), error)
}

fn error(extension: &str, text: impl AsRef<[u8]>) -> String {
    error_with(extension, text, &ReadOptions::default()).0
}

fn cut(error: &SeriesError, folder: &Path) -> String {
    error
        .to_string()
        .replace(&format!("{}/", folder.display()), "")
}

fn dataset_error(files: &[(&str, &str)], options: &ReadOptions) -> (String, SeriesError) {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        fs::write(folder.path().join(name), text).unwrap();
    }
    let error = Dataset::read(folder.path(), options).unwrap_err();
    (cut(&error, folder.path()), error)
}

const TS: &str = "@problemName x\n@classLabel true a b\n@data\n";
const ARFF: &str = "@relation r\n@attribute x real\n@attribute y real\n@attribute c {a,b}\n@data\n";

#[test]
fn a_file_that_is_not_there() {
    let error = Split::read(Path::new("nowhere/a.tsv"), &ReadOptions::default()).unwrap_err();
    assert!(error.to_string().starts_with("cannot read nowhere/a.tsv: "));
}

#[test]
fn an_unknown_extension() {
    assert_eq!(
        error("xlsx", ""),
        "a.xlsx: unknown file extension `xlsx`; expected .ts, .tsv, .txt, .arff, .csv or none"
    );
}

#[test]
fn an_empty_file() {
    for extension in ["tsv", "txt", "csv", ""] {
        for text in ["", "\n\n"] {
            let message = error(extension, text);
            assert!(
                message.contains(": the file has no series; expected at least one row"),
                "{message}"
            );
        }
    }
    assert_eq!(
        error("csv", "label,x,y\n"),
        "a.csv:1: the file has no series; expected at least one row of data"
    );
    assert_eq!(
        error("ts", TS),
        "a.ts:3: the file has no series; expected at least one row of data"
    );
    assert_eq!(
        error("arff", ARFF),
        "a.arff:5: the file has no series; expected at least one row of data"
    );
    assert_eq!(
        error("ts", ""),
        "a.ts:1: the file ends without `@data`; expected it before the series"
    );
    assert_eq!(
        error("arff", ""),
        "a.arff:1: the file ends without `@data`; expected it before the series"
    );
}

#[test]
fn a_field_that_is_no_number() {
    let expected = "is not a number; expected a finite number or, where a value is missing, `?`, `NaN` or an empty field";
    assert_eq!(
        error("tsv", "a\t1\t2\nb\t1\tx2\n"),
        format!("a.tsv:2:3: field `x2` {expected}")
    );
    assert_eq!(
        error("txt", "a 1 2\n\nb inf 2\n"),
        format!("a.txt:3:2: field `inf` {expected}")
    );
    assert_eq!(
        error("csv", "a,1,2\nb,1,1;5\n"),
        format!("a.csv:2:3: field `1;5` {expected}")
    );
    assert_eq!(
        error("ts", format!("{TS}1,-inf:a\n")),
        format!("a.ts:4:2: field `-inf` {expected}")
    );
    assert_eq!(
        error("arff", format!("{ARFF}1,two,a\n")),
        format!("a.arff:6:2: field `two` {expected}")
    );
}

#[test]
fn a_number_that_is_too_large() {
    assert_eq!(
        error("tsv", "a\t1\t1e39\n"),
        "a.tsv:1:3: field `1e39` is too large; expected a number within ±3.4e38"
    );
}

#[test]
fn a_typing_error_in_the_first_row_is_no_header() {
    let message = error("csv", "a,1,2x,3\nb,1,2,3\n");
    assert!(
        message.starts_with("a.csv:1:3: field `2x` is not a number"),
        "{message}"
    );
}

#[test]
fn rows_of_different_numbers_of_fields() {
    for (extension, text) in [
        ("tsv", "a\t1\t2\nb\t1\n"),
        ("txt", "a,1,2\nb,1\n"),
        ("csv", "a,1,2\nb,1\n"),
    ] {
        let (message, error) = error_with(extension, text, &ReadOptions::default());
        assert_eq!(
            message,
            format!("a.{extension}:2: the row has 2 fields; expected 3 like the first row")
        );
        assert!(error.hint().unwrap().contains("`NaN`"));
    }
}

#[test]
fn a_file_in_another_format_than_its_extension() {
    let (message, error) = error_with("tsv", "a 1 2\nb 1 2\n", &ReadOptions::default());
    assert_eq!(
        message,
        "a.tsv:1: the row has no values; expected fields separated by tabs"
    );
    assert!(error.hint().unwrap().contains(".txt"));
}

#[test]
fn headers_that_contradict_the_data() {
    let ts = |header: &str, row: &str| error("ts", format!("{header}\n@data\n{row}\n"));
    let labelled = "@classLabel true a b";
    assert_eq!(
        ts(&format!("@seriesLength 3\n{labelled}"), "1,2:a"),
        "a.ts:4: the series has 2 values; expected 3, as `@seriesLength` on line 1 says"
    );
    assert_eq!(
        ts(&format!("@equalLength true\n{labelled}"), "1,2:a\n1,2,3:b"),
        "a.ts:5: the series has 3 values, the one on line 4 has 2; expected the same length, as `@equalLength true` says"
    );
    assert_eq!(
        ts(labelled, "1,2:c"),
        "a.ts:3:3: `@classLabel` does not list the label `c`; expected one of `a`, `b`"
    );
    assert_eq!(
        ts(labelled, "1,2"),
        "a.ts:3: the row has no label; expected `:LABEL` after the values, as `@classLabel true` says"
    );
    assert_eq!(
        ts("@classLabel false", "1,2:a"),
        "a.ts:3: the row has a colon; expected values without a label, as `@classLabel false` says"
    );
    assert_eq!(
        ts("@univariate true", "1,2:a"),
        "a.ts:3: the row has a colon; expected values without a label, as there is no `@classLabel true`"
    );
    assert_eq!(
        ts(&format!("@missing false\n{labelled}"), "1,?:a"),
        "a.ts:4:2: the value is missing; expected a number, as `@missing false` says"
    );
    assert_eq!(
        ts("@equalLength maybe", "1"),
        "a.ts:1: `@equalLength` has `maybe`; expected `true` or `false`"
    );
    assert_eq!(
        ts("@seriesLength", "1"),
        "a.ts:1: `@seriesLength` has nothing; expected a whole number"
    );
    assert_eq!(
        ts("1,2:a", ""),
        "a.ts:1: found `1,2:a` before `@data`; expected a line that starts with `@`"
    );
}

#[test]
fn declarations_that_contradict_the_data() {
    assert_eq!(
        error("arff", format!("{ARFF}1,a\n")),
        "a.arff:6: the row has 2 fields; expected 3, as many as declared attributes"
    );
    assert_eq!(
        error("arff", format!("{ARFF}1,2,c\n")),
        "a.arff:6:3: the label `c` is not declared; expected one of `a`, `b`"
    );
    assert_eq!(
        error("arff", "@attribute c {a,b}\n@attribute d {a,b}\n"),
        "a.arff:2: `d` is a second nominal attribute beside `c`; expected one, the label"
    );
    assert_eq!(
        error("arff", "@attribute d date\n"),
        "a.arff:1: `d` is of type `date`; expected `numeric`, `real`, `integer` or {a,b}"
    );
    assert_eq!(
        error("arff", "@attribute c {a,b\n"),
        "a.arff:1: `@attribute c {a,b` cannot be read; expected a name and a type"
    );
    assert_eq!(
        error("arff", "@attribute c {a,b}\n@data\n"),
        "a.arff:2: no numeric attribute is declared; expected one for each value"
    );
    assert_eq!(
        error("arff", format!("{ARFF}1,2,'a\n")),
        "a.arff:6: a quote is not closed, or text follows it; expected values separated by commas"
    );
}

#[test]
fn series_of_another_kind() {
    for (header, found) in [
        ("@timeStamps true", "time stamps"),
        ("@univariate false", "several channels"),
        ("@dimensions 3", "several channels"),
        ("@targetlabel true", "regression targets"),
    ] {
        let (message, error) = error_with(
            "ts",
            format!("{header}\n{TS}1:a\n"),
            &ReadOptions::default(),
        );
        assert_eq!(
            message,
            format!(
                "a.ts:1: the file has {found}; expected univariate series without time stamps, with a class label or none"
            )
        );
        assert_eq!(error.hint().is_some(), found == "several channels");
    }
    assert!(
        error("ts", format!("{TS}1,2:3,4:a\n"))
            .starts_with("a.ts:4: the file has several channels")
    );
    assert!(
        error("arff", "@attribute r relational\n")
            .starts_with("a.arff:1: the file has several channels")
    );
    assert!(
        error("arff", format!("{ARFF}{{0 1}}\n")).starts_with("a.arff:6: the file has sparse rows")
    );
}

#[test]
fn missing_values_are_rejected_unless_asked_for() {
    let cases = [
        ("tsv", "a\t1\tNaN\t2\n".to_owned(), "a.tsv:1:3"),
        (
            "csv",
            "x,y,z\n1,,2\n"
                .replace("x,y,z", "l,y,z")
                .replace("1,,2", "a,?,2"),
            "a.csv:2:2",
        ),
        ("ts", format!("{TS}1,?:a\n"), "a.ts:4:2"),
        ("arff", format!("{ARFF}?,1,a\n"), "a.arff:6:1"),
    ];
    for (extension, text, place) in cases {
        let (message, error) = error_with(extension, text, &ReadOptions::default());
        assert_eq!(
            message,
            format!("{place}: the value is missing; expected a number in every field")
        );
        assert!(error.hint().unwrap().contains("`--missing interpolate`"));
    }
}

#[test]
fn a_series_without_any_value() {
    for (extension, text, line) in [
        ("tsv", "a\tNaN\tNaN\n".to_owned(), 1),
        ("ts", format!("{TS}?,?:a\n"), 4),
        ("ts", format!("{TS}:a\n"), 4),
    ] {
        assert_eq!(
            error(extension, text),
            format!(
                "a.{extension}:{line}: every value of the series is missing; expected at least one number"
            )
        );
    }
}

#[test]
fn series_of_unequal_length() {
    let (message, error) = error_with("tsv", "a\t1\t2\t3\nb\t1\t2\tNaN\n", &ReadOptions::default());
    assert_eq!(
        message,
        "a.tsv:2: the series has 2 values; expected 3, as many as the series on line 1"
    );
    assert!(error.hint().unwrap().contains("`--unequal resample`"));
}

#[test]
fn a_test_series_of_another_length_than_the_training_series() {
    let files = [
        ("x_TRAIN.tsv", "a\t1\t2\nb\t1\t2\n"),
        ("x_TEST.tsv", "a\t1\t2\t3\n"),
    ];
    let (message, error) = dataset_error(&files, &ReadOptions::default());
    assert_eq!(
        message,
        "x_TEST.tsv:1: the series has 3 values; expected 2, the length of the training series"
    );
    assert!(error.hint().unwrap().contains("`--unequal resample`"));
}

#[test]
fn a_test_label_that_training_never_saw() {
    let files = [
        ("x_TRAIN.tsv", "1\t1\t2\n-1\t1\t2\n"),
        ("x_TEST.tsv", "1\t1\t2\n2\t1\t2\n"),
    ];
    let (message, _) = dataset_error(&files, &ReadOptions::default());
    assert_eq!(
        message,
        "x_TEST.tsv:2:1: the training split has no label `2`; expected one of `-1`, `1`"
    );
}

#[test]
fn a_missing_label() {
    assert_eq!(
        error("csv", "a,1,2\n,1,2\n"),
        "a.csv:2:1: the label is missing; expected a class label"
    );
    assert_eq!(
        error("arff", format!("{ARFF}1,2,?\n")),
        "a.arff:6:3: the label is missing; expected a class label"
    );
    assert_eq!(
        error("ts", format!("{TS}1,2:\n")),
        "a.ts:4:3: the label is missing; expected a class label"
    );
}

#[test]
fn a_data_set_without_labels() {
    let files = [("x_TRAIN.tsv", "1\t2\n"), ("x_TEST.tsv", "1\t2\n")];
    let options = ReadOptions {
        label: LabelColumn::Absent,
        ..ReadOptions::default()
    };
    let (message, error) = dataset_error(&files, &options);
    assert_eq!(
        message,
        "x_TRAIN.tsv: the file has no labels; expected a class label for each series"
    );
    assert!(error.hint().unwrap().contains("`--label`"));
}

#[test]
fn a_label_column_that_is_not_there() {
    let with = |label| ReadOptions {
        label,
        ..ReadOptions::default()
    };
    let (message, error) = error_with(
        "csv",
        "x,y\n1,2\n",
        &with(LabelColumn::Name("kind".to_owned())),
    );
    assert_eq!(
        message,
        "a.csv:1: there is no label column `kind`; expected one of `x`, `y`"
    );
    assert!(error.hint().unwrap().contains("`--label`"));
    for number in [0, 3] {
        let (message, _) = error_with("csv", "x,y\n1,2\n", &with(LabelColumn::Number(number)));
        assert_eq!(
            message,
            format!("a.csv:1: there is no label column `{number}`; expected a number from 1 to 2")
        );
    }
    let (message, _) = error_with("tsv", "x\t1\n", &with(LabelColumn::Name("kind".to_owned())));
    assert!(message.contains("a format without a header"), "{message}");
}

#[test]
fn a_file_that_is_not_utf_8() {
    for extension in ["tsv", "txt", "csv", "ts", "arff", ""] {
        let (message, error) = error_with(extension, b"a\t1\nb\xff\t2\n", &ReadOptions::default());
        assert!(
            message.ends_with(":2: byte 6 of the file is not UTF-8; expected a UTF-8 text file"),
            "{message}"
        );
        assert_eq!(error.hint().unwrap(), "save the file as UTF-8");
    }
    // As spreadsheets save "Unicode text": UTF-16 with a byte order mark.
    assert!(
        error("csv", b"\xff\xfea\x00,\x001\x00\n\x00").starts_with("a.csv:1: byte 1 of the file")
    );
}

#[test]
fn a_folder_without_a_data_set() {
    let (message, error) = dataset_error(
        &[("x_TRAIN.tsv", ""), ("x_TEST.ts", "")],
        &ReadOptions::default(),
    );
    assert!(
        message.contains(": no training and test files; looked for "),
        "{message}"
    );
    assert!(message.contains(
        "NAME_TRAIN and NAME_TEST, with the extension .ts, .tsv, .txt, .arff, .csv or none"
    ));
    assert!(error.hint().is_some());
    let missing = Dataset::read(Path::new("nowhere"), &ReadOptions::default()).unwrap_err();
    assert!(missing.to_string().starts_with("cannot read nowhere: "));
}

#[test]
fn a_folder_with_several_data_sets() {
    let files = ["x_TRAIN.tsv", "x_TEST.tsv", "y_TRAIN.ts", "y_TEST.ts"].map(|name| (name, ""));
    let (message, _) = dataset_error(&files, &ReadOptions::default());
    assert!(
        message.contains("the files of several data sets (`x`, `y`)"),
        "{message}"
    );
}

#[test]
fn rows_to_predict_of_the_wrong_length() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.csv");
    fs::write(&path, "1,2,3,4\n").unwrap();
    let strict = ReadOptions::default();
    for length in [2, 5] {
        let error = Split::read_for_length(&path, length, &strict).unwrap_err();
        assert_eq!(
            cut(&error, folder.path()),
            format!(
                "a.csv:1: the row has 4 fields; expected {length} values, or {length} values and a label"
            )
        );
        assert!(error.hint().unwrap().contains("`--unequal resample`"));
    }
    assert!(
        Split::read_for_length(&path, 4, &strict)
            .unwrap()
            .labels
            .is_empty()
    );
    assert_eq!(
        Split::read_for_length(&path, 3, &strict).unwrap().labels,
        ["1"]
    );
    let resample = ReadOptions {
        unequal: Unequal::Resample,
        ..strict
    };
    let split = Split::read_for_length(&path, 5, &resample).unwrap();
    assert_eq!(
        (split.labels, split.series),
        (vec!["1".to_owned()], vec![vec![2.0, 2.5, 3.0, 3.5, 4.0]])
    );
    fs::write(folder.path().join("b.ts"), "@data\n1,2\n").unwrap();
    let error = Split::read_for_length(&folder.path().join("b.ts"), 3, &ReadOptions::default())
        .unwrap_err();
    assert_eq!(
        cut(&error, folder.path()),
        "b.ts:2: the series has 2 values; expected 3, the length of the training series"
    );
}

#[test]
fn a_split_that_cannot_be_written() {
    let folder = tempfile::tempdir().unwrap();
    let split = |series: &[&[f32]], labels: &[&str]| Split {
        series: series.iter().map(|series| series.to_vec()).collect(),
        labels: labels.iter().map(|label| (*label).to_owned()).collect(),
    };
    for (extension, split, problem) in [
        ("tsv", split(&[], &[]), "there are no series"),
        (
            "tsv",
            split(&[&[1.0]], &["a", "b"]),
            "there are 2 labels for 1 series",
        ),
        (
            "tsv",
            split(&[&[f32::NAN]], &["a"]),
            "series 1 is empty or has a value that is not finite",
        ),
        (
            "csv",
            split(&[&[1.0]], &[" a"]),
            "the label \" a\" cannot be written",
        ),
        (
            "txt",
            split(&[&[1.0]], &["a b"]),
            "the label `a b` cannot stand in a .txt file",
        ),
        (
            "ts",
            split(&[&[1.0]], &["a:b"]),
            "the label `a:b` cannot stand in a .ts file",
        ),
    ] {
        let error = split
            .write(&folder.path().join("a").with_extension(extension), "x")
            .unwrap_err();
        let message = cut(&error, folder.path());
        assert!(
            message.starts_with(&format!("cannot write a.{extension}: {problem}")),
            "{message}"
        );
    }
}
