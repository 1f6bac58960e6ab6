//! The catalogue of the archive, and downloads from a server that behaves and from several that do
//! not. Whatever goes wrong, nothing stays in the cache.

use std::fs;
use std::io::{Cursor, Read, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::thread;

use retune_core::series::{
    Dataset, Progress, ReadOptions, catalogue, download_into, find, find_cached_in,
};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

const NAME: &str = "ItalyPowerDemand";

#[test]
fn the_catalogue_has_the_128_data_sets() {
    assert_eq!(catalogue().len(), 128);
    assert!(catalogue().is_sorted_by_key(|entry| entry.name.to_lowercase()));
    for entry in catalogue() {
        assert!(
            entry.train >= 15 && entry.test >= 20 && entry.classes >= 2,
            "{entry:?}"
        );
        assert!(!entry.kind.is_empty());
        assert_eq!(find(entry.name), Some(entry));
    }
    let varying = catalogue().iter().filter(|entry| entry.length == 0);
    assert_eq!(varying.count(), 11);
    let entry = find("fordb").unwrap();
    assert_eq!((entry.name, entry.train, entry.test), ("FordB", 3636, 810));
    assert_eq!(
        (entry.kind, entry.length, entry.classes),
        ("Sensor", 500, 2)
    );
    assert_eq!(find("FordC"), None);
}

/// The archive's data sets where they are unpacked for tests: `RETUNE_UCR` or `../shared`.
#[test]
fn the_catalogue_agrees_with_unpacked_data_sets() {
    let default = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .join("../shared/ucr");
    let folder = std::env::var_os("RETUNE_UCR").map_or(default, PathBuf::from);
    let mut checked = 0;
    for entry in catalogue() {
        let folder = folder.join(entry.name);
        if !folder.is_dir() {
            continue;
        }
        let data = Dataset::read(&folder, &ReadOptions::default()).unwrap();
        let mut labels = data.train.labels.clone();
        labels.sort();
        labels.dedup();
        assert_eq!(
            (data.train.len(), data.test.len()),
            (entry.train, entry.test),
            "{}",
            entry.name
        );
        assert_eq!(
            (data.train.series[0].len(), labels.len()),
            (entry.length, entry.classes),
            "{}",
            entry.name
        );
        checked += 1;
    }
    if checked == 0 {
        println!("skipped: no unpacked data sets in {}", folder.display());
    }
}

/// What the server does with the one request that it answers.
enum Answer {
    Body(Vec<u8>),
    /// Announces the whole body and sends the first part of it.
    CutOff(Vec<u8>, usize),
    Status(&'static str),
}

/// Answers one request and returns the address to ask.
fn serve(answer: Answer) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut request = Vec::new();
        let mut byte = [0];
        while !request.ends_with(b"\r\n\r\n") && stream.read(&mut byte).unwrap() == 1 {
            request.push(byte[0]);
        }
        let wanted = format!("GET /archive/{NAME}.zip HTTP/1.1\r\n");
        assert!(
            request.starts_with(wanted.as_bytes()),
            "{}",
            String::from_utf8_lossy(&request)
        );
        let (status, body, sent) = match answer {
            Answer::Body(body) => ("200 OK", body.clone(), body.len()),
            Answer::CutOff(body, sent) => ("200 OK", body, sent),
            Answer::Status(status) => (status, b"<html></html>".to_vec(), 13),
        };
        let head = format!(
            "HTTP/1.1 {status}\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        stream.write_all(head.as_bytes()).unwrap();
        stream.write_all(&body[..sent]).unwrap();
    });
    format!("http://{address}/archive")
}

fn fetch(cache: &Path, answer: Answer) -> Result<PathBuf, retune_core::Error> {
    download_into(cache, NAME, &serve(answer), &mut |_| {})
}

/// A zip file with these entries.
fn zip(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in entries {
        writer
            .start_file(*name, SimpleFileOptions::default())
            .unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn shipped(part: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .join("data")
        .join(NAME);
    fs::read(folder.join(format!("{NAME}_{part}.ts"))).unwrap()
}

/// The zip file as the archive publishes it, with entries that nobody needs.
fn good_zip() -> Vec<u8> {
    let train_ts = format!("{NAME}/{NAME}_TRAIN.ts");
    let test_ts = format!("{NAME}/{NAME}_TEST.ts");
    zip(&[
        ("README.md", b"hello"),
        (&train_ts, &shipped("TRAIN")),
        (&test_ts, &shipped("TEST")),
    ])
}

/// Every file and folder below `folder` but the folder of all data sets itself.
fn left_behind(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(left_behind(&path));
        }
        if path.file_name().unwrap() != "datasets" {
            found.push(path);
        }
    }
    found
}

