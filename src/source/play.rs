//! A log-mel plane made audible.

use std::f64::consts::TAU;

use crate::kernel::mel::{
    CLIP_SAMPLES, FRAMES, HOP_SAMPLES, LOG_OFFSET, MELS, SAMPLE_RATE, mel_centres, mel_to_hz,
};

/// The magnitude of a sine of amplitude 1 in a frame: half of the window's sum.
const MAGNITUDE_OF_ONE: f32 = 256.0;

/// Plays a plane `[125 * 80]`, frame by frame, as one tone for each mel filter: `[16000]` at 16 kHz.
///
/// A tone has the frequency of its filter's centre and the amplitude that gives the plane's value;
/// amplitudes change on straight lines from frame to frame. It is for listening: what the source
/// hears is the plane itself.
pub fn play(plane: &[f32]) -> Vec<f32> {
    let mut clip = vec![0.0f32; CLIP_SAMPLES];
    for (filter, mel) in mel_centres().iter().enumerate().take(MELS) {
        let hertz = mel_to_hz(f64::from(*mel));
        let amplitude = |frame: usize| {
            let value = plane.get(frame.min(FRAMES - 1) * MELS + filter);
            let value = value.map_or(0.0, |value| value.exp() - LOG_OFFSET);
            value.max(0.0) / MAGNITUDE_OF_ONE
        };
        for (frame, samples) in clip.chunks_mut(HOP_SAMPLES).enumerate() {
            let (from, to) = (amplitude(frame), amplitude(frame + 1));
            for (place, sample) in samples.iter_mut().enumerate() {
                let share = place as f32 / HOP_SAMPLES as f32;
                let time = (frame * HOP_SAMPLES + place) as f64 / f64::from(SAMPLE_RATE);
                let wave = (TAU * (hertz * time).fract()).sin() as f32;
                *sample += (from + (to - from) * share) * wave;
            }
        }
    }
    clip
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_loudest_filter_gives_the_pitch() {
        let mut plane = vec![LOG_OFFSET.ln(); FRAMES * MELS];
        for row in plane.chunks_exact_mut(MELS) {
            row[30] = 128f32.ln();
        }
        let clip = play(&plane);
        let peak = clip
            .iter()
            .fold(0f32, |peak, sample| peak.max(sample.abs()));
        assert!((peak - 0.5).abs() < 0.01, "{peak}");
        let upward = clip
            .windows(2)
            .filter(|pair| pair[0] < 0.0 && pair[1] >= 0.0);
        let hertz = mel_to_hz(f64::from(mel_centres()[30]));
        assert!((upward.count() as f64 - hertz).abs() < 2.0);
    }
}
