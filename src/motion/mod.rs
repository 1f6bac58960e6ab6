//! Joint motion of walking people: recordings, windows, scores, and a generator for examples.
//!
//! - [`trial`]: one recording of joint angles, read from OpenSim files and tables
//! - [`windows`]: what goes in and what is to be predicted
//! - [`metrics`]: how good a prediction is, joint by joint
//! - [`retrieval`]: the inputs whose outputs are most like a wanted one
//! - [`model`]: the frozen network, the module before it, and what they are compared with
//! - [`generator`]: walking made up from published curves

mod error;
pub mod generator;
mod hint;
pub mod metrics;
pub mod model;
pub mod retrieval;
pub mod trial;
pub mod windows;

pub use error::MotionError;
pub use generator::{GaitGenerator, GaitKind, Person};
pub use metrics::{JointScore, MotionScore, score};
pub use retrieval::{Neighbour, Retrieval};
pub use trial::{
    AngleUnit, CsvOptions, HeaderCounts, JointSelection, OpenSimOptions, SampleTimes, Trial,
    UnevenTime, read_csv, read_opensim, write_csv,
};
pub use windows::{Scaling, Target, WindowLayout, WindowOrigin, Windows};
