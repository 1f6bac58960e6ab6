//! Reading a folder of recorded words: `WORD/SPEAKER_nohash_N.wav`.

use std::path::{Path, PathBuf};

use rayon::prelude::*;
use sha1::{Digest, Sha1};

use super::{LABELS, SourceError};
use crate::audio::{self, AudioError, read_wav, resample};
use crate::kernel::mel::{CLIP_SAMPLES, SAMPLE_RATE};

/// The folder of noise inside the published data set.
const NOISE_FOLDER: &str = "_background_noise_";
/// The folders of a data set that is already split.
const SPLITS: [&str; 3] = ["train", "val", "test"];
/// Parts in a hundred of the speakers that validate, and as many that test.
const HELD_OUT_PERCENT: u64 = 10;
/// The published split reduces the hash of a speaker modulo this.
const HASH_MODULUS: u64 = 1 << 27;

/// Reads a WAV file as the attention-RNN hears it: a second at 16 kHz, `[16000]`.
///
/// # Errors
///
/// Those of [`read_wav`].
pub fn load_clip(path: impl AsRef<Path>) -> Result<Vec<f32>, AudioError> {
    audio::load_clip(path, SAMPLE_RATE, CLIP_SAMPLES)
}

/// One recorded word: a second at 16 kHz, kept as 16-bit integers to save memory.
#[derive(Debug, Clone)]
pub struct SpeechClip {
    /// 16,000 samples.
    pub samples: Vec<i16>,
    /// The word's place in [`LABELS`].
    pub label: usize,
}

impl SpeechClip {
    /// The samples as a source hears them: amplitude ±1.
    pub fn audio(&self) -> impl Iterator<Item = f32> {
        self.samples.iter().map(|s| f32::from(*s) / 32_768.0)
    }
}

/// Recorded words in three splits that share no speaker, and background noise.
#[derive(Debug, Clone, Default)]
pub struct SpeechFolder {
    /// For fitting.
    pub train: Vec<SpeechClip>,
    /// For watching a run.
    pub validation: Vec<SpeechClip>,
    /// For the final accuracy.
    pub test: Vec<SpeechClip>,
    /// Long recordings of noise at 16 kHz, amplitude ±1.
    pub noise: Vec<Vec<f32>>,
}

impl SpeechFolder {
    /// Reads `folder/train/WORD/*.wav`, `folder/val/…` and `folder/test/…` where those exist, else
    /// `folder/WORD/*.wav` split by the hash of the speaker as Speech Commands does (Warden,
    /// arXiv 1804.03209). Noise is read from `noise`, else from `folder/_background_noise_`.
    ///
    /// # Errors
    ///
    /// When a folder or recording cannot be read, a word is not in [`LABELS`], or there is no
    /// recording at all.
    pub fn read(folder: &Path, noise: Option<&Path>) -> Result<Self, SourceError> {
        let mut found = Self::default();
        if SPLITS.iter().any(|split| folder.join(split).is_dir()) {
            for split in SPLITS {
                let part = folder.join(split);
                if part.is_dir() {
                    let clips = read_all(&recordings(&part)?)?;
                    found.split(split).extend(clips);
                }
            }
        } else {
            let recordings = recordings(folder)?;
            let clips = read_all(&recordings)?;
            for ((path, _), clip) in recordings.iter().zip(clips) {
                found.split(speaker_split(path)).push(clip);
            }
        }
        if [&found.train, &found.validation, &found.test]
            .iter()
            .all(|clips| clips.is_empty())
        {
            return Err(SourceError::Speech {
                path: folder.to_owned(),
                reason: "there is no recording".to_owned(),
            });
        }
        let default_noise = folder.join(NOISE_FOLDER);
        match noise {
            Some(noise) => found.noise = read_noise(noise)?,
            None if default_noise.is_dir() => found.noise = read_noise(&default_noise)?,
            None => {}
        }
        Ok(found)
    }

