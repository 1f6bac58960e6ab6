//! `retune motion`: predicting the motion of joints, and adapting to a person.

mod adapt;
mod compare;
mod predict;
mod pretrain;
mod reading;

use retune::train;

use super::prelude::*;

/// Predict joint motion with a frozen network, and adapt it to a person
///
/// A network learns to predict the motion of able-bodied people and is frozen; a small module before
/// it learns, from a little of a person's own walking, to turn their signals into inputs that it
/// predicts from. Recordings are OpenSim .mot or .sto files, or tables with a column for each joint;
/// angles are degrees.
#[derive(Debug, Subcommand)]
pub enum Command {
    Pretrain(pretrain::Arguments),
    Adapt(adapt::Arguments),
    Predict(predict::Arguments),
    Compare(compare::Arguments),
}

impl Command {
    pub fn run(&self, common: &Common) -> Result<()> {
        match self {
            Self::Pretrain(arguments) => arguments.run(common),
            Self::Adapt(arguments) => arguments.run(common),
            Self::Predict(arguments) => arguments.run(common),
            Self::Compare(arguments) => arguments.run(common),
        }
    }
}

/// Shows how far training has come.
fn show_training(progress: &mut Progress, at: train::Progress) {
    progress.epoch(at.epoch, at.epochs, at.training_loss, at.validation_loss, 4);
}
