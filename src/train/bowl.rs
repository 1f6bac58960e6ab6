//! What trainers by losses alone are tested on.

use super::{Objective, Trainer};
use crate::Error;

/// A bowl whose lowest point is at 1, 2, 3, …
pub(super) struct Bowl;

impl Objective for Bowl {
    fn loss(&self, numbers: &[f32], _: &[usize]) -> Result<f64, Error> {
        let places = numbers.iter().zip(1..);
        let off = places.map(|(number, place)| f64::from(*number) - f64::from(place));
        Ok(off.map(|off| off * off).sum())
    }
}

/// Whether a trainer comes to the lowest point in five dimensions, as near as that in each.
pub(super) fn check_bottom_is_found(trainer: &dyn Trainer, within: f32) {
    let mut numbers = vec![0.0; 5];
    trainer.train(&Bowl, &mut numbers, &mut |_| {}).unwrap();
    let off = numbers.iter().zip(1..);
    let off = off.map(|(found, place)| (found - place as f32).abs());
    assert!(off.fold(0.0, f32::max) < within, "{numbers:?}");
}
