//! Every bad input is told with its place, what was expected, and what to do.

use std::fs;
use std::path::Path;

use retune_core::series::{Dataset, LabelColumn, ReadOptions, Split, Unequal};
use retune_core::{Error, ErrorKind};

/// Blocks of files that are told alike: the kind, the message and what to do, then the extension
/// of each file, its text and its part of the message. `TS`, `STAMPS`, `ARFF` and `RELATION` stand
/// for sound headers, `¶` for a quoted end of a line.
const CASES: &str = r#"
UnknownName | a.{}; expected .ts, .tsv, .txt, .arff, .csv, .npy, .npz or none, or one of them and .gz | give the file the extension of its format, or say which it has: format
dat | | dat: unknown file extension `dat`
dat.gz | | dat.gz: unknown file extension `dat`

UnknownName | a.{}; expected .ts, .tsv, .txt, .arff, .csv, .npy, .npz or none, or one of them and .gz | save the table as .csv, and read that
xlsx | | xlsx: unknown file extension `xlsx`

UnknownName | a.{}; expected .ts, .tsv, .txt, .arff, .csv, .npy, .npz or none, or one of them and .gz | recordings are for listening, and for programs that were fitted to recordings
WAV | | WAV: unknown file extension `WAV`

UnknownName | a.{}; expected .ts, .tsv, .txt, .arff, .csv, .npy, .npz or none, or one of them and .gz | histories of .tsf files are for forecasting
tsf | | tsf: unknown file extension `tsf`

Empty | {}: the file has no series; expected at least one row of data | check that this is the file that was meant, and that it was written to its end
tsv | | a.tsv:1
txt | \n\n | a.txt:2
csv | \n | a.csv:1
 | \n\n | a:2
csv | label,x,y\n | a.csv:1
ts | TS | a.ts:3
arff | ARFF | a.arff:5

Empty | {}: the row has no values; expected fields separated by tabs | give the file the extension of its format: .tsv for tabs, .csv for commas, .txt for white space
tsv | a 1 2\nb 1 2\n | a.tsv:1

NotANumber | {} is not a number; expected a finite number or, where a value is missing, `?`, `NaN` or an empty field | if that field is the label, say so: label
tsv | a\t1\t2\nb\t1\tx2\n | a.tsv:2:3: field `x2`
txt | a 1 2\n\nb inf 2\n | a.txt:3:2: field `inf`
csv | a,1,2\nb,1,1;5\n | a.csv:2:3: field `1;5`

NotANumber | {} is not a number; expected a finite number or, where a value is missing, `?`, `NaN` or an empty field |
ts | TS1,-inf:a\n | a.ts:4:2: field `-inf`
arff | ARFF1,two,a\n | a.arff:6:2: field `two`
arff | ARFF{0 1 2}\n | a.arff:6:1: field `1 2`

NotANumber | {} is too large; expected a number within ±3.4e38 |
tsv | a\t1\t1e39\n | a.tsv:1:3: field `1e39`

Ragged | {}: the row has 2 fields; expected 3 like the first row | fill shorter series up with `NaN` at the end of the row
tsv | a\t1\t2\nb\t1\n | a.tsv:2
txt | a,1,2\nb,1\n | a.txt:2
csv | a,1,2\nb,1\n | a.csv:2

Ragged | {}: the row has 2 fields, one of them in quotes over several lines; expected 3 like the first row | fill shorter series up with `NaN` at the end of the row
csv | a,1,2\nb,"1,2\nc,1,2\n | a.csv:2

Malformed | {} | check that this is the file that was meant, and that it was written to its end
ts | | a.ts:1: the file ends without `@data`; expected it before the series
arff | | a.arff:1: the file ends without `@data`; expected it before the series

