//! What is written reads back the same, in every format; what cannot be read is an error and never
//! a panic; and the data sets in `data/` are the ones that the catalogue describes.

use std::fs;
use std::path::Path;

use proptest::prelude::*;
use retune_core::series::{
    Classes, Dataset, LabelColumn, Missing, ReadOptions, Split, SplitParts, Unequal, find,
    z_normalise,
};

const EXTENSIONS: [&str; 6] = ["ts", "tsv", "txt", "arff", "csv", ""];

fn file(folder: &Path, extension: &str) -> std::path::PathBuf {
    folder.join("a").with_extension(extension)
}

fn lenient() -> ReadOptions {
    ReadOptions {
        missing: Missing::Interpolate,
        unequal: Unequal::Resample,
        ..first()
    }
}

/// Labels in the first column, even where each is another.
fn first() -> ReadOptions {
    ReadOptions {
        label: LabelColumn::First,
        ..ReadOptions::default()
    }
}

fn unlabelled() -> ReadOptions {
    ReadOptions {
        label: LabelColumn::Absent,
        ..ReadOptions::default()
    }
}

fn finite() -> impl Strategy<Value = f64> {
    let any = (any::<f32>(), 0.0..1.0f64).prop_map(|(value, part)| f64::from(value) * part);
    any.prop_map(|value| if value.is_finite() { value } else { 0.5 })
}

