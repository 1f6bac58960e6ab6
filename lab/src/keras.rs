//! Reading the weights that Keras 2 saved as HDF5 (`.h5`).

use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};

use hdf5_reader::group::Group;
use hdf5_reader::{Dataset, Datatype, Hdf5File, OpenOptions};
use thiserror::Error;

/// The group that holds the weights in a file that holds a whole model.
const WEIGHTS_GROUP: &str = "model_weights";
/// The attribute by which Keras marks a group that holds weights.
const LAYER_NAMES: &str = "layer_names";
/// The first bytes of every HDF5 file that has no user block before it.
const MAGIC: [u8; 8] = [0x89, b'H', b'D', b'F', b'\r', b'\n', 0x1a, b'\n'];
/// The most bytes that one tensor may take, so that a damaged length cannot exhaust the memory.
const MAX_TENSOR_BYTES: usize = 1 << 30;
/// The most bytes that one compressed chunk may unpack to, for the same reason.
const MAX_CHUNK_BYTES: usize = 1 << 28;
/// The most groups inside groups that are followed; Keras needs one level for each nested model.
const MAX_DEPTH: usize = 32;

/// One array of weights, in the layout in which Keras stores it.
#[derive(Debug, Clone, PartialEq)]
pub struct KerasTensor {
    /// The length of each axis, outermost first; empty for a single number.
    pub shape: Vec<usize>,
    /// The values in row-major order; as many as the product of `shape`.
    pub values: Vec<f32>,
}

/// Why the weights of a Keras file could not be read.
#[derive(Debug, Error)]
pub enum SourceImportError {
    /// The file could not be opened or read from disk.
    #[error("{path}: cannot read the Keras file: {reason}", path = .path.display())]
    Unreadable {
        /// The file that was asked for.
        path: PathBuf,
        /// What the operating system said.
        reason: std::io::Error,
    },
    /// The file does not begin as an HDF5 file does.
    #[error("{path}: not an HDF5 file: it does not begin with the HDF5 signature", path = .path.display())]
    NotHdf5 {
        /// The file that was asked for.
        path: PathBuf,
    },
    /// A layer of the attention-RNN is not there, or lacks a weight.
    #[error("{path}: layer {layer} has no weight {part}", path = .path.display())]
    NoWeight {
        /// The file that was asked for.
        path: PathBuf,
        /// The layer, as Keras names it.
        layer: String,
        /// The weight, as Keras names it.
        part: String,
    },
    /// The file begins as HDF5 but its structure is damaged, or of a kind that cannot be read.
    #[error("{path}: cannot read {place:?} in the HDF5 file: {reason}", path = .path.display())]
    Damaged {
        /// The file that was asked for.
        path: PathBuf,
        /// The group or dataset inside the file.
        place: String,
        /// What the HDF5 reader said.
        reason: hdf5_reader::error::Error,
    },
    /// The file ends before the place where its header says that it ends.
    #[error(
        "{path}: truncated HDF5 file: the header says {promised} bytes, the file has {present}",
        path = .path.display()
    )]
    Truncated {
        /// The file that was asked for.
        path: PathBuf,
        /// The length by the header, in bytes.
        promised: u64,
        /// The length of the file, in bytes.
        present: u64,
    },
    /// The file is sound HDF5 but Keras did not write weights to it.
    #[error(
        "{path}: no Keras weights: expected the group \"model_weights\" or the attribute \"layer_names\"",
        path = .path.display()
    )]
    NoWeights {
        /// The file that was asked for.
        path: PathBuf,
    },
    /// The groups of the file contain each other, or lie too deep.
    #[error("{path}: the group {place:?} of the HDF5 file is {problem}", path = .path.display())]
    Tangled {
        /// The file that was asked for.
        path: PathBuf,
        /// The group inside the file.
        place: String,
        /// What is wrong with it.
        problem: &'static str,
    },
}

impl SourceImportError {
    /// What to do about the error, where there is something to do.
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::NoWeight { .. } => {
                "expected the weights of the attention-RNN as Keras 2 saves them"
            }
            Self::Unreadable { .. } => "check that the file exists and that you may read it",
            Self::NotHdf5 { .. } => {
                "save the model from Keras 2 as `.h5`; a `.keras` file or a SavedModel folder is another format"
            }
            Self::Damaged { .. } | Self::Truncated { .. } => {
                "fetch or save the file again: it may have been cut short on the way"
            }
            Self::NoWeights { .. } => {
                "save the file by `model.save(\"model.h5\")` or `model.save_weights(\"weights.h5\")` of Keras 2"
            }
            Self::Tangled { .. } => {
                "save the model again from Keras, which never links groups this way"
            }
        };
        Some(hint.to_owned())
    }
}