    fn split(&mut self, name: &str) -> &mut Vec<SpeechClip> {
        match name {
            "val" => &mut self.validation,
            "test" => &mut self.test,
            _ => &mut self.train,
        }
    }
}

/// The split of a recording by the hash of its speaker: the file's name up to `_nohash_`.
fn speaker_split(path: &Path) -> &'static str {
    let name = path.file_stem().unwrap_or_default().to_string_lossy();
    let speaker = name.split("_nohash_").next().unwrap_or_default();
    let remainder = Sha1::digest(speaker.as_bytes())
        .iter()
        .fold(0, |remainder, byte| {
            (remainder * 256 + u64::from(*byte)) % HASH_MODULUS
        });
    let percent = remainder * 100 / (HASH_MODULUS - 1);
    if percent < HELD_OUT_PERCENT {
        "val"
    } else if percent < 2 * HELD_OUT_PERCENT {
        "test"
    } else {
        "train"
    }
}

fn sorted_entries(folder: &Path) -> Result<Vec<PathBuf>, SourceError> {
    let failed = |reason| SourceError::File {
        action: "read",
        path: folder.to_owned(),
        reason,
    };
    let mut entries = std::fs::read_dir(folder)
        .map_err(failed)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<Vec<_>, _>>()
        .map_err(failed)?;
    // The system gives them in no order, and the order decides what a seed means.
    entries.sort();
    Ok(entries)
}

fn wav_files(folder: &Path) -> Result<Vec<PathBuf>, SourceError> {
    let mut files = sorted_entries(folder)?;
    files.retain(|path| {
        path.extension()
            .is_some_and(|extension| extension.eq_ignore_ascii_case("wav"))
    });
    Ok(files)
}

/// Every recording below `folder` with its label.
fn recordings(folder: &Path) -> Result<Vec<(PathBuf, usize)>, SourceError> {
    let mut found = Vec::new();
    for word_folder in sorted_entries(folder)? {
        if !word_folder.is_dir() || word_folder.ends_with(NOISE_FOLDER) {
            continue;
        }
        let word = word_folder.file_name().unwrap_or_default();
        let word = word.to_string_lossy().to_lowercase();
        let label = LABELS
            .iter()
            .position(|label| *label == word)
            .ok_or_else(|| SourceError::Speech {
                path: word_folder.clone(),
                reason: format!("{word:?} is none of the source's words"),
            })?;
        found.extend(
            wav_files(&word_folder)?
                .into_iter()
                .map(|path| (path, label)),
        );
    }
    Ok(found)
}

fn read_all(recordings: &[(PathBuf, usize)]) -> Result<Vec<SpeechClip>, SourceError> {
    recordings
        .par_iter()
        .map(|(path, label)| {
            let samples = load_clip(path)?
                .into_iter()
                .map(|sample| (sample * 32_768.0).clamp(-32_768.0, 32_767.0) as i16)
                .collect();
            Ok(SpeechClip {
                samples,
                label: *label,
            })
        })
        .collect()
}

fn read_noise(folder: &Path) -> Result<Vec<Vec<f32>>, SourceError> {
    wav_files(folder)?
        .iter()
        .map(|path| {
            let clip = read_wav(path)?;
            Ok(resample(&clip.samples, clip.rate, SAMPLE_RATE)?)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Expected values by hand from the published rule, with Python's hashlib:
    /// `int(sha1(b"0c540988").hexdigest(), 16) % 2**27 * 100 / (2**27 - 1)` and so on.
    #[test]
    fn speakers_fall_where_the_published_rule_puts_them() {
        for (speaker, split) in SPEAKERS {
            let path = PathBuf::from(format!("yes/{speaker}_nohash_3.wav"));
            assert_eq!(speaker_split(&path), split, "{speaker}");
        }
    }

    const SPEAKERS: [(&str, &str); 4] = [
        ("23add12a", "train"),
        ("7a49163e", "val"),
        ("0c540988", "test"),
        ("513aeddf", "train"),
    ];
}
