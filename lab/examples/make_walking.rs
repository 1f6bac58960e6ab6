//! Makes the recordings in `data/walking` anew, from published mean curves of gait:
//!
//!     cargo run -p retune-lab --example make_walking

use std::path::Path;

use retune_core::motion::{Trial, write_csv};
use retune_lab::{GaitGenerator, GaitKind};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let generator = GaitGenerator::new(100.0, 0);
    let walking = |kind, number, trial, seconds| -> Result<Trial, Box<dyn std::error::Error>> {
        let person = generator.person(kind, number);
        let mut walking = generator.trial(&person, trial, seconds)?;
        // A hundredth of a degree is finer than any marker system.
        for angle in &mut walking.samples {
            *angle = (*angle * 100.0).round() / 100.0;
        }
        Ok(walking)
    };
    let able_bodied = (0..5)
        .map(|number| walking(GaitKind::AbleBodied, number, 0, 8.0))
        .collect::<Result<Vec<_>, _>>()?;
    let altered = [
        walking(GaitKind::TransfemoralProsthesis, 0, 0, 2.0)?,
        walking(GaitKind::TransfemoralProsthesis, 0, 1, 4.0)?,
        walking(GaitKind::TransfemoralProsthesis, 1, 0, 8.0)?,
        walking(GaitKind::StiffKnee, 0, 0, 8.0)?,
        walking(GaitKind::StiffKnee, 1, 0, 8.0)?,
    ];
    let folder = Path::new("data/walking");
    std::fs::create_dir_all(folder)?;
    write_csv(&folder.join("able-bodied.csv"), &able_bodied)?;
    write_csv(&folder.join("altered.csv"), &altered)?;
    Ok(())
}