/// Downloads into an empty cache and into one that has the data set: neither may change.
fn failure(answer: impl Fn() -> Answer) -> String {
    let empty = tempfile::tempdir().unwrap();
    let error = fetch(empty.path(), answer()).unwrap_err();
    assert_eq!(left_behind(empty.path()), Vec::<PathBuf>::new());
    assert_eq!(find_cached_in(empty.path(), NAME), None);

    let filled = tempfile::tempdir().unwrap();
    let folder = filled.path().join("datasets").join(NAME);
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("mine.txt"), "mine").unwrap();
    fetch(filled.path(), answer()).unwrap_err();
    assert_eq!(
        left_behind(filled.path()),
        [folder.join("mine.txt"), folder]
    );
    error.to_string()
}

#[test]
fn a_download_is_checked_recorded_and_ready_to_read() {
    let cache = tempfile::tempdir().unwrap();
    let body = good_zip();
    let mut steps: Vec<Progress> = Vec::new();
    let url = serve(Answer::Body(body.clone())) + "/";
    let folder = download_into(cache.path(), "italypowerdemand", &url, &mut |step| {
        steps.push(step)
    })
    .unwrap();
    assert_eq!(folder, cache.path().join("datasets").join(NAME));
    assert_eq!(
        find_cached_in(cache.path(), "ITALYPOWERDEMAND"),
        Some(folder.clone())
    );
    let size = body.len() as u64;
    assert_eq!(
        steps[0],
        Progress {
            received: 0,
            total: Some(size)
        }
    );
    assert_eq!(steps.last().unwrap().received, size);

    let data = Dataset::read(&folder, &ReadOptions::default()).unwrap();
    assert_eq!((data.train.len(), data.test.len()), (67, 1029));
    let source: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(folder.join("source.json")).unwrap()).unwrap();
    assert_eq!(source["url"], url + NAME + ".zip");
    assert_eq!(source["bytes"], size);
    assert_eq!(source["sha256"].as_str().unwrap().len(), 64);
    // The two series files, source.json and the folder: no README, no zip, no temporary folder.
    assert_eq!(left_behind(cache.path()).len(), 4);

    // Again: the new one takes the place of the old one.
    fs::write(folder.join("old"), "").unwrap();
    fetch(cache.path(), Answer::Body(body)).unwrap();
    assert_eq!(left_behind(cache.path()).len(), 4);
}

#[test]
fn a_server_that_cannot_be_reached() {
    let cache = tempfile::tempdir().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let error = download_into(cache.path(), NAME, &url, &mut |_| {}).unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with(&format!("cannot download {url}/{NAME}.zip: ")),
        "{error}"
    );
    assert_eq!(error.hint().unwrap(), "check the connection and try again");
    assert_eq!(left_behind(cache.path()), Vec::<PathBuf>::new());
}

#[test]
fn an_address_that_is_none() {
    let cache = tempfile::tempdir().unwrap();
    for url in ["", "nonsense", "ftp://127.0.0.1", "file:///data", "http://"] {
        let error = download_into(cache.path(), NAME, url, &mut |_| {}).unwrap_err();
        let error = error.to_string();
        assert!(error.starts_with("cannot download "), "{error}");
        let expected = "expected an address that begins with https:// or http://";
        assert!(error.ends_with(expected), "{error}");
    }
    assert_eq!(left_behind(cache.path()), Vec::<PathBuf>::new());
}

#[test]
fn an_error_of_the_server() {
    for status in ["404 Not Found", "503 Service Unavailable"] {
        let message = failure(|| Answer::Status(status));
        assert!(
            message.ends_with(&format!("answered with HTTP status {}", &status[..3])),
            "{message}"
        );
    }
}

#[test]
fn a_connection_that_breaks() {
    let body = good_zip();
    let expected = format!("it ended after 1000 bytes; expected {}", body.len());
    let message = failure(|| Answer::CutOff(body.clone(), 1000));
    assert!(message.ends_with(&expected), "{message}");
}

#[test]
fn a_zip_file_that_is_cut_off_or_none_or_damaged() {
    let whole = good_zip();
    let mut damaged = whole.clone();
    for byte in &mut damaged[2000..2100] {
        *byte ^= 0x55;
    }
    let cut = whole[..whole.len() / 2].to_vec();
    let message = failure(|| Answer::Body(b"<html>not here</html>".to_vec()));
    assert!(
        message.contains(".zip: the server answered with a page of HTML"),
        "{message}"
    );
    for body in [cut, damaged, Vec::new()] {
        let message = failure(|| Answer::Body(body.clone()));
        assert!(
            message.contains(".zip is not an intact zip file: "),
            "{message}"
        );
    }
}

