//! What every command takes.

use anyhow::{Result, ensure};
use clap::Args;

use super::problem::problem;

/// What every command takes.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Everywhere")]
pub struct Common {
    /// Print the result as JSON
    #[arg(long, global = true)]
    pub json: bool,
    /// No progress and no notes on stderr, only errors
    #[arg(long, short, global = true)]
    pub quiet: bool,
    /// The seed of everything random
    #[arg(long, global = true, value_name = "N", default_value_t = 0)]
    pub seed: u64,
}

impl Common {
    /// Refuses a seed where a command counts them.
    pub fn refuse_seed(&self) -> Result<()> {
        let message = "--seed is for one fit, and this command has several, of the seeds from 0";
        ensure!(self.seed == 0, problem(message, "say how many: --seeds N"));
        Ok(())
    }
}
