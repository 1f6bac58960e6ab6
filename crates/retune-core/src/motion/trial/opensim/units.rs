//! The unit of angles, and whether they look as if they were in the one that the header says.

use std::f64::consts::PI;

/// The unit of the angles in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum AngleUnit {
    /// As the header says; it is an error when that of an OpenSim file does not.
    #[default]
    FromHeader,
    /// Degrees, whatever the header says.
    Degrees,
    /// Radians, whatever the header says.
    Radians,
}

/// How angles were read, which are in degrees now: the unit that they had, and what speaks against it.
///
/// `factor` is what made degrees of them.
pub(in crate::motion::trial) fn read_as<'a>(
    unit: AngleUnit,
    factor: f64,
    angles: impl IntoIterator<Item = &'a f32>,
) -> String {
    let angles = angles.into_iter();
    let largest = angles.fold(0.0f32, |most, angle| most.max(angle.abs()));
    let in_degrees = factor == 1.0;
    let doubt = doubt(unit, in_degrees, f64::from(largest) / factor);
    let doubt = doubt.map_or(String::new(), |doubt| format!(" (they {doubt})"));
    let unit = if in_degrees { "degrees" } else { "radians" };
    format!("{unit}{doubt}")
}

/// What angles look like that are hardly in the unit which they are taken for; `None` where they are
/// as they may well be, or where somebody has said the unit.
///
/// `largest` is the largest angle as it stands in the file, without its sign.
fn doubt(unit: AngleUnit, in_degrees: bool, largest: f64) -> Option<String> {
    if unit != AngleUnit::FromHeader || largest == 0.0 {
        return None;
    }
    match in_degrees {
        // Half a turn of a joint is a large movement, and 3.2 degrees are hardly any.
        true if largest <= PI => Some(format!(
            "look like radians: none is beyond ±{largest:.2}, and are taken as degrees"
        )),
        false if largest > 4.0 * PI => Some(format!(
            "look like degrees: one is ±{largest:.1}, and are taken as radians"
        )),
        _ => None,
    }
}
