//! A person's windows: the first ones to adapt to, the later ones to test on.

use super::Windows;
use crate::motion::MotionError;

/// A person's windows in two parts.
#[derive(Debug, Clone, PartialEq)]
pub struct PersonSplit {
    /// The first share of the windows.
    pub adapting: Windows,
    /// Later windows whose targets lie outside all adapting windows.
    pub testing: Windows,
    /// How many windows between the two belong to neither.
    pub left_out: usize,
}

impl Windows {
    /// Splits the windows of one person: the first `share` of them, rounded down, is for adapting;
    /// the others are for testing, but for those with a target sample that an adapting window has
    /// seen, as input or as target. In cycles these are also the ones that wrap around.
    ///
    /// # Errors
    ///
    /// [`MotionError`] when the share is not between 0 and 1, or leaves no window on one side.
    pub fn split(&self, share: f64) -> Result<PersonSplit, MotionError> {
        if !(share > 0.0 && share < 1.0) {
            return Err(MotionError::Setting {
                setting: "share of the windows for adapting",
                found: share.to_string(),
                expected: "a number between 0 and 1",
            });
        }
        let empty = |side| MotionError::EmptySide {
            share,
            windows: self.len(),
            side,
        };
        let adapting: Vec<usize> = (0..(share * self.len() as f64) as usize).collect();
        if adapting.is_empty() {
            return Err(empty("adapting"));
        }
        let mut seen: Vec<Vec<bool>> = self
            .trial_lengths
            .iter()
            .map(|&length| vec![false; length])
            .collect();
        let window = self.layout.window;
        let both = window.saturating_add(self.layout.horizon);
        for &at in &adapting {
            for (trial, sample) in self.samples(at, 0, both) {
                if let Some(seen) = seen.get_mut(trial).and_then(|seen| seen.get_mut(sample)) {
                    *seen = true;
                }
            }
        }
        let is_unseen = |at: &usize| {
            let mut targets = self.samples(*at, window, both);
            targets.all(|(trial, sample)| {
                let seen = seen.get(trial).and_then(|seen| seen.get(sample));
                seen == Some(&false)
            })
        };
        let testing: Vec<usize> = (adapting.len()..self.len()).filter(is_unseen).collect();
        if testing.is_empty() {
            return Err(empty("testing"));
        }
        Ok(PersonSplit {
            left_out: self.len() - adapting.len() - testing.len(),
            adapting: self.pick(&adapting),
            testing: self.pick(&testing),
        })
    }

    /// The trial's samples between two places of a window.
    fn samples(
        &self,
        window: usize,
        from: usize,
        to: usize,
    ) -> impl Iterator<Item = (usize, usize)> + use<> {
        let origin = self.origins.get(window).copied();
        let length = origin.and_then(|origin| self.trial_lengths.get(origin.trial).copied());
        let origin = origin.zip(length.filter(|&length| length > 0));
        origin.into_iter().flat_map(move |(origin, length)| {
            (from..to).map(move |step| (origin.trial, (origin.start + step) % length))
        })
    }
}
