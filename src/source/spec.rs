//! What a source takes and gives.

use serde::{Deserialize, Serialize};

use crate::{Error, ErrorKind};

/// What a source takes and gives: transforms and mappings ask it, so that they know no source.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct SourceSpec {
    /// Its name, for people.
    pub name: String,
    /// The sha256 of its file, in hexadecimal: its identity.
    pub sha256: String,
    /// Audio, where it takes that.
    pub audio: Option<AudioInput>,
    /// A plane of frequency and time, where it takes that.
    pub plane: Option<PlaneInput>,
    /// A window of several signals, where it takes that.
    pub window: Option<WindowInput>,
    /// The names of its labels, in the order of the logits; none where it has no logits.
    pub labels: Vec<String>,
    /// How many numbers it answers with that stand for no labels; 0 for most.
    pub answer: usize,
    /// What can be read of it beside the logits.
    pub taps: Vec<Tap>,
}

/// Audio as a source takes it, amplitude about ±1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct AudioInput {
    /// Samples a second.
    pub rate: u32,
    /// Samples of a clip: what a transform fills.
    pub samples: usize,
}

/// A plane as a source takes it: how loud each of its filters is in each frame.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PlaneInput {
    /// Frames of a clip: what a transform fills.
    pub frames: usize,
    /// The most frames that it takes at once; as many as a clip has where it takes no other number.
    pub most_frames: usize,
    /// Samples from one frame to the next.
    pub hop: usize,
    /// Samples that a frame looks at.
    pub window: usize,
    /// Samples a second.
    pub rate: u32,
    /// The centre of each filter on the HTK mel scale, at equal distances.
    pub centres: Vec<f32>,
    /// A magnitude `m` is `offset + slope · ln m` on the plane, where 1 is as loud as speech is.
    pub offset: f32,
    /// See `offset`.
    pub slope: f32,
    /// The magnitude that a sine of amplitude 1 has, to play a plane by.
    pub magnitude_of_one: f32,
}

/// A window of several signals as a source takes it: sample by sample, each with a value of every signal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct WindowInput {
    /// Samples of the window.
    pub samples: usize,
    /// Signals of a sample.
    pub signals: usize,
}

impl WindowInput {
    /// The values of a window.
    pub fn width(self) -> usize {
        self.samples.saturating_mul(self.signals)
    }
}

impl PlaneInput {
    /// The number of filters.
    pub fn filters(&self) -> usize {
        self.centres.len()
    }

    /// The distance of two filters on the mel scale.
    pub fn spacing(&self) -> f32 {
        match self.centres[..] {
            [first, second, ..] => second - first,
            _ => 1.0,
        }
    }

    /// What stands on the plane for the logarithm of a magnitude.
    pub fn value(&self, log_magnitude: f32) -> f32 {
        self.offset + self.slope * log_magnitude
    }
}

/// Activations that can be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Tap {
    /// Its name.
    pub name: &'static str,
    /// Numbers of a frame.
    pub width: usize,
    /// What it is of.
    pub of: TapOf,
    /// Whether a readout of series reads it.
    pub read: bool,
    /// Whether a readout of speech reads it.
    pub of_speech: bool,
}

/// What a tap is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum TapOf {
    /// Each frame: `[batch, frames, width]`.
    Frames,
    /// A mean over the frames: `[batch, 1, width]`.
    Mean,
    /// The whole clip: `[batch, 1, width]`.
    Clip,
}

impl Tap {
    /// A tap that all readouts read.
    pub fn read(name: &'static str, width: usize, of: TapOf) -> Self {
        Self {
            name,
            width,
            of,
            read: true,
            of_speech: true,
        }
    }
}

impl SourceSpec {
    /// The spec of a file, with no inputs and no taps yet.
    pub fn new(name: String, sha256: String, labels: Vec<String>) -> Self {
        Self {
            name,
            sha256,
            labels,
            ..Self::default()
        }
    }

    /// The place of the tap of that name.
    pub fn tap(&self, name: &str) -> Option<usize> {
        self.taps.iter().position(|tap| tap.name == name)
    }

    /// The place of the layer before the logits, where it can be read: the tap `before-logits`.
    pub fn before_logits(&self) -> Option<usize> {
        self.tap("before-logits")
    }

    /// A source without labels where labels are needed.
    pub(crate) fn no_labels(&self) -> Error {
        let name = &self.name;
        let message = format!("the source {name} has no labels: it gives activations and no words");
        Error::new(ErrorKind::Labels, message)
            .with_hint("`retune source list` shows which sources have words")
    }

    /// Whether what the source makes of a recording is finite.
    pub(crate) fn check_heard<'a>(
        &self,
        answer: impl IntoIterator<Item = &'a f32>,
    ) -> Result<(), Error> {
        if answer.into_iter().all(|value| value.is_finite()) {
            return Ok(());
        }
        let name = &self.name;
        let message = format!("what the source {name} answers to a recording is not finite");
        Err(Error::new(ErrorKind::Numeric, message)
            .with_hint("its weights, or the recording's samples, are too large to be of any use"))
    }

    /// Seconds of a clip.
    pub fn seconds(&self) -> f32 {
        match (&self.audio, &self.plane) {
            (Some(audio), _) => audio.samples as f32 / audio.rate as f32,
            (None, Some(plane)) => (plane.frames * plane.hop) as f32 / plane.rate as f32,
            (None, None) => 0.0,
        }
    }
}