Malformed | {} |
ts | @seriesLength 3\n@classLabel true a b\n@data\n1,2:a | a.ts:4: the series has 2 values; expected 3, as `@seriesLength` on line 1 says
ts | @equalLength true\n@classLabel true a b\n@data\n1,2:a\n1,2,3:b | a.ts:5: the series has 3 values, the one on line 4 has 2; expected the same length, as `@equalLength true` says
ts | TS1,2:c | a.ts:4:3: `@classLabel` does not list the label `c`; expected one of `a`, `b`
ts | TS1,2 | a.ts:4: the row has no label; expected `:LABEL` after the values, as `@classLabel true` says
ts | @classLabel false\n@data\n1,2:a | a.ts:3: the row has a colon; expected values without a label, as `@classLabel false` says
ts | @univariate true\n@data\n1,2:a | a.ts:3: the row has a colon; expected values without a label, as there is no `@classLabel true`
ts | @equalLength maybe | a.ts:1: `@equalLength` has `maybe`; expected `true` or `false`
ts | @seriesLength | a.ts:1: `@seriesLength` has nothing; expected a whole number
ts | 1,2:a | a.ts:1: found `1,2:a` before `@data`; expected a line that starts with `@`
arff | ARFF1,a | a.arff:6: the row has 2 fields; expected 3, as many as declared attributes
arff | ARFF1,2,c | a.arff:6:3: the label `c` is not declared; expected one of `a`, `b`
arff | @attribute c {a,b}\n@attribute d {a,b} | a.arff:2: `d` is a second nominal attribute beside `c`; expected one, the label
arff | @attribute c {a,b | a.arff:1: `@attribute c {a,b` cannot be read; expected a name and a type
arff | @attribute c {a,b}\n@data | a.arff:2: no numeric attribute is declared; expected one for each value
arff | ARFF1,2,'a | a.arff:6: a quote is not closed, or text follows it; expected values separated by commas

Malformed | {} |
ts | @univariate true\n@classLabel true a b\n@data\n1:2:a | a.ts:4: the series has 2 channels; expected one, as the headers say
ts | @dimensions 2\n@classLabel true a b\n@data\n1:2:3:a | a.ts:4: the series has 3 channels; expected 2
ts | TS1,2:3,4:a\n1,2:b | a.ts:5: the series has 1 channels; expected 2
ts | TS1,2:3:a | a.ts:4: channel 2 has 1 values, channel 1 has 2; expected channels of one length
ts | STAMPS1,2:a | a.ts:4: found `1,2:a`; expected `(STAMP,VALUE)`, as `@timeStamps true` says
ts | STAMPS(0,1),2:a | a.ts:4: found `2:a`; expected `(STAMP,VALUE)`, as `@timeStamps true` says
ts | STAMPS(0,1 | a.ts:4: found `(0,1`; expected `(STAMP,VALUE)`, as `@timeStamps true` says
ts | STAMPS(1):a | a.ts:4: found `(1):a`; expected `(STAMP,VALUE)`, as `@timeStamps true` says
ts | STAMPS(0,1)x:a | a.ts:4: found `x:a` after `)`; expected a comma, a colon or the end of the line
ts | STAMPS(0,1) | a.ts:4: the row has no label; expected `:LABEL` after the values, as `@classLabel true` says
ts | STAMPS(0,1):c | a.ts:4:2: `@classLabel` does not list the label `c`; expected one of `a`, `b`
ts | @timeStamps true\n@data\n(0,1):a | a.ts:3: the row has a colon; expected values without a label, as there is no `@classLabel true`
arff | @attribute r relational\n@data | a.arff:2: the relational attribute `r` has no `@end`
arff | @attribute r relational\n@end r\n@data | a.arff:3: no numeric attribute is declared; expected one for each value
arff | @end r | a.arff:1: `@end` ends no relational attribute
arff | @attribute r relational\n@end r\n@attribute s relational | a.arff:3: `s` is a second relational attribute beside `r`; expected one
arff | @attribute r relational\n@attribute x real\n@end r\n@attribute y real\n@data | a.arff:5: there are numeric attributes beside the relational one, `r`; expected all values in it
arff | RELATION'1,2¶3',a | a.arff:8:1: channel 2 has 1 values; expected 2, as many as attributes declared within `r`
arff | RELATION'1,2¶3,4',a\n'1,2',b | a.arff:9: the series has 1 channels; expected 2
arff | ARFF{0 1 | a.arff:6: the sparse row `{0 1` cannot be read; expected `{INDEX VALUE, …}`
arff | ARFF{x 1} | a.arff:6: the sparse row `{x 1}` cannot be read; expected `{INDEX VALUE, …}`
arff | ARFF{0 1}, {2} | a.arff:6: the sparse row `{0 1}, {2}` cannot be read; expected `{INDEX VALUE, …}`
arff | ARFF{3 1} | a.arff:6: the sparse row names the attribute 3; expected 0 to 2
arff | ARFF{0 1, 0 2} | a.arff:6: the sparse row names the attribute 0 twice

Unsupported | {} |
ts | @targetlabel true | a.ts:1: the file has regression targets; expected class labels or none
arff | @attribute r relational\n@attribute c {a,b} | a.arff:2: `c` is nominal within a relational attribute; expected numbers there

Unsupported | {}; expected `numeric`, `real`, `integer` or {a,b} | take the attribute and its field of every row out of the file
arff | @attribute d date | a.arff:1: `d` is of type `date`
arff | @attribute s string | a.arff:1: `s` is of type `string`

MissingValue | {}: the value is missing; expected a number in every field | fill missing values from their neighbours: missing=interpolate
tsv | a\t1\tNaN\t2\n | a.tsv:1:3
csv | l,y,z\na,?,2\n | a.csv:2:2
csv | a,1,,2\n | a.csv:1:3
ts | TS1,?:a\n | a.ts:4:2
ts | @missing false\n@classLabel true a b\n@data\n1,?:a | a.ts:4:2
ts | TS1,2:3,?:a\n | a.ts:4:4
ts | STAMPS(0,1),(1,?):a\n | a.ts:4:2
arff | RELATION'1,?¶?,2',a | a.arff:8:2
arff | ARFF?,1,a\n | a.arff:6:1

MissingValue | {}: every value of the series is missing; expected at least one number |
tsv | a\tNaN\tNaN\n | a.tsv:1
ts | TS?,?:a\n | a.ts:4
ts | TS:a\n | a.ts:4

MissingValue | {}: every value of a channel is missing; expected at least one number |
ts | TS1,2:?,?:a\n | a.ts:4
arff | RELATION'1,2¶?,?',a | a.arff:8

UnequalLengths | {}: the series has 2 values; expected 3, as many as the series on line 1 | stretch all series to the median length of the training split: unequal=resample
tsv | a\t1\t2\t4\nb\t1\t2\tNaN\n | a.tsv:2

Labels | {}: the label is missing; expected a class label | give every series of the file a label
csv | a,1,2\n,1,2\n | a.csv:2:1
arff | ARFF1,2,?\n | a.arff:6:3
arff | ARFF1,2,''\n | a.arff:6:3
ts | TS1,2:\n | a.ts:4:3
ts | TS1,2:?\n | a.ts:4:3
ts | STAMPS(0,1):?\n | a.ts:4:2
"#;

const TS: &str = "@problemName x\n@classLabel true a b\n@data\n";
const STAMPS: &str = "@timeStamps true\n@classLabel true a b\n@data\n";
const RELATION: &str = "@relation r\n@attribute r relational\n@attribute x real\n\
     @attribute y real\n@end r\n@attribute c {a,b}\n@data\n";
const ARFF: &str = "@relation r\n@attribute x real\n@attribute y real\n@attribute c {a,b}\n@data\n";
const CHOOSE_LABEL: &str =
    "choose the column of the labels (`first`, `last`, a number, a name or `none`): label";

#[test]
fn what_is_wrong_in_a_file() {
    let columns = |line: &'static str| -> [&str; 3] {
        let columns: Vec<&str> = line.split('|').map(str::trim).collect();
        columns.try_into().unwrap()
    };
    for block in CASES.trim().split("\n\n") {
        let mut lines = block.lines();
        let [kind, shared, advice] = columns(lines.next().unwrap());
        for line in lines {
            let [extension, text, own] = columns(line);
            let text = text.replace("\\n", "\n").replace("\\t", "\t");
            let text = text.replace("ARFF", ARFF).replace("STAMPS", STAMPS);
            let text = text.replace("RELATION", RELATION).replace("TS", TS);
            let text = text.replace('¶', "\\n");
            let (message, error) = error(extension, text, LabelColumn::First);
            assert_eq!(message, shared.replace("{}", own), "{line}");
            assert_eq!(format!("{:?}", error.kind()), kind, "{line}");
            assert_eq!(self::advice(&error), advice, "{line}");
        }
    }
}

/// Reads a text as a file of this extension and returns the error, with the folder cut off.
fn error(extension: &str, text: impl AsRef<[u8]>, label: LabelColumn) -> (String, Error) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a").with_extension(extension);
    fs::write(&path, text).unwrap();
    let error = Split::read(&path, &labelled(label)).unwrap_err();
    (cut(&error, folder.path()), error)
}

fn dataset_error(files: &[(&str, &str)], label: LabelColumn) -> (String, Error) {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        fs::write(folder.path().join(name), text).unwrap();
    }
    let error = Dataset::read(folder.path(), &labelled(label)).unwrap_err();
    (cut(&error, folder.path()), error)
}