/// Reads every tensor of floating-point numbers from a Keras 2 file, by name.
///
/// Takes both a whole model (`model.save`) and weights alone (`model.save_weights`). A name is the
/// path of the dataset below the group of the weights, so `dense/dense/kernel:0` in either case.
/// Numbers of 64 bits are rounded to 32. Datasets that are not floating-point (counters and random
/// states) are left out, as are those of no values.
///
/// # Errors
///
/// The file cannot be read, is not HDF5, is damaged, or holds no Keras weights; the error names the
/// file and the place inside it.
pub fn read_keras_weights(path: &Path) -> Result<BTreeMap<String, KerasTensor>, SourceImportError> {
    let bytes = std::fs::read(path).map_err(|reason| SourceImportError::Unreadable {
        path: path.to_owned(),
        reason,
    })?;
    if !bytes.starts_with(&MAGIC) {
        return Err(SourceImportError::NotHdf5 {
            path: path.to_owned(),
        });
    }
    let options = OpenOptions::default()
        .with_max_read_bytes(MAX_TENSOR_BYTES)
        .with_max_chunk_bytes(MAX_CHUNK_BYTES);
    let damaged = |reason| damaged(path, "/", reason);
    let present = bytes.len() as u64;
    let file = Hdf5File::from_vec_with_options(bytes, options).map_err(damaged)?;
    let promised = file.superblock().eof_address;
    if promised > present {
        return Err(SourceImportError::Truncated {
            path: path.to_owned(),
            promised,
            present,
        });
    }
    let root = file.root_group().map_err(damaged)?;
    let (groups, _) = root.member_names().map_err(damaged)?;
    let (weights, place) = if groups.iter().any(|name| name == WEIGHTS_GROUP) {
        let group = root.group(WEIGHTS_GROUP).map_err(damaged)?;
        (group, format!("/{WEIGHTS_GROUP}"))
    } else if has_layer_names(&root).map_err(damaged)? {
        (root, String::new())
    } else {
        return Err(SourceImportError::NoWeights {
            path: path.to_owned(),
        });
    };
    let mut walk = Walk {
        path,
        place,
        visited: HashSet::new(),
        tensors: BTreeMap::new(),
    };
    walk.group(&weights, "", 0)?;
    Ok(walk.tensors)
}

fn has_layer_names(group: &Group) -> Result<bool, hdf5_reader::error::Error> {
    let attributes = group.raw_attributes()?;
    // Keras splits a long list over attributes named `layer_names0`, `layer_names1` and so on.
    Ok(attributes
        .iter()
        .any(|attribute| attribute.name().starts_with(LAYER_NAMES)))
}

fn damaged(path: &Path, place: &str, reason: hdf5_reader::error::Error) -> SourceImportError {
    SourceImportError::Damaged {
        path: path.to_owned(),
        place: place.to_owned(),
        reason,
    }
}

/// The state of one walk down the groups of a file.
struct Walk<'a> {
    path: &'a Path,
    /// Where the group of the weights sits in the file, for messages.
    place: String,
    /// Addresses of the groups already read: a link back to one of them would never end.
    visited: HashSet<u64>,
    tensors: BTreeMap<String, KerasTensor>,
}

impl Walk<'_> {
    fn group(&mut self, group: &Group, name: &str, depth: usize) -> Result<(), SourceImportError> {
        if depth > MAX_DEPTH {
            return Err(self.tangled(name, "nested too deep"));
        }
        if !self.visited.insert(group.address()) {
            return Err(self.tangled(name, "linked more than once"));
        }
        let (groups, datasets) = group
            .members()
            .map_err(|reason| self.damaged(name, reason))?;
        for dataset in &datasets {
            let name = join(name, dataset.name());
            if let Some(tensor) =
                read_tensor(dataset).map_err(|reason| self.damaged(&name, reason))?
            {
                self.tensors.insert(name, tensor);
            }
        }
        for child in &groups {
            self.group(child, &join(name, child.name()), depth + 1)?;
        }
        Ok(())
    }

    fn damaged(&self, name: &str, reason: hdf5_reader::error::Error) -> SourceImportError {
        damaged(self.path, &format!("{}/{name}", self.place), reason)
    }

    fn tangled(&self, name: &str, problem: &'static str) -> SourceImportError {
        SourceImportError::Tangled {
            path: self.path.to_owned(),
            place: format!("{}/{name}", self.place),
            problem,
        }
    }
}

