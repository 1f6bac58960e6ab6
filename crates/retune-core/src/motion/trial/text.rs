//! The text of a file.

use std::fs;
use std::path::Path;

use crate::motion::MotionError;
use crate::series::Place;

/// The whole file as text, without a byte order mark.
pub(super) fn read(path: &Path) -> Result<String, MotionError> {
    let bytes = fs::read(path).map_err(|source| MotionError::Read {
        path: path.to_owned(),
        source,
    })?;
    decode(path, &bytes).map(str::to_owned)
}

pub(super) fn decode<'a>(path: &Path, bytes: &'a [u8]) -> Result<&'a str, MotionError> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let good = bytes.get(..error.valid_up_to()).unwrap_or_default();
        let line = good.iter().filter(|&&byte| byte == b'\n').count() + 1;
        MotionError::NotText {
            place: Place::line(path, line),
            byte: error.valid_up_to() + 1,
        }
    })?;
    Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
}

/// The name of a file without folder and extension.
pub(super) fn stem(path: &Path) -> String {
    path.file_stem()
        .map(|stem| stem.to_string_lossy().into_owned())
        .unwrap_or_default()
}
