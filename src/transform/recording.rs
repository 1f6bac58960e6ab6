//! A recording as it is: speech that a speech model hears, with trained sound on top where that is asked
//! for (AR-SCR, Yen et al. 2023, arXiv 2110.03894).

use burn::tensor::Tensor;
use serde::{Deserialize, Serialize};

use super::{InputTransform, THETA, check_theta, theta_on_top, with_theta};
use crate::audio::{RATE_RANGE, resample};
use crate::kernel::Kernels;
use crate::parameters::{Numbers, Parameters};
use crate::source::{AudioInput, Input, SourceSpec, TapSet};
use crate::{Error, setting};

/// `x′ = pad(x) + θ`: the samples of a recording in the middle of the source's clip, in silence, and θ over all
/// of it. A recording that is longer than the clip loses as much at both ends.
///
/// It has no name: series are no recordings, and recordings take nothing else.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Recording {
    /// The rate of the samples, in Hz; a source of another hears them resampled.
    pub rate: u32,
    /// θ, a clip of trained samples, is added, and starts uniform within ± this amplitude.
    pub theta: Option<f32>,
}

impl Recording {
    /// Where a recording of so many samples begins in the clip, and where in the recording the clip begins.
    fn starts(audio: AudioInput, samples: usize) -> (usize, usize) {
        (
            audio.samples.saturating_sub(samples) / 2,
            samples.saturating_sub(audio.samples) / 2,
        )
    }
}

impl InputTransform for Recording {
    const KIND: &'static str = "recording";

    fn check(&self, source: &SourceSpec, _length: usize) -> Result<(), Error> {
        source.audio_input()?;
        if !RATE_RANGE.contains(&self.rate) {
            let (low, high) = (RATE_RANGE.start(), RATE_RANGE.end());
            return Err(setting::refused(
                "rate",
                self.rate,
                format!("{low} to {high} Hz"),
            ));
        }
        check_theta(self.theta.unwrap_or(0.0))
    }

    fn prepare(&self, source: &SourceSpec, series: &[f32]) -> Result<Vec<f32>, Error> {
        self.check(source, series.len())?;
        let audio = source.audio_input()?;
        let samples = resample(series, self.rate, audio.rate)?;
        let (at, from) = Self::starts(audio, samples.len());
        let kept = samples.len().min(audio.samples);
        let mut clip = vec![0.0; audio.samples];
        clip[at..at + kept].copy_from_slice(&samples[from..from + kept]);
        Ok(clip)
    }

    fn taps(&self) -> TapSet {
        TapSet::Speech
    }

    fn forward<B: Kernels>(
        &self,
        _source: &SourceSpec,
        prepared: Tensor<B, 2>,
        numbers: &Parameters<B>,
    ) -> Input<B> {
        with_theta(prepared, numbers)
    }

    fn initial(&self, source: &SourceSpec, seed: u64) -> Numbers {
        theta_on_top(self.theta, source, seed)
    }

    fn dropped(&self) -> Option<&'static str> {
        self.theta.map(|_| THETA)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_recording_stands_in_the_middle_and_the_rest_is_silent(
            length in 1usize..600,
            samples in 1usize..400,
        ) {
            let audio = AudioInput { rate: 16_000, samples };
            let source = SourceSpec { audio: Some(audio), ..SourceSpec::default() };
            let recording = Recording { rate: 16_000, theta: None };
            // No value is zero, so that silence can be told from the recording.
            let series: Vec<f32> = (0..length).map(|index| 1.0 + index as f32).collect();
            let clip = recording.prepare(&source, &series).unwrap();
            prop_assert_eq!(clip.len(), samples);
            let kept: Vec<f32> = clip.iter().copied().filter(|one| *one != 0.0).collect();
            prop_assert_eq!(kept.len(), length.min(samples));
            let first = clip.iter().position(|one| *one != 0.0).unwrap();
            let behind = samples - first - kept.len();
            prop_assert!(behind == first || behind == first + 1, "{} {}", first, behind);
            let cut = kept[0] as usize - 1;
            let cut_behind = length - cut - kept.len();
            prop_assert!(cut_behind == cut || cut_behind == cut + 1, "{} {}", cut, cut_behind);
        }
    }

    #[test]
    fn another_rate_is_resampled() {
        let audio = AudioInput {
            rate: 16_000,
            samples: 16_000,
        };
        let source = SourceSpec {
            audio: Some(audio),
            ..SourceSpec::default()
        };
        let recording = |rate| Recording { rate, theta: None };
        let half = vec![0.5; 4_000];
        let clip = recording(8_000).prepare(&source, &half).unwrap();
        // Half a second in the middle of one.
        assert_eq!((clip[3_000], clip[13_000]), (0.0, 0.0));
        assert!((clip[8_000] - 0.5).abs() < 1e-3, "{}", clip[8_000]);
        let error = recording(10).prepare(&source, &half).unwrap_err();
        assert!(error.to_string().contains("rate"), "{error}");
        assert!(
            recording(8_000)
                .prepare(&SourceSpec::default(), &half)
                .is_err()
        );
    }
}
