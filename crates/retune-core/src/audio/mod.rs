//! Audio in and out: WAV files, resampling, and labelled recordings.

mod recordings;
mod resample;
mod riff;
mod wav;

pub use recordings::{Recording, Recordings, entries, read_case, wav_files};
pub use resample::{RATE_RANGE, resample};
pub use wav::{Clip, load_clip, load_clips, read_wav, write_wav};
