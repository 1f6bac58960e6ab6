//! A stretch of a person's recordings for adapting, the rest for testing.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::Windows;
use crate::{Error, ErrorKind};

/// The stream of a seed that stretches are drawn from; sources begin with others.
const STREAM: u64 = 3;

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
    pub fn drawn(windows: &Windows, share: f64, seed: u64) -> Result<Self, Error> {
        if !(share > 0.0 && share < 1.0) {
            let message = format!(
                "the share of the samples for adapting is {share}, expected a number between 0 and 1"
            );
            return Err(Error::new(ErrorKind::Setting, message));
        }
        let lengths = &windows.trial_lengths;
        let samples = (share * lengths.iter().sum::<usize>() as f64) as usize;
        let trials = lengths.iter().copied().enumerate();
        let trials: Vec<_> = trials.filter(|(_, length)| *length >= samples).collect();
        if trials.is_empty() {
            let longest = lengths.iter().max().copied().unwrap_or(0);
            let message = format!(
                "a share of {share} is {samples} samples of one trial; the person's longest has {longest}"
            );
            return Err(Error::new(ErrorKind::TooShort, message)
                .with_hint("give a smaller share, or a longer trial")
                .with_setting("share", ""));
        }
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        random.set_stream(STREAM);
        let (trial, length) = trials[random.random_range(0..trials.len())];
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
    pub fn split(&self, windows: &Windows) -> Result<PersonSplit, Error> {
        let Some(&length) = windows.trial_lengths.get(self.trial) else {
            let trial = self.trial;
            let message =
                format!("the trial of the stretch is {trial}, expected one of the trials");
            return Err(Error::new(ErrorKind::Setting, message));
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
                let samples = self.samples;
                let message =
                    format!("a stretch of {samples} samples leaves no window of {both} for {side}");
                return Err(Error::new(ErrorKind::TooShort, message)
                    .with_hint("give another share, or a longer trial")
                    .with_setting("share", ""));
            }
        }
        Ok(PersonSplit {
            left_out: windows.len() - adapting.len() - testing.len(),
            adapting: windows.pick(&adapting),
            testing: windows.pick(&testing),
        })
    }
}

#[cfg(test)]
mod tests;
