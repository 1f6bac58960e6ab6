//! Named tensors with text beside them, as safetensors bytes that are the same on every run.
//!
//! The `safetensors` crate reads them; it writes its header in the random order of a hash map,
//! which would give the same weights another content hash each time, so the header is written
//! here, in sorted order.

use std::collections::BTreeMap;

use safetensors::tensor::Dtype;
use safetensors::{SafeTensorError, SafeTensors};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use crate::{Error, ErrorKind};

pub use crate::atomic::{check_writable, write_whole};
pub use crate::input::{open_file, read_file};

/// The most bytes of a file's header and the most tensors in it: a few bytes can promise any number of
/// empty ones.
const LONGEST_HEADER: u64 = 16 << 20;
const MOST_TENSORS: usize = 1 << 14;

/// One tensor on the host, row-major.
#[derive(Debug, Clone, PartialEq)]
pub struct HostTensor {
    /// Its dimensions.
    pub shape: Vec<usize>,
    /// Its values, as many as the product of `shape`.
    pub values: Vec<f32>,
}

/// What one file holds.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Stored {
    /// Text by name.
    pub metadata: BTreeMap<String, String>,
    /// Tensors by name.
    pub tensors: BTreeMap<String, HostTensor>,
}

impl Stored {
    /// The file's bytes; the same content gives the same bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut header = Map::new();
        header.insert("__metadata__".to_owned(), json!(self.metadata));
        let mut data = Vec::new();
        for (name, tensor) in &self.tensors {
            let start = data.len();
            data.extend(tensor.values.iter().flat_map(|value| value.to_le_bytes()));
            let entry = json!({
                "dtype": "F32",
                "shape": tensor.shape,
                "data_offsets": [start, data.len()],
            });
            header.insert(name.clone(), entry);
        }
        let mut header = Value::Object(header).to_string().into_bytes();
        // The format wants the data to start at a multiple of eight bytes.
        header.resize(header.len().next_multiple_of(8), b' ');
        let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
        bytes.extend(header);
        bytes.extend(data);
        bytes
    }

    /// Reads such bytes.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Damaged`], and [`ErrorKind::Unsupported`] or [`ErrorKind::NotFinite`] where a
    /// tensor is not made of finite 32-bit floats. Which file it was is not known here.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Error> {
        let damaged = |error: SafeTensorError| {
            let message = format!("not a safetensors file, or damaged: {error}");
            Error::new(ErrorKind::Damaged, message).with_source(error)
        };
        let unsupported = |message| Err(Error::new(ErrorKind::Unsupported, message));
        let length = bytes
            .first_chunk()
            .map_or(0, |length| u64::from_le_bytes(*length));
        // A length beyond the file's end is for the reader to refuse.
        if length > LONGEST_HEADER && length < bytes.len() as u64 {
            return unsupported(format!(
                "its header has {length} bytes, expected {LONGEST_HEADER} at most"
            ));
        }
        let (_, header) = SafeTensors::read_metadata(bytes).map_err(damaged)?;
        let count = header.tensors().len();
        if count > MOST_TENSORS {
            return unsupported(format!(
                "it has {count} tensors, expected {MOST_TENSORS} at most"
            ));
        }
        let metadata = header.metadata().clone().unwrap_or_default();
        let mut tensors = BTreeMap::new();
        for (name, view) in SafeTensors::deserialize(bytes).map_err(damaged)?.iter() {
            if view.dtype() != Dtype::F32 {
                let found = view.dtype();
                let message = format!("tensor {name} is stored as {found:?}, expected F32");
                return Err(Error::new(ErrorKind::Unsupported, message));
            }
            let values: Vec<f32> = view
                .data()
                .chunks_exact(4)
                .map(|bytes| f32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]))
                .collect();
            if values.iter().any(|value| !value.is_finite()) {
                let message = format!("tensor {name} holds a value that is not finite");
                return Err(Error::new(ErrorKind::NotFinite, message));
            }
            let shape = view.shape().to_vec();
            tensors.insert(name.to_owned(), HostTensor { shape, values });
        }
        Ok(Self {
            metadata: metadata.into_iter().collect(),
            tensors,
        })
    }
}

/// The sha256 of `bytes` in hexadecimal.
pub fn sha256(bytes: &[u8]) -> String {
    let mut sum = HashSum::default();
    sum.add(bytes);
    sum.finish()
}

/// The sha256 of what is added piece by piece.
#[derive(Debug, Default)]
pub struct HashSum(Sha256);

impl HashSum {
    /// Adds what comes next.
    pub fn add(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The sha256 in hexadecimal.
    pub fn finish(self) -> String {
        let digits = self.0.finalize();
        digits.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// Whether a text is what [`HashSum::finish`] gives.
pub fn is_sha256(text: &str) -> bool {
    let is_digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    text.len() == 64 && text.bytes().all(is_digit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_and_tensors_are_limited() {
        let empty = HostTensor {
            shape: vec![0],
            values: Vec::new(),
        };
        let mut stored = Stored::default();
        let named = (0..MOST_TENSORS).map(|at| (format!("t{at}"), empty.clone()));
        stored.tensors = named.collect();
        assert!(Stored::from_bytes(&stored.to_bytes()).is_ok());
        stored.tensors.insert("more".to_owned(), empty);
        let error = Stored::from_bytes(&stored.to_bytes()).unwrap_err();
        assert_eq!(
            error.to_string(),
            "it has 16385 tensors, expected 16384 at most"
        );
        stored.tensors.clear();
        let text = "a".repeat(LONGEST_HEADER as usize);
        stored.metadata.insert("text".to_owned(), text);
        let error = Stored::from_bytes(&stored.to_bytes()).unwrap_err();
        assert!(error.to_string().starts_with("its header has "), "{error}");
    }

    #[test]
    fn what_is_written_is_read_and_the_bytes_do_not_change() {
        let tensor = |shape: &[usize], values: &[f32]| HostTensor {
            shape: shape.to_vec(),
            values: values.to_vec(),
        };
        let stored = Stored {
            metadata: BTreeMap::from([
                ("b".to_owned(), "two \"quoted\"".to_owned()),
                ("a".to_owned(), "é".to_owned()),
            ]),
            tensors: BTreeMap::from([
                ("x".to_owned(), tensor(&[2, 1], &[1.5, -0.0])),
                ("y".to_owned(), tensor(&[], &[f32::MIN_POSITIVE])),
            ]),
        };
        let bytes = stored.to_bytes();
        assert_eq!(bytes, stored.to_bytes());
        assert_eq!(Stored::from_bytes(&bytes).unwrap(), stored);
        for length in 0..bytes.len() {
            assert!(Stored::from_bytes(&bytes[..length]).is_err(), "{length}");
        }
    }
}
