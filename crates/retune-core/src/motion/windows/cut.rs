//! Cutting trials into windows.

use super::{Target, WindowLayout, WindowOrigin, Windows};
use crate::motion::check::{bad_setting, find_joint, nothing, same_joints, too_short};
use crate::motion::trial::{Trial, same_rate};
use crate::{Error, ErrorKind};

impl WindowLayout {
    /// The windows of one trial.
    ///
    /// # Errors
    ///
    /// When window, horizon or stride is 0, the trial is too short, the joint to
    /// predict does not exist or is the only one, or as for [`Trial::check`].
    pub fn cut(&self, trial: &Trial) -> Result<Windows, Error> {
        self.cut_all([trial])
    }

    /// The windows of several trials; none goes over from one trial to the next.
    ///
    /// # Errors
    ///
    /// As for [`WindowLayout::cut`], and when there are no trials or their joints or rates differ.
    pub fn cut_all<'a>(
        &self,
        trials: impl IntoIterator<Item = &'a Trial>,
    ) -> Result<Windows, Error> {
        let trials: Vec<&Trial> = trials.into_iter().collect();
        same_rate(trials.iter().copied())?;
        let mut all = None;
        for (trial, recording) in trials.into_iter().enumerate() {
            for (setting, value) in [
                ("window", self.window),
                ("horizon", self.horizon),
                ("stride", self.stride),
            ] {
                if value == 0 {
                    return Err(bad_setting(setting, value, "at least 1 sample"));
                }
            }
            recording.check()?;
            let (inputs, targets) = self.columns(&recording.joints)?;
            let samples = recording.len();
            let count = self.count(samples);
            if count == 0 {
                let needed = self.window.saturating_add(self.horizon);
                return Err(too_short(&recording.label(), samples, needed));
            }
            let names = |columns: &[usize]| -> Vec<String> {
                let names = columns.iter().map(|&column| &recording.joints[column]);
                names.cloned().collect()
            };
            let windows: &mut Windows = all.get_or_insert_with(|| Windows {
                layout: self.clone(),
                input_joints: names(&inputs),
                target_joints: names(&targets),
                inputs: Vec::new(),
                targets: Vec::new(),
                origins: Vec::new(),
                trial_lengths: Vec::new(),
            });
            same_joints(&names(&inputs), &windows.input_joints)?;
            same_joints(&names(&targets), &windows.target_joints)?;
            let rows: Vec<&[f32]> = recording
                .samples
                .chunks_exact(recording.joints.len())
                .collect();
            let take = |from: usize, length: usize, columns: &[usize], into: &mut Vec<f32>| {
                for row in (from..from + length).map(|step| rows[step % samples]) {
                    into.extend(columns.iter().map(|&column| row[column]));
                }
            };
            for start in (0..count).map(|window| window * self.stride) {
                let after = start + self.window;
                take(start, self.window, &inputs, &mut windows.inputs);
                take(after, self.horizon, &targets, &mut windows.targets);
                windows.origins.push(WindowOrigin { trial, start });
            }
            windows.trial_lengths.push(samples);
        }
        all.ok_or_else(|| nothing("trials"))
    }

    /// The columns that go in, and those to predict.
    fn columns(&self, joints: &[String]) -> Result<(Vec<usize>, Vec<usize>), Error> {
        let all: Vec<usize> = (0..joints.len()).collect();
        let Target::Joint(name) = &self.target else {
            return Ok((all.clone(), all));
        };
        let target = find_joint(joints, name)?;
        let others: Vec<usize> = all.into_iter().filter(|&joint| joint != target).collect();
        if others.is_empty() {
            let message = format!("`{name}` is the only joint; expected others to predict it from");
            return Err(Error::new(ErrorKind::Setting, message));
        }
        Ok((others, vec![target]))
    }
}
