//! What is said of the windows that intervals were measured on.

use retune::program::Calibration;
use retune::task::Forecast;

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

/// What to know of a level that so few windows cannot promise.
pub fn too_few(calibration: Calibration, forecasts: &[Forecast]) -> Option<String> {
    let mut intervals = forecasts.first()?.intervals.iter();
    let unreached = intervals.find(|interval| !interval.reached)?;
    let level = (unreached.level * 100.0).round();
    Some(format!(
        "intervals: {level} % cannot be told from {}: it is the largest error of them, and may be \
         the same as that of a lower level",
        text::counted(calibration.windows, "window", "windows")
    ))
}
