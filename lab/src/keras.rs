//! Reading the weights that Keras 2 saved as HDF5 (`.h5`).

use std::collections::{BTreeMap, HashSet};
use std::path::Path;

use hdf5_reader::group::Group;
use hdf5_reader::{Dataset, Datatype, Hdf5File, OpenOptions};
use retune_core::storage::read_file;
use retune_core::{Error, ErrorKind};

/// The group that holds the weights in a file that holds a whole model.
const WEIGHTS_GROUP: &str = "model_weights";
/// The attribute by which Keras marks a group that holds weights.
const LAYER_NAMES: &str = "layer_names";
/// The first bytes of every HDF5 file that has no user block before it.
const MAGIC: [u8; 8] = [0x89, b'H', b'D', b'F', b'\r', b'\n', 0x1a, b'\n'];
/// The most bytes of a file.
const LARGEST: u64 = 1 << 30;
/// The most bytes that all tensors may take together, whatever the file promises: it need not hold the values of
/// a tensor whose values are all the same.
const MAX_BYTES: usize = 1 << 27;
/// The most groups inside groups that are followed; Keras needs one level for each nested model.
const MAX_DEPTH: usize = 32;
/// What to do with a damaged file.
const FETCH_AGAIN: &str = "fetch or save the file again: it may have been cut short on the way";

/// One array of weights, in the layout in which Keras stores it.
#[derive(Debug, Clone, PartialEq)]
pub struct KerasTensor {
    /// The length of each axis, outermost first; empty for a single number.
    pub shape: Vec<usize>,
    /// The values in row-major order; as many as the product of `shape`.
    pub values: Vec<f32>,
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
pub fn read_keras_weights(path: &Path) -> Result<BTreeMap<String, KerasTensor>, Error> {
    let bytes = read_file(path, LARGEST).map_err(|error| {
        let message = format!("{}: cannot read the Keras file: {error}", path.display());
        Error::new(ErrorKind::Read, message)
            .with_hint("check that the file exists and that you may read it")
            .with_source(error)
    })?;
    let shown = path.display();
    if !bytes.starts_with(&MAGIC) {
        let message =
            format!("{shown}: not an HDF5 file: it does not begin with the HDF5 signature");
        return Err(Error::new(ErrorKind::Unsupported, message).with_hint(
            "save the model from Keras 2 as `.h5`; a `.keras` file or a SavedModel folder is \
             another format",
        ));
    }
    let options = OpenOptions::default()
        .with_max_read_bytes(MAX_BYTES)
        .with_max_chunk_bytes(MAX_BYTES);
    let damaged = |reason| damaged(path, "/", reason);
    let present = bytes.len() as u64;
    let file = Hdf5File::from_vec_with_options(bytes, options).map_err(damaged)?;
    let promised = file.superblock().eof_address;
    if promised > present {
        let message = format!(
            "{shown}: truncated HDF5 file: the header says {promised} bytes, the file has {present}"
        );
        return Err(Error::new(ErrorKind::Malformed, message).with_hint(FETCH_AGAIN));
    }
    let root = file.root_group().map_err(damaged)?;
    let (groups, _) = root.member_names().map_err(damaged)?;
    let (weights, place) = if groups.iter().any(|name| name == WEIGHTS_GROUP) {
        let group = root.group(WEIGHTS_GROUP).map_err(damaged)?;
        (group, format!("/{WEIGHTS_GROUP}"))
    } else if has_layer_names(&root).map_err(damaged)? {
        (root, String::new())
    } else {
        let message = format!(
            "{shown}: no Keras weights: expected the group \"model_weights\" or the attribute \
             \"layer_names\""
        );
        return Err(Error::new(ErrorKind::Empty, message).with_hint(
            "save the file by `model.save(\"model.h5\")` or `model.save_weights(\"weights.h5\")` \
             of Keras 2",
        ));
    };
    let mut walk = Walk {
        path,
        place,
        visited: HashSet::new(),
        left: MAX_BYTES,
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

fn damaged(path: &Path, place: &str, reason: hdf5_reader::error::Error) -> Error {
    let shown = path.display();
    let message = format!("{shown}: cannot read {place:?} in the HDF5 file: {reason}");
    Error::new(ErrorKind::Malformed, message)
        .with_hint(FETCH_AGAIN)
        .with_source(reason)
}

/// The state of one walk down the groups of a file.
struct Walk<'a> {
    path: &'a Path,
    /// Where the group of the weights sits in the file, for messages.
    place: String,
    /// Addresses of the groups already read: a link back to one of them would never end.
    visited: HashSet<u64>,
    /// Bytes that tensors may still take.
    left: usize,
    tensors: BTreeMap<String, KerasTensor>,
}

impl Walk<'_> {
    fn group(&mut self, group: &Group, name: &str, depth: usize) -> Result<(), Error> {
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
            let read = read_tensor(dataset, &mut self.left);
            if let Some(tensor) = read.map_err(|reason| self.damaged(&name, reason))? {
                self.tensors.insert(name, tensor);
            }
        }
        for child in &groups {
            self.group(child, &join(name, child.name()), depth + 1)?;
        }
        Ok(())
    }

