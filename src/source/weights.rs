//! A source's weights on the host: the safetensors file, its labels and its content hash.

use std::collections::BTreeMap;
use std::path::Path;

use super::SourceError;
use crate::storage::{HostTensor, Stored, sha256, write_whole};

/// The labels of the attention-RNN for Speech Commands, in the order of its logits.
pub const LABELS: [&str; 36] = [
    "unknown", "nine", "yes", "no", "up", "down", "left", "right", "on", "off", "stop", "go",
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "backward", "bed",
    "bird", "cat", "dog", "follow", "forward", "happy", "house", "learn", "marvin", "sheila",
    "tree", "visual", "wow",
];

/// The value of the `format` entry in the file's metadata.
const FORMAT: &str = "retune-source-1";

/// Name and shape of every tensor of an attention-RNN.
pub(super) const ARCHITECTURE: [(&str, &[usize]); 26] = [
    ("attend.bias", &[128]),
    ("attend.kernel", &[128, 128]),
    ("conv1.bias", &[10]),
    ("conv1.kernel", &[10, 5]),
    ("conv2.bias", &[1]),
    ("conv2.kernel", &[5, 10]),
    ("dense1.bias", &[64]),
    ("dense1.kernel", &[128, 64]),
    ("dense2.bias", &[32]),
    ("dense2.kernel", &[64, 32]),
    ("lstm1.bias", &[512]),
    ("lstm1.input", &[80, 512]),
    ("lstm1.recurrent", &[2, 64, 256]),
    ("lstm2.bias", &[512]),
    ("lstm2.input", &[128, 512]),
    ("lstm2.recurrent", &[2, 64, 256]),
    ("norm1.beta", &[10]),
    ("norm1.gamma", &[10]),
    ("norm1.mean", &[10]),
    ("norm1.variance", &[10]),
    ("norm2.beta", &[1]),
    ("norm2.gamma", &[1]),
    ("norm2.mean", &[1]),
    ("norm2.variance", &[1]),
    ("output.bias", &[36]),
    ("output.kernel", &[32, 36]),
];

/// The weights of one attention-RNN, with its name, labels and content hash.
#[derive(Debug, Clone)]
pub struct SourceWeights {
    name: String,
    labels: Vec<String>,
    tensors: BTreeMap<String, HostTensor>,
    sha256: String,
}

impl SourceWeights {
    /// Weights from tensors by name, as the table in `ARCHITECTURE.md` lists them.
    ///
    /// # Errors
    ///
    /// A tensor that is missing, has another shape or a value that is not finite.
    pub fn new(name: &str, tensors: BTreeMap<String, HostTensor>) -> Result<Self, SourceError> {
        let weights = Self {
            name: name.to_owned(),
            labels: LABELS.map(str::to_owned).to_vec(),
            tensors,
            sha256: String::new(),
        };
        weights.check(name)?;
        let sha256 = sha256(&weights.to_bytes());
        Ok(Self { sha256, ..weights })
    }

    /// Reads a safetensors file that [`SourceWeights::save`] wrote.
    ///
    /// # Errors
    ///
    /// When the file cannot be read, is damaged, or holds anything but an attention-RNN.
    pub fn load(path: &Path) -> Result<Self, SourceError> {
        let bytes = std::fs::read(path).map_err(|reason| SourceError::File {
            action: "read",
            path: path.to_owned(),
            reason,
        })?;
        Self::from_bytes(&bytes, &path.display().to_string())
    }

    /// Reads the bytes of such a file; `origin` names it in errors.
    ///
    /// # Errors
    ///
    /// See [`SourceWeights::load`].
    pub fn from_bytes(bytes: &[u8], origin: &str) -> Result<Self, SourceError> {
        let no_source = |reason: String| SourceError::NoSource {
            origin: origin.to_owned(),
            reason,
        };
        let Stored { metadata, tensors } =
            Stored::from_bytes(bytes).map_err(|reason| SourceError::Storage {
                origin: origin.to_owned(),
                reason,
            })?;
        match metadata.get("format").map(String::as_str) {
            Some(FORMAT) => {}
            Some(other) => {
                return Err(no_source(format!(
                    "its format is {other:?}, expected {FORMAT:?}"
                )));
            }
            None => return Err(no_source("its metadata names no format".to_owned())),
        }
        let name = metadata
            .get("name")
            .cloned()
            .ok_or_else(|| no_source("its metadata has no name".to_owned()))?;
        let labels: Vec<String> = metadata
            .get("labels")
            .and_then(|labels| serde_json::from_str(labels).ok())
            .ok_or_else(|| no_source("its metadata holds no list of labels".to_owned()))?;
        let weights = Self {
            name,
            labels,
            tensors,
            sha256: sha256(bytes),
        };
        weights.check(origin)?;
        Ok(weights)
    }

    /// Writes the weights as a safetensors file; the same weights give the same bytes.
    ///
    /// # Errors
    ///
    /// When the file cannot be written.
    pub fn save(&self, path: &Path) -> Result<(), SourceError> {
        write_whole(path, &self.to_bytes()).map_err(|reason| SourceError::File {
            action: "write",
            path: path.to_owned(),
            reason,
        })
    }

    /// The source's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The labels, in the order of the logits.
    pub fn labels(&self) -> &[String] {
        &self.labels
    }

    /// The sha256 of the file, in hexadecimal: what a program names its source by.
    pub fn sha256(&self) -> &str {
        &self.sha256
    }

    /// The tensors by name.
    pub fn tensors(&self) -> &BTreeMap<String, HostTensor> {
        &self.tensors
    }

    /// How many trained numbers the source has: all but the norms' running statistics.
    pub fn parameters(&self) -> usize {
        self.tensors
            .iter()
            .filter(|(name, _)| !name.ends_with(".mean") && !name.ends_with(".variance"))
            .map(|(_, tensor)| tensor.values.len())
            .sum()
    }

    fn check(&self, origin: &str) -> Result<(), SourceError> {
        let origin = origin.to_owned();
        for (name, shape) in ARCHITECTURE {
            let Some(tensor) = self.tensors.get(name) else {
                return Err(SourceError::NoSource {
                    origin,
                    reason: format!("tensor {name} is missing"),
                });
            };
            if tensor.shape != shape || tensor.values.len() != shape.iter().product::<usize>() {
                return Err(SourceError::Shape {
                    origin,
                    tensor: name.to_owned(),
                    found: tensor.shape.clone(),
                    expected: shape.to_vec(),
                });
            }
            if tensor.values.iter().any(|value| !value.is_finite()) {
                return Err(SourceError::NotFinite {
                    origin,
                    tensor: name.to_owned(),
                });
            }
        }
        if self.tensors.len() != ARCHITECTURE.len() || self.labels.len() != LABELS.len() {
            return Err(SourceError::NoSource {
                origin,
                reason: format!(
                    "it has {} tensors and {} labels, expected {} and {}",
                    self.tensors.len(),
                    self.labels.len(),
                    ARCHITECTURE.len(),
                    LABELS.len()
                ),
            });
        }
        Ok(())
    }

    fn to_bytes(&self) -> Vec<u8> {
        let labels = serde_json::Value::from(self.labels.clone()).to_string();
        Stored {
            metadata: BTreeMap::from([
                ("format".to_owned(), FORMAT.to_owned()),
                ("labels".to_owned(), labels),
                ("name".to_owned(), self.name.clone()),
            ]),
            tensors: self.tensors.clone(),
        }
        .to_bytes()
    }
}
