//! Variations of a recording: shift, gain and background noise.

use rand::{Rng, RngExt};
use rand_chacha::ChaCha8Rng;

use crate::kernel::mel::CLIP_SAMPLES;
use crate::source::SpeechClip;

/// The farthest that a recording is moved, in samples: 100 ms.
const MAX_SHIFT: usize = 1_600;
/// The most that a recording is made louder or softer, in decibels.
const MAX_GAIN_DB: f32 = 6.0;
/// How often noise is added.
const NOISE_CHANCE: f64 = 0.8;
/// The loudest that noise is added, as a factor of its recorded amplitude.
const MAX_NOISE: f32 = 0.2;

/// One variation of a recording, `[16000]`.
pub fn vary(clip: &SpeechClip, noise: &[Vec<f32>], random: &mut ChaCha8Rng) -> Vec<f32> {
    let mut out = vec![0.0; CLIP_SAMPLES];
    let shift = random.random_range(0..=2 * MAX_SHIFT);
    let gain = 10f32.powf(random.random_range(-MAX_GAIN_DB..=MAX_GAIN_DB) / 20.0) / 32_768.0;
    // A shift of MAX_SHIFT leaves the recording where it is.
    let to = shift.saturating_sub(MAX_SHIFT);
    let from = MAX_SHIFT.saturating_sub(shift);
    for (out, sample) in out[to..].iter_mut().zip(clip.samples.iter().skip(from)) {
        *out = f32::from(*sample) * gain;
    }
    if random.random_bool(NOISE_CHANCE) {
        let volume = random.random_range(0.0..=MAX_NOISE);
        add_noise(&mut out, noise, volume, random);
    }
    out
}

/// A second of noise alone, for the label that stands for no word.
pub fn noise_alone(noise: &[Vec<f32>], random: &mut ChaCha8Rng) -> Vec<f32> {
    let mut out = vec![0.0; CLIP_SAMPLES];
    let volume = random.random_range(0.0..=1.0);
    add_noise(&mut out, noise, volume, random);
    out
}

fn add_noise(out: &mut [f32], noise: &[Vec<f32>], volume: f32, random: &mut impl Rng) {
    if noise.is_empty() {
        return;
    }
    let noise = &noise[random.random_range(0..noise.len())];
    let last_start = noise.len().saturating_sub(out.len());
    let start = random.random_range(0..=last_start);
    for (out, sample) in out.iter_mut().zip(&noise[start..]) {
        *out += sample * volume;
    }
}
