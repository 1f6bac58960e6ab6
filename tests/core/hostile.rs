//! Files from strangers: whatever they hold, reading them ends soon, in memory that is bounded.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use retune_core::audio::{load_clips, write_wav};
use retune_core::forecast::{History, HistoryOptions};
use retune_core::motion::{OpenSimOptions, read_opensim};
use retune_core::series::{Classes, ReadOptions, Split, SplitParts, Unequal};
use retune_core::storage::{HostTensor, Stored};
use retune_core::{Error, ErrorKind};
use tempfile::TempDir;

/// What takes longer does not grow in proportion with the file.
const SOON: Duration = Duration::from_secs(60);

fn file(folder: &TempDir, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
    let path = folder.path().join(name);
    fs::write(&path, content).unwrap();
    path
}

/// The series and labels of a file, read part by part.
fn in_parts(path: &Path, length: usize) -> Result<(Vec<Vec<f64>>, Vec<String>), Error> {
    let (mut series, mut labels) = (Vec::new(), Vec::new());
    for part in SplitParts::open(path, length, &[], &ReadOptions::default())? {
        let part = part?;
        series.extend(part.series);
        labels.extend(part.labels);
    }
    Ok((series, labels))
}

/// Series of two values, as lines.
fn rows(count: usize, label: &str) -> String {
    (0..count)
        .map(|at| format!("{}.5,{}.5{label}\n", at % 9, at % 7))
        .collect()
}

#[test]
fn a_header_may_have_more_lines_than_a_part() {
    let folder = tempfile::tempdir().unwrap();
    let names: String = (0..1100)
        .map(|at| format!("@attribute t{at} numeric\n"))
        .collect();
    let values = vec!["0.5"; 1100].join(",");
    let arff = format!("@relation a\n{names}@attribute class {{a,b}}\n@DATA \n{values},b\n");
    let comments = "# nothing\n".repeat(3000);
    let declared = "@classLabel true a b\n@data\n";
    let blank = "\n".repeat(3000);
    for (name, text, length, count) in [
        ("a.arff", arff, 1100, 1),
        (
            "b.ts",
            format!("{comments}{declared}{}", rows(2, ":b")),
            2,
            2,
        ),
        (
            "c.ts",
            format!("{declared}{comments}{}", rows(3000, ":b")),
            2,
            3000,
        ),
        (
            "d.csv",
            format!("{blank}u,v,label\n{blank}{}", rows(3000, ",b")),
            2,
            3000,
        ),
    ] {
        let path = file(&folder, name, text);
        let (series, labels) = in_parts(&path, length).unwrap();
        assert_eq!((series.len(), labels.len()), (count, count), "{name}");
        assert!(labels.iter().all(|label| label == "b"), "{name}");
        let whole = Split::read_for_length(&path, length, &[], &ReadOptions::default()).unwrap();
        assert_eq!((series, labels), (whole.series, whole.labels), "{name}");
    }
    for (name, text) in [
        ("e.ts", format!("{comments}{declared}{comments}")),
        ("f.csv", blank),
    ] {
        let path = file(&folder, name, text);
        let error = in_parts(&path, 2).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Empty, "{name}");
        let path = path.display();
        let line = if name == "e.ts" { 6002 } else { 3000 };
        assert!(
            error
                .to_string()
                .starts_with(&format!("{path}:{line}: the file has no series")),
            "{error}"
        );
    }
}

#[test]
fn errors_of_later_parts_name_their_lines() {
    let folder = tempfile::tempdir().unwrap();
    let declared = "@classLabel true b\n@data\n";
    let head = "u,v,label\n";
    for (name, header, label) in [("a.ts", declared, ":b"), ("b.csv", head, ",b")] {
        let before = format!("{header}{}", rows(2500, label));
        let line = before.lines().count() + 1;
        let path = file(&folder, name, format!("{before}1,x{label}\n"));
        let error = in_parts(&path, 2).unwrap_err().to_string();
        assert!(
            error.starts_with(&format!("{}:{line}:2: ", path.display())),
            "{error}"
        );
        let path = file(&folder, name, [before.as_bytes(), b"1,\xff\n"].concat());
        let error = in_parts(&path, 2).unwrap_err().to_string();
        let byte = before.len() + 3;
        let expected = format!(
            "{}:{line}: byte {byte} of the file is not UTF-8",
            path.display()
        );
        assert!(error.starts_with(&expected), "{error}");
    }
}

