//! Labelled recordings in splits, as cases of one length.

mod find;
mod folder;
mod table;

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

pub use folder::{entries, wav_files};

use super::{Clip, read_wav};
use crate::series::{Dataset, Split};
use crate::table::{Place, ReadAs};
use crate::wording::{list, shorten};
use crate::{Error, ErrorKind};

/// A recording that was found, and not read yet.
#[derive(Debug, Clone, PartialEq)]
pub struct Recording {
    /// The WAV file.
    pub path: PathBuf,
    /// The word, or any other class.
    pub label: String,
    /// Where a list or a table names it.
    place: Option<Place>,
}

/// Which files are recordings of which class, by split.
///
/// [`Recordings::find`] takes a folder or a table; [`Recordings::read`] makes series of the samples, so that
/// they are classified as any other series are.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Recordings {
    /// The folder or the table.
    source: PathBuf,
    /// For fitting.
    pub train: Vec<Recording>,
    /// Those of no other split, which nothing reads but the check that no recording is in two.
    pub validation: Vec<Recording>,
    /// To look at once, at the end.
    pub test: Vec<Recording>,
    /// What was left out and what was taken, for `read as`.
    decisions: Vec<(&'static str, String)>,
}

/// A recording at the rate of the cases, and no longer than they may be.
struct Resampled {
    samples: Vec<f32>,
    /// The rate of the file.
    rate: u32,
    /// How long the file is, in samples of the cases' rate.
    length: usize,
    channels: usize,
}

impl Recordings {
    /// The files of all splits.
    pub fn paths(&self) -> impl Iterator<Item = &Path> {
        let splits = [&self.train, &self.validation, &self.test].into_iter();
        splits.flatten().map(|one| one.path.as_path())
    }

    /// Keeps so many training recordings of each class, drawn by a seed.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::TooShort`] when a class has fewer.
    pub fn keep_per_class(&mut self, count: usize, seed: u64) -> Result<(), Error> {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let mut kept: BTreeSet<usize> = BTreeSet::new();
        for (label, mut places) in self.classes() {
            let found = places.len();
            if found < count {
                let (source, label) = (self.source.display(), shorten(label));
                let message = format!(
                    "{source}: the split train has {found} recordings of `{label}`, fewer than the {count} \
                     of each class that were asked for"
                );
                return Err(Error::new(ErrorKind::TooShort, message)
                    .with_hint(format!("ask for {found} or fewer, or add recordings")));
            }
            places.shuffle(&mut random);
            kept.extend(&places[..count]);
        }
        let all = self.train.len();
        let mut place = 0..;
        self.train
            .retain(|_| place.next().is_some_and(|place| kept.contains(&place)));
        let said = format!(
            "{} of {all} for training, {count} of each class by seed {seed}",
            kept.len()
        );
        self.decisions.push(("taken", said));
        Ok(())
    }

    /// The places of the training recordings of each class.
    fn classes(&self) -> BTreeMap<&str, Vec<usize>> {
        let mut classes = BTreeMap::new();
        for (place, recording) in self.train.iter().enumerate() {
            let places: &mut Vec<usize> = classes.entry(&*recording.label).or_default();
            places.push(place);
        }
        classes
    }

    /// Reads the training and the test split as series of samples at a rate in Hz, amplitude about ±1: mixed to
    /// one channel, resampled, and all of one length: what is longer is cut, what is shorter filled up with
    /// zeros at the end. What of this was done is said of each split.
    ///
    /// # Errors
    ///
    /// Those of [`read_wav`]; a recording that is in two splits, whatever its name; and where `strict`, a
    /// label of the test split that the training split does not have.
    pub fn read(&self, rate: u32, most: usize, strict: bool) -> Result<Dataset, Error> {
        let splits = [&self.train, &self.validation, &self.test];
        let [train, validation, test] = splits.map(|split| read_all(split, rate, most));
        let (train, validation, test) = (train?, validation?, test?);
        self.check_apart(&[&train, &validation, &test])?;
        let longest = train.iter().map(|one| one.length).max().unwrap_or(0);
        let length = longest.clamp(1, most.max(1));
        let known: BTreeSet<&str> = self.classes().into_keys().collect();
        let unknown = self.check_known(&known, strict)?;
        let tested: BTreeSet<&str> = self.test.iter().map(|one| &*one.label).collect();
        let untested = known.difference(&tested).copied().collect::<Vec<_>>();
        let mut train = split(("train", &self.train), train, (rate, length));
        let mut test = split(("test", &self.test), test, (rate, length));
        for split in [&mut train, &mut test] {
            split.read_as.file.clone_from(&self.source);
        }
        train.read_as.decisions.extend(self.decisions.clone());
        if !untested.is_empty() {
            train.read_as.add("not tested", list(untested));
        }
        if !self.validation.is_empty() {
            let count = self.validation.len();
            train
                .read_as
                .add("unused", format!("the {count} of the split val"));
        }
        test.read_as
            .decisions
            .extend(unknown.map(|said| ("unknown", said)));
        Ok(Dataset {
            name: name_of(&self.source),
            train,
            test,
        })
    }

