//! Short tones spread over a clip: a basis in which a sound has few numbers.

use std::f64::consts::TAU;

use crate::kernel::mel::{hz_to_mel, mel_to_hz};
use crate::parameters::tensor;
use crate::source::AudioInput;
use crate::storage::HostTensor;

/// The fewest and the most tones.
pub const LEAST: usize = 2 * TIMES;
pub const MOST: usize = 4_000;
/// Places in time that tones stand at.
const TIMES: usize = 5;
/// The lowest and the highest tone, in Hz; those between have equal distances on the mel scale.
const BAND: [f64; 2] = [150.0, 6_000.0];

/// How many tones there are of at most `most`: a sine and a cosine at each place and frequency.
pub fn rounded(most: usize) -> usize {
    most / LEAST * LEAST
}

/// The tones, `[tones, samples]`: each is a wave under a bell, `exp(−½ ((t − place) / width)²)`, where
/// the bells of neighbours meet at half their height.
pub fn basis(most: usize, audio: AudioInput) -> HostTensor {
    let frequencies = most / LEAST;
    let seconds = audio.samples as f64 / f64::from(audio.rate);
    let between = seconds / TIMES as f64;
    let width = between / 2.0 / (2.0 * 2f64.ln()).sqrt();
    let (low, high) = (hz_to_mel(BAND[0]), hz_to_mel(BAND[1]));
    let mut values = Vec::with_capacity(rounded(most) * audio.samples);
    for time in 0..TIMES {
        let place = (time as f64 + 0.5) * between;
        for frequency in 0..frequencies {
            let share = frequency as f64 / (frequencies - 1).max(1) as f64;
            let hertz = mel_to_hz(low + share * (high - low));
            for quarter in [0.0, 0.25] {
                values.extend((0..audio.samples).map(|sample| {
                    let at = sample as f64 / f64::from(audio.rate);
                    let bell = (-0.5 * ((at - place) / width).powi(2)).exp();
                    (bell * (TAU * (hertz * at + quarter)).sin()) as f32
                }));
            }
        }
    }
    tensor([rounded(most), audio.samples], values)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By hand: a bell that is half as high at half the distance to the next, and waves of both
    /// phases.
    #[test]
    fn tones_stand_where_they_should_and_neighbours_meet_at_half_their_height() {
        let audio = AudioInput {
            rate: 16_000,
            samples: 16_000,
        };
        let basis = basis(305, audio);
        assert_eq!(basis.shape, [300, 16_000]);
        let tone = |index: usize| &basis.values[index * 16_000..(index + 1) * 16_000];
        let height = |index: usize, sample: usize| {
            let both = [tone(index)[sample], tone(index + 1)[sample]];
            both.iter().map(|value| value * value).sum::<f32>().sqrt()
        };
        // The first tones stand at 0.1 s; the next time is 0.3 s.
        assert!((height(0, 1_600) - 1.0).abs() < 1e-4);
        assert!((height(0, 3_200) - 0.5).abs() < 1e-3);
        assert!((height(60, 4_800) - 1.0).abs() < 1e-4);
    }
}
