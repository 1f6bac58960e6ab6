//! The most that a program or a source may ask for: checked when one is loaded, before anything is made as
//! large, and when one is saved, so that what is written can be read.

use std::collections::BTreeSet;
use std::fmt::Display;
use std::ops::RangeInclusive;

use crate::series::LONGEST_SERIES;

/// Bytes of a file of tensors, program or source.
pub const LARGEST_FILE: u64 = 1 << 30;
/// Sources of a program.
pub const SOURCES: RangeInclusive<usize> = 1..=16;
/// Parts of a program that classifies; each costs a pass through a source.
pub const PARTS: RangeInclusive<usize> = 1..=256;
/// Transforms of a program that forecasts.
pub const TRANSFORMS: RangeInclusive<usize> = 0..=64;
/// Classes.
pub const CLASSES: RangeInclusive<usize> = 2..=1 << 17;
/// Values of a series, a context, a horizon or a season.
pub const VALUES: RangeInclusive<usize> = 1..=LONGEST_SERIES;
/// What scores are multiplied by before they become probabilities: one over the temperature.
pub const SHARPNESS: RangeInclusive<f32> = 1e-6..=1e6;
/// The weight of a part.
pub const WEIGHT: RangeInclusive<f32> = 0.0..=1.0;
/// How far the weights of all parts may sum to something else than 1, by rounding.
pub const ROUNDING: f32 = 1e-3;
/// Samples and joints of a window of motion, hidden units, samples a second.
pub const SAMPLES: RangeInclusive<usize> = 1..=1024;
pub const JOINTS: RangeInclusive<usize> = 1..=1024;
pub const HIDDEN: RangeInclusive<usize> = 1..=1 << 16;
pub const RATE: RangeInclusive<f32> = 1e-3..=1e6;
/// Bytes of a label, a joint or the name of a source.
const NAME: usize = 4096;

/// Whether a number of a program is in its range; else the end of a sentence on a damaged file.
pub fn within<T: PartialOrd + Display>(
    what: &str,
    found: T,
    range: &RangeInclusive<T>,
) -> Result<(), String> {
    match range.contains(&found) {
        true => Ok(()),
        false => {
            let (least, most) = (range.start(), range.end());
            Err(format!("its {what} is {found}, expected {least} to {most}"))
        }
    }
}

/// Whether names are as many as they may be, not too long, and each stands there once.
pub fn names(what: &str, names: &[String], count: &RangeInclusive<usize>) -> Result<(), String> {
    within(&format!("number of {what}"), names.len(), count)?;
    if let Some(long) = names.iter().find(|name| name.len() > NAME) {
        let found = long.len();
        return Err(format!(
            "one of its {what} has {found} bytes, expected {NAME} at most"
        ));
    }
    let mut seen = BTreeSet::new();
    match names.iter().find(|name| !seen.insert(name.as_str())) {
        Some(name) => Err(format!("its {what} have {name:?} twice")),
        None => Ok(()),
    }
}