fn labelled(label: LabelColumn) -> ReadOptions {
    ReadOptions {
        label,
        ..ReadOptions::default()
    }
}

fn cut(error: &Error, folder: &Path) -> String {
    let folder = format!("{}/", folder.display());
    error.to_string().replace(&folder, "")
}

/// What to do about an error: the hint, and the setting where there is one.
fn advice(error: &Error) -> String {
    let hint = error.hint().unwrap_or_default();
    match error.settings() {
        [] => hint.to_owned(),
        [(name, "")] => format!("{hint}: {name}"),
        [(name, value)] => format!("{hint}: {name}={value}"),
        several => panic!("{several:?}"),
    }
}

#[test]
fn a_file_that_is_not_there() {
    let error = Split::read(Path::new("nowhere/a.tsv"), &ReadOptions::default()).unwrap_err();
    assert!(error.to_string().starts_with("cannot read nowhere/a.tsv: "));
    assert_eq!(error.kind(), ErrorKind::Read);
}

#[test]
fn a_label_column_that_is_not_there() {
    let name = || LabelColumn::Name("kind".to_owned());
    let number = LabelColumn::Number;
    for (extension, text, label, expected) in [
        ("csv", "x,y\n1,2\n", name(), "`kind`; there are `x`, `y`"),
        ("csv", "x,y\n1,2\n", number(0), "`0`; there are `x`, `y`"),
        ("csv", "x,y\n1,2\n", number(3), "`3`; there are `x`, `y`"),
        (
            "tsv",
            "x\t1\nz\t1\n",
            name(),
            "`kind`; there are 2 columns without names",
        ),
    ] {
        let (message, error) = error(extension, text, label);
        let expected = format!("a.{extension}: there is no label column {expected}");
        assert_eq!(message, expected);
        assert_eq!(error.kind(), ErrorKind::Column);
        assert_eq!(advice(&error), CHOOSE_LABEL);
    }
}

