//! A motion source's weights on the host: its tensors and its content hash.

use std::path::Path;

use retune_core::motion::Scaling;
use retune_core::{Error, ErrorKind};
use serde_json::json;

use super::{SourceSignals, generator, kernel, setting, zeros};
use crate::limits::LARGEST_FILE;
use crate::parameters::{Numbers, tensor};
use crate::source::{SourceReference, SourceSpec, weights};
use crate::storage::{Stored, read_file, sha256, write_whole};

/// The value of the `format` entry in the file's metadata.
pub(in crate::source) const FORMAT: &str = "retune-motion-source-1";
/// What to do about a file without one.
const MAKE_ONE: &str = "make a motion source with `retune motion pretrain`";
/// The stream of a seed that weights are drawn from.
const STREAM: u64 = 1;
/// The most channels of a block.
const MOST_CHANNELS: usize = 4096;

/// The weights of one motion source, with its name, signals and content hash.
#[derive(Debug, Clone, PartialEq)]
pub struct MotionSourceWeights {
    name: String,
    signals: SourceSignals,
    channels: usize,
    tensors: Numbers,
    sha256: String,
}

impl MotionSourceWeights {
    /// Weights before training: kernels uniform within ±1/√inputs, biases and the output layer 0,
    /// so that the first forecast is that each joint stays where it is. The same seed gives the
    /// same bits.
    ///
    /// # Errors
    ///
    /// When the window is no power of two, or another number makes no sense.
    pub fn random(
        name: &str,
        signals: SourceSignals,
        channels: usize,
        seed: u64,
    ) -> Result<Self, Error> {
        check_sizes(&signals, channels)?;
        let mut random = generator(seed, STREAM);
        let tensors = architecture(&signals, channels).into_iter();
        let tensors = tensors.map(|(name, shape)| match shape[..] {
            [inputs, outputs] if name != "output.kernel" => {
                (name, kernel(inputs, outputs, &mut random))
            }
            _ => (name, zeros(&shape)),
        });
        let tensors = tensors.collect();
        Self::new(name, signals, channels, tensors)
    }

    /// Weights from tensors by name.
    ///
    /// # Errors
    ///
    /// A tensor that is missing, has another shape or a value that is not finite, or as for
    /// [`MotionSourceWeights::random`].
    pub fn new(
        name: &str,
        signals: SourceSignals,
        channels: usize,
        tensors: Numbers,
    ) -> Result<Self, Error> {
        let weights = Self {
            name: name.to_owned(),
            signals,
            channels,
            tensors,
            sha256: String::new(),
        };
        weights.check(name)?;
        let sha256 = sha256(&weights.to_bytes());
        Ok(Self { sha256, ..weights })
    }

    /// The same network with other tensors.
    pub(crate) fn with(&self, name: &str, tensors: Numbers) -> Result<Self, Error> {
        Self::new(name, self.signals.clone(), self.channels, tensors)
    }

    /// Reads a safetensors file that [`MotionSourceWeights::save`] wrote.
    ///
    /// # Errors
    ///
    /// When the file cannot be read, is damaged, or holds no motion source.
    pub fn load(path: &Path) -> Result<Self, Error> {
        let bytes = read_file(path, LARGEST_FILE).map_err(|error| Error::read(path, error))?;
        let read = Self::from_bytes(&bytes, &path.display().to_string());
        read.map_err(|error| error.of_file(path))
    }