#[test]
fn headers_and_classes_cost_no_more_than_their_size() {
    let start = Instant::now();
    let folder = tempfile::tempdir().unwrap();
    let names: String = (0..20_000)
        .map(|at| format!("@attribute t{at} numeric\n"))
        .collect();
    let values = vec!["0"; 20_000].join(",");
    let path = file(
        &folder,
        "a.arff",
        format!("@relation a\n{names}@data\n{values}\n"),
    );
    assert_eq!(in_parts(&path, 20_000).unwrap().0.len(), 1);

    let count = 30_000;
    let classes: Vec<String> = (0..count).map(|at| format!("c{at}")).collect();
    let (spaces, commas) = (classes.join(" "), classes.join(","));
    let series =
        |label: &dyn Fn(&String) -> String| -> String { classes.iter().map(label).collect() };
    for (name, header, text) in [
        (
            "b.ts",
            format!("@classLabel true {spaces}\n@data\n"),
            series(&|of| format!("1,2:{of}\n")),
        ),
        (
            "c.arff",
            format!(
                "@attribute x numeric\n@attribute y numeric\n@attribute class {{{commas}}}\n@data\n"
            ),
            series(&|of| format!("1,2,{of}\n")),
        ),
    ] {
        let path = file(&folder, name, header + &text);
        let train = Split::read_to_train(&path, &ReadOptions::default()).unwrap();
        let known = Classes::from_training(&train.labels).unwrap();
        assert_eq!(known.len(), count);
        assert_eq!(known.names()[known.index("c29999").unwrap()], "c29999");
        let again = Split::read_for_length(&path, 2, known.names(), &ReadOptions::default());
        assert_eq!(again.unwrap().labels, train.labels);
    }
    assert!(start.elapsed() < SOON, "{:?}", start.elapsed());
}

#[test]
fn lines_and_lengths_are_limited() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.csv");
    // A hole of a line: it takes no room on the disk.
    File::create(&path)
        .unwrap()
        .set_len((64 << 20) + 100)
        .unwrap();
    let limit = "a.csv:1: the line is longer than 64 MiB";
    for error in [
        in_parts(&path, 2).unwrap_err(),
        Split::read(&path, &ReadOptions::default()).unwrap_err(),
    ] {
        assert!(error.to_string().contains(limit), "{error}");
    }
    // A row within quotation marks ends with them, and not with a part.
    let lines = format!("{}\n", "a".repeat(1023));
    let quoted = |count| format!("1,2,\"{}\"\n3,4,b\n", lines.repeat(count));
    let path = file(&folder, "c.csv", quoted(17 << 10));
    assert_eq!(in_parts(&path, 2).unwrap().1[1], "b");
    let error = in_parts(&file(&folder, "c.csv", quoted(65 << 10)), 2).unwrap_err();
    let limit = "the row is longer than 64 MiB";
    assert!(error.to_string().contains(limit), "{error}");
    let path = file(&folder, "b.csv", "1,2,a\n".repeat(17));
    let options = ReadOptions {
        unequal: Unequal::Resample,
        ..ReadOptions::default()
    };
    let error = Split::read_for_length(&path, 1 << 24, &[], &options).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NoMemory);
    assert!(
        error
            .to_string()
            .contains("17 series resampled to 16777216 values"),
        "{error}"
    );
}

/// Bytes with a few changes: some altered, some taken out, some put in twice, all as the numbers say.
fn mutated(bytes: &[u8], random: &mut ChaCha8Rng) -> Vec<u8> {
    const WORDS: [&[u8]; 12] = [
        b"@data\n",
        b"{",
        b"}",
        b"\"",
        b"'",
        b"\n",
        b",",
        b":",
        b"1e999",
        b"-0",
        b"\xff",
        b"\0\0\0\x80",
    ];
    let mut bytes = bytes.to_vec();
    for _ in 0..random.random_range(1..6) {
        let place = random.random_range(0..bytes.len());
        let end = (place + random.random_range(1..40)).min(bytes.len());
        match random.random_range(0..5) {
            0 => bytes[place] ^= 1 << random.random_range(0..8),
            1 => drop(bytes.drain(place..end.min(place + bytes.len() - 1))),
            2 => {
                let piece = bytes[place..end].to_vec();
                bytes.splice(place..place, piece);
            }
            3 => {
                let word = WORDS[random.random_range(0..WORDS.len())];
                bytes.splice(place..place, word.iter().copied());
            }
            _ => bytes.truncate(place.max(1)),
        }
    }
    bytes
}