    /// Reads the test split alone, as series of so many samples at a rate in Hz, as [`Recordings::read`] makes
    /// them, to score what knows these labels.
    ///
    /// # Errors
    ///
    /// Those of [`read_wav`]; and as there where `strict`.
    pub fn read_test(
        &self,
        (rate, length): (u32, usize),
        known: &[String],
        strict: bool,
    ) -> Result<Split, Error> {
        let read = read_all(&self.test, rate, length)?;
        let mut test = split(("test", &self.test), read, (rate, length));
        test.read_as.file.clone_from(&self.source);
        let known = known.iter().map(String::as_str).collect();
        let unknown = self.check_known(&known, strict)?;
        test.read_as
            .decisions
            .extend(unknown.map(|said| ("unknown", said)));
        Ok(test)
    }

    /// Says which labels of the test split training never saw, or refuses them.
    fn check_known(&self, known: &BTreeSet<&str>, strict: bool) -> Result<Option<String>, Error> {
        let unknown = |one: &&Recording| !known.contains(&*one.label);
        let Some(first) = self.test.iter().find(unknown) else {
            return Ok(None);
        };
        let label = shorten(&first.label);
        if strict {
            let expected = list(known);
            let message =
                format!("the training split has no label `{label}`; expected one of {expected}");
            return Err(first.error(ErrorKind::Labels, message));
        }
        let count = self.test.iter().filter(unknown).count();
        Ok(Some(format!(
            "{count} with a label that training never saw (`{label}`), scored as wrong"
        )))
    }

    /// Whether no recording is in two splits, by its samples and not by its name.
    fn check_apart(&self, read: &[&Vec<Resampled>; 3]) -> Result<(), Error> {
        let mut seen: HashMap<u64, Vec<(usize, usize)>> = HashMap::new();
        let files = [&self.train, &self.validation, &self.test];
        for (split, clips) in read.iter().enumerate() {
            for (place, clip) in clips.iter().enumerate() {
                let mut hasher = DefaultHasher::new();
                for sample in &clip.samples {
                    sample.to_bits().hash(&mut hasher);
                }
                match seen.entry(hasher.finish()) {
                    Entry::Vacant(entry) => {
                        entry.insert(vec![(split, place)]);
                    }
                    Entry::Occupied(mut entry) => {
                        let same = |(of, at): &&(usize, usize)| {
                            *of != split && read[*of][*at].samples == clip.samples
                        };
                        if let Some((of, at)) = entry.get().iter().find(same) {
                            return Err(twice(&files[*of][*at], &files[split][place]));
                        }
                        entry.get_mut().push((split, place));
                    }
                }
            }
        }
        Ok(())
    }
}

impl Recording {
    /// A recording of a file.
    pub fn new(path: PathBuf, label: impl Into<String>) -> Self {
        Self {
            path,
            label: label.into(),
            place: None,
        }
    }

    /// An error about it, at its place in the list or table that names it, else about its file.
    fn error(&self, kind: ErrorKind, message: String) -> Error {
        match &self.place {
            Some(place) => Error::new(kind, message).at(place.clone()),
            None => {
                let message = format!("{}: {message}", self.path.display());
                Error::new(kind, message).of_file(&self.path)
            }
        }
    }
}

