//! The weights on the host, with their content hash.

use std::collections::BTreeMap;
use std::path::Path;

use super::network::geometries;
use super::{FRAME_SAMPLES, MELS};
use crate::source::SourceError;
use crate::storage::{HostTensor, Stored, sha256};

/// Bins of a frame's Fourier transform.
pub(super) const BINS: usize = FRAME_SAMPLES / 2 + 1;
/// The value of the `format` entry in the file's metadata.
const FORMAT: &str = "retune-speech-embedding-1";
/// The name of the source that is compiled in.
const SHIPPED_NAME: &str = "speech-embedding";
const SHIPPED: &[u8] = include_bytes!("../../../models/speech-embedding.safetensors");

/// The weights of a speech embedding: `conv1.kernel` … `conv20.kernel`
/// (`[outputs, inputs, time, frequency]`), `conv1.bias` … `conv19.bias` (`[outputs]`), and the
/// front end's `window` (`[512]`) and `mel.filters` (`[257, 32]`).
#[derive(Debug, Clone)]
pub struct SpeechEmbeddingWeights {
    name: String,
    tensors: BTreeMap<String, HostTensor>,
    sha256: String,
}

impl SpeechEmbeddingWeights {
    /// The published weights, which are compiled in.
    ///
    /// # Errors
    ///
    /// None in practice: a test reads the same bytes.
    pub fn shipped() -> Result<Self, SourceError> {
        Self::from_bytes(SHIPPED, SHIPPED_NAME)
    }

    /// Reads a safetensors file of these tensors.
    ///
    /// # Errors
    ///
    /// When the file cannot be read, is damaged, or holds anything but a speech embedding.
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
    /// See [`SpeechEmbeddingWeights::load`].
    pub fn from_bytes(bytes: &[u8], origin: &str) -> Result<Self, SourceError> {
        let Stored { metadata, tensors } =
            Stored::from_bytes(bytes).map_err(|reason| SourceError::Storage {
                origin: origin.to_owned(),
                reason,
            })?;
        let format = metadata.get("format").map_or("", String::as_str);
        if format != FORMAT {
            return Err(no_embedding(
                origin,
                format!("its format is {format:?}, expected {FORMAT:?}"),
            ));
        }
        check(&tensors, origin)?;
        Ok(Self {
            name: metadata.get("name").cloned().unwrap_or_default(),
            tensors,
            sha256: sha256(bytes),
        })
    }

    /// Weights from tensors by name.
    ///
    /// # Errors
    ///
    /// A tensor that is missing, is no part of a speech embedding, or has another shape.
    pub fn new(name: &str, tensors: BTreeMap<String, HostTensor>) -> Result<Self, SourceError> {
        let metadata = [("format", FORMAT), ("labels", "[]"), ("name", name)];
        let metadata = metadata.map(|(key, value)| (key.to_owned(), value.to_owned()));
        let stored = Stored {
            metadata: BTreeMap::from(metadata),
            tensors,
        };
        Self::from_bytes(&stored.to_bytes(), name)
    }

    /// The source's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The sha256 of the file, in hexadecimal: what a program names its source by.
    pub fn sha256(&self) -> &str {
        &self.sha256
    }

    /// The tensors by name.
    pub fn tensors(&self) -> &BTreeMap<String, HostTensor> {
        &self.tensors
    }

    /// How many trained numbers the source has: all but the front end's.
    pub fn parameters(&self) -> usize {
        let trained = self
            .tensors
            .iter()
            .filter(|(name, _)| name.starts_with("conv"));
        trained.map(|(_, tensor)| tensor.values.len()).sum()
    }

    /// The values of a tensor that [`check`] has seen.
    pub(super) fn values(&self, name: &str) -> Vec<f32> {
        self.tensors[name].values.clone()
    }
}

/// Name and shape of every tensor.
pub(super) fn architecture() -> BTreeMap<String, Vec<usize>> {
    let mut shapes = BTreeMap::from([
        ("window".to_owned(), vec![FRAME_SAMPLES]),
        ("mel.filters".to_owned(), vec![BINS, MELS]),
    ]);
    let geometries = geometries();
    let last = geometries.len();
    for (index, geometry) in geometries.into_iter().enumerate() {
        let number = index + 1;
        let [rows, columns] = geometry.kernel;
        let shape = vec![geometry.outputs, geometry.inputs, rows, columns];
        shapes.insert(format!("conv{number}.kernel"), shape);
        if number < last {
            shapes.insert(format!("conv{number}.bias"), vec![geometry.outputs]);
        }
    }
    shapes
}

