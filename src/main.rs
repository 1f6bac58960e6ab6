//! The command line of Retune.
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod cli;

use std::process::ExitCode;

fn main() -> ExitCode {
    retune::kernel::keep_what_was_freed();
    cli::run()
}