/// The same recording in two splits.
fn twice(one: &Recording, other: &Recording) -> Error {
    let (one, other) = (one.path.display(), other.path.display());
    let message = format!("{one} and {other} are the same recording in two splits");
    Error::new(ErrorKind::Mismatch, message)
        .with_hint("leave it out of one of them: nothing may be tested on what it was trained on")
}

/// Reads recordings at a rate in Hz, no more than so many samples of each.
fn read_all(recordings: &[Recording], rate: u32, most: usize) -> Result<Vec<Resampled>, Error> {
    let read = |one: &Recording| {
        let clip = read_wav(&one.path)?;
        let length = clip.length_at(rate);
        Ok(Resampled {
            rate: clip.rate,
            length,
            channels: clip.channels,
            samples: clip
                .head(rate, most)
                .map_err(|error| error.of_file(&one.path))?,
        })
    };
    recordings.par_iter().map(read).collect()
}

/// Reads one recording to be predicted, as so many samples at a rate in Hz; and what was done to it.
///
/// # Errors
///
/// Those of [`read_wav`].
pub fn read_case(path: &Path, rate: u32, length: usize) -> Result<(Vec<f64>, ReadAs), Error> {
    let recordings = [Recording::new(path.to_owned(), "")];
    let read = read_all(&recordings, rate, length)?;
    let mut split = split(("", &recordings), read, (rate, length));
    split.read_as.file = path.to_owned();
    let case = split.series.pop();
    Ok((case.expect("one recording went in"), split.read_as))
}

/// The series of a split, and how they were made.
fn split(
    (name, recordings): (&str, &[Recording]),
    read: Vec<Resampled>,
    (rate, length): (u32, usize),
) -> Split {
    let seconds = |samples: usize| format!("{} s", samples as f64 / f64::from(rate.max(1)));
    let all = read.len();
    let labels: BTreeSet<&str> = recordings.iter().map(|one| &*one.label).collect();
    let of = match name {
        "" => String::new(),
        _ => format!(" of {} classes for {name}", labels.len()),
    };
    let recordings_word = if all == 1 { "recording" } else { "recordings" };
    let found = format!(
        "{all} {recordings_word}{of}, {} at {rate} Hz",
        seconds(length)
    );
    let mut read_as = ReadAs::new(Path::new(""), found);
    let others: BTreeSet<u32> = read.iter().map(|one| one.rate).collect();
    let others = others.into_iter().filter(|of| *of != rate);
    let others: Vec<String> = others.map(|of| format!("{of} Hz")).collect();
    let count = |is: &dyn Fn(&Resampled) -> bool| read.iter().filter(|one| is(one)).count();
    let mixed = count(&|one| one.channels > 1);
    if mixed > 0 {
        read_as.add(
            "mixed",
            format!("{mixed} of several channels to their mean"),
        );
    }
    if !others.is_empty() {
        let resampled = count(&|one| one.rate != rate);
        read_as.add(
            "resampled",
            format!("{resampled} from {}", others.join(", ")),
        );
    }
    let shorter = count(&|one| one.length < length);
    if shorter > 0 {
        read_as.add("filled", format!("{shorter} with silence at their ends"));
    }
    let longer = count(&|one| one.length > length);
    if longer > 0 {
        let longest = read.iter().map(|one| one.length).max().unwrap_or(0);
        let said = format!(
            "{longer} to their first {}, the longest of {}",
            seconds(length),
            seconds(longest)
        );
        read_as.add("cut", said);
    }
    let series = read.into_iter().map(|mut one| {
        one.samples.resize(length, 0.0);
        one.samples.into_iter().map(f64::from).collect()
    });
    let labels = recordings.iter().map(|one| one.label.clone());
    Split {
        read_as,
        ..Split::new(series.collect(), labels.collect())
    }
}

/// What a folder or a table is called in results.
fn name_of(path: &Path) -> String {
    let name = |path: &Path| Some(path.file_stem()?.to_string_lossy().into_owned());
    let found = name(path).or_else(|| name(&std::fs::canonicalize(path).ok()?));
    found.unwrap_or_default()
}

impl Clip {
    /// How many samples it has at a rate in Hz.
    fn length_at(&self, rate: u32) -> usize {
        let samples = self.samples.len() as f64 * f64::from(rate);
        (samples / f64::from(self.rate.max(1))).round() as usize
    }
}