/// Every tensor is there with its shape, and no other one; [`Stored`] has seen that its values are
/// finite.
fn check(tensors: &BTreeMap<String, HostTensor>, origin: &str) -> Result<(), SourceError> {
    let architecture = architecture();
    for (name, expected) in &architecture {
        let Some(tensor) = tensors.get(name) else {
            return Err(no_embedding(origin, format!("tensor {name} is missing")));
        };
        if tensor.shape != *expected {
            return Err(SourceError::Shape {
                origin: origin.to_owned(),
                tensor: name.clone(),
                found: tensor.shape.clone(),
                expected: expected.clone(),
            });
        }
    }
    match tensors
        .keys()
        .find(|name| !architecture.contains_key(*name))
    {
        Some(name) => Err(no_embedding(
            origin,
            format!("it has a tensor {name}, which is none of its parts"),
        )),
        None => Ok(()),
    }
}

fn no_embedding(origin: &str, reason: String) -> SourceError {
    SourceError::NoSpeechEmbedding {
        origin: origin.to_owned(),
        reason,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_weights_are_read_and_anything_else_is_refused() {
        let shipped = SpeechEmbeddingWeights::shipped().unwrap();
        assert_eq!(shipped.name(), SHIPPED_NAME);
        let again = SpeechEmbeddingWeights::new(SHIPPED_NAME, shipped.tensors().clone()).unwrap();
        assert_eq!(again.sha256(), shipped.sha256());

        let refused = |change: &dyn Fn(&mut BTreeMap<String, HostTensor>)| {
            let mut tensors = shipped.tensors().clone();
            change(&mut tensors);
            let refused = SpeechEmbeddingWeights::new("changed", tensors);
            refused.unwrap_err().to_string()
        };
        let error = refused(&|tensors| drop(tensors.remove("conv7.bias")));
        assert_eq!(
            error,
            "changed holds no speech embedding: tensor conv7.bias is missing"
        );
        let error = refused(&|tensors| {
            let kernel = tensors.remove("conv2.kernel").unwrap();
            tensors.insert("conv3.kernel".to_owned(), kernel);
        });
        assert!(error.contains("conv2.kernel is missing"), "{error}");
        let error = refused(&|tensors| tensors.get_mut("conv2.kernel").unwrap().shape.swap(2, 3));
        assert!(
            error.contains("[24, 24, 3, 1], expected [24, 24, 1, 3]"),
            "{error}"
        );
        let error = refused(&|tensors| {
            let bias = tensors["conv1.bias"].clone();
            tensors.insert("conv20.bias".to_owned(), bias);
        });
        assert!(error.contains("conv20.bias"), "{error}");
        let error = refused(&|tensors| tensors.get_mut("window").unwrap().values[9] = f32::NAN);
        assert!(
            error.contains("window holds a value that is not finite"),
            "{error}"
        );
        let other = include_bytes!("../../../models/attrnn-gsc35.safetensors");
        let error = SpeechEmbeddingWeights::from_bytes(other, "other").unwrap_err();
        assert!(error.to_string().contains("\"retune-source-1\""), "{error}");
    }

    #[test]
    fn random_weights_are_the_same_for_a_seed_and_have_the_scale_of_he() {
        let [a, b, other] = [3, 3, 4].map(|seed| SpeechEmbeddingWeights::random(seed).unwrap());
        assert_eq!(a.sha256(), b.sha256());
        assert_ne!(a.sha256(), other.sha256());
        assert_eq!(a.parameters(), 328_128);
        let kernel = &a.tensors()["conv12.kernel"].values;
        let square = kernel.iter().map(|value| value * value).sum::<f32>() / kernel.len() as f32;
        assert!((square * 288.0 / 2.0 - 1.0).abs() < 0.03, "{square}");
        assert!(
            a.tensors()["conv12.bias"]
                .values
                .iter()
                .all(|bias| *bias == 0.0)
        );
        let shipped = SpeechEmbeddingWeights::shipped().unwrap();
        assert_eq!(a.tensors()["window"], shipped.tensors()["window"]);
    }
}
