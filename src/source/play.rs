//! A plane made audible.

use std::f64::consts::TAU;

use super::PlaneInput;
use crate::kernel::mel::mel_to_hz;

/// Plays a plane `[frames * filters]`, frame by frame, as one tone for each filter: samples at the
/// plane's rate, a hop for each frame.
///
/// A tone has the frequency of its filter's centre and the amplitude that gives the plane's value;
/// amplitudes change on straight lines from frame to frame. It is for listening: what the source
/// hears is the plane itself.
pub fn play(plane: &[f32], input: &PlaneInput) -> Vec<f32> {
    let filters = input.filters();
    let frames = plane.len() / filters.max(1);
    let mut clip = vec![0.0f32; frames * input.hop];
    for (filter, mel) in input.centres.iter().enumerate() {
        let hertz = mel_to_hz(f64::from(*mel));
        let amplitude = |frame: usize| {
            let value = plane[frame.min(frames - 1) * filters + filter];
            ((value - input.offset) / input.slope).exp() / input.magnitude_of_one
        };
        for (frame, samples) in clip.chunks_mut(input.hop).enumerate() {
            let (from, to) = (amplitude(frame), amplitude(frame + 1));
            for (place, sample) in samples.iter_mut().enumerate() {
                let share = place as f32 / input.hop as f32;
                let time = (frame * input.hop + place) as f64 / f64::from(input.rate);
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
    use crate::source::SourceWeights;

    #[test]
    fn the_loudest_filter_gives_the_pitch() {
        let source = SourceWeights::find("attrnn-gsc35").unwrap();
        let input = source.spec().plane.clone().unwrap();
        let mut plane = vec![1e-6f32.ln(); input.frames * input.filters()];
        for row in plane.chunks_exact_mut(input.filters()) {
            row[30] = 128f32.ln();
        }
        let clip = play(&plane, &input);
        assert_eq!(clip.len(), 16_000);
        let peak = clip.iter().copied().fold(0f32, f32::max);
        assert!((peak - 0.5).abs() < 0.01, "{peak}");
        let pairs = clip.windows(2);
        let upward = pairs.filter(|pair| pair[0] < 0.0 && pair[1] >= 0.0);
        let hertz = mel_to_hz(f64::from(input.centres[30]));
        assert!((upward.count() as f64 - hertz).abs() < 2.0);
    }
}
