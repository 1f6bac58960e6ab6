//! The text of a file.

use std::path::Path;
use std::{fs, io};

/// Why a file has no text.
#[derive(Debug)]
pub enum TextError {
    /// It could not be read.
    Read(io::Error),
    /// Its bytes are not UTF-8.
    NotUtf8 {
        /// The line of the first bad byte, counted from 1.
        line: usize,
        /// The offset of that byte in the file, counted from 1.
        byte: usize,
    },
}

/// The whole file as text, without a byte order mark.
///
/// # Errors
///
/// [`TextError`] when it cannot be read or is not UTF-8.
pub fn read_text(path: &Path) -> Result<String, TextError> {
    let bytes = fs::read(path).map_err(TextError::Read)?;
    if bytes.starts_with("\u{feff}".as_bytes()) {
        return decode(&bytes).map(str::to_owned);
    }
    String::from_utf8(bytes).map_err(|error| not_utf8(error.as_bytes(), error.utf8_error()))
}

/// The text of the bytes of a file, without a byte order mark.
///
/// # Errors
///
/// [`TextError::NotUtf8`] with the place of the first bad byte.
pub fn decode(bytes: &[u8]) -> Result<&str, TextError> {
    let text = std::str::from_utf8(bytes).map_err(|error| not_utf8(bytes, error))?;
    Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
}

fn not_utf8(bytes: &[u8], error: std::str::Utf8Error) -> TextError {
    let good = bytes.iter().take(error.valid_up_to());
    TextError::NotUtf8 {
        line: good.filter(|&&byte| byte == b'\n').count() + 1,
        byte: error.valid_up_to() + 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_that_are_no_text_have_a_place() {
        assert_eq!(decode(b"\xef\xbb\xbfab").unwrap(), "ab");
        let place = |error| match error {
            TextError::NotUtf8 { line, byte } => (line, byte),
            TextError::Read(error) => panic!("{error}"),
        };
        assert_eq!(place(decode(b"ab\ncd\xff").unwrap_err()), (2, 6));
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(&file, b"\n\xff").unwrap();
        assert_eq!(place(read_text(file.path()).unwrap_err()), (2, 2));
        fs::write(&file, "\u{feff}a").unwrap();
        assert_eq!(read_text(file.path()).unwrap(), "a");
        assert!(matches!(
            read_text("nowhere".as_ref()),
            Err(TextError::Read(_))
        ));
    }
}
