//! Reading a folder of recorded words: `WORD/SPEAKER_nohash_N.wav`.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use sha1::{Digest, Sha1};

use super::{AudioInput, SourceSpec};
use crate::audio::{entries, load_clip, read_wav, resample};
use crate::{Error, ErrorKind};

/// The folder of noise inside the published data set.
const NOISE_FOLDER: &str = "_background_noise_";
/// The folders of a data set that is already split.
const SPLITS: [&str; 3] = ["train", "val", "test"];
/// Parts in a hundred of the speakers that validate, and as many that test.
const HELD_OUT_PERCENT: u64 = 10;
/// The published split reduces the hash of a speaker modulo this.
const HASH_MODULUS: u64 = 1 << 27;

/// How the folder must be laid out.
pub(super) const LAYOUT: &str = "expected the Speech Commands layout: DIR/WORD/SPEAKER_nohash_N.wav, \
                                 or DIR/train/WORD/…, DIR/val/WORD/… and DIR/test/WORD/…";

/// One recorded word, as long as a source hears it, kept as 16-bit integers to save memory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpeechClip {
    /// At the rate of the source.
    pub samples: Vec<i16>,
    /// The word's place among the source's labels.
    pub label: usize,
}

impl SpeechClip {
    /// A recording of samples of amplitude ±1, at the rate of the source and as long as it hears.
    pub fn new(audio: &[f32], label: usize) -> Self {
        let samples = audio.iter();
        let samples = samples.map(|one| (one * 32_768.0).clamp(-32_768.0, 32_767.0) as i16);
        Self {
            samples: samples.collect(),
            label,
        }
    }

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
    /// Long recordings of noise at the rate of the source, amplitude ±1.
    pub noise: Vec<Vec<f32>>,
}

impl SpeechFolder {
    /// Reads `folder/train/WORD/*.wav`, `folder/val/…` and `folder/test/…` where those exist, else
    /// `folder/WORD/*.wav` split by the hash of the speaker as Speech Commands does (Warden,
    /// arXiv 1804.03209). Noise is read from `noise`, else from `folder/_background_noise_`.
    ///
    /// # Errors
    ///
    /// When a folder or recording cannot be read, a word is none of the source's labels,
    /// there is no recording at all, or the source has no labels or takes no audio.
    pub fn read(folder: &Path, noise: Option<&Path>, source: &SourceSpec) -> Result<Self, Error> {
        if source.labels.is_empty() {
            return Err(source.no_labels());
        }
        let audio = source.audio.ok_or_else(|| {
            let message = format!("the source {} takes no audio", source.name);
            Error::new(ErrorKind::Mismatch, message)
        })?;
        let mut found = Self::default();
        let mut parts = SPLITS
            .map(|split| (Some(split), folder.join(split)))
            .to_vec();
        parts.retain(|(_, part)| part.is_dir());
        if parts.is_empty() {
            parts.push((None, folder.to_owned()));
        }
        for (split, part) in parts {
            let recordings = recordings(&part, &source.labels)?;
            let clips = read_all(&recordings, audio)?;
            for ((path, _), clip) in recordings.iter().zip(clips) {
                let split = split.unwrap_or_else(|| speaker_split(path));
                found.split(split).push(clip);
            }
        }
        if found.train.len() + found.validation.len() + found.test.len() == 0 {
            let message = format!("{}: there is no recording", folder.display());
            return Err(Error::new(ErrorKind::Empty, message).with_hint(LAYOUT));
        }
        let usual = Some(folder.join(NOISE_FOLDER)).filter(|usual| usual.is_dir());
        if let Some(noise) = noise.or(usual.as_deref()) {
            found.noise = read_noise(noise, audio.rate)?;
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
    let hash = Sha1::digest(speaker.as_bytes());
    let add = |rest: u64, byte: &u8| (rest * 256 + u64::from(*byte)) % HASH_MODULUS;
    let percent = hash.iter().fold(0, add) * 100 / (HASH_MODULUS - 1);
    match percent / HELD_OUT_PERCENT {
        0 => "val",
        1 => "test",
        _ => "train",
    }
}

fn wav_files(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let mut files = entries(folder)?;
    let is_wav = |extension: &OsStr| extension.eq_ignore_ascii_case("wav");
    files.retain(|path| path.extension().is_some_and(is_wav));
    Ok(files)
}

/// Every recording below `folder` with its label.
fn recordings(folder: &Path, labels: &[String]) -> Result<Vec<(PathBuf, usize)>, Error> {
    let mut found = Vec::new();
    for word_folder in entries(folder)? {
        if !word_folder.is_dir() || word_folder.ends_with(NOISE_FOLDER) {
            continue;
        }
        let word = word_folder.file_name().unwrap_or_default();
        let word = word.to_string_lossy().to_lowercase();
        let label = labels.iter().position(|label| *label == word);
        let label = label.ok_or_else(|| {
            let shown = word_folder.display();
            let message = format!("{shown}: {word:?} is none of the source's words");
            Error::new(ErrorKind::Labels, message).with_hint(LAYOUT)
        })?;
        let files = wav_files(&word_folder)?.into_iter();
        found.extend(files.map(|path| (path, label)));
    }
    Ok(found)
}

fn read_all(recordings: &[(PathBuf, usize)], audio: AudioInput) -> Result<Vec<SpeechClip>, Error> {
    let read = |(path, label): &(PathBuf, usize)| {
        let samples = load_clip(path, audio.rate, audio.samples)?;
        Ok(SpeechClip::new(&samples, *label))
    };
    recordings.par_iter().map(read).collect()
}

fn read_noise(folder: &Path, rate: u32) -> Result<Vec<Vec<f32>>, Error> {
    let read = |path: PathBuf| {
        let clip = read_wav(path)?;
        resample(&clip.samples, clip.rate, rate)
    };
    wav_files(folder)?.into_iter().map(read).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Expected values by hand from the published rule, with Python's hashlib:
    /// `int(sha1(b"0c540988").hexdigest(), 16) % 2**27 * 100 / (2**27 - 1)` and so on.
    #[test]
    fn speakers_fall_where_the_published_rule_puts_them() {
        for (speaker, split) in [
            ("23add12a", "train"),
            ("7a49163e", "val"),
            ("0c540988", "test"),
            ("513aeddf", "train"),
        ] {
            let path = PathBuf::from(format!("yes/{speaker}_nohash_3.wav"));
            assert_eq!(speaker_split(&path), split, "{speaker}");
        }
    }
}
