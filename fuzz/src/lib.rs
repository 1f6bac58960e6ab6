//! What the targets share. What a target checks beside that nothing panics, hangs or takes much memory are the
//! promises of the reader's documentation.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use retune_core::Error;
use retune_core::series::{ReadOptions, Split, SplitParts};
use retune_core::storage::{HashSum, HostTensor, Stored};

/// The most values of the tensors of an input.
const VALUES: usize = 1 << 16;

/// A file of this name with these bytes, in a folder of this process (`run.sh` puts it into memory).
pub fn file(name: &str, bytes: &[u8]) -> PathBuf {
    static FOLDER: LazyLock<PathBuf> = LazyLock::new(|| {
        let folder = std::env::temp_dir().join(format!("retune-fuzz-{}", std::process::id()));
        fs::create_dir_all(&folder).expect("the folder for temporary files can be written");
        folder
    });
    let path = FOLDER.join(name);
    fs::write(&path, bytes).expect("the folder for temporary files can be written");
    path
}

/// What was read; an error has a message. Where `RETUNE_FUZZ_SEEDS` is set it must be read: seeds that all
/// are refused would leave most of a reader untried, and nobody would notice.
pub fn outcome<T>(read: Result<T, Error>) -> Option<T> {
    static SEEDS: LazyLock<bool> =
        LazyLock::new(|| std::env::var_os("RETUNE_FUZZ_SEEDS").is_some());
    match read {
        Ok(found) => Some(found),
        Err(error) => {
            assert!(!error.to_string().is_empty());
            assert!(!*SEEDS, "a seed is refused: {error}");
            None
        }
    }
}

/// Reads a file of series in every way: whole, to train on, and part by part.
pub fn series(path: &Path, options: &ReadOptions) {
    let whole = outcome(Split::read(path, options));
    let length = whole
        .as_ref()
        .map_or(3, |split| split.series[0].len() / split.channels);
    whole.iter().for_each(check);
    Split::read_to_train(path, options).iter().for_each(check);
    let parts = SplitParts::open(path, length, &["a".to_owned()], options)
        .into_iter()
        .flatten();
    parts.map_while(Result::ok).for_each(|split| check(&split));
}

/// "Equally long, at least one value, and finite."
fn check(split: &Split) {
    let length = split.series.first().map_or(0, Vec::len);
    assert!(
        split
            .series
            .iter()
            .all(|series| series.len() == length && !series.is_empty())
    );
    assert!(split.series.iter().flatten().all(|value| value.is_finite()));
    assert!(split.labels.is_empty() || split.labels.len() == split.series.len());
}

/// What an input holds: text, a zero byte, tensors' shapes as JSON by name, a zero byte, and the numbers that
/// fill them in turn. `null` in place of a shape is no tensor.
pub fn described(data: &[u8]) -> Option<(&str, BTreeMap<String, Option<HostTensor>>)> {
    let mut parts = data.splitn(3, |&byte| byte == 0);
    let text = std::str::from_utf8(parts.next()?).ok()?;
    let shapes: BTreeMap<String, Option<Vec<usize>>> =
        serde_json::from_slice(parts.next().unwrap_or(b"{}")).ok()?;
    let (numbers, _) = parts.next().unwrap_or_default().as_chunks();
    let mut numbers = numbers
        .iter()
        .map(|bytes| f32::from_le_bytes(*bytes))
        .cycle();
    let mut left = VALUES;
    let mut tensors = BTreeMap::new();
    for (name, shape) in shapes {
        let tensor = match shape {
            None => None,
            Some(shape) => {
                let count = shape
                    .iter()
                    .try_fold(1usize, |all, &size| all.checked_mul(size))?;
                left = left.checked_sub(count)?;
                let values = (0..count).map(|_| numbers.next().unwrap_or(0.0)).collect();
                Some(HostTensor { shape, values })
            }
        };
        tensors.insert(name, tensor);
    }
    Some((text, tensors))
}

/// The bytes of a program with this header and those tensors that are some, whose checksum is right.
pub fn program(header: &str, tensors: BTreeMap<String, Option<HostTensor>>) -> Vec<u8> {
    let tensors = tensors.into_iter();
    let tensors = tensors.filter_map(|(name, tensor)| Some((name, tensor?)));
    let tensors: BTreeMap<String, HostTensor> = tensors.collect();
    let mut sum = HashSum::default();
    sum.add(header.as_bytes());
    for (name, tensor) in &tensors {
        let shape = serde_json::json!(tensor.shape);
        sum.add(format!("\n{name} {shape}\n").as_bytes());
        tensor
            .values
            .iter()
            .for_each(|value| sum.add(&value.to_le_bytes()));
    }
    let entries = [
        ("version", "8".to_owned()),
        ("program", header.to_owned()),
        ("sha256", sum.finish()),
    ];
    let mut stored = Stored::default();
    stored.tensors = tensors;
    stored.metadata = entries
        .map(|(name, text)| (format!("retune.{name}"), text))
        .into();
    stored.to_bytes()
}
