//! The text of a file.

use std::fs;
use std::path::Path;

use super::Place;
use crate::{Error, ErrorKind};

/// The whole file as text, without a byte order mark.
///
/// # Errors
///
/// [`ErrorKind::Read`], and [`ErrorKind::NotText`] with the place of the first bad byte.
pub fn read_text(path: &Path) -> Result<String, Error> {
    let bytes = fs::read(path).map_err(|error| Error::read(path, error))?;
    decode(path, &bytes).map(str::to_owned)
}

/// The text of the bytes of a file, without a byte order mark; `path` is for messages.
///
/// # Errors
///
/// [`ErrorKind::NotText`] with the place of the first bad byte.
pub fn decode<'a>(path: &Path, bytes: &'a [u8]) -> Result<&'a str, Error> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let good = bytes.iter().take(error.valid_up_to());
        let line = good.filter(|&&byte| byte == b'\n').count() + 1;
        let byte = error.valid_up_to() + 1;
        let message = format!("byte {byte} of the file is not UTF-8; expected a UTF-8 text file");
        Error::new(ErrorKind::NotText, message)
            .at(Place::line(path, line))
            .with_hint("save the file as UTF-8")
    })?;
    Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
}

#[cfg(test)]
mod tests {
    use super::*;

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
}
