//! The text of a file, packed or not, or of standard input.

use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use flate2::bufread::MultiGzDecoder;

use super::Place;
use crate::input::{open_file, read_whole};
use crate::{Error, ErrorKind};

/// What a path is called that stands for standard input.
const STANDARD_INPUT: &str = "-";
/// What files begin with that gzip packed.
const GZIP: [u8; 2] = [0x1f, 0x8b];
/// The most that a packed file may unpack to, in bytes; a small file can promise any size.
const LARGEST_UNPACKED: u64 = 1 << 30;
/// The most bytes of a text that is read at once.
const LARGEST: u64 = 4 << 30;
/// The longest line of a text, in bytes.
pub(crate) const LONGEST_LINE: usize = 64 << 20;

/// The whole file as text, without a byte order mark.
///
/// What gzip packed is unpacked, whatever the file's name, and `-` is standard input, which is read
/// to its end.
///
/// # Errors
///
/// [`ErrorKind::Read`], and [`ErrorKind::NotText`] with the place of the first bad byte.
pub fn read_text(path: &Path) -> Result<String, Error> {
    let bytes = read_bytes(path)?;
    decode(&shown(path), &bytes).map(str::to_owned)
}

/// The bytes of a file, unpacked where gzip packed it, or of standard input.
///
/// # Errors
///
/// [`ErrorKind::Read`], also for what is larger than 4 GiB or would unpack to more than one.
pub(crate) fn read_bytes(path: &Path) -> Result<Vec<u8>, Error> {
    let bytes = read_to_end(open(path)?);
    bytes.map_err(|error| Error::read(&shown(path), error))
}

/// The rest of what is read, where that is no more than 4 GiB.
pub(crate) fn read_to_end(reader: impl Read) -> io::Result<Vec<u8>> {
    read_whole(reader, LARGEST)
}

/// Opens a file to be read a part at a time, as [`read_bytes`] reads it whole.
///
/// # Errors
///
/// [`ErrorKind::Read`].
pub(crate) fn open(path: &Path) -> Result<Box<dyn BufRead + Send>, Error> {
    let unreadable = |error| Error::read(&shown(path), error);
    if is_standard_input(path) {
        return unpack(BufReader::new(io::stdin())).map_err(unreadable);
    }
    let file = open_file(path).map_err(unreadable)?;
    unpack(BufReader::new(file)).map_err(unreadable)
}

/// Whether a path stands for standard input.
pub(crate) fn is_standard_input(path: &Path) -> bool {
    path.as_os_str() == STANDARD_INPUT
}

/// What messages call a file.
pub(crate) fn shown(path: &Path) -> PathBuf {
    match is_standard_input(path) {
        true => PathBuf::from("standard input"),
        false => path.to_owned(),
    }
}

/// A path without the ending `.gz`, which says what is in the file once it is unpacked.
pub(crate) fn without_gz(path: &Path) -> PathBuf {
    let is_gz = path
        .extension()
        .is_some_and(|end| end.eq_ignore_ascii_case("gz"));
    match is_gz {
        true => path.with_extension(""),
        false => path.to_owned(),
    }
}

/// What a reader gives, unpacked where it begins as gzip does.
fn unpack(mut reader: impl BufRead + Send + 'static) -> io::Result<Box<dyn BufRead + Send>> {
    // Text never begins so: the second byte is none of UTF-8 at that place.
    if !reader.fill_buf()?.starts_with(&GZIP) {
        return Ok(Box::new(reader));
    }
    Ok(Box::new(BufReader::new(Unpacked {
        packed: MultiGzDecoder::new(reader),
        left: LARGEST_UNPACKED,
    })))
}

/// What gzip packed, as long as there are bytes left of what may be unpacked.
struct Unpacked<R> {
    packed: MultiGzDecoder<R>,
    left: u64,
}

impl<R: BufRead> Read for Unpacked<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.packed.read(buffer).map_err(|error| {
            let message = format!("what gzip packed is damaged or cut short ({error})");
            io::Error::new(error.kind(), message)
        })?;
        let left = self.left.checked_sub(read as u64).ok_or_else(|| {
            let limit = LARGEST_UNPACKED >> 30;
            io::Error::other(format!(
                "it unpacks to more than {limit} GiB; unpack it before"
            ))
        });
        self.left = left?;
        Ok(read)
    }
}

/// The text of the bytes of a file, without a byte order mark; `path` is for messages.
///
/// # Errors
///
/// [`ErrorKind::NotText`] with the place of the first bad byte, and [`ErrorKind::Unsupported`] for a line
/// of more than 64 MiB.
pub fn decode<'a>(path: &Path, bytes: &'a [u8]) -> Result<&'a str, Error> {
    decode_after(path, bytes, (0, 0))
}

