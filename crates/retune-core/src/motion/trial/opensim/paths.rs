//! The names of columns that are paths, as OpenSim 4 writes them.

use super::super::joints::JointSelection;

/// The coordinate of a path such as `/jointset/hip_r/hip_flexion_r/value`; `None` for other names.
fn coordinate(name: &str) -> Option<&str> {
    let path = name.strip_prefix("/jointset/")?.strip_suffix("/value")?;
    let (_, coordinate) = path.rsplit_once('/')?;
    (!coordinate.is_empty()).then_some(coordinate)
}

/// The names of columns with coordinates in place of their paths, and how many were replaced; a
/// path stays where its coordinate would stand twice.
pub(super) fn shortened<'a>(names: &[&'a str]) -> (Vec<&'a str>, usize) {
    let short = |name: &'a str| coordinate(name).unwrap_or(name);
    let is_alone = |wanted: &str| names.iter().filter(|name| short(name) == wanted).count() == 1;
    let shortened = names.iter().map(|name| match short(name) {
        one if is_alone(one) => one,
        _ => *name,
    });
    let shortened: Vec<&str> = shortened.collect();
    let changed = names
        .iter()
        .zip(&shortened)
        .filter(|(name, short)| name != short);
    let count = changed.count();
    (shortened, count)
}

/// A choice of joints in which some may be given by their paths, for columns with these names.
pub(super) fn selection(chosen: &JointSelection, names: &[&str]) -> JointSelection {
    let JointSelection::Names(chosen) = chosen else {
        return chosen.clone();
    };
    let name = |chosen: &String| match names.contains(&chosen.as_str()) {
        true => chosen.clone(),
        false => coordinate(chosen).unwrap_or(chosen).to_owned(),
    };
    JointSelection::names(chosen.iter().map(name))
}