    fn damaged(&self, name: &str, reason: hdf5_reader::error::Error) -> Error {
        damaged(self.path, &format!("{}/{name}", self.place), reason)
    }

    fn tangled(&self, name: &str, problem: &str) -> Error {
        let (shown, place) = (self.path.display(), format!("{}/{name}", self.place));
        let message = format!("{shown}: the group {place:?} of the HDF5 file is {problem}");
        Error::new(ErrorKind::Malformed, message)
            .with_hint("save the model again from Keras, which never links groups this way")
    }
}

fn join(parent: &str, name: &str) -> String {
    if parent.is_empty() {
        name.to_owned()
    } else {
        format!("{parent}/{name}")
    }
}

/// The values of a dataset, or nothing where it does not hold floating-point numbers; `left` is what they may
/// take in bytes.
fn read_tensor(
    dataset: &Dataset,
    left: &mut usize,
) -> Result<Option<KerasTensor>, hdf5_reader::error::Error> {
    let Datatype::FloatingPoint { size, .. } = *dataset.dtype() else {
        return Ok(None);
    };
    let mut lengths = dataset.shape().iter();
    let bytes = lengths.try_fold(usize::from(size), |bytes, &length| {
        bytes.checked_mul(usize::try_from(length).ok()?)
    });
    let after = bytes.and_then(|bytes| left.checked_sub(bytes));
    *left = after.ok_or_else(|| {
        let limit = MAX_BYTES >> 20;
        let reason = format!("the tensors take more than {limit} MiB together");
        hdf5_reader::error::Error::InvalidData(reason)
    })?;
    let values: Vec<f32> = match size {
        4 => dataset.read_array::<f32>()?.into_iter().collect(),
        8 => dataset
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
    use std::path::PathBuf;

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
            assert_eq!(error.kind(), ErrorKind::Unsupported, "{error}");
            assert!(error.to_string().contains("model.h5"), "{error}");
            assert!(error.hint().is_some());
        }
        let absent = read_keras_weights(Path::new("absent.h5")).err().unwrap();
        assert_eq!(absent.kind(), ErrorKind::Read, "{absent}");
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
        assert_eq!(error.kind(), ErrorKind::Empty, "{error}");
    }

    /// Found by fuzzing: a file of two kilobytes whose tensor, all of one value, takes any number of bytes.
    #[test]
    fn tensors_that_a_file_only_promises_are_limited() {
        let bytes = include_bytes!("../../fuzz/seeds/hdf5/filled");
        let (_folder, path) = write(bytes);
        assert_eq!(
            read_keras_weights(&path).unwrap()["k"].values,
            [0.5; 1 << 12]
        );
        let [before, after] = [1u64 << 12, 1 << 26].map(u64::to_le_bytes);
        let mut bytes = bytes.to_vec();
        let is_length = |at: &usize| bytes[*at..].starts_with(&before);
        let places: Vec<usize> = (0..bytes.len()).filter(is_length).collect();
        for place in places {
            bytes[place..place + 8].copy_from_slice(&after);
        }
        let (_folder, path) = write(&bytes);
        let error = read_keras_weights(&path).unwrap_err().to_string();
        assert!(error.contains("more than 128 MiB together"), "{error}");
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
