//! Trials as a table.

use std::path::Path;

use ::csv::Writer;

use super::Trial;
use crate::Error;
use crate::motion::check::{nothing, same_joints};
use crate::storage::write_whole;

/// Writes trials with the same joints to one file, as `person,trial,time` (in seconds from the
/// start of the trial) and a column for each joint, in degrees.
///
/// # Errors
///
/// When there are no trials, their joints differ, as for [`Trial::check`], or the file cannot be
/// written.
pub fn write_csv(path: &Path, trials: &[Trial]) -> Result<(), Error> {
    let first = trials.first().ok_or_else(|| nothing("trials"))?;
    for trial in trials {
        trial.check()?;
        same_joints(&trial.joints, &first.joints)?;
    }
    let bytes = table(&first.joints, trials).map_err(|error| Error::write(path, error))?;
    write_whole(path, &bytes).map_err(|error| Error::write(path, error))
}

fn table(joints: &[String], trials: &[Trial]) -> std::io::Result<Vec<u8>> {
    let mut writer = Writer::from_writer(Vec::new());
    let names = joints.iter().map(String::as_str);
    writer.write_record(["person", "trial", "time"].into_iter().chain(names))?;
    for trial in trials {
        for (row, sample) in trial.samples.chunks_exact(joints.len()).enumerate() {
            let time = format!("{:.6}", row as f64 / f64::from(trial.rate_hz));
            let start = [trial.person.clone(), trial.name.clone(), time];
            writer.write_record(start.into_iter().chain(sample.iter().map(f32::to_string)))?;
        }
    }
    writer.into_inner().map_err(|error| error.into_error())
}
