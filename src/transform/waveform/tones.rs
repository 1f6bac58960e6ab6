//! Frequency modulation: parameter-mapping sonification, one or more tones at once.

use serde::{Deserialize, Serialize};

use super::wave::add_tone;
use super::{Signal, check_frequency};
use crate::source::AudioInput;
use crate::{Error, setting};

/// A tone: `gain · sin(2π Σ f(t) / 16000)` with `f(t) = frequency · (1 + deviation · signal(t))`,
/// kept within 20 to 7,800 Hz.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Tone {
    /// What its frequency follows.
    pub signal: Signal,
    /// The frequency where the signal is zero, in Hz.
    pub frequency: f32,
    /// How far the signal moves it, as a share of the frequency for each deviation of the signal.
    pub deviation: f32,
}

impl Tone {
    pub(super) fn check(&self) -> Result<(), Error> {
        check_frequency("tone frequency", self.frequency)?;
        setting::within([("tone deviation", self.deviation, -1.0..=1.0, "-1 to 1")])
    }
}

/// The tones of a series, summed.
pub(super) fn clip(tones: &[Tone], series: &[f32], audio: AudioInput) -> Vec<f32> {
    let mut clip = vec![0.0; audio.samples];
    for tone in tones {
        let signal = tone.signal.of(series, audio.samples).into_iter();
        let hertz = signal.map(|signal| tone.frequency * (1.0 + tone.deviation * signal));
        add_tone(
            hertz.map(|hertz| hertz.clamp(20.0, 7800.0)),
            audio.rate,
            &mut clip,
        );
    }
    clip
}
