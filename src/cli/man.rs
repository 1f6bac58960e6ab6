//! `retune man`: manual pages.

use clap::CommandFactory;
use clap_mangen::Man;

use super::Cli;
use super::prelude::*;

/// Print a manual page, for `man -l -`
#[derive(Debug, Args)]
pub struct Arguments {
    /// The command whose page to print, such as `source import`; that of retune itself without
    command: Vec<String>,
}

impl Arguments {
    pub fn run(&self) -> Result<()> {
        let mut root = Cli::command();
        root.build();
        let mut command = &root;
        for name in &self.command {
            command = command.find_subcommand(name).ok_or_else(|| {
                let message = format!("there is no command `{}`", self.command.join(" "));
                problem(message, "`retune --help` lists the commands")
            })?;
        }
        let mut page = Vec::new();
        Man::new(command.clone())
            .source(concat!("retune ", env!("CARGO_PKG_VERSION")))
            .render(&mut page)?;
        output::print(&String::from_utf8(page)?)
    }
}
