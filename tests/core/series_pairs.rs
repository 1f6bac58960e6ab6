//! A training file and the test file beside it: what must be the same in both, and what is said of each.

use std::fs;
use std::path::PathBuf;

use retune_core::series::{
    Dataset, Format, LongColumns, Missing, ReadOptions, Split, SplitParts, Unequal,
};
use retune_core::{Error, ErrorKind};
use tempfile::TempDir;

/// A folder with a training and a test file.
fn pair(train: &str, test: &str) -> (TempDir, PathBuf, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let [one, other] = ["train.csv", "test.csv"].map(|name| folder.path().join(name));
    fs::write(&one, train).unwrap();
    fs::write(&other, test).unwrap();
    (folder, one, other)
}

fn read(train: &str, test: &str, options: &ReadOptions) -> Result<Dataset, Error> {
    let (_folder, train, test) = pair(train, test);
    Dataset::read_files(&train, &test, options)
}

const TRAIN: &str = "label,a,b,c\nup,1.5,2,3\ndown,3.5,2,1\nup,1,2.5,4\ndown,4,2.5,1\n";

#[test]
fn the_same_columns_in_another_order_are_refused() {
    let options = ReadOptions::default();
    for header in ["label,b,a,c", "c,b,a,label"] {
        let row = match header.starts_with("label") {
            true => "up,2,1.5,3",
            false => "3,2,1.5,up",
        };
        let error = read(TRAIN, &format!("{header}\n{row}\n"), &options).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Column);
        let expected =
            "test.csv: the columns of values are those of the training file, in another order";
        assert!(error.to_string().ends_with(expected), "{error}");
        assert!(error.hint().is_some());
    }
    let declared = |names: [&str; 3]| {
        let names = names
            .map(|name| format!("@attribute {name} numeric\n"))
            .concat();
        let rows = "1,2,3,up\n3,2,1,down\n2,2.5,4,up\n4,2,1,down\n";
        format!("@relation r\n{names}@attribute class {{up,down}}\n@data\n{rows}")
    };
    let of_arff = ReadOptions {
        format: Some(Format::Arff),
        ..options.clone()
    };
    let train = declared(["a", "b", "c"]);
    assert!(read(&train, &declared(["v", "b", "c"]), &of_arff).is_ok());
    let error = read(&train, &declared(["c", "b", "a"]), &of_arff).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Column);
    // The label may stand elsewhere.
    let data = read(TRAIN, "a,b,c,label\n1.5,2,3,up\n", &options).unwrap();
    assert_eq!(data.test.series, [[1.5, 2.0, 3.0]]);
    // Other names say nothing of the order, and none are needed.
    for header in ["label,a,b,c\n", "class,v,w,z\n", ""] {
        let data = read(TRAIN, &format!("{header}up,1.5,2,3\n"), &options).unwrap();
        assert_eq!(data.test.series, [[1.5, 2.0, 3.0]], "{header}");
        assert_eq!(data.test.labels, ["up"]);
    }
}

#[test]
fn one_file_cannot_be_both() {
    let (folder, train, test) = pair(TRAIN, TRAIN);
    let options = ReadOptions::default();
    assert!(Dataset::read_files(&train, &test, &options).is_ok());
    let around = folder.path().join(".").join("train.csv");
    let error = Dataset::read_files(&train, &around, &options).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Setting);
    assert!(
        error
            .to_string()
            .ends_with("the training file is the test file too")
    );
}

#[test]
fn what_was_filled_or_resampled_is_said_of_the_file_where_it_was() {
    let options = ReadOptions {
        missing: Missing::Interpolate,
        unequal: Unequal::Resample,
        ..ReadOptions::default()
    };
    let data = read(TRAIN, "label,a,b,c\nup,1.5,,3\ndown,3,2,\n", &options).unwrap();
    assert_eq!(data.train.read_as.about("missing"), None);
    assert_eq!(data.train.read_as.about("unequal"), None);
    let said = |about| data.test.read_as.about(about);
    assert_eq!(said("missing"), Some("filled from their neighbours"));
    assert_eq!(said("unequal"), Some("resampled to 3 values"));
    assert_eq!(data.test.series, [[1.5, 2.25, 3.0], [3.0, 2.5, 2.0]]);
}

