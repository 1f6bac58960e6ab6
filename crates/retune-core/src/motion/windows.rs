//! Windows: what was seen of a motion, and what comes next.

mod cut;
mod layout;
mod scaling;
mod stretch;

pub use layout::{Target, WindowLayout};
pub use scaling::Scaling;
pub use stretch::{PersonSplit, Stretch};

use super::check::find_joints;
use crate::Error;

/// Where a window comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WindowOrigin {
    /// Which of the trials, counted from 0.
    pub trial: usize,
    /// The window's first sample in the trial.
    pub start: usize,
}

/// Windows of one or more trials, in the order of the trials and of time.
#[derive(Debug, Clone, PartialEq)]
pub struct Windows {
    /// How they were cut.
    pub layout: WindowLayout,
    /// The joints that go in.
    pub input_joints: Vec<String>,
    /// The joints to predict.
    pub target_joints: Vec<String>,
    /// What goes in, `[windows, window, input joints]`.
    pub inputs: Vec<f32>,
    /// What comes next, `[windows, horizon, target joints]`.
    pub targets: Vec<f32>,
    /// Where each window comes from.
    pub origins: Vec<WindowOrigin>,
    /// How many samples each trial has.
    pub trial_lengths: Vec<usize>,
}

impl Windows {
    /// How many windows there are.
    pub fn len(&self) -> usize {
        self.origins.len()
    }

    /// Whether there is no window.
    pub fn is_empty(&self) -> bool {
        self.origins.is_empty()
    }

    /// How many values go in, `window · input joints`.
    pub fn input_width(&self) -> usize {
        self.layout.window * self.input_joints.len()
    }

    /// How many values come out, `horizon · target joints`.
    pub fn target_width(&self) -> usize {
        self.layout.horizon * self.target_joints.len()
    }

    /// What goes in at one window, `[window, input joints]`.
    pub fn input(&self, window: usize) -> Option<&[f32]> {
        let mut rows = self.inputs.chunks_exact(self.input_width().max(1));
        rows.nth(window)
    }

    /// What comes next at one window, `[horizon, target joints]`.
    pub fn target(&self, window: usize) -> Option<&[f32]> {
        let mut rows = self.targets.chunks_exact(self.target_width().max(1));
        rows.nth(window)
    }

    /// The forecast that every joint stays at the window's last sample: what any model must beat.
    /// `[windows, horizon, targets]` in degrees.
    ///
    /// # Errors
    ///
    /// When a target is not among the inputs.
    pub fn hold_last(&self) -> Result<Vec<f32>, Error> {
        let places = find_joints(&self.input_joints, &self.target_joints)?;
        let mut forecast = Vec::with_capacity(self.targets.len());
        for input in (0..self.len()).filter_map(|window| self.input(window)) {
            let last = &input[input.len().saturating_sub(self.input_joints.len())..];
            for _ in 0..self.layout.horizon {
                forecast.extend(places.iter().filter_map(|&place| last.get(place)));
            }
        }
        Ok(forecast)
    }

    /// Some of the windows, in the order given. Those that do not exist are left out.
    pub fn pick(&self, windows: &[usize]) -> Self {
        let rows = |values: fn(&Self, usize) -> Option<&[f32]>| -> Vec<f32> {
            let rows = windows.iter().filter_map(|&window| values(self, window));
            rows.flatten().copied().collect()
        };
        let origins = windows.iter().filter_map(|&at| self.origins.get(at));
        Self {
            layout: self.layout.clone(),
            input_joints: self.input_joints.clone(),
            target_joints: self.target_joints.clone(),
            inputs: rows(Self::input),
            targets: rows(Self::target),
            origins: origins.copied().collect(),
            trial_lengths: self.trial_lengths.clone(),
        }
    }
}

#[cfg(test)]
mod tests;
