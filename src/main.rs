//! The command line of Retune.

mod cli;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::run()
}
