//! Joint motion of walking people: recordings, windows, scores.
//!
//! - [`trial`]: one recording of joint angles, read from OpenSim files and tables
//! - [`windows`]: what goes in and what is to be predicted
//! - [`metrics`]: how good a prediction is, joint by joint
//! - [`retrieval`]: the inputs whose outputs are most like a wanted one

mod check;
pub mod metrics;
pub mod retrieval;
pub mod trial;
pub mod windows;

pub use check::{bad_rate, bad_setting, find_joint, finite, no_joints, same_joints, wrong_count};
pub use metrics::{JointScore, MotionScore, score};
pub use retrieval::Retrieval;
pub use trial::{
    AngleUnit, CsvOptions, HeaderCounts, JointSelection, OpenSimOptions, SampleTimes, Trial,
    UnevenTime, read_csv, read_opensim, same_rate, write_csv,
};
pub use windows::{PersonSplit, Scaling, Stretch, Target, WindowLayout, WindowOrigin, Windows};