#[test]
fn files_that_are_not_utf_8() {
    for extension in ["tsv", "txt", "csv", "ts", "arff", ""] {
        let (message, error) = error(extension, b"a\t1\nb\xff\t2\n", LabelColumn::First);
        let expected = ":2: byte 6 of the file is not UTF-8; expected a UTF-8 text file";
        assert!(message.ends_with(expected), "{message}");
        assert_eq!(advice(&error), "save the file as UTF-8");
    }
    // As spreadsheets save "Unicode text": UTF-16 with a byte order mark.
    let (message, _) = error("csv", b"\xff\xfea\x00,\x001\x00\n\x00", LabelColumn::First);
    assert!(message.starts_with("a.csv:1: byte 1 of the file"));
}

#[test]
fn training_and_test_files_that_do_not_fit() {
    let train = ("x_TRAIN.tsv", "1\t1\t2\n-1\t1\t2\n");
    for (files, label, expected, expected_advice) in [
        (
            [train, ("x_TEST.tsv", "1\t1\t2\t3\n")],
            LabelColumn::First,
            "x_TEST.tsv:1: the series has 3 values; expected 2, the length of the training series",
            "stretch all series to the length of the training series: unequal=resample",
        ),
        (
            [("x_TRAIN.tsv", "1\t2\n"), ("x_TEST.tsv", "1\t2\n")],
            LabelColumn::Absent,
            "x_TRAIN.tsv: the file has no labels; expected a class label for each series",
            CHOOSE_LABEL,
        ),
    ] {
        let (message, error) = dataset_error(&files, label);
        assert_eq!(message, expected);
        assert_eq!(advice(&error), expected_advice);
    }
}

#[test]
fn a_label_that_training_never_saw_is_said_or_refused() {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in [
        ("x_TRAIN.tsv", "1\t1\t2\n-1\t1\t2\n"),
        ("x_TEST.tsv", "1.0\t1\t2\n2\t1\t2\n"),
    ] {
        fs::write(folder.path().join(name), text).unwrap();
    }
    let mut options = labelled(LabelColumn::First);
    let test = Dataset::read(folder.path(), &options).unwrap().test;
    assert_eq!(test.labels, ["1", "2"]);
    assert_eq!(test.read_as.about("labels"), Some("`1.0` read as `1`"));
    let said = "labels that training never saw (`2`), wrong where scored";
    assert_eq!(test.read_as.about("unknown"), Some(said));
    options.strict = true;
    let error = Dataset::read(folder.path(), &options).unwrap_err();
    let expected = "x_TEST.tsv:2:1: the training split has no label `2`; expected one of `-1`, `1`";
    assert_eq!(cut(&error, folder.path()), expected);
}

