//! Arrays of numpy: `.npy` holds series, `.npz` holds them in `X` and their labels in `y`.
//!
//! What a header promises is checked against the bytes that are there before anything is made.

#[cfg(feature = "npz")]
use std::io::{Cursor, Read};
use std::path::Path;

use super::{Line, RawFile, RawRow};
use crate::table::Misfit;
use crate::wording::{list, shorten};
use crate::{Error, ErrorKind, memory};

/// What `.npy` files begin with.
pub(super) const MAGIC: &[u8] = b"\x93NUMPY";
/// The most that the arrays of a file may unpack to, in bytes.
#[cfg(feature = "npz")]
const LARGEST_UNPACKED: u64 = 1 << 30;

/// Reads a `.npy` file of series.
pub(super) fn read(path: &Path, bytes: &[u8]) -> Result<RawFile, Error> {
    file(path, &Array::read(path.display().to_string(), bytes)?, None)
}

/// Reads the series and labels of a `.npz` file.
pub(super) fn read_zip(path: &Path, bytes: &[u8]) -> Result<RawFile, Error> {
    let ([series, labels], names) = unpacked(path, bytes)?;
    let what = |name| format!("{}: the array `{name}`", path.display());
    let Some(series) = series else {
        let found = match names.as_slice() {
            [] => "holds no array `X`".to_owned(),
            names => format!("holds no array `X`, only {}", list(names)),
        };
        let message = format!(
            "{}: the file {found}; expected the series in `X` and their labels in `y`",
            path.display()
        );
        return Err(Error::new(ErrorKind::Column, message)
            .with_hint("write the file with `numpy.savez(file, X=series, y=labels)`"));
    };
    let labels = labels.as_deref();
    let labels = labels.map(|labels| Array::read(what("y"), labels));
    let series = Array::read(what("X"), &series)?;
    let mut file = file(path, &series, labels.transpose()?.as_ref())?;
    if !names.is_empty() {
        let names = list(&names);
        file.decisions
            .push(("left out", format!("the arrays {names}")));
    }
    Ok(file)
}

/// The bytes of the arrays `X` and `y`, where they are there, and the names of the others.
type Unpacked = ([Option<Vec<u8>>; 2], Vec<String>);

#[cfg(feature = "npz")]
fn unpacked(path: &Path, bytes: &[u8]) -> Result<Unpacked, Error> {
    let bad = |reason: &dyn std::fmt::Display| {
        let message = format!(
            "{}: the file is no intact .npz file: {reason}",
            path.display()
        );
        Error::new(ErrorKind::Malformed, message)
    };
    let archive = crate::zipped::open(Cursor::new(bytes));
    let mut archive = archive.map_err(|reason| bad(&reason))?;
    let mut names: Vec<String> = Vec::new();
    let [mut series, mut labels] = [None, None];
    let mut left = LARGEST_UNPACKED;
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index).map_err(|error| bad(&error))?;
        let name = entry.name().map_err(|error| bad(&error))?;
        let name = name.strip_suffix(".npy").unwrap_or(&name).to_owned();
        let place = match name.as_str() {
            "X" => &mut series,
            "y" => &mut labels,
            _ => {
                names.push(name);
                continue;
            }
        };
        let mut unpacked = Vec::new();
        let read = entry.by_ref().take(left).read_to_end(&mut unpacked);
        read.map_err(|error| bad(&error))?;
        left -= unpacked.len() as u64;
        if left == 0 {
            let limit = LARGEST_UNPACKED >> 30;
            return Err(bad(&format!("it unpacks to {limit} GiB or more")));
        }
        *place = Some(unpacked);
    }
    Ok(([series, labels], names))
}

#[cfg(not(feature = "npz"))]
fn unpacked(path: &Path, _: &[u8]) -> Result<Unpacked, Error> {
    let message = format!(
        "{}: this build was made without the feature `npz` and reads no .npz files",
        path.display()
    );
    Err(Error::new(ErrorKind::Unsupported, message))
}

