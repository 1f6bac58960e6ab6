//! Audio in and out: WAV files, resampling, and the one-second clips that source models hear.

mod error;
pub mod mel;
mod play;
mod resample;
mod riff;
mod wav;

pub use error::AudioError;
pub use play::play;
pub use resample::{RATE_RANGE, resample};
pub use wav::{Clip, load_clip, read_wav, write_wav};

/// The sample rate that source models hear, in Hz.
pub const SAMPLE_RATE: u32 = 16_000;

/// The length of the clips that source models hear, in samples at [`SAMPLE_RATE`]: one second.
pub const CLIP_SAMPLES: usize = 16_000;

/// Cuts samples to [`CLIP_SAMPLES`], or fills them up with zeros at the end.
pub fn fit_to_clip(mut samples: Vec<f32>) -> Vec<f32> {
    samples.resize(CLIP_SAMPLES, 0.0);
    samples
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fitting_cuts_long_and_fills_short() {
        let long: Vec<f32> = (0..20_000).map(|index| index as f32).collect();
        assert_eq!(fit_to_clip(long.clone()), long[..CLIP_SAMPLES]);
        let short = fit_to_clip(vec![1.0; 3]);
        assert_eq!(short.len(), CLIP_SAMPLES);
        assert_eq!(short[..4], [1.0, 1.0, 1.0, 0.0]);
        assert_eq!(fit_to_clip(Vec::new()), vec![0.0; CLIP_SAMPLES]);
    }
}
