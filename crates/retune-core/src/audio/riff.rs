//! The chunks of a WAV file, before their samples are decoded.

use std::path::Path;

use super::RATE_RANGE;
use crate::{Error, ErrorKind};

/// The least of the lengths that programs write which do not know how much will follow: sox writes
/// this one, rounded down to whole frames, others the largest numbers of 31 or 32 bits or a little
/// less. Some write 0.
const UNKNOWN_LENGTH: u32 = 0x7fff_f000;
/// The length of the shortest format chunk, in bytes.
const FORMAT_LENGTH: usize = 16;
/// The number by which a format chunk says that its samples are integers.
const INTEGERS: u16 = 1;
/// The number by which a format chunk says that its samples are floats.
const FLOATS: u16 = 3;
/// The number by which a format chunk says that it is of the long form, with the kind at byte 24.
const EXTENSIBLE: u16 = 0xfffe;

/// Reduces a WAV file to its format and its samples, checked for consistency.
///
/// The WAV decoder loses its place after a chunk of odd length (titles and comments often are) and
/// tells little about a file that was cut short. It is therefore handed only what it needs.
pub(super) fn essential_chunks(bytes: &[u8], path: &Path) -> Result<Vec<u8>, Error> {
    if bytes.get(..4) != Some(b"RIFF") || bytes.get(8..12) != Some(b"WAVE") {
        let message = "not a WAV file: expected it to begin with \"RIFF\", a length and \"WAVE\"";
        return Err(unsupported(path, message));
    }
    let damaged = |problem: &str| malformed(path, &format!("damaged WAV file: {problem}"));
    let mut format = None;
    let mut rest = bytes.get(12..).unwrap_or_default();
    while let Some((header, body)) = rest.split_first_chunk::<8>() {
        let [a, b, c, d, length @ ..] = *header;
        let announced = u32::from_le_bytes(length);
        let length = usize::try_from(announced).unwrap_or(usize::MAX);
        match &[a, b, c, d] {
            b"fmt " => {
                let chunk = body.get(..length);
                let cut = || damaged("the file ends inside the \"fmt \" chunk");
                format = Some(plain_format(chunk.ok_or_else(cut)?, path)?);
            }
            b"data" => {
                let none = || damaged("there is no \"fmt \" chunk before the samples");
                let format = format.ok_or_else(none)?;
                let samples = whole_frames(body, announced, &format, path)?;
                return Ok(assemble(&format, samples));
            }
            _ => {}
        }
        // Chunks begin at even places, so one of odd length is followed by a byte of padding.
        let padded = length.saturating_add(length % 2);
        rest = body.get(padded..).unwrap_or_default();
    }
    Err(damaged("there is no \"data\" chunk"))
}

/// An error in a file that contradicts the format, or itself.
pub(super) fn malformed(path: &Path, message: &str) -> Error {
    let message = format!("{}: {message}", path.display());
    Error::new(ErrorKind::Malformed, message)
        .of_file(path)
        .with_hint("fetch or record the file again, or leave it out")
}

fn unsupported(path: &Path, message: &str) -> Error {
    let message = format!("{}: {message}", path.display());
    Error::new(ErrorKind::Unsupported, message)
        .of_file(path)
        .with_hint("convert the recording to a WAV file of 16-bit integers")
}

/// The 16-bit number at a place of the format chunk; zero beyond its end.
fn number(chunk: &[u8], at: usize) -> u16 {
    let byte = |at: usize| chunk.get(at).copied().unwrap_or_default();
    u16::from_le_bytes([byte(at), byte(at + 1)])
}

