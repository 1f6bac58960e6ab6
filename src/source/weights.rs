//! A source's weights on the host: the safetensors file, what it is of, and its content hash.

use std::path::Path;
use std::sync::Arc;

use super::{SourceModel, SourceSpec, motion, shipped};
use crate::kernel::Kernels;
use crate::limits::LARGEST_FILE;
use crate::parameters::Numbers;
use crate::registry;
use crate::storage::{Stored, read_file, sha256, write_whole};
use crate::{Error, ErrorKind};

/// How the names of random sources start.
const RANDOM: &str = "random-";
/// Where sources come from.
const MAKE: &str = "make a source with `retune source import`";

/// A kind of frozen source: what its file holds, and how it runs on a backend.
pub trait Source: 'static {
    /// The value of the `format` entry in the metadata of its files.
    const FORMAT: &'static str;
    /// Name and shape of every tensor.
    fn tensors() -> Vec<(String, Vec<usize>)>;
    /// The labels of a source with random weights.
    fn labels() -> Vec<String>;
    /// What such a source takes and gives; `name`, `sha256` and `labels` are those of the file.
    fn spec(name: String, sha256: String, labels: Vec<String>) -> SourceSpec;
    /// Puts weights on a device, frozen: no gradient of them is ever worked out.
    fn model<B: Kernels>(weights: &SourceWeights, device: &B::Device) -> Arc<dyn SourceModel<B>>;
    /// Whether a tensor was trained, and is not part of a front end or a statistic.
    fn is_trained(_tensor: &str) -> bool {
        true
    }
    /// Random weights, the same for the same seed: what the trained ones are compared with.
    fn random(seed: u64) -> Numbers;
}

/// The part of a [`Source`] that needs no backend.
#[derive(Clone)]
pub(super) struct OnHost {
    tensors: fn() -> Vec<(String, Vec<usize>)>,
    labels: fn() -> Vec<String>,
    is_trained: fn(&str) -> bool,
    spec: fn(String, String, Vec<String>) -> SourceSpec,
    random: fn(u64) -> Numbers,
}

/// The part that does.
#[derive(Clone)]
pub(super) struct OnDevice<B: Kernels>(fn(&SourceWeights, &B::Device) -> Arc<dyn SourceModel<B>>);

impl OnHost {
    pub(super) fn of<S: Source>() -> (&'static str, Self) {
        let entry = Self {
            tensors: S::tensors,
            labels: S::labels,
            is_trained: S::is_trained,
            spec: S::spec,
            random: S::random,
        };
        (S::FORMAT, entry)
    }
}

impl<B: Kernels> OnDevice<B> {
    pub(super) fn of<S: Source>() -> (&'static str, Self) {
        (S::FORMAT, Self(S::model::<B>))
    }
}

/// The weights of one source, with its spec and content hash.
#[derive(Debug, Clone)]
pub struct SourceWeights {
    format: String,
    spec: Arc<SourceSpec>,
    tensors: Arc<Numbers>,
}

impl SourceWeights {
    /// Weights of a kind of source, from tensors by name.
    ///
    /// # Errors
    ///
    /// A tensor that is missing, has another shape or a value that is not finite.
    pub fn new<S: Source>(name: &str, tensors: Numbers) -> Result<Self, Error> {
        Self::from_bytes(&to_bytes(S::FORMAT, name, &S::labels(), tensors), name)
    }

    /// A shipped source by its name, a source file by its path, or for `random-N` random weights of the
    /// default source from the seed N, and for `random-KIND-N` those of another shipped one.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::UnknownName`] when it is neither, and whatever reading the file finds.
    pub fn find(name: &str) -> Result<Self, Error> {
        if let Some(known) = Self::known(name)? {
            return Ok(known);
        }
        let path = Path::new(name);
        if path.exists() {
            return Self::load(path);
        }
        let message = format!("there is no source {name:?}: neither a shipped one nor a file");
        Err(Error::new(ErrorKind::UnknownName, message)
            .with_hint("`retune source list` shows the shipped ones"))
    }

