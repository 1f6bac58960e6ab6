//! Unpacks the two files of a data set from a zip file that nobody vouches for.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;

use zip::result::ZipError;

use super::dataset::EXTENSIONS;
use crate::{Error, ErrorKind, zipped};

/// Unpacks the training and the test file of `name` into `folder`, which is made, and returns their
/// names, which may take so many bytes together. All other entries are left out, but one that would leave the folder fails the whole file.
pub fn unpack(
    url: &str,
    mut zip: File,
    (name, most): (&str, u64),
    folder: &Path,
) -> Result<[String; 2], Error> {
    let bad = |error: ZipError| bad_zip(url, &error.to_string());
    let is_page = begins_as_page(&mut zip);
    let mut archive = zipped::open(zip).map_err(|reason| match is_page {
        true => {
            let message = format!("{url}: the server answered with a page of HTML, no zip file");
            let hint =
                "check the address of the archive, and that you are logged in where you must";
            Error::new(ErrorKind::Download, message).with_hint(hint)
        }
        false => bad_zip(url, &reason),
    })?;
    let mut entries = BTreeMap::new();
    for index in 0..archive.len() {
        let entry = archive.by_index_raw(index).map_err(bad)?;
        let path = entry.name().map_err(bad)?.into_owned();
        if entry.is_symlink() || escapes(&path) {
            let message = format!(
                "{url}: the entry `{}` leaves the folder; expected relative paths and no links",
                crate::wording::shorten(&path)
            );
            return Err(Error::new(ErrorKind::Download, message));
        }
        if let Some(file) = path.rsplit(['/', '\\']).next() {
            entries.entry(file.to_owned()).or_insert(index);
        }
    }
    let files = EXTENSIONS.iter().find_map(|extension| {
        let pair = ["TRAIN", "TEST"].map(|part| format!("{name}_{part}{extension}"));
        pair.iter()
            .all(|file| entries.contains_key(file))
            .then_some(pair)
    });
    let files = files.ok_or_else(|| {
        let problem = format!("it has no files {name}_TRAIN and {name}_TEST in a known format");
        bad_zip(url, &problem)
    })?;
    fs::create_dir_all(folder).map_err(|error| Error::write(folder, error))?;
    let mut left = most;
    for file in &files {
        if let Some(&index) = entries.get(file) {
            let mut entry = archive.by_index(index).map_err(bad)?;
            write_bounded(url, &mut entry, &folder.join(file), (&mut left, most))?;
        }
    }
    Ok(files)
}

/// Whether a file begins as pages of the web do.
fn begins_as_page(file: &mut File) -> bool {
    let mut begin = Vec::new();
    let read = file.seek(SeekFrom::Start(0));
    let read = read.and_then(|_| file.take(512).read_to_end(&mut begin));
    let begin = begin.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&begin);
    let begin = begin.trim_ascii_start().to_ascii_lowercase();
    read.is_ok() && (begin.starts_with(b"<!doctype html") || begin.starts_with(b"<html"))
}

/// Writes one entry, as long as there are bytes left of what may be unpacked.
///
/// The sizes in the headers of a zip file are claims, so the bytes themselves are counted.
fn write_bounded(
    url: &str,
    entry: &mut impl Read,
    path: &Path,
    (left, most): (&mut u64, u64),
) -> Result<(), Error> {
    let unwritable = |error| Error::write(path, error);
    let mut file = File::create(path).map_err(unwritable)?;
    let mut buffer = vec![0; 1 << 16];
    loop {
        let count = match entry.read(&mut buffer) {
            Ok(0) => return Ok(()),
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(bad_zip(url, &error.to_string())),
        };
        *left = left
            .checked_sub(count as u64)
            .ok_or_else(|| oversized(url, "the unpacked data set", most))?;
        file.write_all(&buffer[..count]).map_err(unwritable)?;
    }
}

/// Whether the path of an entry is absolute or goes up, by the rules of any operating system.
fn escapes(path: &str) -> bool {
    path.starts_with(['/', '\\'])
        || path.contains(['\0', ':'])
        || path.split(['/', '\\']).any(|part| part == "..")
}

fn bad_zip(url: &str, reason: &str) -> Error {
    let message = format!("{url} is not an intact zip file: {reason}");
    Error::new(ErrorKind::Download, message).with_hint("try again")
}

/// A download or what it unpacks to is larger than allowed.
pub(super) fn oversized(url: &str, what: &str, limit: u64) -> Error {
    let message = format!("{url}: {what} is larger than the limit of {limit} bytes");
    Error::new(ErrorKind::Download, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn absolute_and_upward_paths_escape() {
        for path in [
            "/a", "\\a", "C:\\a", "C:a", "../a", "a/../b", "a\\..\\b", "a/..",
        ] {
            assert!(escapes(path), "{path}");
        }
        for path in ["a", "a/b", "a..b/c", "./a", "..a", "a/"] {
            assert!(!escapes(path), "{path}");
        }
    }

    #[test]
    fn a_page_in_place_of_a_zip_file_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let zip = folder.path().join("a.zip");
        for (bytes, expected) in [
            (&b"\n<!DOCTYPE html><html>Log in"[..], "a page of HTML"),
            (b"<HTML>", "a page of HTML"),
            (b"half a zip file", "not an intact zip file"),
            (b"", "not an intact zip file"),
        ] {
            fs::write(&zip, bytes).unwrap();
            let file = File::open(&zip).unwrap();
            let error = unpack("u", file, ("a", 9), &folder.path().join("a")).unwrap_err();
            assert!(error.to_string().contains(expected), "{error}");
        }
    }

    #[test]
    fn the_unpacked_size_is_bounded() {
        let folder = tempfile::tempdir().unwrap();
        let mut left = 100;
        let bytes = vec![0; 200];
        let path = folder.path().join("a");
        let error = write_bounded("u", &mut bytes.as_slice(), &path, (&mut left, 100)).unwrap_err();
        assert!(
            error
                .to_string()
                .starts_with("u: the unpacked data set is larger")
        );
    }
}
