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

/// The tones, each a wave under a bell, `exp(−½ ((t − place) / width)²)`, where the bells of neighbours
/// meet at half their height: the waves, `[frequencies * 2, samples]`, and the bells, `[places, samples]`.
pub fn waves_and_bells(most: usize, audio: AudioInput) -> [HostTensor; 2] {
    let frequencies = most / LEAST;
    let samples = audio.samples;
    let at = |sample: usize| sample as f64 / f64::from(audio.rate);
    let (low, high) = (hz_to_mel(BAND[0]), hz_to_mel(BAND[1]));
    let waves = (0..frequencies).flat_map(|frequency| {
        let share = frequency as f64 / (frequencies - 1).max(1) as f64;
        let hertz = mel_to_hz(low + share * (high - low));
        let wave = move |quarter: f64| {
            (0..samples).map(move |sample| (TAU * (hertz * at(sample) + quarter)).sin() as f32)
        };
        [0.0, 0.25].into_iter().flat_map(wave)
    });
    let between = at(samples) / TIMES as f64;
    let width = between / 2.0 / (2.0 * 2f64.ln()).sqrt();
    let bells = (0..TIMES).flat_map(|time| {
        let place = (time as f64 + 0.5) * between;
        (0..samples).map(move |sample| {
            let away = (at(sample) - place) / width;
            (-0.5 * away * away).exp() as f32
        })
    });
    [
        tensor([2 * frequencies, samples], waves),
        tensor([TIMES, samples], bells),
    ]
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
        let [waves, bells] = waves_and_bells(305, audio);
        assert_eq!(rounded(305), 300);
        assert_eq!([waves.shape, bells.shape], [[60, 16_000], [5, 16_000]]);
        let value = |tensor: &[f32], row: usize, sample: usize| tensor[row * 16_000 + sample];
        let height = |bell: usize, sample: usize| {
            let wave = |index: usize| value(&waves.values, index, sample);
            value(&bells.values, bell, sample) * (wave(0).powi(2) + wave(1).powi(2)).sqrt()
        };
        // The first tones stand at 0.1 s; the next time is 0.3 s.
        assert!((height(0, 1_600) - 1.0).abs() < 1e-4);
        assert!((height(0, 3_200) - 0.5).abs() < 1e-3);
        assert!((height(1, 4_800) - 1.0).abs() < 1e-4);
    }
}
