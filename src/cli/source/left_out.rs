//! What a build without the feature `import` says in place of `source import` and `source pretrain`.

use anyhow::Result;
use clap::Args;

use crate::cli::args::Common;
use crate::cli::problem::Problem;

fn left_out(command: &str) -> anyhow::Error {
    Problem::new(format!("`retune source {command}` is not compiled in"))
        .with_hint("build with `cargo build --release --features import`")
        .into()
}

/// `retune source import`.
pub mod import {
    use super::*;

    /// Make a source of the weights that Keras saved (needs a build with the feature import)
    #[derive(Debug, Args)]
    pub struct Arguments {
        #[arg(hide = true, trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    }

    impl Arguments {
        /// Says what is missing.
        pub fn run(&self, _: &Common) -> Result<()> {
            Err(left_out("import"))
        }
    }
}

/// `retune source pretrain`.
pub mod pretrain {
    use super::*;

    /// Train a source on recorded words (needs a build with the feature import)
    #[derive(Debug, Args)]
    pub struct Arguments {
        #[arg(hide = true, trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    }

    impl Arguments {
        /// Says what is missing.
        pub fn run(&self, _: &Common) -> Result<()> {
            Err(left_out("pretrain"))
        }
    }
}
