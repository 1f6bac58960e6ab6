//! What to do about an error.

use super::MotionError;

impl MotionError {
    /// What to do about it, as one sentence without a full stop; `None` when the message says it all.
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::NotText { .. } => "save the file as UTF-8",
            Self::NoAngleUnit { .. } => {
                "add the line to the header, or give --angles degrees or --angles radians"
            }
            Self::Count { .. } => "check that the file is complete; if it is, give --ignore-counts",
            Self::DuplicateColumn { .. } => "rename or remove one of the two columns",
            Self::MissingValue { .. } => {
                "fill gaps in the recording before, or choose other joints with --joint"
            }
            Self::NotANumber { .. } => {
                "if that column is no joint angle, choose the joints with --joint"
            }
            Self::TimeOrder { .. } => {
                "if the file holds several trials, name the columns that tell them apart with --person and --trial"
            }
            Self::UnevenTime { .. } => "give --uneven to interpolate to even steps",
            Self::Gaps { .. } => "cut the recording at its gaps, into trials of their own",
            Self::TooShort { .. } => "take a longer trial, or a smaller --window or --horizon",
            Self::EmptySide { .. } => "give another --share, or a longer trial",
            Self::UnknownJoint { .. } => "names are case sensitive and stand in the file's header",
            Self::Neighbours { .. } => "take fewer neighbours, or more windows",
            _ => return None,
        };
        Some(hint.to_owned())
    }
}
