//! The program file: safetensors with a versioned JSON header and a checksum.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;

use super::{Header, Program, ProgramError};
use crate::source::LABELS;
use crate::storage::{HostTensor, Stored, sha256, write_whole};

/// The version that is read and written. Version 1, with one transform and no readout, was never
/// released.
const VERSION: u64 = 2;
/// The metadata entry with the header.
const PROGRAM: &str = "retune.program";
/// The metadata entry with the version.
const FORMAT_VERSION: &str = "retune.version";
/// The metadata entry with the sha256 over the header and the tensors.
const CHECKSUM: &str = "retune.sha256";

impl Program {
    /// Writes the program; the same program gives the same bytes.
    ///
    /// # Errors
    ///
    /// When the file cannot be written.
    pub fn save(&self, path: &Path) -> Result<(), ProgramError> {
        let header =
            serde_json::to_string(&self.header).map_err(|error| ProgramError::Damaged {
                path: path.to_owned(),
                reason: error.to_string(),
            })?;
        let checksum = checksum(&header, &self.tensors);
        let stored = Stored {
            metadata: BTreeMap::from([
                (FORMAT_VERSION.to_owned(), VERSION.to_string()),
                (PROGRAM.to_owned(), header),
                (CHECKSUM.to_owned(), checksum),
            ]),
            tensors: self.tensors.clone(),
        };
        write_whole(path, &stored.to_bytes()).map_err(|reason| ProgramError::File {
            action: "write",
            path: path.to_owned(),
            reason,
        })
    }

    /// Reads a program that [`Program::save`] wrote; it predicts the same bits.
    ///
    /// # Errors
    ///
    /// When the file cannot be read, is no program, was cut short or altered, or has a newer
    /// format.
    pub fn load(path: &Path) -> Result<Self, ProgramError> {
        let damaged = |reason: String| ProgramError::Damaged {
            path: path.to_owned(),
            reason,
        };
        let bytes = std::fs::read(path).map_err(|reason| ProgramError::File {
            action: "read",
            path: path.to_owned(),
            reason,
        })?;
        let Stored { metadata, tensors } =
            Stored::from_bytes(&bytes).map_err(|error| damaged(error.to_string()))?;
        let entry = |name: &str| {
            metadata
                .get(name)
                .ok_or_else(|| damaged(format!("its metadata has no {name}")))
        };
        let found: u64 = entry(FORMAT_VERSION)?
            .parse()
            .map_err(|_| damaged("its version is no number".to_owned()))?;
        if found > VERSION {
            return Err(ProgramError::Newer {
                path: path.to_owned(),
                found,
                supported: VERSION,
            });
        }
        if found < VERSION {
            return Err(damaged(format!(
                "it has format version {found}, from before the first release"
            )));
        }
        let header = entry(PROGRAM)?;
        if entry(CHECKSUM)? != &checksum(header, &tensors) {
            return Err(damaged("it was altered after it was written".to_owned()));
        }
        let header: Header =
            serde_json::from_str(header).map_err(|error| damaged(error.to_string()))?;
        for part in &header.parts {
            part.transform.check(header.series_length)?;
            part.mapping.check(header.labels.len(), LABELS.len())?;
        }
        let numbers = header.parts.iter().map(|part| part.weight);
        let finite = numbers.chain([header.sharpness]).all(f32::is_finite);
        if header.parts.is_empty() || !finite {
            return Err(damaged("it has no parts".to_owned()));
        }
        Ok(Self { header, tensors })
    }
}

/// The sha256 over the header's text and every tensor's name, shape and values.
fn checksum(header: &str, tensors: &BTreeMap<String, HostTensor>) -> String {
    let mut bytes = header.as_bytes().to_vec();
    for (name, tensor) in tensors {
        let shape = Value::from(tensor.shape.clone());
        bytes.extend(format!("\n{name} {shape}\n").into_bytes());
        bytes.extend(tensor.values.iter().flat_map(|value| value.to_le_bytes()));
    }
    sha256(&bytes)
}