    /// As [`SourceWeights::find`], without files: what a program may name, for a file that comes from
    /// somebody else must not choose what is opened. `None` for any other name.
    ///
    /// # Errors
    ///
    /// None in practice: what is shipped can be read.
    pub fn known(name: &str) -> Result<Option<Self>, Error> {
        if let Some(bytes) = shipped::shipped(name) {
            return Self::from_bytes(bytes, name).map(Some);
        }
        if let Some(random) = name.strip_prefix(RANDOM) {
            let of_default = (shipped::DEFAULT_SOURCE, random);
            let (of, seed) = random.rsplit_once('-').unwrap_or(of_default);
            if let (Some(bytes), Ok(seed)) = (shipped::shipped(of), seed.parse()) {
                return Self::from_bytes(bytes, of)?.random(seed).map(Some);
            }
        }
        Ok(None)
    }

    /// A source of the same kind with random weights: the control that shows what the trained ones
    /// are worth.
    ///
    /// # Errors
    ///
    /// None in practice: the tensors are made from the kind's own table.
    pub fn random(&self, seed: u64) -> Result<Self, Error> {
        let kind = self.kind();
        let is_of = |name: &&str| Self::find(name).is_ok_and(|one| one.format == self.format);
        let name = match shipped::shipped_sources().into_iter().find(is_of) {
            Some(of) if of != shipped::DEFAULT_SOURCE => format!("{RANDOM}{of}-{seed}"),
            _ => format!("{RANDOM}{seed}"),
        };
        let bytes = to_bytes(&self.format, &name, &(kind.labels)(), (kind.random)(seed));
        Self::from_bytes(&bytes, &name)
    }

    /// Reads a safetensors file that [`SourceWeights::save`] wrote.
    ///
    /// # Errors
    ///
    /// When the file cannot be read, is damaged, or holds no source of a kind that is known.
    pub fn load(path: &Path) -> Result<Self, Error> {
        let bytes = read_file(path, LARGEST_FILE).map_err(|error| Error::read(path, error))?;
        Self::from_bytes(&bytes, &path.display().to_string())
    }

    /// Reads the bytes of such a file; `origin` names it in errors.
    ///
    /// # Errors
    ///
    /// See [`SourceWeights::load`].
    pub fn from_bytes(bytes: &[u8], origin: &str) -> Result<Self, Error> {
        let no_source = |reason: &str| {
            let message = format!("{origin} holds no source: {reason}");
            Error::new(ErrorKind::Malformed, message).with_hint(MAKE)
        };
        let hint = "compare the file's sha256 with the one in its card";
        let mut stored = read_stored(bytes, origin, hint)?;
        let tensors = stored.tensors;
        let mut entry = |name: &str, reason: &str| {
            let entry = stored.metadata.remove(name);
            entry.ok_or_else(|| no_source(reason))
        };
        let format = entry("format", "its metadata names no format")?;
        if format == motion::FORMAT {
            let message = format!("{origin} is a source of motion; expected one that hears");
            return Err(Error::new(ErrorKind::Mismatch, message)
                .with_hint("`retune motion adapt` and `retune motion predict` take it"));
        }
        let kind: OnHost = registry::find(&format).ok_or_else(|| {
            let known = registry::all::<OnHost>().into_iter();
            let known: Vec<String> = known.map(|(name, _)| format!("{name:?}")).collect();
            let known = known.join(" or ");
            no_source(&format!("its format is {format:?}, expected {known}"))
        })?;
        let name = entry("name", "its metadata has no name")?;
        let no_labels = "its metadata holds no list of labels";
        let labels: Vec<String> =
            serde_json::from_str(&entry("labels", no_labels)?).map_err(|_| no_source(no_labels))?;
        let check_count = |what: &str, found: usize, expected: usize| match found == expected {
            true => Ok(()),
            false => Err(no_source(&format!(
                "it has {found} {what}, expected {expected}"
            ))),
        };
        check_count("labels", labels.len(), (kind.labels)().len())?;
        let list = (kind.tensors)();
        if let Some((name, _)) = list.iter().find(|(of, _)| !tensors.contains_key(of)) {
            return Err(no_source(&format!("tensor {name} is missing")));
        }
        check_tensors(&tensors, &list, origin, (ErrorKind::Malformed, MAKE))?;
        check_count("tensors", tensors.len(), list.len())?;
        Ok(Self {
            spec: Arc::new((kind.spec)(name, sha256(bytes), labels)),
            format,
            tensors: Arc::new(tensors),
        })
    }