/// The format chunk in its shortest form, checked for what can be decoded here.
///
/// In the long form the number of bits that count may be below the number stored. The samples
/// then sit at the top of their bytes and the rest is zero, so the stored number gives the right
/// scale and the other one is dropped.
fn plain_format(chunk: &[u8], path: &Path) -> Result<[u8; FORMAT_LENGTH], Error> {
    let Some(&(mut plain)) = chunk.first_chunk::<FORMAT_LENGTH>() else {
        let (length, least) = (chunk.len(), FORMAT_LENGTH);
        let found = format!("the \"fmt \" chunk has {length} bytes, expected at least {least}");
        return Err(malformed(path, &format!("damaged WAV file: {found}")));
    };
    if number(chunk, 2) == 0 {
        let message = "the WAV header says 0 channels, expected at least 1";
        return Err(malformed(path, message));
    }
    let rate = u32::from(number(chunk, 4)) | u32::from(number(chunk, 6)) << 16;
    if !RATE_RANGE.contains(&rate) {
        let (low, high) = (RATE_RANGE.start(), RATE_RANGE.end());
        let message =
            format!("the WAV header says a sample rate of {rate} Hz, expected {low} to {high} Hz");
        return Err(malformed(path, &message));
    }
    let kind = match number(chunk, 0) {
        EXTENSIBLE => number(chunk, 24),
        kind => kind,
    };
    let found = match (kind, number(chunk, 14)) {
        (INTEGERS, 8 | 16 | 24 | 32) | (FLOATS, 32) => {
            plain[..2].copy_from_slice(&kind.to_le_bytes());
            return Ok(plain);
        }
        (INTEGERS, bits) => format!("of {bits}-bit integers"),
        (FLOATS, bits) => format!("of {bits}-bit floats"),
        (kind, _) => format!("number {kind}"),
    };
    let message = format!(
        "unsupported WAV format {found}: expected integers of 8, 16, 24 or 32 bits, or 32-bit floats"
    );
    Err(unsupported(path, &message))
}

/// The bytes of the samples: all that the header promises, or all there are where it does not know
/// because the file was written to a pipe.
fn whole_frames<'a>(
    body: &'a [u8],
    announced: u32,
    format: &[u8],
    path: &Path,
) -> Result<&'a [u8], Error> {
    let announced_bytes = usize::try_from(announced).unwrap_or(usize::MAX);
    let frame = number(format, 12).max(1);
    let is_unknown = match announced {
        0 => !is_chunks(body),
        _ => announced > UNKNOWN_LENGTH - u32::from(frame) && announced_bytes > body.len(),
    };
    let length = match is_unknown {
        true => body.len() - body.len() % usize::from(frame),
        false => announced_bytes,
    };
    if length == 0 {
        let message = format!("{}: the WAV file holds no samples", path.display());
        let error = Error::new(ErrorKind::Empty, message).of_file(path);
        return Err(error.with_hint("leave the file out, or record it again"));
    }
    body.get(..length).ok_or_else(|| {
        let message = format!(
            "truncated WAV file: the header promises {length} bytes of samples, the file holds {}",
            body.len()
        );
        malformed(path, &message)
    })
}

/// Whether bytes are chunks to their end, such as the title of a recording without samples.
fn is_chunks(mut bytes: &[u8]) -> bool {
    while let Some((header, body)) = bytes.split_first_chunk::<8>() {
        let [name @ .., a, b, c, d] = *header;
        let length = usize::try_from(u32::from_le_bytes([a, b, c, d])).unwrap_or(usize::MAX);
        if length > body.len() || !name.iter().all(|byte| (b' '..=b'~').contains(byte)) {
            return false;
        }
        let padded = length.saturating_add(length % 2);
        bytes = body.get(padded..).unwrap_or_default();
    }
    bytes.is_empty()
}

/// A WAV file of nothing but a format and samples.
fn assemble(format: &[u8], samples: &[u8]) -> Vec<u8> {
    let mut file = Vec::with_capacity(28 + format.len() + samples.len());
    // The reader ignores the length of the whole file, which is why zero will do.
    file.extend_from_slice(b"RIFF\0\0\0\0WAVE");
    for (name, chunk) in [(b"fmt ", format), (b"data", samples)] {
        // Chunks come from 32-bit lengths, so they fit in one.
        let length = u32::try_from(chunk.len()).unwrap_or(u32::MAX);
        file.extend_from_slice(name);
        file.extend_from_slice(&length.to_le_bytes());
        file.extend_from_slice(chunk);
    }
    file
}
