//! Frequency modulation: parameter-mapping sonification, one or more tones at once; by sines that the
//! compiler can turn into vector code.

use serde::{Deserialize, Serialize};

use super::{Signal, check_frequency};
use crate::source::AudioInput;
use crate::{Error, setting};

/// A tone: `gain · sin(2π Σ f(t) / rate)` with `f(t) = frequency · (1 + deviation · signal(t))`,
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
        let hertz = hertz.map(|hertz| hertz.clamp(20.0, 7800.0));
        add_tone(hertz, audio.rate, &mut clip);
    }
    clip
}

/// The sine of a phase in turns: `sin(2π · turns)`, within 1e-6 for |turns| below 2²⁰.
#[inline(always)]
pub(super) fn sine(turns: f32) -> f32 {
    // 1.5 · 2^23: adding and taking it away again rounds to the nearest integer.
    const ROUND: f32 = 12_582_912.0;
    let rest = turns - ((turns + ROUND) - ROUND);
    // Beyond a quarter turn the sine falls again: mirror it there.
    let mirrored = if rest.abs() > 0.25 {
        0.5f32.copysign(rest) - rest
    } else {
        rest
    };
    let x = mirrored * std::f32::consts::TAU;
    let square = x * x;
    // Taylor polynomial of degree 11 on |x| ≤ π/2.
    let mut sum = -1.0 / 39_916_800.0;
    sum = sum * square + 1.0 / 362_880.0;
    sum = sum * square - 1.0 / 5_040.0;
    sum = sum * square + 1.0 / 120.0;
    sum = sum * square - 1.0 / 6.0;
    x + x * square * sum
}

/// Adds a tone with these frequencies in Hz, one for each sample, to a clip.
///
/// The phase is the running sum of the frequencies, in 64 bits and kept below one turn.
fn add_tone(frequencies: impl Iterator<Item = f32>, rate: u32, clip: &mut [f32]) {
    const BLOCK: usize = 64;
    let per_sample = 1.0 / f64::from(rate);
    let mut phase = 0.0f64;
    let mut frequencies = frequencies.fuse();
    for block in clip.chunks_mut(BLOCK) {
        let mut phases = [0.0f32; BLOCK];
        for (out, frequency) in phases
            .iter_mut()
            .zip(frequencies.by_ref().take(block.len()))
        {
            phase += f64::from(frequency) * per_sample;
            phase -= phase.floor();
            *out = phase as f32;
        }
        for (sample, phase) in block.iter_mut().zip(phases) {
            *sample += sine(phase);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sine_agrees_with_the_standard_library() {
        for step in -4000..=4000 {
            let turns = step as f32 * 0.001_7;
            let exact = (f64::from(turns) * std::f64::consts::TAU).sin();
            let error = (f64::from(sine(turns)) - exact).abs();
            assert!(error < 2e-6, "sine({turns}) is off by {error}");
        }
    }

    #[test]
    fn a_tone_of_constant_frequency_is_a_sine() {
        let mut clip = vec![0.0; 1000];
        add_tone(std::iter::repeat(440.0), 16_000, &mut clip);
        for (index, sample) in clip.iter().enumerate() {
            let exact = (std::f64::consts::TAU * 440.0 * (index + 1) as f64 / 16_000.0).sin();
            assert!((f64::from(*sample) - exact).abs() < 1e-5, "sample {index}");
        }
    }
}
