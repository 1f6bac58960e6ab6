//! Files that are read: no devices and no pipes, which may never end, and none larger than is said.

use std::fs::{self, File, Metadata};
use std::io::{self, ErrorKind, Read};
use std::path::Path;

/// Opens a file to be read.
///
/// # Errors
///
/// When it cannot be opened, or is a folder, a device or a pipe.
pub fn open_file(path: &Path) -> io::Result<File> {
    // To open a pipe would wait for its other end.
    check(&fs::metadata(path)?)?;
    let file = File::open(path)?;
    check(&file.metadata()?)?;
    Ok(file)
}

/// Reads a whole file of `most` bytes or fewer.
///
/// # Errors
///
/// As [`open_file`], and when it is larger.
pub fn read_file(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    read_whole(open_file(path)?, most)
}

/// All that a reader gives, if that is `most` bytes or fewer.
pub(crate) fn read_whole(reader: impl Read, most: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    reader
        .take(most.saturating_add(1))
        .read_to_end(&mut bytes)?;
    match bytes.len() as u64 > most {
        true => Err(io::Error::new(
            ErrorKind::FileTooLarge,
            format!("it is larger than {} MiB", most >> 20),
        )),
        false => Ok(bytes),
    }
}

fn check(found: &Metadata) -> io::Result<()> {
    let refused = |what: &str| Err(io::Error::new(ErrorKind::InvalidInput, what));
    match found {
        found if found.is_dir() => refused("it is a folder, expected a file"),
        found if !found.is_file() => refused("it is a device or a pipe, expected a file"),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_files_up_to_a_size_are_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        fs::write(&path, "12345").unwrap();
        assert_eq!(read_file(&path, 5).unwrap(), b"12345");
        assert_eq!(
            read_file(&path, 4).unwrap_err().kind(),
            ErrorKind::FileTooLarge
        );
        let error = read_file(folder.path(), 9).unwrap_err().to_string();
        assert_eq!(error, "it is a folder, expected a file");
        assert_eq!(
            read_file(&folder.path().join("b"), 9).unwrap_err().kind(),
            ErrorKind::NotFound
        );
    }

    #[cfg(unix)]
    #[test]
    fn devices_and_pipes_are_refused_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe");
        let made = std::process::Command::new("mkfifo").arg(&pipe).status();
        for path in [Path::new("/dev/zero"), &pipe] {
            if path == pipe && !made.as_ref().is_ok_and(|status| status.success()) {
                println!("skipped: there is no mkfifo");
                continue;
            }
            let error = open_file(path).unwrap_err().to_string();
            assert_eq!(error, "it is a device or a pipe, expected a file");
        }
    }
}
