//! What is said of the windows that intervals were measured on.

use retune::program::Calibration;

use super::super::text;

/// One line on what intervals were measured on.
pub fn describe(calibration: Calibration) -> String {
    let windows = text::counted(calibration.windows, "window", "windows");
    match calibration.apart {
        true => format!(
            "intervals: measured on {windows} at the end of the validation part, which chose nothing"
        ),
        false => format!(
            "intervals: measured on {windows} of the validation part, which chose the penalties as \
             well: too few to keep some for each, so the intervals may be too narrow"
        ),
    }
}
