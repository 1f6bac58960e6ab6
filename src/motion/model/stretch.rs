//! A stretch of a person's recordings for adapting, the rest for testing.

use rand::RngExt;

use super::MotionModelError;
use super::initial::{Use, generator};
use crate::motion::{MotionError, Windows};

/// Consecutive samples of one trial: all of a person that adapting may see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stretch {
    /// Which trial, counted from 0.
    pub trial: usize,
    /// Its first sample; in a cycle the stretch may go on at the beginning.
    pub start: usize,
    /// How many samples.
    pub samples: usize,
}

/// A person's windows in two parts.
#[derive(Debug, Clone, PartialEq)]
pub struct PersonSplit {
    /// Those that lie in the stretch.
    pub adapting: Windows,
    /// Those whose targets lie outside it.
    pub testing: Windows,
    /// How many windows belong to neither.
    pub left_out: usize,
}

impl Stretch {
    /// A stretch of `share` of all samples of the person's trials, rounded down, in a trial and at
    /// a place drawn from the seed. The trial must be long enough for it.
    ///
    /// # Errors
    ///
    /// When the share is not between 0 and 1, or no trial is that long.
    pub fn drawn(windows: &Windows, share: f64, seed: u64) -> Result<Self, MotionModelError> {
        if !(share > 0.0 && share < 1.0) {
            return Err(MotionModelError::Setting {
                setting: "share of the samples for adapting",
                found: share.to_string(),
                expected: "a number between 0 and 1",
            });
        }
        let lengths = &windows.trial_lengths;
        let all: usize = lengths.iter().sum();
        let samples = (share * all as f64) as usize;
        let trials: Vec<usize> = (0..lengths.len())
            .filter(|&trial| lengths.get(trial).is_some_and(|&length| length >= samples))
            .collect();
        let mut random = generator(seed, Use::Stretch);
        let chosen = match trials.len() {
            0 => None,
            count => trials.get(random.random_range(0..count)),
        };
        let length = chosen.and_then(|&trial| lengths.get(trial));
        let (Some(&trial), Some(&length)) = (chosen, length) else {
            let longest = lengths.iter().max().copied().unwrap_or(0);
            return Err(MotionModelError::Motion(MotionError::TooShort {
                trial: "the longest of the person".to_owned(),
                found: longest,
                needed: samples,
            }));
        };
        let starts = match windows.layout.cyclic {
            true => length.max(1),
            false => length - samples + 1,
        };
        Ok(Self {
            trial,
            start: random.random_range(0..starts),
            samples,
        })
    }

    /// The windows that lie in the stretch with inputs and targets, for adapting, and those whose
    /// targets lie outside it, for testing.
    ///
    /// # Errors
    ///
    /// When the trial does not exist, or there is no window on one side.
    pub fn split(&self, windows: &Windows) -> Result<PersonSplit, MotionModelError> {
        let Some(&length) = windows.trial_lengths.get(self.trial) else {
            return Err(MotionModelError::Setting {
                setting: "trial of the stretch",
                found: self.trial.to_string(),
                expected: "one of the trials",
            });
        };
        let layout = &windows.layout;
        let both = layout.window.saturating_add(layout.horizon);
        let length = length.max(1);
        // How far a sample of the trial is behind the stretch's first one.
        let behind = |sample: usize| match layout.cyclic {
            true => Some((sample % length + length - self.start % length) % length),
            false => sample.checked_sub(self.start),
        };
        let is_seen = |sample: usize| behind(sample).is_some_and(|behind| behind < self.samples);
        let mut adapting = Vec::new();
        let mut testing = Vec::new();
        for (place, origin) in windows.origins.iter().enumerate() {
            let mut targets = origin.start + layout.window..origin.start + both;
            if origin.trial != self.trial || targets.all(|sample| !is_seen(sample)) {
                testing.push(place);
            } else if behind(origin.start).is_some_and(|behind| behind + both <= self.samples) {
                adapting.push(place);
            }
        }
        for (side, places) in [("adapting", &adapting), ("testing", &testing)] {
            if places.is_empty() {
                let all: usize = windows.trial_lengths.iter().sum();
                return Err(MotionModelError::Motion(MotionError::EmptySide {
                    share: self.samples as f64 / all.max(1) as f64,
                    windows: windows.len(),
                    side,
                }));
            }
        }
        Ok(PersonSplit {
            left_out: windows.len() - adapting.len() - testing.len(),
            adapting: windows.pick(&adapting),
            testing: windows.pick(&testing),
        })
    }
}
