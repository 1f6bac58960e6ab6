//! Trials as a table.

use std::fs;
use std::path::Path;

use ::csv::Writer;

use super::Trial;
use crate::motion::MotionError;
use crate::wording::list;

/// Writes trials with the same joints to one file, as `person,trial,time` (in seconds from the
/// start of the trial) and a column for each joint, in degrees.
///
/// # Errors
///
/// [`MotionError`] when there are no trials, their joints differ, as for [`Trial::check`], or the
/// file cannot be written.
pub fn write_csv(path: &Path, trials: &[Trial]) -> Result<(), MotionError> {
    let bytes = table(path, trials)?;
    fs::write(path, bytes).map_err(|source| MotionError::Write {
        path: path.to_owned(),
        source,
    })
}

fn table(path: &Path, trials: &[Trial]) -> Result<Vec<u8>, MotionError> {
    let failed = |source: std::io::Error| MotionError::Write {
        path: path.to_owned(),
        source,
    };
    let Some(first) = trials.first() else {
        return Err(MotionError::Nothing { what: "trials" });
    };
    let mut writer = Writer::from_writer(Vec::new());
    let joints = first.joints.iter().map(String::as_str);
    writer
        .write_record(["person", "trial", "time"].into_iter().chain(joints))
        .map_err(|error| failed(error.into()))?;
    for trial in trials {
        trial.check()?;
        if trial.joints != first.joints {
            return Err(MotionError::OtherJoints {
                found: list(&trial.joints),
                expected: list(&first.joints),
            });
        }
        for (row, sample) in trial.samples.chunks_exact(trial.joints.len()).enumerate() {
            let time = format!("{:.6}", row as f64 / f64::from(trial.rate_hz));
            let start = [trial.person.clone(), trial.name.clone(), time];
            let values = sample.iter().map(f32::to_string);
            writer
                .write_record(start.into_iter().chain(values))
                .map_err(|error| failed(error.into()))?;
        }
    }
    writer
        .into_inner()
        .map_err(|error| failed(error.into_error()))
}