/// The same of bytes that stand after so many lines and bytes of their file.
pub(crate) fn decode_after<'a>(
    path: &Path,
    bytes: &'a [u8],
    (lines_before, bytes_before): (usize, usize),
) -> Result<&'a str, Error> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let good = bytes.iter().take(error.valid_up_to());
        let line = lines_before + good.filter(|&&byte| byte == b'\n').count() + 1;
        let byte = bytes_before + error.valid_up_to() + 1;
        let message = format!("byte {byte} of the file is not UTF-8; expected a UTF-8 text file");
        Error::new(ErrorKind::NotText, message)
            .at(Place::line(path, line))
            .with_hint("save the file as UTF-8")
    })?;
    let mut lines = bytes.split(|&byte| byte == b'\n');
    if bytes.len() > LONGEST_LINE
        && let Some(place) = lines.position(|line| line.len() > LONGEST_LINE)
    {
        return Err(too_long("line", path, lines_before + place + 1));
    }
    Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
}

/// What ends at a line of a file is longer than a line may be.
pub(crate) fn too_long(what: &str, path: &Path, line: usize) -> Error {
    let limit = LONGEST_LINE >> 20;
    let message = format!("the {what} is longer than {limit} MiB; expected a shorter one");
    Error::new(ErrorKind::Unsupported, message)
        .at(Place::line(path, line))
        .with_hint("check that this is the file that was meant")
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::io::{Cursor, Write};

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    fn packed(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn read(bytes: Vec<u8>) -> io::Result<Vec<u8>> {
        let mut found = Vec::new();
        unpack(Cursor::new(bytes))?.read_to_end(&mut found)?;
        Ok(found)
    }

    #[test]
    fn bytes_that_are_no_text_have_a_place() {
        let path = Path::new("a");
        assert_eq!(decode(path, b"\xef\xbb\xbfab").unwrap(), "ab");
        let error = decode(path, b"ab\ncd\xff").unwrap_err();
        let expected = "a:2: byte 6 of the file is not UTF-8; expected a UTF-8 text file";
        assert_eq!(error.to_string(), expected);
        assert_eq!(error.hint(), Some("save the file as UTF-8"));
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(&file, "\u{feff}a").unwrap();
        assert_eq!(read_text(file.path()).unwrap(), "a");
        fs::write(&file, b"\n\xff").unwrap();
        let kind = |path: &Path| read_text(path).unwrap_err().kind();
        assert_eq!(kind(file.path()), ErrorKind::NotText);
        assert_eq!(kind("nowhere".as_ref()), ErrorKind::Read);
    }

    #[test]
    fn what_gzip_packed_is_unpacked() {
        for text in ["", "a", "a,1,2\nb,3,4\n"] {
            assert_eq!(read(packed(text.as_bytes())).unwrap(), text.as_bytes());
            assert_eq!(read(text.into()).unwrap(), text.as_bytes());
        }
        let both = [packed(b"a,1\n"), packed(b"b,2\n")].concat();
        assert_eq!(read(both).unwrap(), b"a,1\nb,2\n");
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(&file, packed("\u{feff}ä".as_bytes())).unwrap();
        assert_eq!(read_text(file.path()).unwrap(), "ä");
    }

    #[test]
    fn damaged_gzip_is_an_error() {
        let whole = packed(b"a,1,2\nb,3,4\n");
        for length in 2..whole.len() {
            let error = read(whole[..length].to_vec()).unwrap_err().to_string();
            assert!(error.contains("damaged or cut short"), "{error}");
        }
        let mut bytes = whole.clone();
        let checksum = bytes.len() - 6;
        bytes[checksum] ^= 1;
        assert!(read(bytes).is_err());
    }

    #[test]
    fn what_is_unpacked_is_bounded() {
        let mut reader = Unpacked {
            packed: MultiGzDecoder::new(Cursor::new(packed(&[b'1'; 100]))),
            left: 99,
        };
        let error = reader.read_to_end(&mut Vec::new()).unwrap_err();
        assert!(
            error
                .to_string()
                .starts_with("it unpacks to more than 1 GiB")
        );
    }

    #[test]
    fn names_say_what_is_in_a_packed_file() {
        for (path, expected) in [
            ("a.csv.gz", "a.csv"),
            ("b/a.TS.GZ", "b/a.TS"),
            ("a.gz", "a"),
            ("a.csv", "a.csv"),
        ] {
            assert_eq!(without_gz(path.as_ref()), Path::new(expected));
        }
        assert_eq!(shown("-".as_ref()), Path::new("standard input"));
        assert_eq!(shown("./-".as_ref()), Path::new("./-"));
    }
}
