//! What can go wrong with audio.

use std::path::PathBuf;

use thiserror::Error;

use super::RATE_RANGE;

/// Why audio could not be read, resampled or written.
#[derive(Debug, Error)]
pub enum AudioError {
    /// The file could not be opened or read from disk.
    #[error("{path}: cannot read the audio file: {reason}", path = .path.display())]
    Unreadable {
        /// The file that was asked for.
        path: PathBuf,
        /// What the operating system said.
        reason: std::io::Error,
    },
    /// The file could not be created or written.
    #[error("{path}: cannot write the audio file: {reason}", path = .path.display())]
    Unwritable {
        /// The file that was to be written.
        path: PathBuf,
        /// What the operating system or the WAV writer said.
        reason: hound::Error,
    },
    /// The file does not begin as a WAV file does.
    #[error("{path}: not a WAV file: expected it to begin with \"RIFF\", a length and \"WAVE\"", path = .path.display())]
    NotWav {
        /// The file that was asked for.
        path: PathBuf,
    },
    /// The file begins as WAV but what follows contradicts the format.
    #[error("{path}: damaged WAV file: {problem}", path = .path.display())]
    Damaged {
        /// The file that was asked for.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// The samples are stored in a way that is not read here.
    #[error(
        "{path}: unsupported WAV format {found}: expected integers of 8, 16, 24 or 32 bits, or 32-bit floats",
        path = .path.display()
    )]
    Unsupported {
        /// The file that was asked for.
        path: PathBuf,
        /// How the file stores its samples.
        found: String,
    },
    /// The header says that there are no channels.
    #[error("{path}: the WAV header says 0 channels, expected at least 1", path = .path.display())]
    NoChannels {
        /// The file that was asked for.
        path: PathBuf,
    },
    /// The sample rate in the header is zero or out of all reason.
    #[error(
        "{path}: the WAV header says a sample rate of {rate} Hz, expected {low} to {high} Hz",
        path = .path.display(),
        low = RATE_RANGE.start(),
        high = RATE_RANGE.end()
    )]
    HeaderRate {
        /// The file that was asked for.
        path: PathBuf,
        /// The rate in the header, in Hz.
        rate: u32,
    },
    /// The file is sound but holds no samples.
    #[error("{path}: the WAV file holds no samples", path = .path.display())]
    Empty {
        /// The file that was asked for.
        path: PathBuf,
    },
    /// The file ends before its samples do.
    #[error(
        "{path}: truncated WAV file: the header promises {promised} bytes of samples, the file holds {present}",
        path = .path.display()
    )]
    Truncated {
        /// The file that was asked for.
        path: PathBuf,
        /// The length of the samples by the header, in bytes.
        promised: usize,
        /// The bytes that are there.
        present: usize,
    },
    /// A sample is not a finite number.
    #[error("{path}: sample {index} of the WAV file is {value}, expected a finite number", path = .path.display())]
    NotFinite {
        /// The file that was asked for.
        path: PathBuf,
        /// The place of the sample, counted from 0 over all channels in turn.
        index: usize,
        /// The sample: an infinity or not a number.
        value: f32,
    },
    /// A rate to resample from or to is zero or out of all reason.
    #[error(
        "cannot resample from {from} Hz to {to} Hz: expected rates of {low} to {high} Hz",
        low = RATE_RANGE.start(),
        high = RATE_RANGE.end()
    )]
    Rate {
        /// The rate of the samples, in Hz.
        from: u32,
        /// The rate that was asked for, in Hz.
        to: u32,
    },
    /// The resampler failed.
    #[error("cannot resample {samples} samples from {from} Hz to {to} Hz: {reason}")]
    Resampler {
        /// How many samples there were.
        samples: usize,
        /// The rate of the samples, in Hz.
        from: u32,
        /// The rate that was asked for, in Hz.
        to: u32,
        /// What the resampler said.
        reason: String,
    },
}

impl AudioError {
    /// What to do about the error, where there is something to do.
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::Unreadable { .. } => "check that the file exists and that you may read it",
            Self::Unwritable { .. } => "check that the folder exists and that you may write to it",
            Self::NotWav { .. } | Self::Unsupported { .. } => {
                "convert the recording to a WAV file of 16-bit integers"
            }
            Self::Damaged { .. }
            | Self::NoChannels { .. }
            | Self::HeaderRate { .. }
            | Self::Truncated { .. } => "fetch or record the file again, or leave it out",
            Self::Empty { .. } => "leave the file out, or record it again",
            Self::NotFinite { .. } => "export the recording again as 16-bit integers",
            Self::Rate { .. } | Self::Resampler { .. } => return None,
        };
        Some(hint.to_owned())
    }
}
