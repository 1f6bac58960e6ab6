//! The data sets of the UCR archive 2018, by name.
//!
//! `catalogue.tsv` follows the archive's own summary. The table in pyts counts differently for
//! Chinatown, GunPointOldVersusYoung, HouseTwenty and MelbournePedestrian, and gives the padded
//! length of GestureMidAirD1 to D3 where the archive says that it varies; its types are coarser.

use std::sync::OnceLock;

use crate::{Error, ErrorKind};

/// One data set of the UCR archive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CatalogueEntry {
    /// The name as the archive writes it.
    pub name: &'static str,
    /// What was measured, in the archive's words: Image, Sensor, ECG and so on.
    pub kind: &'static str,
    /// How many training series there are.
    pub train: usize,
    /// How many test series there are.
    pub test: usize,
    /// How many values a series has; 0 where this varies.
    pub length: usize,
    /// How many classes there are.
    pub classes: usize,
}

/// Bytes of a value and of a line beside its values, more than any file of the archive takes, of the lines
/// before the series, and the values of a series whose length varies.
const VALUE_BYTES: u64 = 40;
const LINE_BYTES: u64 = 1024;
const HEADER_BYTES: u64 = 1 << 20;
const MOST_VARYING: usize = 1 << 14;

impl CatalogueEntry {
    /// What the two files of the data set take in bytes, at the most.
    pub fn most_bytes(&self) -> u64 {
        let length = if self.length == 0 {
            MOST_VARYING
        } else {
            self.length
        };
        let series = (self.train + self.test) as u64;
        2 * HEADER_BYTES + series * (LINE_BYTES + VALUE_BYTES * length as u64)
    }
}

/// The data sets of the archive of series with several channels (UEA), which are none of ours.
const MULTIVARIATE: [&str; 30] = [
    "ArticularyWordRecognition",
    "AtrialFibrillation",
    "BasicMotions",
    "CharacterTrajectories",
    "Cricket",
    "DuckDuckGeese",
    "ERing",
    "EigenWorms",
    "Epilepsy",
    "EthanolConcentration",
    "FaceDetection",
    "FingerMovements",
    "HandMovementDirection",
    "Handwriting",
    "Heartbeat",
    "InsectWingbeat",
    "JapaneseVowels",
    "LSST",
    "Libras",
    "MotorImagery",
    "NATOPS",
    "PEMS-SF",
    "PenDigits",
    "PhonemeSpectra",
    "RacketSports",
    "SelfRegulationSCP1",
    "SelfRegulationSCP2",
    "SpokenArabicDigits",
    "StandWalkJump",
    "UWaveGestureLibrary",
];

/// The 128 univariate data sets of the UCR archive 2018, sorted by name.
pub fn catalogue() -> &'static [CatalogueEntry] {
    static CATALOGUE: OnceLock<Vec<CatalogueEntry>> = OnceLock::new();
    CATALOGUE.get_or_init(|| {
        let lines = include_str!("catalogue.tsv").lines();
        lines.filter_map(parse).collect()
    })
}

/// The data set of this name, in upper or lower case.
pub fn find(name: &str) -> Option<&'static CatalogueEntry> {
    let mut entries = catalogue().iter();
    entries.find(|entry| entry.name.eq_ignore_ascii_case(name))
}

/// The data set of this name, or an error that says which was probably meant.
///
/// # Errors
///
/// [`ErrorKind::UnknownName`].
pub fn look_up(name: &str) -> Result<&'static CatalogueEntry, Error> {
    find(name).ok_or_else(|| {
        let mut others = MULTIVARIATE.iter();
        if let Some(other) = others.find(|other| other.eq_ignore_ascii_case(name)) {
            let message = format!(
                "the data set `{other}` of the archive is multivariate; \
                 expected one of the 128 univariate ones"
            );
            let hint = "write each of its channels to a file of its own, as plain values";
            return Error::new(ErrorKind::Unsupported, message).with_hint(hint);
        }
        let message = format!("the UCR archive has no data set `{name}`");
        Error::new(ErrorKind::UnknownName, message).with_hint(match closest(name) {
            Some(closest) => format!("did you mean `{closest}`?"),
            None => "give a name from the catalogue, or, where data is read, the path of a folder"
                .to_owned(),
        })
    })
}

/// The name in the catalogue that `name` was probably meant to be: one that begins with it, or the
/// one with the fewest letters to change; `None` when that is more than a third of them.
pub fn closest(name: &str) -> Option<&'static str> {
    let wanted = name.to_lowercase();
    if wanted.chars().count() > 100 {
        return None;
    }
    let distance = |entry: &CatalogueEntry| edits(&wanted, &entry.name.to_lowercase());
    let (edits, nearest) = catalogue()
        .iter()
        .map(|entry| (distance(entry), entry.name))
        .min_by_key(|(edits, _)| *edits)?;
    let begins = |entry: &&CatalogueEntry| entry.name.to_lowercase().starts_with(&wanted);
    if edits > 2
        && wanted.len() >= 3
        && let Some(entry) = catalogue().iter().find(begins)
    {
        return Some(entry.name);
    }
    (edits <= (wanted.chars().count() / 3).max(1)).then_some(nearest)
}

/// One line of the table; `None` for a comment.
fn parse(line: &'static str) -> Option<CatalogueEntry> {
    if line.starts_with('#') {
        return None;
    }
    let mut fields = line.split('\t');
    let (name, kind) = (fields.next()?, fields.next()?);
    let mut number = || fields.next()?.parse().ok();
    Some(CatalogueEntry {
        name,
        kind,
        train: number()?,
        test: number()?,
        length: number()?,
        classes: number()?,
    })
}

/// How many letters must be added, removed or replaced to make one word the other (Levenshtein).
fn edits(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (index, letter) in one.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = index + 1;
        for (column, &expected) in other.iter().enumerate() {
            let replaced = diagonal + usize::from(letter != expected);
            diagonal = row[column + 1];
            row[column + 1] = replaced.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edits_are_counted() {
        assert_eq!(edits("kitten", "sitting"), 3);
        assert_eq!(edits("", "abc"), 3);
        assert_eq!(edits("abc", "abc"), 0);
    }

    #[test]
    fn data_sets_of_several_channels_are_told() {
        let error = look_up("basicmotions").unwrap_err();
        assert!(
            error
                .to_string()
                .starts_with("the data set `BasicMotions` of the archive is multi")
        );
        assert!(MULTIVARIATE.is_sorted());
        assert!(MULTIVARIATE.iter().all(|name| find(name).is_none()));
    }

    #[test]
    fn a_misspelt_name_finds_its_data_set() {
        assert_eq!(closest("GunPint"), Some("GunPoint"));
        assert_eq!(closest("italy"), Some("ItalyPowerDemand"));
        assert_eq!(closest("ecg5"), Some("ECG5000"));
        assert_eq!(closest("xyzzy"), None);
        assert_eq!(closest(""), None);
        assert_eq!(closest(&"a".repeat(10_000)), None);
    }
}