#[test]
fn folders_without_one_data_set() {
    let files = [("x_TRAIN.tsv", ""), ("x_TEST.ts", "")];
    let (message, error) = dataset_error(&files, LabelColumn::First);
    let looked_for =
        "with the extension .ts, .tsv, .txt, .arff, .csv, .npz or none, and perhaps .gz after it";
    assert!(message.contains(": no training and test files; looked for "));
    assert!(message.ends_with(looked_for), "{message}");
    assert!(error.hint().is_some());
    let missing = Dataset::read(Path::new("nowhere"), &ReadOptions::default()).unwrap_err();
    assert!(missing.to_string().starts_with("cannot read nowhere: "));

    let files = ["x_TRAIN.tsv", "x_TEST.tsv", "y_TRAIN.ts", "y_TEST.ts"].map(|name| (name, ""));
    let (message, _) = dataset_error(&files, LabelColumn::First);
    let several = ": the files of several data sets (`x`, `y`); expected one pair";
    assert!(message.contains(several), "{message}");
}

#[test]
fn rows_to_predict_of_the_wrong_length() {
    let folder = tempfile::tempdir().unwrap();
    let read = |name: &str, text: &str, length, unequal| {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        let options = ReadOptions {
            unequal,
            ..labelled(LabelColumn::First)
        };
        Split::read_for_length(&path, length, &[], &options)
    };
    let row = |length, unequal| read("a.csv", "1,2,3,4\n", length, unequal);
    for length in [2, 5] {
        let error = row(length, Unequal::Reject).unwrap_err();
        let expected = format!(
            "a.csv:1: the row has 4 fields; expected {length} values, or {length} values and a label"
        );
        assert_eq!(cut(&error, folder.path()), expected);
        assert_eq!(error.settings(), [("unequal", "resample")]);
    }
    assert!(row(4, Unequal::Reject).unwrap().labels.is_empty());
    assert_eq!(row(3, Unequal::Reject).unwrap().labels, ["1"]);
    let split = row(5, Unequal::Resample).unwrap();
    assert_eq!(split.labels, ["1"]);
    assert_eq!(split.series, [[2.0, 2.5, 3.0, 3.5, 4.0]]);
    let error = read("b.ts", "@data\n1,2\n", 3, Unequal::Reject).unwrap_err();
    assert_eq!(
        cut(&error, folder.path()),
        "b.ts:2: the series has 2 values; expected 3, the length of the training series"
    );
}

#[test]
fn splits_that_cannot_be_written() {
    let folder = tempfile::tempdir().unwrap();
    let split = |series: &[&[f64]], labels: &[&str]| Split {
        series: series.iter().map(|series| series.to_vec()).collect(),
        labels: labels.iter().map(|label| (*label).to_owned()).collect(),
        ..Split::default()
    };
    let labelled = |label| split(&[&[1.0]], &[label]);
    let not_finite = "series 1 is empty or has a value that is not finite";
    for (extension, split, problem) in [
        ("tsv", split(&[], &[]), "there are no series"),
        (
            "tsv",
            split(&[&[1.0]], &["a", "b"]),
            "there are 2 labels for 1 series",
        ),
        ("tsv", split(&[&[f64::NAN]], &["a"]), not_finite),
        ("csv", labelled(" a"), "the label \" a\" cannot be written"),
        (
            "txt",
            labelled("a b"),
            "the label `a b` cannot stand in a .txt file",
        ),
        (
            "ts",
            labelled("a:b"),
            "the label `a:b` cannot stand in a .ts file",
        ),
    ] {
        let path = folder.path().join("a").with_extension(extension);
        let message = cut(&split.write(&path, "x").unwrap_err(), folder.path());
        let expected = format!("cannot write a.{extension}: {problem}");
        assert!(message.starts_with(&expected), "{message}");
    }
}

#[test]
fn a_word_among_numbers_makes_no_header() {
    let (message, error) = error("csv", "a,1,2x,3\nb,1,2,3\n", LabelColumn::First);
    let expected =
        "a.csv:1:3: `2x` is a word among numbers, so the first row may be a header or data";
    assert_eq!(message, expected);
    assert_eq!(error.settings(), [("header", "yes"), ("header", "no")]);
}
