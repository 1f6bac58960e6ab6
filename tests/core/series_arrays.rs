//! Arrays of numpy: whole and hostile.

use std::fs;
use std::io::Write;

use proptest::prelude::*;
use retune_core::series::{Dataset, LabelColumn, ReadOptions, Split};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::series_kinds::{Files, parts, read, sample, unlabelled};

/// An array as numpy writes it.
fn npy(kind: &str, shape: &str, data: &[u8]) -> Vec<u8> {
    let header = format!("{{'descr': '{kind}', 'fortran_order': False, 'shape': {shape}, }}\n");
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend(u16::try_from(header.len()).unwrap().to_le_bytes());
    bytes.extend(header.as_bytes());
    bytes.extend(data);
    bytes
}

fn floats(values: &[f64]) -> Vec<u8> {
    values
        .iter()
        .flat_map(|value| value.to_le_bytes())
        .collect()
}

fn words(words: &[&str], width: usize) -> Vec<u8> {
    let word = |word: &&str| {
        let codes = word.chars().map(u32::from).chain(std::iter::repeat(0));
        codes
            .take(width)
            .flat_map(u32::to_le_bytes)
            .collect::<Vec<u8>>()
    };
    words.iter().flat_map(word).collect()
}

fn npz(arrays: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut writer = ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in arrays {
        let options = SimpleFileOptions::default();
        writer.start_file(format!("{name}.npy"), options).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// The sample's series as an array.
fn series() -> Vec<u8> {
    npy("<f8", "(2, 3)", &floats(&sample().series.concat()))
}

#[test]
fn arrays_of_numpy_are_series() {
    let files = Files::new();
    let labels = npy("<U4", "(2,)", &words(&["up", "down"], 4));
    let path = files.write(
        "S_TRAIN.npz",
        npz(&[("X", series()), ("y", labels.clone())]),
    );
    assert_eq!(read(&path).unwrap(), sample());
    fs::copy(&path, files.0.path().join("S_TEST.npz")).unwrap();
    let data = Dataset::read(files.0.path(), &ReadOptions::default()).unwrap();
    assert_eq!((data.train, data.test), (sample(), sample()));
    let bare = files.write("a.npy", series());
    assert_eq!(read(&bare).unwrap(), unlabelled(&sample()));
    assert_eq!(parts(&bare, 3).unwrap(), [unlabelled(&sample())]);
    let error = Split::read_to_train(&bare, &ReadOptions::default()).unwrap_err();
    assert!(error.hint().unwrap().contains(".npz"), "{error}");
    let integers = [1i32, -2, 3, 4].map(i32::to_le_bytes).concat();
    let path = files.write("b.npy", npy("<i4", "(2, 1, 2)", &integers));
    assert_eq!(read(&path).unwrap().series, [[1.0, -2.0], [3.0, 4.0]]);
    let path = files.write("c.npy", npy("<i4", "(1, 2, 2)", &integers));
    assert_eq!(read(&path).unwrap().channels, 2);
    let numbers = npy("<i8", "(2,)", &[1i64, -1].map(i64::to_le_bytes).concat());
    let path = files.write(
        "d.npz",
        npz(&[("y", numbers), ("X", series()), ("z", labels)]),
    );
    assert_eq!(read(&path).unwrap().labels, ["1", "-1"]);
    let packed = fs::read(&bare).unwrap();
    let path = files.write("e.npy.gz", packed);
    assert_eq!(read(&path).unwrap().len(), 2);
}

#[test]
fn arrays_that_cannot_be_read_are_told_apart() {
    let files = Files::new();
    let short = floats(&[1.0, 2.0]);
    let mut by_columns = npy("<f8", "(1, 2)", &short);
    let place = by_columns.windows(5).position(|word| word == b"False");
    by_columns.splice(place.unwrap()..place.unwrap() + 5, *b"True ");
    for (bytes, expected) in [
        (b"text".to_vec(), "this is no array of numpy"),
        (
            b"\x93NUMPY".to_vec(),
            "the header of the array is cut short",
        ),
        (
            b"\x93NUMPY\x07\x00".to_vec(),
            "version 7 of the format is not read",
        ),
        (b"\x93NUMPY\x02\x00\xff\xff\xff\xff{}".to_vec(), "cut short"),
        (
            b"\x93NUMPY\x01\x00\x02\x00{}".to_vec(),
            "the header `{}` cannot be read",
        ),
        (npy("|O", "(1,)", b"x"), "holds objects of Python"),
        (
            npy(">f8", "(1, 2)", &short),
            "holds big-endian numbers, `>f8`",
        ),
        (npy("<c16", "(1, 2)", &short), "holds the type `<c16`"),
        (by_columns, "stored by columns (Fortran order)"),
        (
            npy("<f8", "(1, 3)", &short),
            "promises [1, 3] numbers of 8 bytes, the file holds 16",
        ),
        (
            npy("<f8", "(9000000000000000000, 9)", &short),
            "the file holds 16 bytes",
        ),
        (npy("<f8", "(-1, 2)", &short), "cannot be read"),
        (
            npy("<f8", "(2,)", &short),
            "of shape [2]; expected [cases, time]",
        ),
        (
            npy("<f8", "()", &short[..8]),
            "of shape []; expected [cases, time]",
        ),
        (npy("<U2", "(1, 2)", &short), "expected numbers"),
        (npy("<f8", "(0, 9000000000000000000, 9)", b""), "no series"),
        (npy("<f8", "(1000000000000, 0)", b""), "no series"),
        (
            npy("<f8", "(1, 2)", &floats(&[1.0, f64::INFINITY])),
            "field `inf` is too large",
        ),
        (npy("<f8", "(1, 2)", &floats(&[1.0, 1e300])), "is too large"),
    ] {
        let message = files.message(&read(&files.write("a.npy", bytes)).unwrap_err());
        assert!(message.contains(expected), "{expected}: {message}");
        assert!(message.contains("a.npy"), "{message}");
    }
    let labels = npy("<U1", "(1,)", &words(&["a"], 1));
    let wide = npy(
        "<i8",
        "(2,)",
        &[i64::MAX, i64::MAX - 1].map(i64::to_le_bytes).concat(),
    );
    let empty = npy("<U0", "(9000000000000000000,)", b"");
    for (bytes, expected) in [
        (
            b"PK\x03\x04".to_vec(),
            "a.npz: the file is no intact .npz file",
        ),
        (
            npz(&[("arr_0", series())]),
            "a.npz: the file holds no array `X`, only `arr_0`",
        ),
        (npz(&[]), "a.npz: the file holds no array `X`;"),
        (
            npz(&[("X", series()), ("y", labels)]),
            "there are 1 labels for 2 series",
        ),
        (
            npz(&[("X", series()), ("y", wide)]),
            "the array `y`: the array is `<i8`",
        ),
        (
            npz(&[("X", series()), ("y", empty)]),
            "there are 9000000000000000000 labels for 2 series",
        ),
        (
            npz(&[("X", b"x".to_vec())]),
            "the array `X`: this is no array of numpy",
        ),
    ] {
        let message = files.message(&read(&files.write("a.npz", bytes)).unwrap_err());
        assert!(message.contains(expected), "{expected}: {message}");
    }
    let error = sample().write(&files.write("b.npz", ""), "b").unwrap_err();
    assert!(
        error.to_string().contains("only read, not written"),
        "{error}"
    );
}

#[test]
fn a_column_for_labels_is_no_matter_of_arrays() {
    let files = Files::new();
    let options = ReadOptions {
        label: LabelColumn::Last,
        ..ReadOptions::default()
    };
    let split = Split::read(&files.write("a.npy", series()), &options).unwrap();
    assert_eq!(split, unlabelled(&sample()));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn damaged_arrays_are_read_or_refused(
        place in any::<prop::sample::Index>(),
        byte in any::<u8>(),
        cut in any::<prop::sample::Index>(),
    ) {
        let files = Files::new();
        for (name, mut bytes) in [
            ("a.npy", series()),
            ("a.npz", npz(&[("X", series()), ("y", npy("<i2", "(2,)", &[1, 0, 2, 0]))])),
        ] {
            let place = place.index(bytes.len());
            bytes[place] = byte;
            let _ = read(&files.write(name, &bytes));
            bytes.truncate(cut.index(bytes.len()));
            let _ = read(&files.write(name, &bytes));
        }
    }
}
