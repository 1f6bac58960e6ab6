//! A motion source's weights on the host: its tensors and its content hash.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::json;

use super::initial::{Use, generator, kernel, zeros};
use super::{MotionModelError, SourceSignals};
use crate::motion::Scaling;
use crate::storage::{HostTensor, Stored, sha256, write_whole};

/// The value of the `format` entry in the file's metadata.
const FORMAT: &str = "retune-motion-source-1";
/// The most channels of a block.
const MOST_CHANNELS: usize = 4096;

/// The weights of one motion source, with its name, signals and content hash.
#[derive(Debug, Clone, PartialEq)]
pub struct MotionSourceWeights {
    name: String,
    signals: SourceSignals,
    channels: usize,
    tensors: BTreeMap<String, HostTensor>,
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
    ) -> Result<Self, MotionModelError> {
        check_sizes(&signals, channels)?;
        let mut random = generator(seed, Use::Network);
        let mut tensors = BTreeMap::new();
        for (name, shape) in architecture(&signals, channels) {
            let tensor = match shape.as_slice() {
                &[inputs, outputs] if !name.starts_with("output") => {
                    kernel(inputs, outputs, &mut random)
                }
                _ => zeros(&shape),
            };
            tensors.insert(name, tensor);
        }
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
        tensors: BTreeMap<String, HostTensor>,
    ) -> Result<Self, MotionModelError> {
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

    /// Reads a safetensors file that [`MotionSourceWeights::save`] wrote.
    ///
    /// # Errors
    ///
    /// When the file cannot be read, is damaged, or holds no motion source.
    pub fn load(path: &Path) -> Result<Self, MotionModelError> {
        let bytes = std::fs::read(path).map_err(|reason| MotionModelError::File {
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
    /// See [`MotionSourceWeights::load`].
    pub fn from_bytes(bytes: &[u8], origin: &str) -> Result<Self, MotionModelError> {
        let no_source = |reason: String| MotionModelError::NoSource {
            origin: origin.to_owned(),
            reason,
        };
        let stored = Stored::from_bytes(bytes).map_err(|reason| MotionModelError::Storage {
            origin: origin.to_owned(),
            reason,
        })?;
        let Stored {
            metadata,
            mut tensors,
        } = stored;
        let entry = |name: &str| {
            let found = metadata.get(name);
            found.ok_or_else(|| no_source(format!("its metadata has no {name}")))
        };
        let format = entry("format")?;
        if format != FORMAT {
            return Err(no_source(format!(
                "its format is {format:?}, expected {FORMAT:?}"
            )));
        }
        let names = |name: &str| -> Result<Vec<String>, MotionModelError> {
            serde_json::from_str(entry(name)?)
                .map_err(|_| no_source(format!("its {name} are no list of names")))
        };
        let number = |name: &str| -> Result<usize, MotionModelError> {
            let parsed = entry(name)?.parse();
            parsed.map_err(|_| no_source(format!("its {name} is no number")))
        };
        let rate_hz = entry("rate_hz")?
            .parse()
            .map_err(|_| no_source("its rate_hz is no number".to_owned()))?;
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
    pub fn save(&self, path: &Path) -> Result<(), MotionModelError> {
        write_whole(path, &self.to_bytes()).map_err(|reason| MotionModelError::File {
            action: "write",
            path: path.to_owned(),
            reason,
        })
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

    /// The tensors by name.
    pub fn tensors(&self) -> &BTreeMap<String, HostTensor> {
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
        for (name, values) in [
            ("scaling.mean", &signals.scaling.means),
            ("scaling.deviation", &signals.scaling.deviations),
        ] {
            let shape = vec![values.len()];
            let values = values.clone();
            tensors.insert(name.to_owned(), HostTensor { shape, values });
        }
        let metadata = [
            ("channels", self.channels.to_string()),
            ("format", FORMAT.to_owned()),
            ("horizon", signals.horizon.to_string()),
            ("inputs", names(&signals.input_joints)),
            ("joints", names(&signals.scaling.joints)),
            ("name", self.name.clone()),
            ("rate_hz", signals.rate_hz.to_string()),
            ("targets", names(&signals.target_joints)),
            ("window", signals.window.to_string()),
        ];
        Stored {
            metadata: metadata.map(|(name, text)| (name.to_owned(), text)).into(),
            tensors,
        }
        .to_bytes()
    }

    fn check(&self, origin: &str) -> Result<(), MotionModelError> {
        check_sizes(&self.signals, self.channels)?;
        let architecture = architecture(&self.signals, self.channels);
        check_tensors(&self.tensors, &architecture, origin)?;
        let extra = self.tensors.keys().find(|name| {
            let mut known = architecture.iter();
            !known.any(|(known, _)| known == *name)
        });
        match extra {
            None => Ok(()),
            Some(name) => Err(MotionModelError::NoSource {
                origin: origin.to_owned(),
                reason: format!("tensor {name} is not part of the network"),
            }),
        }
    }
}

/// Whether the numbers that give the tensors their shapes make sense.
fn check_sizes(signals: &SourceSignals, channels: usize) -> Result<(), MotionModelError> {
    signals.check()?;
    if !(1..=MOST_CHANNELS).contains(&channels) {
        return Err(MotionModelError::Setting {
            setting: "number of channels",
            found: channels.to_string(),
            expected: "1 to 4096",
        });
    }
    Ok(())
}

/// Whether every tensor of the list is there with its shape and finite values.
pub(super) fn check_tensors(
    tensors: &BTreeMap<String, HostTensor>,
    expected: &[(String, Vec<usize>)],
    origin: &str,
) -> Result<(), MotionModelError> {
    for (name, shape) in expected {
        let found = tensors.get(name);
        let fits = found.is_some_and(|tensor| {
            &tensor.shape == shape && tensor.values.len() == shape.iter().product::<usize>()
        });
        let origin = origin.to_owned();
        let tensor = name.clone();
        if !fits {
            return Err(MotionModelError::Shape {
                origin,
                tensor,
                found: found.map(|tensor| tensor.shape.clone()).unwrap_or_default(),
                expected: shape.clone(),
            });
        }
        if found.is_some_and(|found| found.values.iter().any(|value| !value.is_finite())) {
            return Err(MotionModelError::NotFinite { origin, tensor });
        }
    }
    Ok(())
}

/// Name and shape of every tensor of the network.
fn architecture(signals: &SourceSignals, channels: usize) -> Vec<(String, Vec<usize>)> {
    let joints = signals.input_joints.len();
    let outputs = signals.horizon * signals.target_joints.len();
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