/// Little files of every format that is read; `RETUNE_TORTURE=100` gives a hundred times as many mutations.
#[test]
fn mutations_are_read_or_refused() {
    let factor = std::env::var("RETUNE_TORTURE").ok();
    let rounds = 60 * factor.and_then(|text| text.parse().ok()).unwrap_or(1);
    let folder = tempfile::tempdir().unwrap();
    let declared = "@timeStamps false\n@univariate true\n@classLabel true a b\n@data\n";
    let ts = format!("# a\n{declared}{}", rows(6, ":a"));
    let arff = format!(
        "@relation r\n@attribute x numeric\n@attribute y real\n@attribute c {{a,'b b'}}\n@data\n{}{{0 1.5, 2 a}}\n",
        rows(6, ",a")
    );
    let csv = format!("u,v,\"la\"\"bel\"\n{}", rows(6, ",\"a\nb\""));
    let mut npy =
        b"\x93NUMPY\x01\0\x46\0{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }"
            .to_vec();
    npy.resize(79, b' ');
    npy.push(b'\n');
    npy.extend([0; 24]);
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    zip.start_file("X.npy", zip::write::SimpleFileOptions::default())
        .unwrap();
    zip.write_all(&npy).unwrap();
    let npz = zip.finish().unwrap().into_inner();
    let wav = folder.path().join("whole.wav");
    write_wav(&wav, &[0.1; 200], 16_000).unwrap();
    let wav = fs::read(wav).unwrap();
    let mut stored = Stored::default();
    let tensor = HostTensor {
        shape: vec![2, 2],
        values: vec![1.0; 4],
    };
    stored.tensors.insert("t".to_owned(), tensor);
    let stored = stored.to_bytes();
    let history = format!(
        "date,v\n{}",
        (1..20)
            .map(|day| format!("2020-01-{day:02},{day}\n"))
            .collect::<String>()
    );
    let tsf = "@relation r\n@attribute name string\n@frequency daily\n@horizon 2\n@missing false\n@equallength true\n@data\na:1,2,3\nb:1,2,3\n";
    let motion = "name\nversion=1\nnRows=2\nnColumns=2\ninDegrees=yes\nendheader\ntime\thip\n0\t1\n0.01\t2\n";
    for (name, bytes) in [
        ("a.ts", ts.as_bytes()),
        ("a.arff", arff.as_bytes()),
        ("a.csv", csv.as_bytes()),
        ("a.tsv", csv.as_bytes()),
        ("a.npy", &npy),
        ("a.npz", &npz),
        ("a.wav", &wav),
        ("a.safetensors", &stored),
        ("history.csv", history.as_bytes()),
        ("history.tsf", tsf.as_bytes()),
        ("a.mot", motion.as_bytes()),
    ] {
        let mut random = ChaCha8Rng::seed_from_u64(name.len() as u64);
        for _ in 0..rounds {
            let bytes = mutated(bytes, &mut random);
            let path = file(&folder, name, &bytes);
            // Whether it is read or refused: it ends, and does not panic.
            let refused = match name {
                "a.wav" => load_clips(&path, 16_000, 100).err(),
                "a.safetensors" => Stored::from_bytes(&bytes).err(),
                "a.mot" => read_opensim(&path, &OpenSimOptions::default()).err(),
                _ if name.starts_with("history") => {
                    History::read(&path, &HistoryOptions::default()).err()
                }
                _ => {
                    let parts = in_parts(&path, 2).err();
                    Split::read(&path, &ReadOptions::default()).err().or(parts)
                }
            };
            if let Some(error) = refused {
                let told = error.to_string();
                assert!(!told.is_empty(), "{name}");
            }
        }
    }
}

#[cfg(unix)]
#[test]
fn devices_are_no_files() {
    for path in ["/dev/zero", "/dev/full"] {
        let error = Split::read(Path::new(path), &ReadOptions::default()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Read);
        let expected = format!("cannot read {path}: it is a device or a pipe, expected a file");
        assert_eq!(error.to_string(), expected);
    }
}