#[test]
fn a_zip_file_without_the_data_set() {
    let message = failure(|| Answer::Body(zip(&[("Other_TRAIN.ts", b"1")])));
    assert!(
        message.contains("it has no files ItalyPowerDemand_TRAIN and"),
        "{message}"
    );
}

#[test]
fn an_entry_that_leaves_the_folder() {
    let (train, test) = (shipped("TRAIN"), shipped("TEST"));
    for path in [
        "../evil.ts",
        "a/../../evil.ts",
        "/evil.ts",
        "..\\evil.ts",
        "C:\\evil.ts",
    ] {
        let body = zip(&[
            ("ItalyPowerDemand_TRAIN.ts", &train),
            ("ItalyPowerDemand_TEST.ts", &test),
            (path, b"evil"),
        ]);
        let message = failure(|| Answer::Body(body.clone()));
        assert!(
            message.contains("leaves the folder; expected relative paths and no links"),
            "{message}"
        );
    }
}

#[test]
fn a_link_in_place_of_a_file() {
    let body = || {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        let options = SimpleFileOptions::default();
        writer
            .add_symlink("ItalyPowerDemand_TRAIN.ts", "/etc/hosts", options)
            .unwrap();
        writer.finish().unwrap().into_inner()
    };
    let message = failure(|| Answer::Body(body()));
    assert!(
        message.contains("the entry `ItalyPowerDemand_TRAIN.ts` leaves the folder"),
        "{message}"
    );
}

#[test]
fn a_data_set_of_another_size() {
    let (train, test) = (shipped("TRAIN"), shipped("TEST"));
    let with = |train: &[u8], test: &[u8]| {
        zip(&[
            ("ItalyPowerDemand_TRAIN.ts", train),
            ("ItalyPowerDemand_TEST.ts", test),
        ])
    };
    let message = failure(|| Answer::Body(with(&test, &train)));
    assert!(
        message.ends_with(
            "the number of training series is 1024 or more; expected 67 as in the UCR archive"
        ),
        "{message}"
    );
    let message = failure(|| Answer::Body(with(&train, &train)));
    assert!(
        message.contains("the number of test series is 67; expected 1029"),
        "{message}"
    );

    let text = String::from_utf8(train.clone()).unwrap();
    let third = text
        .replace("true 1 2", "true 1 2 3")
        .replacen(":1", ":3", 1);
    let message = failure(|| Answer::Body(with(third.as_bytes(), &test)));
    assert!(
        message.contains("the number of classes is 3; expected 2"),
        "{message}"
    );

    let longer = text
        .replace("@equalLength true", "@equalLength false")
        .replacen(":1", ",0:1", 1);
    let message = failure(|| Answer::Body(with(longer.as_bytes(), &test)));
    assert!(
        message.contains("the length of the longest series is 25; expected 24"),
        "{message}"
    );
}

#[test]
fn a_file_inside_that_cannot_be_read() {
    let (train, test) = (shipped("TRAIN"), shipped("TEST"));
    let mut broken = train;
    broken.extend(b"1,2,x:1\n");
    let body = zip(&[
        ("ItalyPowerDemand_TRAIN.ts", &broken),
        ("ItalyPowerDemand_TEST.ts", &test),
    ]);
    let message = failure(|| Answer::Body(body.clone()));
    assert!(
        message.contains(".zip/ItalyPowerDemand_TRAIN.ts:"),
        "{message}"
    );
    assert!(
        message.contains(":3: field `x` is not a number"),
        "{message}"
    );
}

#[test]
fn a_name_that_is_not_in_the_catalogue() {
    let cache = tempfile::tempdir().unwrap();
    let ask =
        |name| download_into(cache.path(), name, "http://127.0.0.1:1", &mut |_| {}).unwrap_err();
    let error = ask("GunPint");
    assert_eq!(
        error.to_string(),
        "the UCR archive has no data set `GunPint`"
    );
    assert_eq!(error.hint().unwrap(), "did you mean `GunPoint`?");
    let error = ask("../GunPoint");
    assert!(
        error
            .to_string()
            .contains("is no name of a data set; expected letters"),
        "{error}"
    );
    assert_eq!(left_behind(cache.path()), Vec::<PathBuf>::new());
}
