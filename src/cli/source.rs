//! `retune source`: the frozen models.

#[cfg(feature = "import")]
mod import;
#[cfg(not(feature = "import"))]
mod left_out;
#[cfg(feature = "import")]
mod pretrain;
mod shelf;
mod test;

use anyhow::Result;
use clap::Subcommand;

use super::args::Common;
#[cfg(not(feature = "import"))]
use left_out::{import, pretrain};

/// List, show, import, train and test source models
#[derive(Debug, Subcommand)]
pub enum Command {
    /// List the sources that are compiled in
    List,
    Show(shelf::ShowArguments),
    Import(import::Arguments),
    Pretrain(pretrain::Arguments),
    Test(test::Arguments),
}

impl Command {
    /// Does what is asked for.
    pub fn run(&self, common: &Common) -> Result<()> {
        match self {
            Self::List => shelf::list(common),
            Self::Show(arguments) => arguments.run(common),
            Self::Import(arguments) => arguments.run(common),
            Self::Pretrain(arguments) => arguments.run(common),
            Self::Test(arguments) => arguments.run(common),
        }
    }
}
