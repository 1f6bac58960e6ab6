//! Kinds of files beside the plain ones: packed, with time stamps, of several channels, sparse; whole and
//! hostile.

use std::fs;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use retune_core::series::{
    Dataset, Format, LabelColumn, Missing, ReadOptions, Split, SplitParts, Unequal,
};
use retune_core::{Error, ErrorKind};

/// A folder and the files in it.
pub struct Files(pub tempfile::TempDir);

impl Files {
    pub fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.path().join(name);
        fs::write(&path, bytes).unwrap();
        path
    }

    /// The error without the folder.
    pub fn message(&self, error: &Error) -> String {
        let folder = format!("{}/", self.0.path().display());
        error.to_string().replace(&folder, "")
    }
}

/// The label stands first, whatever the fields look like.
fn options() -> ReadOptions {
    ReadOptions {
        label: LabelColumn::First,
        ..ReadOptions::default()
    }
}

pub fn read(path: &Path) -> Result<Split, Error> {
    Split::read(path, &options())
}

pub fn parts(path: &Path, length: usize) -> Result<Vec<Split>, Error> {
    SplitParts::open(path, length, &[], &options())?.collect()
}

pub fn unlabelled(split: &Split) -> Split {
    Split {
        labels: Vec::new(),
        ..split.clone()
    }
}

pub fn sample() -> Split {
    let series = vec![vec![0.5, -1.25, 3.0], vec![1e-3, 2.0, 4e10]];
    Split::new(series, vec!["up".to_owned(), "down".to_owned()])
}

#[test]
fn packed_files_are_read_by_the_name_before_gz() {
    let files = Files::new();
    for extension in ["ts", "tsv", "txt", "arff", "csv"] {
        let plain = files.write(&format!("plain.{extension}"), "");
        let packed = files.write(&format!("packed.{extension}.gz"), "");
        for path in [&plain, &packed] {
            sample().write(path, "sample").unwrap();
        }
        assert_ne!(fs::read(&plain).unwrap(), fs::read(&packed).unwrap());
        assert_eq!(read(&packed).unwrap(), read(&plain).unwrap(), "{extension}");
        assert_eq!(parts(&packed, 3).unwrap(), parts(&plain, 3).unwrap());
        // A browser may have unpacked the file without telling its name.
        let unpacked = files.write(
            &format!("unpacked.{extension}.gz"),
            fs::read(&plain).unwrap(),
        );
        assert_eq!(read(&unpacked).unwrap(), read(&plain).unwrap());
    }
}

#[test]
fn a_packed_file_that_is_damaged_is_named() {
    let files = Files::new();
    let path = files.write("a.csv.gz", "");
    sample().write(&path, "sample").unwrap();
    let bytes = fs::read(&path).unwrap();
    files.write("a.csv.gz", &bytes[..bytes.len() / 2]);
    for error in [read(&path).unwrap_err(), parts(&path, 3).unwrap_err()] {
        let message = files.message(&error);
        assert!(message.starts_with("cannot read "), "{message}");
        assert!(message.contains("a.csv.gz: what gzip packed is damaged or cut short"));
    }
}

#[test]
fn a_folder_may_hold_packed_files() {
    let files = Files::new();
    for part in ["TRAIN", "TEST"] {
        let end = if part == "TEST" { "" } else { ".gz" };
        let path = files.write(&format!("Set.2_{part}.ts{end}"), "");
        sample().write(&path, "sample").unwrap();
    }
    let data = Dataset::read(files.0.path(), &ReadOptions::default()).unwrap();
    assert_eq!((data.train, data.test), (sample(), sample()));
    let train = files.0.path().join("Set.2_TRAIN.ts.gz");
    let test = files.0.path().join("Set.2_TEST.ts");
    let data = Dataset::read_files(&train, &test, &ReadOptions::default()).unwrap();
    assert_eq!(data.name, "Set.2");
}

#[test]
fn both_files_cannot_be_standard_input() {
    let both = Dataset::read_files("-".as_ref(), "-".as_ref(), &ReadOptions::default());
    let expected = "standard input cannot be both the training and the test file";
    assert_eq!(both.unwrap_err().to_string(), expected);
}

#[test]
fn a_format_that_is_said_is_stronger_than_a_name() {
    let files = Files::new();
    let path = files.write("a.dat", "up,1,2\ndown,3,4\n");
    assert_eq!(read(&path).unwrap_err().kind(), ErrorKind::UnknownName);
    let options = ReadOptions {
        format: Some(Format::Csv),
        ..options()
    };
    let split = Split::read(&path, &options).unwrap();
    assert_eq!(split.labels, ["up", "down"]);
    assert_eq!("ts".parse::<Format>().unwrap(), Format::Ts);
    let error = "xls".parse::<Format>().unwrap_err().to_string();
    assert!(
        error.starts_with("`xls` is no format; expected one of `ts`"),
        "{error}"
    );
}