/// The rows of an array of series.
fn file(path: &Path, array: &Array<'_>, labels: Option<&Array<'_>>) -> Result<RawFile, Error> {
    let (cases, channels, length) = match *array.shape.as_slice() {
        [cases, length] => (cases, 1, length),
        [cases, channels, length] => (cases, channels, length),
        _ => return Err(array.unfit("expected [cases, time] or [cases, channels, time]")),
    };
    let counted = labels.map(Array::count_of_labels).transpose()?;
    if let Some(found) = counted.filter(|found| *found != cases) {
        let message = format!(
            "{}: there are {found} labels for {cases} series",
            path.display()
        );
        return Err(Error::new(ErrorKind::Mismatch, message).of_file(path));
    }
    let width = channels.saturating_mul(length);
    let values = cases.saturating_mul(width);
    let of_labels = labels.map_or(0, |labels| labels.data.len());
    check_memory(path, cases.min(values), values, of_labels)?;
    let labels = labels.map(Array::labels).transpose()?;
    let numbers = array.numbers()?;
    let mut rows = Vec::new();
    for (index, values) in numbers.chunks(width.max(1)).enumerate() {
        let line = Line {
            path,
            number: index + 1,
        };
        let is_large = |value: &f64| value.abs() > f64::from(f32::MAX);
        if let Some(place) = values.iter().position(is_large) {
            return Err(line.misfit(Misfit::TooLarge, place + 1, &values[place].to_string()));
        }
        rows.push(RawRow {
            line: line.number,
            label: labels
                .as_ref()
                .and_then(|labels| labels.get(index))
                .cloned(),
            label_field: values.len() + 1,
            values: values.to_vec(),
            id: None,
        });
    }
    Ok(RawFile {
        path: path.to_owned(),
        lines: rows.len(),
        rows,
        padded: true,
        channels: channels.max(1),
        columns: None,
        order: None,
        decisions: Vec::new(),
    })
}

/// Whether the rows fit into memory: numbers and labels as they are read, and those of each row.
fn check_memory(path: &Path, cases: usize, values: usize, of_labels: usize) -> Result<(), Error> {
    // Bytes for each; the text of the labels takes no more than their array.
    const ROW: u64 = 250;
    const VALUE: u64 = 16;
    let needed = (cases as u64).saturating_mul(ROW);
    let needed = needed.saturating_add((values as u64).saturating_mul(VALUE));
    let needed = needed.saturating_add(of_labels as u64);
    let what = format!("{cases} series with {values} values");
    memory::check_reading(path, needed, &what)
}

/// One array, as its header says and as the bytes bear out.
#[derive(Debug)]
struct Array<'a> {
    /// What messages call it.
    what: String,
    /// How numbers are written: `<f8` and the like.
    kind: String,
    /// The size of each number in bytes.
    size: usize,
    shape: Vec<usize>,
    data: &'a [u8],
}

impl<'a> Array<'a> {
    fn read(what: String, bytes: &'a [u8]) -> Result<Self, Error> {
        let bad = |problem: &str| Error::new(ErrorKind::Malformed, format!("{what}: {problem}"));
        let rest = bytes.strip_prefix(MAGIC).ok_or_else(|| {
            bad("this is no array of numpy; expected it to begin with \"\\x93NUMPY\"")
        })?;
        let cut = || bad("the header of the array is cut short");
        let (version, rest) = rest.split_first_chunk::<2>().ok_or_else(cut)?;
        let (length, rest) = match version {
            [1, _] => {
                let (length, rest) = rest.split_first_chunk().ok_or_else(cut)?;
                (u32::from(u16::from_le_bytes(*length)), rest)
            }
            [2 | 3, _] => {
                let (length, rest) = rest.split_first_chunk().ok_or_else(cut)?;
                (u32::from_le_bytes(*length), rest)
            }
            [version, _] => {
                return Err(bad(&format!("version {version} of the format is not read")));
            }
        };
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        let (header, data) = rest.split_at_checked(length).ok_or_else(cut)?;
        let header = String::from_utf8_lossy(header);
        let value = |name: &str| {
            let (_, after) = header.split_once(&format!("'{name}'"))?;
            Some(after.trim_start().strip_prefix(':')?.trim_start())
        };
        let unreadable = || {
            bad(&format!(
                "the header `{}` cannot be read",
                shorten(header.trim())
            ))
        };
        let kind = value("descr").ok_or_else(unreadable)?;
        let kind = kind
            .strip_prefix('\'')
            .and_then(|kind| kind.split_once('\''));
        let (kind, _) =
            kind.ok_or_else(|| bad("the array has several fields; expected numbers"))?;
        let shape = value("shape").and_then(|shape| shape.strip_prefix('(')?.split_once(')'));
        let (shape, _) = shape.ok_or_else(unreadable)?;
        let shape = shape
            .split(',')
            .map(str::trim)
            .filter(|size| !size.is_empty());
        let shape: Result<Vec<usize>, _> = shape.map(str::parse).collect();
        let shape = shape.map_err(|_| unreadable())?;
        let by_column = value("fortran_order").is_some_and(|order| order.starts_with("True"));
        if by_column && shape.len() > 1 {
            let error = bad("the array is stored by columns (Fortran order); expected C order");
            return Err(error.with_hint("write it with `numpy.ascontiguousarray`"));
        }
        let size = size(kind).ok_or_else(|| {
            let found = match kind {
                "|O" => "objects of Python".to_owned(),
                kind if kind.starts_with('>') => format!("big-endian numbers, `{}`", shorten(kind)),
                kind => format!("the type `{}`", shorten(kind)),
            };
            let message = format!(
                "{what}: the array holds {found}; expected little-endian floats or integers, \
                 or text for labels"
            );
            Error::new(ErrorKind::Unsupported, message).with_hint(
                "write numbers with `array.astype(\"<f8\")`, and labels that are text with \
                 `array.astype(str)`",
            )
        })?;
        let wanted = shape
            .iter()
            .try_fold(size, |all, size| all.checked_mul(*size));
        if wanted != Some(data.len()) {
            let sizes = shape.iter().map(usize::to_string).collect::<Vec<_>>();
            return Err(bad(&format!(
                "the header promises [{}] numbers of {size} bytes, the file holds {} bytes",
                sizes.join(", "),
                data.len()
            )));
        }
        Ok(Self {
            what,
            kind: kind.to_owned(),
            size,
            shape,
            data,
        })
    }

