//! Speech painted on the mel plane: a harmonic voice whose formants follow a series, with bursts of
//! noise, like consonants, where it jumps.

use serde::{Deserialize, Serialize};

use super::waveform::{Vowel, vowel};
use super::{InputTransform, Named, Signal, frame_means};
use crate::kernel::mel::hz_to_mel;
use crate::source::{PlaneInput, SourceSpec};
use crate::{Error, setting};

/// Samples of a formant that are averaged for a frame.
const SAMPLES_IN_FRAME: usize = 4;
/// Samples of the jumps that are averaged for a frame.
const JUMPS_IN_FRAME: usize = 8;
/// Under the logarithm: what is heard where nothing sounds.
const FLOOR: f32 = 1e-4;
/// Beyond so many deviations a jump makes no more noise.
const LIMIT: f32 = 3.0;
/// Noise begins around this frequency, as that of an s does.
const HISS_HZ: f64 = 3500.0;
/// Over how much of the mel scale it begins.
const HISS_WIDTH: f32 = 40.0;

/// A vowel, and noise `loudness · exp(growth · jump(t))` above 3,500 Hz, where `jump` is the size of
/// the series' slope in deviations.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Speech {
    /// The harmonic voice.
    pub vowel: Vowel,
    /// How loud the noise is where the slope is as large as it mostly is.
    pub loudness: f32,
    /// How fast it grows with the slope.
    pub growth: f32,
}

impl InputTransform for Speech {
    const KIND: &'static str = "speech";

    fn named() -> Vec<Named<Self>> {
        let speech = Self {
            vowel: vowel(),
            loudness: 0.05,
            growth: 1.2,
        };
        vec![
            Named::new("speech", speech)
                .about("a painted vowel that follows the series, and a hiss where it jumps"),
        ]
    }

    fn check(&self, source: &SourceSpec, _length: usize) -> Result<(), Error> {
        source.plane_input()?;
        self.vowel.check()?;
        setting::within([
            ("loudness", self.loudness, 0.0..=10.0, "0 to 10"),
            ("growth", self.growth, 0.0..=10.0, "0 to 10"),
        ])
    }

    /// The plane of a series, frame by frame.
    fn prepare(&self, source: &SourceSpec, series: &[f32]) -> Result<Vec<f32>, Error> {
        self.check(source, series.len())?;
        let input = source.plane_input()?;
        let frames = input.frames;
        let harmonics = self.vowel.amplitudes(series, frames * SAMPLES_IN_FRAME);
        let count = harmonics.len() / (frames * SAMPLES_IN_FRAME);
        let jumps = Signal::Jumps.of(series, frames * JUMPS_IN_FRAME);
        let jumps = frame_means(&jumps, JUMPS_IN_FRAME);
        let filters: Vec<_> = (0..count)
            .map(|harmonic| filters_of(harmonic, input))
            .collect();
        let mut plane = Vec::with_capacity(frames * input.filters());
        let frames = harmonics.chunks_exact(count * SAMPLES_IN_FRAME);
        for (frame, jump) in frames.zip(jumps) {
            let noise = self.loudness * (self.growth * jump.clamp(-LIMIT, LIMIT)).exp();
            let start = plane.len();
            plane.extend(input.centres.iter().map(|mel| {
                let above = (mel - hz_to_mel(HISS_HZ) as f32) / HISS_WIDTH;
                FLOOR + noise / (1.0 + (-above).exp())
            }));
            for (harmonic, filters) in filters.iter().enumerate() {
                let sum: f32 = frame.iter().skip(harmonic).step_by(count).sum();
                let amplitude = sum / SAMPLES_IN_FRAME as f32;
                for (mel, weight) in filters {
                    plane[start + mel] += amplitude * weight;
                }
            }
            for value in &mut plane[start..] {
                *value = input.value(value.ln());
            }
        }
        Ok(plane)
    }
}

/// The two filters that hear a harmonic, and how much each hears of it.
fn filters_of(harmonic: usize, input: &PlaneInput) -> [(usize, f32); 2] {
    let mel = hz_to_mel(Vowel::harmonic_hz(harmonic)) as f32;
    let (centres, step) = (&input.centres, input.spacing());
    let place = ((mel - centres[0]) / step).max(0.0);
    let lower = (place as usize).min(centres.len() - 1);
    let upper = (lower + 1).min(centres.len() - 1);
    let weight = |filter: usize| (1.0 - (mel - centres[filter]).abs() / step).max(0.0);
    let of_upper = if upper == lower { 0.0 } else { weight(upper) };
    [(lower, weight(lower)), (upper, of_upper)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::SourceWeights;
    use crate::transform::Formant;

    const MELS: usize = 80;

    #[test]
    fn the_formant_is_where_it_should_be_and_jumps_hiss() {
        let formant = Formant {
            signal: Signal::Series,
            frequency: 1000.0,
            octaves: 0.0,
            width: 100.0,
            gain: 1.0,
        };
        let speech = Speech {
            vowel: Vowel {
                formants: vec![formant],
            },
            loudness: 0.05,
            growth: 1.2,
        };
        let series = [[-1.0; 100], [1.0; 100]].concat();
        let source = SourceWeights::find("attrnn-gsc35").unwrap();
        let plane = speech.prepare(source.spec(), &series).unwrap();
        assert_eq!(plane.len(), 125 * MELS);
        let row = |frame: usize| &plane[frame * MELS..(frame + 1) * MELS];
        let loudest = retune_core::argmax(row(20)[..60].iter().copied());
        let mel = source.spec().plane.as_ref().unwrap().centres[loudest];
        assert!((mel - hz_to_mel(1000.0) as f32).abs() < 60.0, "{mel}");
        assert!(row(62)[75] > row(20)[75] + 2.0);
    }
}