fn join(parent: &str, name: &str) -> String {
    if parent.is_empty() {
        name.to_owned()
    } else {
        format!("{parent}/{name}")
    }
}

/// The values of a dataset, or nothing where it does not hold floating-point numbers.
fn read_tensor(dataset: &Dataset) -> Result<Option<KerasTensor>, hdf5_reader::error::Error> {
    let values: Vec<f32> = match dataset.dtype() {
        Datatype::FloatingPoint { size: 4, .. } => {
            dataset.read_array::<f32>()?.into_iter().collect()
        }
        Datatype::FloatingPoint { size: 8, .. } => dataset
            .read_array::<f64>()?
            .into_iter()
            .map(|value| value as f32)
            .collect(),
        _ => return Ok(None),
    };
    if values.is_empty() {
        return Ok(None);
    }
    let mut shape = Vec::with_capacity(dataset.ndim());
    for &length in dataset.shape() {
        shape.push(usize::try_from(length).map_err(|_| {
            hdf5_reader::error::Error::InvalidData(format!("an axis of {length} values"))
        })?);
    }
    Ok(Some(KerasTensor { shape, values }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn published() -> Option<PathBuf> {
        let path =
            Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/weights/attrnn-gsc35.h5");
        if !path.exists() {
            eprintln!("skipped: {} is absent", path.display());
            return None;
        }
        Some(path)
    }

    fn write(bytes: &[u8]) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("model.h5");
        std::fs::write(&path, bytes).unwrap();
        (folder, path)
    }

    #[test]
    fn reads_the_published_attention_rnn() {
        let Some(path) = published() else { return };
        let tensors = read_keras_weights(&path).unwrap();
        for (name, shape) in [
            ("conv2d/conv2d/kernel:0", vec![5, 1, 1, 10]),
            (
                "bidirectional_1/bidirectional_1/backward_lstm_1/lstm_cell_5/kernel:0",
                vec![128, 256],
            ),
            ("output/output/bias:0", vec![36]),
        ] {
            assert_eq!(tensors[name].shape, shape, "{name}");
        }
        let mut count = 0;
        for (name, tensor) in &tensors {
            let expected: usize = tensor.shape.iter().product();
            assert_eq!(tensor.values.len(), expected, "{name}");
            assert!(
                tensor.values.iter().all(|value| value.is_finite()),
                "{name}"
            );
            count += expected;
        }
        // Keras reports 201,225 weights that are trained; 22 more are running means and variances.
        assert_eq!((tensors.len(), count), (32, 201_247));
    }

    #[test]
    fn files_that_are_not_hdf5_are_refused() {
        for bytes in [&b""[..], b"PK\x03\x04 a zip archive", &MAGIC[..7]] {
            let (_folder, path) = write(bytes);
            let error = read_keras_weights(&path).err().unwrap();
            assert!(
                matches!(error, SourceImportError::NotHdf5 { .. }),
                "{error}"
            );
            assert!(error.to_string().contains("model.h5"), "{error}");
            assert!(error.hint().is_some());
        }
        let absent = read_keras_weights(Path::new("absent.h5")).err().unwrap();
        assert!(
            matches!(absent, SourceImportError::Unreadable { .. }),
            "{absent}"
        );
    }

    #[test]
    fn a_file_of_other_contents_is_refused() {
        let Some(path) = published() else { return };
        let mut bytes = std::fs::read(path).unwrap();
        let name = b"model_weights\0";
        let place = bytes.windows(name.len()).position(|window| window == name);
        bytes[place.unwrap()] = b'n';
        let (_folder, path) = write(&bytes);
        let error = read_keras_weights(&path).err().unwrap();
        assert!(
            matches!(error, SourceImportError::NoWeights { .. }),
            "{error}"
        );
    }

    #[test]
    fn truncated_files_are_refused() {
        let Some(path) = published() else { return };
        let bytes = std::fs::read(path).unwrap();
        for length in [
            96,
            200,
            1_000,
            10_000,
            100_000,
            bytes.len() / 2,
            bytes.len() - 1,
        ] {
            let (_folder, path) = write(&bytes[..length]);
            let error = read_keras_weights(&path).err().unwrap();
            assert!(error.to_string().contains("truncated"), "{length}: {error}");
        }
    }

    proptest! {
        #[test]
        fn arbitrary_bytes_never_panic(rest in proptest::collection::vec(any::<u8>(), 0..400)) {
            let (_folder, path) = write(&[MAGIC.as_slice(), &rest].concat());
            prop_assert!(read_keras_weights(&path).is_err());
        }
    }
}
