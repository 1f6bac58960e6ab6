//! `retune source`: the frozen models.

#[cfg(feature = "import")]
mod import;
#[cfg(feature = "import")]
mod pretrain;
mod shelf;
mod test;

use super::prelude::*;

/// List, show, import, train and test source models
#[derive(Debug, Subcommand)]
pub enum Command {
    /// List the sources that are compiled in
    List,
    Show(shelf::ShowArguments),
    #[cfg(feature = "import")]
    Import(import::Arguments),
    #[cfg(feature = "import")]
    Pretrain(pretrain::Arguments),
    /// Make a source of the weights that Keras saved (needs a build with the feature import)
    #[cfg(not(feature = "import"))]
    Import(LeftOut),
    /// Train a source on recorded words (needs a build with the feature import)
    #[cfg(not(feature = "import"))]
    Pretrain(LeftOut),
    Test(test::Arguments),
}

/// Whatever a command that is not compiled in is given.
#[cfg(not(feature = "import"))]
#[derive(Debug, Args)]
pub struct LeftOut {
    #[arg(hide = true, trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<String>,
}

impl Command {
    pub fn run(&self, common: &Common) -> Result<()> {
        #[cfg(not(feature = "import"))]
        let left_out = |command| {
            let message = format!("`retune source {command}` is not compiled in");
            let hint = "build with `cargo build --release --features import`";
            Err(problem(message, hint).into())
        };
        match self {
            Self::List => shelf::list(common),
            Self::Show(arguments) => arguments.run(common),
            #[cfg(feature = "import")]
            Self::Import(arguments) => arguments.run(common),
            #[cfg(feature = "import")]
            Self::Pretrain(arguments) => arguments.run(common),
            #[cfg(not(feature = "import"))]
            Self::Import(_) => left_out("import"),
            #[cfg(not(feature = "import"))]
            Self::Pretrain(_) => left_out("pretrain"),
            Self::Test(arguments) => arguments.run(common),
        }
    }
}
