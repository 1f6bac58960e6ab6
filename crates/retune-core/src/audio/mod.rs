//! Audio in and out: WAV files and resampling.

mod resample;
mod riff;
mod wav;

pub use resample::{RATE_RANGE, resample};
pub use wav::{Clip, load_clip, load_clips, read_wav, write_wav};