    /// Reads the bytes of such a file; `origin` names it in errors.
    ///
    /// # Errors
    ///
    /// See [`MotionSourceWeights::load`].
    pub fn from_bytes(bytes: &[u8], origin: &str) -> Result<Self, Error> {
        let no_source = |reason: String| no_source(origin, &reason);
        let hint = "compare the file's sha256 with the one it was published with";
        let Stored {
            metadata,
            mut tensors,
        } = weights::read_stored(bytes, origin, hint)?;
        let entry = |name: &str| {
            let found = metadata.get(name);
            found.ok_or_else(|| no_source(format!("its metadata has no {name}")))
        };
        let format = entry("format")?;
        if format != FORMAT {
            let reason = format!("its format is {format:?}, expected {FORMAT:?}");
            return Err(no_source(reason));
        }
        let names = |name: &str| -> Result<Vec<String>, Error> {
            serde_json::from_str(entry(name)?)
                .map_err(|_| no_source(format!("its {name} are no list of names")))
        };
        let no_number = |name: &str| no_source(format!("its {name} is no number"));
        let number = |name: &str| entry(name)?.parse::<usize>().map_err(|_| no_number(name));
        let rate_hz = entry("rate_hz")?.parse();
        let rate_hz = rate_hz.map_err(|_| no_number("rate_hz"))?;
        let mut numbers = |name: &str| tensors.remove(name).unwrap_or_else(|| zeros(&[0])).values;
        let signals = SourceSignals {
            input_joints: names("inputs")?,
            target_joints: names("targets")?,
            window: number("window")?,
            horizon: number("horizon")?,
            rate_hz,
            scaling: Scaling {
                joints: names("joints")?,
                means: numbers("scaling.mean"),
                deviations: numbers("scaling.deviation"),
            },
        };
        let weights = Self {
            name: entry("name")?.clone(),
            signals,
            channels: number("channels")?,
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
    pub fn save(&self, path: &Path) -> Result<(), Error> {
        write_whole(path, &self.to_bytes()).map_err(|error| Error::write(path, error))
    }

    /// The source's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it takes and forecasts.
    pub fn signals(&self) -> &SourceSignals {
        &self.signals
    }

    /// Channels of each block.
    pub fn channels(&self) -> usize {
        self.channels
    }

    /// The sha256 of the file, in hexadecimal: what a program names its source by.
    pub fn sha256(&self) -> &str {
        &self.sha256
    }

    /// What the network takes and gives, as every source says it.
    pub fn spec(&self) -> SourceSpec {
        self.signals.spec(self.name.clone(), self.sha256.clone())
    }

    /// How a program names it.
    pub fn reference(&self) -> SourceReference {
        SourceReference {
            name: self.name.clone(),
            sha256: self.sha256.clone(),
        }
    }

    /// The tensors by name.
    pub fn tensors(&self) -> &Numbers {
        &self.tensors
    }

    /// How many trained numbers the source has.
    pub fn parameters(&self) -> usize {
        self.tensors.values().map(|t| t.values.len()).sum()
    }

    /// The file's bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let signals = &self.signals;
        let names = |names: &[String]| json!(names).to_string();
        let mut tensors = self.tensors.clone();
        let Scaling {
            means,
            deviations,
            joints,
        } = &signals.scaling;
        for (name, values) in [("scaling.mean", means), ("scaling.deviation", deviations)] {
            tensors.insert(name.to_owned(), tensor([values.len()], values.clone()));
        }
        let metadata = [
            ("channels", self.channels.to_string()),
            ("format", FORMAT.to_owned()),
            ("horizon", signals.horizon.to_string()),
            ("inputs", names(&signals.input_joints)),
            ("joints", names(joints)),
            ("name", self.name.clone()),
            ("rate_hz", signals.rate_hz.to_string()),
            ("targets", names(&signals.target_joints)),
            ("window", signals.window.to_string()),
        ];
        let metadata = metadata.map(|(name, text)| (name.to_owned(), text)).into();
        Stored { metadata, tensors }.to_bytes()
    }

    fn check(&self, origin: &str) -> Result<(), Error> {
        check_sizes(&self.signals, self.channels)?;
        let architecture = architecture(&self.signals, self.channels);
        check_tensors(&self.tensors, &architecture, origin)?;
        let is_known = |name: &String| architecture.iter().any(|(known, _)| known == name);
        let Some(name) = self.tensors.keys().find(|name| !is_known(name)) else {
            return Ok(());
        };
        let reason = format!("tensor {name} is not part of the network");
        Err(no_source(origin, &reason))
    }
}

/// Whether the numbers that give the tensors their shapes make sense.
fn check_sizes(signals: &SourceSignals, channels: usize) -> Result<(), Error> {
    signals.check()?;
    if !(1..=MOST_CHANNELS).contains(&channels) {
        return Err(setting("number of channels", channels, "1 to 4096"));
    }
    Ok(())
}

/// A file that holds something else.
fn no_source(origin: &str, reason: &str) -> Error {
    let message = format!("{origin} holds no motion source: {reason}");
    Error::new(ErrorKind::Malformed, message).with_hint(MAKE_ONE)
}

/// Whether every tensor of the list is there with its shape and finite values.
pub(crate) fn check_tensors(
    tensors: &Numbers,
    expected: &[(String, Vec<usize>)],
    origin: &str,
) -> Result<(), Error> {
    weights::check_tensors(tensors, expected, origin, (ErrorKind::Mismatch, MAKE_ONE))
}

/// Name and shape of every tensor of the network.
fn architecture(signals: &SourceSignals, channels: usize) -> Vec<(String, Vec<usize>)> {
    let joints = signals.input_joints.len();
    let outputs = signals.answer();
    let mut list = Vec::new();
    for block in 1..=signals.blocks() {
        let inputs = if block == 1 { joints } else { channels };
        list.push((format!("block{block}.kernel"), vec![2 * inputs, channels]));
        list.push((format!("block{block}.bias"), vec![channels]));
    }
    list.push(("skip".to_owned(), vec![joints, channels]));
    list.push(("output.kernel".to_owned(), vec![channels, outputs]));
    list.push(("output.bias".to_owned(), vec![outputs]));
    list
}