#[test]
fn a_missing_label_is_no_class_and_what_is_measured_is_no_label() {
    let options = ReadOptions::default();
    let missing = TRAIN.replace("\nup,1,", "\n?,1,");
    let error = read(&missing, TRAIN, &options).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Labels);
    assert!(
        error.to_string().contains("the label is missing"),
        "{error}"
    );

    // A column called `target` that holds another number with decimals in each row, beside a class.
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.csv");
    let rows = "0.1,1.25,up\n0.9,3.5,down\n0.2,1.75,up\n0.8,2.125,down\n";
    let more = "0.3,1.375,up\n0.7,3.25,down\n0.4,1.5,up\n0.6,2.25,down\n";
    fs::write(&path, ["v,target,kind\n", rows, more].concat()).unwrap();
    let split = Split::read(&path, &options).unwrap();
    assert_eq!(split.labels[..3], ["up", "down", "up"]);
    assert_eq!(split.series[0], [0.1, 1.25]);
    // A few may be classes.
    fs::write(&path, "v,target\n0.1,0.5\n0.9,1.5\n").unwrap();
    assert_eq!(Split::read(&path, &options).unwrap().labels, ["0.5", "1.5"]);
    // As many columns as a program takes values are values, whatever they are called.
    fs::write(&path, "x,y,z\n0.1,1,2\n0.9,2,1\n").unwrap();
    let known = ["up", "down"].map(str::to_owned);
    let split = Split::read_for_length(&path, 3, &known, &options).unwrap();
    assert!(split.labels.is_empty());
    assert_eq!(split.series, [[0.1, 1.0, 2.0], [0.9, 2.0, 1.0]]);
}

#[test]
fn rows_to_predict_may_end_in_a_separator_or_a_label_in_words() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.csv");
    let read = |text: &str, known: [&str; 2]| {
        fs::write(&path, text).unwrap();
        let known = known.map(str::to_owned);
        Split::read_for_length(&path, 3, &known, &ReadOptions::default())
    };
    let words = ["up", "down"];
    for (text, labels) in [
        ("up,1.5,2,3,\ndown,3,2,1,\n", &words[..]),
        ("1.5,2,3,\n3,2,1,\n", &[]),
        ("1.5,2,3,up\n3,2,1,down\n", &words),
    ] {
        let split = read(text, words).unwrap();
        let left_out = split.read_as.about("left out").is_some();
        assert_eq!(left_out, text.contains(",\n"), "{text}");
        assert_eq!(split.series, [[1.5, 2.0, 3.0], [3.0, 2.0, 1.0]], "{text}");
        assert_eq!(split.labels, labels);
    }
    // A number at the end may be a value.
    let error = read("1.5,2.5,3,1\n3.5,2.5,1,2\n", ["1", "2"]).unwrap_err();
    assert!(
        error.to_string().contains("the last holds classes"),
        "{error}"
    );
}

#[test]
fn what_is_said_of_columns_is_refused_of_files_without() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.ts");
    let split = Split::new(
        vec![vec![1.0, 2.0], vec![2.0, 1.0]],
        ["a", "b"].map(str::to_owned).to_vec(),
    );
    split.write(&path, "a").unwrap();
    let plain = ReadOptions::default();
    assert_eq!(Split::read(&path, &plain).unwrap(), split);
    for options in [
        ReadOptions {
            columns: Some(("1".to_owned(), "2".to_owned())),
            ..plain.clone()
        },
        ReadOptions {
            drop: vec!["2".to_owned()],
            ..plain.clone()
        },
        ReadOptions {
            decimal: Some(','),
            ..plain.clone()
        },
    ] {
        for error in [
            Split::read(&path, &options).unwrap_err(),
            SplitParts::open(&path, 2, &split.labels, &options).unwrap_err(),
        ] {
            assert_eq!(error.kind(), ErrorKind::Setting);
            assert!(error.to_string().contains("is for tables"), "{error}");
        }
    }
    // The first column of the values stands before the last.
    let path = folder.path().join("a.csv");
    fs::write(&path, TRAIN).unwrap();
    let options = ReadOptions {
        columns: Some(("c".to_owned(), "a".to_owned())),
        ..plain
    };
    let error = Split::read(&path, &options).unwrap_err().to_string();
    let expected =
        "column \"a\" (2) stands before column \"c\" (4), so there is nothing between them";
    assert!(error.ends_with(expected), "{error}");
}

#[test]
fn the_series_of_a_long_table_keep_their_ids() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.csv");
    let rows = "pump,1,5\npump,2,7\nfan,1,2\nfan,2,1\n";
    fs::write(&path, "device,minute,watts\n".to_owned() + rows).unwrap();
    let options = ReadOptions {
        long: Some(LongColumns {
            id: "device".to_owned(),
            channel: None,
            time: Some("minute".to_owned()),
            value: "watts".to_owned(),
        }),
        ..ReadOptions::default()
    };
    let split = Split::read(&path, &options).unwrap();
    assert_eq!(split.ids, ["pump", "fan"]);
    assert_eq!(split.series, [[5.0, 7.0], [2.0, 1.0]]);
}