    /// The array has another shape or kind than is wanted.
    fn unfit(&self, expected: &str) -> Error {
        let (kind, shape) = (&self.kind, &self.shape);
        let message = format!(
            "{}: the array is `{kind}` of shape {shape:?}; {expected}",
            self.what
        );
        Error::new(ErrorKind::Unsupported, message)
    }

    /// The numbers in their order.
    fn numbers(&self) -> Result<Vec<f64>, Error> {
        let number = number_of(&self.kind).ok_or_else(|| self.unfit("expected numbers"))?;
        Ok(self.data.chunks_exact(self.size).map(number).collect())
    }

    /// How many labels it should hold.
    fn count_of_labels(&self) -> Result<usize, Error> {
        match self.shape[..] {
            [count] => Ok(count),
            _ => Err(self.unfit("expected a label for each series")),
        }
    }

    /// Labels, one for each number or text; whole numbers are written without a point.
    fn labels(&self) -> Result<Vec<String>, Error> {
        let items = self.data.chunks(self.size.max(1));
        if self.kind.starts_with("<U") {
            let text = |item: &[u8]| {
                let code = |bytes: &[u8]| {
                    let code = bytes.first_chunk().map(|code| u32::from_le_bytes(*code));
                    code.and_then(char::from_u32)
                };
                let text: Option<String> = item.chunks_exact(4).map(code).collect();
                text.map(|text| text.trim_end_matches('\0').trim().to_owned())
            };
            let labels: Option<Vec<String>> = items.map(text).collect();
            return labels.ok_or_else(|| self.unfit("a label holds what is no character"));
        }
        let numbers = self.numbers()?;
        // Whole numbers above it are not told apart.
        let largest = 2f64.powi(53);
        if !numbers.iter().all(|number| number.abs() < largest) {
            return Err(self.unfit("expected labels below 2^53"));
        }
        Ok(numbers.iter().map(f64::to_string).collect())
    }
}

/// How many bytes a number or text takes; `None` for what is not read.
fn size(kind: &str) -> Option<usize> {
    if let Some(length) = kind.strip_prefix("<U") {
        return length.parse::<usize>().ok()?.checked_mul(4);
    }
    number_of(kind)?;
    kind.get(2..)?.parse().ok()
}

/// What reads the numbers of a kind.
fn number_of(kind: &str) -> Option<fn(&[u8]) -> f64> {
    macro_rules! little_endian {
        ($kind:ty) => {
            |bytes| {
                let bytes = bytes.first_chunk().copied();
                <$kind>::from_le_bytes(bytes.expect("a number has the bytes of its kind")) as f64
            }
        };
    }
    Some(match kind {
        "<f4" => little_endian!(f32),
        "<f8" => little_endian!(f64),
        "|i1" => little_endian!(i8),
        "<i2" => little_endian!(i16),
        "<i4" => little_endian!(i32),
        "<i8" => little_endian!(i64),
        "|u1" => little_endian!(u8),
        "<u2" => little_endian!(u16),
        "<u4" => little_endian!(u32),
        "<u8" => little_endian!(u64),
        _ => return None,
    })
}