#[test]
fn time_stamps_are_left_out() {
    let files = Files::new();
    let header = "@timeStamps true\n@univariate true\n@classLabel true up down\n@data\n";
    for rows in [
        "(0,0.5),(1,-1.25),(2,3):up\n(0,0.001),(1,2),(2,4e10):down\n",
        "(2020-01-01 00:00:00,0.5),(2020-01-02 00:00:00, -1.25) , ( 2020-01-03 00:00:00,3) : up\n\
         (2020-01-01 00:00:00,0.001),(2020-01-02 00:00:00,2),(2020-01-03 00:00:00,4e10):down\n",
    ] {
        let path = files.write("a.ts", format!("{header}{rows}"));
        let split = read(&path).unwrap();
        assert_eq!(
            (&split.series, &split.labels),
            (&sample().series, &sample().labels)
        );
        assert_eq!(parts(&path, 3).unwrap()[0].series, sample().series);
    }
    let text = "@timeStamps true\n@univariate false\n@classLabel false\n@data\n\
                (0:00,1),(0:10,2):(0:00,3),(0:10,?)\n";
    let options = ReadOptions {
        missing: Missing::Interpolate,
        ..ReadOptions::default()
    };
    let split = Split::read(&files.write("b.ts", text), &options).unwrap();
    assert_eq!(
        (split.channels, &split.series[0]),
        (2, &vec![1.0, 2.0, 3.0, 3.0])
    );
}

#[test]
fn values_that_are_missing_against_the_header_can_be_filled() {
    let files = Files::new();
    let text = "@missing false\n@classLabel true a b\n@data\n1,?,3:a\n1,2,3:b\n";
    let path = files.write("a.ts", text);
    let error = read(&path).unwrap_err();
    assert_eq!(error.settings(), [("missing", "interpolate")]);
    let options = ReadOptions {
        missing: Missing::Interpolate,
        ..ReadOptions::default()
    };
    assert_eq!(
        Split::read(&path, &options).unwrap().series[0],
        [1.0, 2.0, 3.0]
    );
}

#[test]
fn labels_may_be_unknown_where_they_are_to_be_predicted() {
    let files = Files::new();
    let arff = "@relation r\n@attribute x real\n@attribute y real\n@attribute c {a,b}\n@data\n";
    let ts = "@classLabel true a b\n@data\n";
    let options = ReadOptions::default();
    for (name, header, colon) in [("a.ts", ts, ":"), ("a.arff", arff, ",")] {
        let file = |labels: [&str; 2]| {
            let rows = labels.map(|label| format!("1,2{colon}{label}\n")).concat();
            files.write(name, format!("{header}{rows}"))
        };
        let path = file(["?", "?"]);
        let split = Split::read_for_length(&path, 2, &[], &options).unwrap();
        assert_eq!((split.len(), split.labels.len()), (2, 0), "{name}");
        assert_eq!(parts(&path, 2).unwrap(), [split]);
        let known = ["a".to_owned(), "b".to_owned()];
        for error in [
            Split::read_to_train(&path, &options).unwrap_err(),
            Split::read_to_score(&path, 2, &known, &options).unwrap_err(),
        ] {
            assert!(
                error.to_string().contains("the label is missing"),
                "{error}"
            );
        }
        let path = file(["?", "b"]);
        let split = Split::read_for_length(&path, 2, &[], &options).unwrap();
        assert_eq!(split.labels, ["?", "b"], "{name}");
    }
    // A class may be called so.
    let path = files.write("b.ts", "@classLabel true ? a\n@data\n1,2:?\n3,4:a\n");
    assert_eq!(
        Split::read_to_train(&path, &options).unwrap().labels,
        ["?", "a"]
    );
}

/// Two series of two channels.
fn channels() -> Split {
    Split {
        series: vec![vec![1.0, 2.0, 3.0, 4.0], vec![5.0, 6.0, 7.0, 8.0]],
        channels: 2,
        ..sample()
    }
}

