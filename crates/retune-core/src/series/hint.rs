//! What to do about an error.

use super::format::SEVERAL_CHANNELS;
use super::{Format, SeriesError};

impl SeriesError {
    /// What to do about it, as one sentence without a full stop; `None` when the message says it all.
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::MissingValue { .. } => {
                "use `--missing interpolate` to fill missing values from their neighbours"
            }
            Self::UnequalLengths { .. } => {
                "use `--unequal resample` to stretch all series to the median length of the training split"
            }
            Self::LengthMismatch { .. } | Self::FieldCount { .. } => {
                "use `--unequal resample` to stretch all series to the length of the training series"
            }
            Self::Ragged { .. } => "fill shorter series up with `NaN` at the end of the row",
            Self::NoValues { .. } => {
                "give the file the extension of its format: .tsv for tabs, .csv for commas, .txt for white space"
            }
            Self::NotText { .. } => "save the file as UTF-8",
            Self::NotANumber { place, .. }
                if Format::of(&place.path).is_ok_and(Format::is_delimited) =>
            {
                "if that field is the label, say so with `--label`"
            }
            Self::NoLabel { .. } => "give every series of the file a label",
            Self::LabelColumn { .. } | Self::Unlabelled { .. } => {
                "use `--label` with `first`, `last`, a number, a name or `none`"
            }
            Self::Unsupported { found, .. } if found == SEVERAL_CHANNELS => {
                "write each channel to a file of its own, as plain values"
            }
            Self::NoDataset { .. } => "give the folder that holds both files",
            Self::SeveralDatasets { .. } => {
                "give the folder the name of the data set that it should be read as"
            }
            Self::TooFewClasses { .. } => {
                "check which column holds the labels, and set it with `--label`"
            }
            Self::UnknownDataset {
                closest: Some(closest),
                ..
            } => return Some(format!("did you mean `{closest}`?")),
            Self::UnknownDataset { .. } => {
                "give the path of a folder, or a name from the catalogue"
            }
            Self::NoCacheFolder => "set RETUNE_HOME to a folder for downloads",
            Self::Unreachable { .. } => "check the connection and try again",
            Self::Truncated { .. } | Self::BadZip { .. } => "try again",
            Self::HttpStatus { .. } => "check the address of the archive",
            _ => return None,
        };
        Some(hint.to_owned())
    }
}
