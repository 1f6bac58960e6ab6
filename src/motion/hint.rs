//! What to do about an error.

use super::MotionError;

impl MotionError {
    /// What to do about it, as one sentence without a full stop; `None` when the message says it all.
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::NotText { .. } => "save the file as UTF-8",
            Self::NoAngleUnit { .. } => "add the line to the header, or say what the unit is",
            Self::Count { .. } => {
                "check that the file is complete; if it is, correct the header or have its counts ignored"
            }
            Self::DuplicateColumn { .. } => "rename or remove one of the two columns",
            Self::MissingValue { .. } => {
                "fill gaps in the recording before, or choose other joints by name"
            }
            Self::NotANumber { .. } => {
                "if that column is no joint angle, choose the joints by name"
            }
            Self::TimeOrder { .. } => {
                "if the file holds several trials, say which columns tell them apart"
            }
            Self::UnevenTime { .. } => "have the trial interpolated to even steps",
            Self::Gaps { .. } => "cut the recording at its gaps, into trials of their own",
            Self::TooShort { .. } => "take a longer trial, a shorter window or a shorter horizon",
            Self::EmptySide { .. } => "take another share, or a longer trial",
            Self::UnknownJoint { .. } => "names are case sensitive and stand in the file's header",
            Self::Neighbours { .. } => "take fewer neighbours, or more windows",
            _ => return None,
        };
        Some(hint.to_owned())
    }
}