#[test]
fn several_channels_are_read_and_refused_by_what_takes_one() {
    let files = Files::new();
    let ts = "@univariate false\n@dimensions 2\n@equalLength true\n@seriesLength 2\n\
              @classLabel true up down\n@data\n1,2:3,4:up\n5,6:7,8:down\n";
    let arff = "@relation r\n@attribute m relational\n  @attribute t0 numeric\n\
                @attribute t1 numeric\n@end m\n@attribute class {up,down}\n@data\n\
                \"1,2\\n3,4\",up\n'5,6\\n7,8\\n',down\n";
    for (name, text) in [("a.ts", ts), ("a.arff", arff)] {
        let path = files.write(name, text);
        assert_eq!(read(&path).unwrap(), channels(), "{name}");
        let options = ReadOptions::default();
        for error in [
            Split::read_to_train(&path, &options).unwrap_err(),
            Split::read_for_length(&path, 4, &[], &options).unwrap_err(),
            Split::read_to_score(&path, 4, &sample().labels, &options).unwrap_err(),
            Dataset::read_files(&path, &path, &options).unwrap_err(),
            parts(&path, 4).unwrap_err(),
        ] {
            let expected = format!(
                "{name}: the file has 2 channels; expected one, since programs take univariate \
                 series so far"
            );
            assert_eq!(files.message(&error), expected);
            assert_eq!(error.kind(), ErrorKind::Unsupported);
        }
    }
    for extension in ["csv", "tsv", "txt", "arff"] {
        let path = files.write("b", "").with_extension(extension);
        let error = channels().write(&path, "b").unwrap_err().to_string();
        assert!(error.ends_with("the series have 2 channels; expected one, or the extension .ts"));
    }
}

#[test]
fn channels_of_unequal_series_are_filled_and_stretched_each_by_itself() {
    let files = Files::new();
    let text = "@univariate false\n@equalLength false\n@classLabel true a b\n@data\n\
                0,?,4:8,?,?:a\n0,2:5,7:b\n1:2:a\n";
    let options = ReadOptions {
        missing: Missing::Interpolate,
        unequal: Unequal::Resample,
        ..ReadOptions::default()
    };
    let split = Split::read(&files.write("a.ts", text), &options).unwrap();
    let expected = [
        [0.0, 4.0, 8.0, 8.0],
        [0.0, 2.0, 5.0, 7.0],
        [1.0, 1.0, 2.0, 2.0],
    ];
    assert_eq!(split.series, expected);
    let text = "@relation r\n@attribute m relational\n@attribute x real\n@attribute y real\n\
                @end m\n@attribute c {a,b}\n@data\n'1,?\\n3,?',a\n'4,?\\n5,?',b\n";
    let split = Split::read(&files.write("a.arff", text), &ReadOptions::default()).unwrap();
    assert_eq!(
        (split.channels, split.series),
        (2, vec![vec![1.0, 3.0], vec![4.0, 5.0]])
    );
}

#[test]
fn relational_files_of_one_channel_are_univariate() {
    let files = Files::new();
    let text = "@relation r\n@attribute m relational\n@attribute x real\n@attribute y real\n\
                @attribute z real\n@end m\n@attribute class {up,down}\n@data\n\
                \"0.5,-1.25,3\",up\n'0.001,2,4e10',down\n";
    let path = files.write("a.arff", text);
    assert_eq!(
        Split::read_to_train(&path, &ReadOptions::default()).unwrap(),
        sample()
    );
}

#[test]
fn sparse_rows_leave_out_zeros_and_the_first_class() {
    let files = Files::new();
    let text = "@relation r\n@attribute x real\n@attribute y real\n@attribute z real\n\
                @attribute class {'a b',down}\n@data\n{1 2.5, 3 down}\n{0 -1,1 4,2 1e3}\n{ }\n\
                { 2 7, 3 'a b' }\n1,2,3,down\n";
    let split = read(&files.write("a.arff", text)).unwrap();
    let expected = [
        [0.0, 2.5, 0.0],
        [-1.0, 4.0, 1e3],
        [0.0; 3],
        [0.0, 0.0, 7.0],
        [1.0, 2.0, 3.0],
    ];
    assert_eq!(split.series, expected);
    assert_eq!(split.labels, ["down", "a b", "a b", "a b", "down"]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn several_channels_read_back(
        series in prop::collection::vec(prop::collection::vec(-1e6..1e6f64, 6), 1..5),
        channels in prop::sample::select(vec![1usize, 2, 3, 6]),
        end in prop::sample::select(vec!["ts", "ts.gz"]),
    ) {
        let files = Files::new();
        let split = Split { channels, ..Split::new(series, Vec::new()) };
        let path = files.0.path().join(format!("a.{end}"));
        split.write(&path, "channels").unwrap();
        prop_assert_eq!(read(&path).unwrap(), split);
    }

    #[test]
    fn any_text_of_these_kinds_is_read_or_refused(
        header in prop::sample::select(vec![
            "@timeStamps true\n@univariate false\n@classLabel true a b\n@data\n",
            "@dimensions 2\n@data\n",
            "@relation r\n@attribute m relational\n@attribute x real\n@end m\n\
             @attribute c {a,b}\n@data\n",
            "@relation r\n@attribute x real\n@attribute c {a,b}\n@attribute y real\n@data\n",
        ]),
        text in "[0-9a,:?(){}' \n\\\\n.-]{0,40}",
    ) {
        let files = Files::new();
        for name in ["a.ts", "a.arff"] {
            let path = files.write(name, format!("{header}{text}"));
            let _ = read(&path);
            let _ = parts(&path, 2);
        }
    }
}