    /// Writes the weights as a safetensors file; the same weights give the same bytes.
    ///
    /// # Errors
    ///
    /// When the file cannot be written.
    pub fn save(&self, path: &Path) -> Result<(), Error> {
        let tensors = Numbers::clone(&self.tensors);
        let bytes = to_bytes(&self.format, self.name(), self.labels(), tensors);
        write_whole(path, &bytes).map_err(|error| Error::write(path, error))
    }

    /// Puts the weights on a device, frozen.
    pub fn model<B: Kernels>(&self, device: &B::Device) -> Arc<dyn SourceModel<B>> {
        let OnDevice(load) = registry::find::<OnDevice<B>>(&self.format)
            .expect("a kind is registered on a backend with its host part");
        load(self, device)
    }

    /// What the source takes and gives.
    pub fn spec(&self) -> &SourceSpec {
        &self.spec
    }

    /// The source's name.
    pub fn name(&self) -> &str {
        &self.spec.name
    }

    /// The labels, in the order of the logits.
    pub fn labels(&self) -> &[String] {
        &self.spec.labels
    }

    /// The sha256 of the file, in hexadecimal: what a program names its source by.
    pub fn sha256(&self) -> &str {
        &self.spec.sha256
    }

    /// The tensors by name.
    pub fn tensors(&self) -> &Numbers {
        &self.tensors
    }

    /// How many trained numbers the source has.
    pub fn parameters(&self) -> usize {
        let is_trained = self.kind().is_trained;
        let trained = self.tensors.iter().filter(|(name, _)| is_trained(name));
        trained.map(|(_, tensor)| tensor.values.len()).sum()
    }

    fn kind(&self) -> OnHost {
        registry::find(&self.format).expect("the format was found when the weights were read")
    }
}

/// Reads a safetensors file's bytes; `origin` names it in errors.
pub(super) fn read_stored(bytes: &[u8], origin: &str, hint: &str) -> Result<Stored, Error> {
    Stored::from_bytes(bytes).map_err(|error| {
        let message = format!("{origin}: {error}");
        Error::new(ErrorKind::Malformed, message)
            .with_hint(hint)
            .with_source(error)
    })
}

/// Whether every tensor of a list is there with its shape and finite values. `kind` and `hint` are
/// those of the error for a shape.
pub(super) fn check_tensors(
    tensors: &Numbers,
    expected: &[(String, Vec<usize>)],
    origin: &str,
    (kind, hint): (ErrorKind, &str),
) -> Result<(), Error> {
    for (name, shape) in expected {
        let found = tensors.get(name);
        let fitting = found.filter(|tensor| {
            tensor.shape == *shape && tensor.values.len() == shape.iter().product::<usize>()
        });
        let Some(fitting) = fitting else {
            let found = found.map_or(&[][..], |tensor| &tensor.shape);
            let message =
                format!("{origin}: tensor {name} has shape {found:?}, expected {shape:?}");
            return Err(Error::new(kind, message).with_hint(hint));
        };
        if fitting.values.iter().any(|value| !value.is_finite()) {
            let message = format!("{origin}: tensor {name} holds a value that is not finite");
            return Err(Error::new(ErrorKind::NotFinite, message));
        }
    }
    Ok(())
}

fn to_bytes(format: &str, name: &str, labels: &[String], tensors: Numbers) -> Vec<u8> {
    let entries = [
        ("format", format.to_owned()),
        ("name", name.to_owned()),
        ("labels", serde_json::Value::from(labels).to_string()),
    ];
    let metadata = entries.map(|(key, value)| (key.to_owned(), value)).into();
    Stored { metadata, tensors }.to_bytes()
}