/// Series of one length with labels that every format can hold.
fn split(label: &'static str) -> impl Strategy<Value = Split> {
    (1..9usize, 1..7usize).prop_flat_map(move |(count, length)| {
        let series = prop::collection::vec(prop::collection::vec(finite(), length), count);
        // Numbers may be written in another way when they are read back.
        let named = |label: String| match label.trim().parse::<f64>() {
            Ok(_) => format!("c{}", label.trim()),
            Err(_) => label,
        };
        let labels = prop::collection::vec(label.prop_map(named), count);
        (series, labels).prop_map(|(series, labels)| Split {
            series,
            labels,
            ..Split::default()
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn what_is_written_reads_back(split in split("-?[a-zA-Z0-9_.äß]{1,8}")) {
        let folder = tempfile::tempdir().unwrap();
        for extension in EXTENSIONS {
            let path = file(folder.path(), extension);
            split.write(&path, "round trip").unwrap();
            let read = Split::read(&path, &first()).unwrap();
            prop_assert_eq!(&read, &split, "{}", extension);
            let length = split.series[0].len();
            let read = Split::read_for_length(&path, length, &[], &first()).unwrap();
            prop_assert_eq!(&read, &split, "{} for length {}", extension, length);
            let mut parts = SplitParts::open(&path, length, &[], &first()).unwrap();
            prop_assert_eq!(&parts.next().unwrap().unwrap(), &split, "{} in parts", extension);
            prop_assert!(parts.next().is_none());
        }
    }

    #[test]
    fn unlabelled_series_read_back(split in split("a")) {
        let split = Split { labels: Vec::new(), ..split };
        let folder = tempfile::tempdir().unwrap();
        for extension in EXTENSIONS {
            let path = file(folder.path(), extension);
            split.write(&path, "round trip").unwrap();
            let length = split.series[0].len();
            // The first values may be whole numbers that could as well count the rows.
            let is_table = !["ts", "arff"].contains(&extension);
            let columns = is_table.then(|| ("1".to_owned(), length.to_string()));
            let options = ReadOptions { columns, ..unlabelled() };
            let read = Split::read(&path, &options).unwrap();
            prop_assert_eq!(&read, &split, "{}", extension);
            let read = Split::read_for_length(&path, length, &[], &first()).unwrap();
            prop_assert_eq!(&read, &split, "{} for length {}", extension, length);
        }
    }

    #[test]
    fn any_label_is_refused_or_reads_back(split in split("[ -~]{0,6}")) {
        let folder = tempfile::tempdir().unwrap();
        for extension in EXTENSIONS {
            let path = file(folder.path(), extension);
            if split.write(&path, "round trip").is_ok() {
                let read = Split::read(&path, &first()).unwrap();
                prop_assert_eq!(&read, &split, "{}", extension);
            }
        }
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        refuse_or_read(&bytes);
    }

    #[test]
    fn any_text_is_read_or_refused(text in "(@data|@classLabel true|[0-9.,:?'{} \t\n\r\"\\\\a-c%@-]){0,60}") {
        refuse_or_read(text.as_bytes());
    }

    #[test]
    fn a_damaged_file_is_read_or_refused(
        split in split("[a-c']{1,3}"),
        cuts in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..3u8), 1..4),
    ) {
        let folder = tempfile::tempdir().unwrap();
        for extension in EXTENSIONS {
            let path = file(folder.path(), extension);
            split.write(&path, "damaged").unwrap();
            let mut bytes = fs::read(&path).unwrap();
            for (index, byte, kind) in &cuts {
                let index = index.index(bytes.len());
                match kind {
                    0 => bytes[index] = *byte,
                    1 => bytes.insert(index, *byte),
                    _ => bytes.truncate(index + 1),
                }
            }
            refuse_or_read_as(&bytes, &path);
        }
    }
}

fn refuse_or_read(bytes: &[u8]) {
    let folder = tempfile::tempdir().unwrap();
    for extension in EXTENSIONS {
        refuse_or_read_as(bytes, &file(folder.path(), extension));
    }
}

/// Whatever is read must keep the promises of [`Split`]; every error must show itself.
fn refuse_or_read_as(bytes: &[u8], path: &Path) {
    fs::write(path, bytes).unwrap();
    let name = path.file_name().unwrap().to_str().unwrap();
    let test = path.with_file_name("test-".to_owned() + name);
    fs::write(&test, bytes).unwrap();
    let last = ReadOptions {
        label: LabelColumn::Last,
        ..lenient()
    };
    let named = ReadOptions {
        label: LabelColumn::Name("a".to_owned()),
        ..lenient()
    };
    for options in [ReadOptions::default(), lenient(), unlabelled(), last, named] {
        for result in [
            Split::read(path, &options),
            Split::read_for_length(path, 3, &[], &options),
            Dataset::read_files(path, &test, &options).map(|data| data.test),
        ] {
            match result {
                Ok(split) => {
                    assert!(!split.is_empty());
                    assert!(split.labels.is_empty() || split.labels.len() == split.len());
                    let length = split.series[0].len();
                    assert!(length > 0);
                    for series in &split.series {
                        assert_eq!(series.len(), length);
                        assert!(series.iter().all(|value| value.is_finite()));
                    }
                }
                Err(error) => {
                    assert!(!error.to_string().ends_with('.'));
                    let _ = error.hint();
                }
            }
        }
    }
}

#[test]
fn labels_that_would_part_fields_are_not_written() {
    let folder = tempfile::tempdir().unwrap();
    for (label, refused) in [
        (";", &["tsv", "txt", ""][..]),
        ("a,b", &["tsv", "txt", ""]),
        ("?", &["tsv", "txt", "", "csv"]),
    ] {
        let split = Split::new(vec![vec![0.0, 1.0]], vec![label.to_owned()]);
        for extension in EXTENSIONS {
            let written = split.write(&file(folder.path(), extension), "a");
            let expected = refused.contains(&extension);
            assert!(!expected || written.is_err(), "{label} {extension}");
            assert!(written.is_ok() || expected || extension == "ts" || extension == "arff");
        }
    }
}

#[test]
fn shorter_series_are_padded_and_resampled() {
    let folder = tempfile::tempdir().unwrap();
    let split = Split {
        series: vec![
            vec![0.0, 1.0, 2.0],
            vec![0.0, 4.0],
            vec![0.0, 1.0, 2.0, 3.0],
        ],
        labels: vec!["a".to_owned(), "b".to_owned(), "a".to_owned()],
        ..Split::default()
    };
    for extension in EXTENSIONS {
        let path = file(folder.path(), extension);
        split.write(&path, "unequal").unwrap();
        let error = Split::read(&path, &first()).unwrap_err();
        assert!(
            error.to_string().contains("has 2 values; expected 3"),
            "{extension}: {error}"
        );
        let read = Split::read(&path, &lenient()).unwrap();
        assert_eq!(read.series[1], [0.0, 2.0, 4.0], "{extension}");
        assert_eq!(read.series[2], [0.0, 1.5, 3.0], "{extension}");
    }
}

#[test]
fn the_test_split_gets_the_median_length_of_the_training_split() {
    let folder = tempfile::tempdir().unwrap();
    let (train, test) = (
        folder.path().join("x_TRAIN.tsv"),
        folder.path().join("x_TEST.tsv"),
    );
    fs::write(&train, "1\t0\t1\tNaN\n2\t0\t1\t2\n1\t0\t2\tNaN\n").unwrap();
    fs::write(&test, "1\t0\t1\t2\t3\t4\n").unwrap();
    let data = Dataset::read_files(&train, &test, &lenient()).unwrap();
    assert_eq!(data.name, "x");
    assert_eq!(data.train.series, [[0.0, 1.0], [0.0, 2.0], [0.0, 2.0]]);
    assert_eq!(data.test.series, [[0.0, 4.0]]);
}

#[test]
fn a_missing_value_is_filled_from_its_neighbours() {
    let folder = tempfile::tempdir().unwrap();
    let header = "@missing true\n@classLabel true a b\n@data\n";
    let arff = "@relation r\n@attribute x real\n@attribute y real\n@attribute z real\n\
                @attribute class {a,b}\n@data\n";
    for (extension, text) in [
        ("ts", format!("{header}?,2,?:a\n1,NaN,5:b\n")),
        ("tsv", "a\t\t2\t2\nb\t1\tNaN\t5\n".to_owned()),
        ("txt", "a ? 2 2\nb 1 nan 5\n".to_owned()),
        ("csv", "a,,2,2\nb,1,?,5\n".to_owned()),
        ("arff", format!("{arff}?,2,2,a\n1,?,5,b\n")),
    ] {
        let path = file(folder.path(), extension);
        fs::write(&path, text).unwrap();
        let read = Split::read(&path, &lenient()).unwrap();
        assert_eq!(
            read.series,
            [[2.0, 2.0, 2.0], [1.0, 3.0, 5.0]],
            "{extension}"
        );
        assert_eq!(read.labels, ["a", "b"], "{extension}");
    }
}

#[test]
fn the_formats_as_other_tools_write_them() {
    let folder = tempfile::tempdir().unwrap();
    for (extension, text) in [
        (
            "txt",
            "  -1.0000000e+00   5.0e-01  -2\r\n   1.0000000e+00   1  2\r\n",
        ),
        ("txt", "-1.0000000e+00,5.0e-01,-2\n1.0000000e+00, 1,2\n"),
        (
            "ts",
            "%#comment\n@problemName x\n@timestamps False\n@missing false\n@univariate True\n\
                @dimensions 1\n@equalLength true\n@seriesLength 2\n\
                @classLabel true -1.0000000e+00 1.0000000e+00\n@data\n\
                0.5,-2:-1.0000000e+00\n1,2:1.0000000e+00\n\n",
        ),
        (
            "arff",
            "% comment\n@RELATION 'a b'\n@ATTRIBUTE 'at 0' REAL\n@attribute att1 numeric\n\
                  @attribute target {-1.0000000e+00, '1.0000000e+00'}\n@DATA\n\
                  0.5, -2, -1.0000000e+00\n% comment\n1,2,\"1.0000000e+00\"\n",
        ),
        (
            "csv",
            "\u{feff}label,x,y\n-1.0000000e+00,0.5,-2\n1.0000000e+00,1,2\n",
        ),
    ] {
        let path = file(folder.path(), extension);
        fs::write(&path, text).unwrap();
        let read = Split::read(&path, &first()).unwrap();
        assert_eq!(read.series, [[0.5, -2.0], [1.0, 2.0]], "{extension}");
        // Whole numbers are one class however they are written.
        assert_eq!(read.labels, ["-1", "1"], "{extension}");
    }
}

#[test]
fn the_shipped_data_sets_are_those_of_the_catalogue() {
    for name in ["GunPoint", "ItalyPowerDemand"] {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../..")
            .join("data")
            .join(name);
        let mut data = Dataset::read(&folder, &first()).unwrap();
        let entry = find(name).unwrap();
        assert_eq!(data.name, name);
        assert_eq!(
            (data.train.len(), data.test.len()),
            (entry.train, entry.test)
        );
        let classes = Classes::from_training(&data.train.labels).unwrap();
        assert_eq!(classes.names(), ["1", "2"]);
        for series in data.train.series.iter_mut().chain(&mut data.test.series) {
            assert_eq!(series.len(), entry.length);
            // The archive holds these two in z-normalised form, with the deviation of the sample.
            let before = series.clone();
            z_normalise(series);
            for (one, other) in before.iter().zip(series.iter()) {
                assert!((one - other).abs() < 0.1, "{name}: {one} {other}");
            }
        }
    }
}

#[test]
fn a_folder_is_searched_in_a_fixed_order() {
    let parent = tempfile::tempdir().unwrap();
    let folder = parent.path().join("Name");
    fs::create_dir(&folder).unwrap();
    let write = |file: &str, label: &str| {
        fs::write(
            folder.join(file),
            format!("{label}\t1\t2\n{label}x\t1\t2\n"),
        )
        .unwrap();
    };
    let read = || Dataset::read(&folder, &first()).unwrap().train.labels[0].clone();
    write("Other_TRAIN.tsv", "other");
    write("Other_TEST.tsv", "other");
    assert_eq!(read(), "other");
    for (extension, label) in [("", "none"), (".txt", "txt"), (".tsv", "tsv")] {
        write(&format!("Name_TRAIN{extension}"), label);
        assert_ne!(read(), label, "without a test file");
        write(&format!("Name_TEST{extension}"), label);
        assert_eq!(read(), label);
    }
    for part in ["TRAIN", "TEST"] {
        let text = "@classLabel true ts tsx\n@data\n1,2:ts\n2,3:tsx\n";
        fs::write(folder.join(format!("Name_{part}.ts")), text).unwrap();
    }
    assert_eq!(read(), "ts");
}

/// More series than are read together.
fn many() -> Split {
    Split {
        series: (0..2500).map(|at| vec![f64::from(at), 0.5, -1.0]).collect(),
        labels: (0..2500).map(|at| format!("c{}", at % 3)).collect(),
        ..Split::default()
    }
}

#[test]
fn a_long_file_is_the_same_in_parts() {
    let folder = tempfile::tempdir().unwrap();
    for extension in EXTENSIONS {
        let path = file(folder.path(), extension);
        many().write(&path, "many").unwrap();
        let mut found = Split::default();
        let mut parts = 0;
        for part in SplitParts::open(&path, 3, &[], &first()).unwrap() {
            let part = part.unwrap();
            found.series.extend(part.series);
            found.labels.extend(part.labels);
            parts += 1;
        }
        assert_eq!(found, many(), "{extension}");
        assert!(parts > 1, "{extension}");
    }
}

#[test]
fn an_error_far_down_keeps_its_line() {
    let folder = tempfile::tempdir().unwrap();
    for extension in EXTENSIONS {
        let path = file(folder.path(), extension);
        many().write(&path, "many").unwrap();
        let whole = fs::read_to_string(&path).unwrap();
        for line in [1023, 1024, 1025, 1026, 2049, 2400] {
            let mut lines: Vec<&str> = whole.lines().collect();
            lines[line - 1] = if extension == "ts" {
                "x,y,z:c1"
            } else {
                "x,y,z,c1"
            };
            if ["tsv", "txt", ""].contains(&extension) {
                lines[line - 1] = "c1\tx\ty\tz";
            }
            fs::write(&path, lines.join("\n")).unwrap();
            let mut parts = SplitParts::open(&path, 3, &[], &first()).unwrap();
            let error = parts.find_map(Result::err).unwrap().to_string();
            let place = format!(":{line}:");
            assert!(error.contains(&place), "{extension} {line}: {error}");
            assert!(parts.next().is_none());
        }
    }
}

#[test]
fn empty_lines_count_in_a_csv_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(folder.path(), "csv");
    fs::write(&path, "a,1,2\n\n\r\na,x,2\n").unwrap();
    let error = Split::read(&path, &first()).unwrap_err();
    assert!(error.to_string().contains(":4:2"), "{error}");
}
