//! `retune data`: the data sets of the UCR archive.

use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::{Args, Subcommand};
use retune::series::{
    CatalogueEntry, DEFAULT_BASE_URL, Progress as Received, catalogue, download, find_cached,
    look_up,
};
use serde::Serialize;

use super::common::Common;
use super::output;
use super::progress::Progress;
use super::text::{self, Column};

/// List, show and fetch the data sets of the UCR archive
#[derive(Debug, Subcommand)]
pub enum Command {
    /// List the 128 univariate data sets of the archive
    List,
    /// Show one data set of the archive
    Show(ShowArguments),
    /// Download data sets, for `retune classify NAME`
    ///
    /// They go to $RETUNE_HOME/datasets, or without RETUNE_HOME to a folder of the user's cache. A
    /// data set that is there already is fetched again.
    Get(GetArguments),
}

/// The data set to show.
#[derive(Debug, Args)]
pub struct ShowArguments {
    /// The name, in upper or lower case
    name: String,
}

/// The data sets to fetch.
#[derive(Debug, Args)]
pub struct GetArguments {
    /// The names, in upper or lower case
    #[arg(required = true, value_name = "NAME")]
    names: Vec<String>,
    /// The address below which NAME.zip lies
    #[arg(long, value_name = "URL", default_value = DEFAULT_BASE_URL)]
    from: String,
}

/// A data set of the archive.
#[derive(Debug, Serialize)]
struct Entry {
    name: &'static str,
    r#type: &'static str,
    train: usize,
    test: usize,
    /// Nothing where it varies.
    length: Option<usize>,
    classes: usize,
    /// Where it is, once it was downloaded.
    folder: Option<PathBuf>,
}

impl Entry {
    fn of(entry: &CatalogueEntry) -> Self {
        Self {
            name: entry.name,
            r#type: entry.kind,
            train: entry.train,
            test: entry.test,
            length: (entry.length > 0).then_some(entry.length),
            classes: entry.classes,
            // Without a cache folder nothing is downloaded.
            folder: find_cached(entry.name).ok().flatten(),
        }
    }

    fn length(&self) -> String {
        match self.length {
            Some(length) => length.to_string(),
            None => "varies".to_owned(),
        }
    }
}

/// A data set that was fetched.
#[derive(Debug, Serialize)]
struct Fetched {
    name: &'static str,
    folder: PathBuf,
    /// The sha256 of the zip file.
    sha256: Option<String>,
}

impl Command {
    /// Does what is asked for.
    pub fn run(&self, common: &Common) -> Result<()> {
        match self {
            Self::List => list(common),
            Self::Show(arguments) => arguments.run(common),
            Self::Get(arguments) => arguments.run(common),
        }
    }
}

fn list(common: &Common) -> Result<()> {
    let entries: Vec<Entry> = catalogue().iter().map(Entry::of).collect();
    output::show(common, &entries, |entries| {
        let head = ["name", "type", "train", "test", "length", "classes", ""];
        let rows = entries.iter().map(|entry| {
            let downloaded = entry.folder.as_ref().map_or("", |_| "downloaded");
            [
                entry.name.to_owned(),
                entry.r#type.to_owned(),
                entry.train.to_string(),
                entry.test.to_string(),
                entry.length(),
                entry.classes.to_string(),
                downloaded.to_owned(),
            ]
        });
        let [left, right] = [Column::Left, Column::Right];
        let columns = [left, left, right, right, right, right, left];
        let head = std::iter::once(head.map(str::to_owned));
        text::table(&columns, head.chain(rows))
    })
}

impl ShowArguments {
    fn run(&self, common: &Common) -> Result<()> {
        let entry = Entry::of(look_up(&self.name)?);
        output::show(common, &entry, |entry| {
            let folder = match &entry.folder {
                Some(folder) => folder.display().to_string(),
                None => format!("not downloaded: `retune data get {}`", entry.name),
            };
            text::properties([
                ("name", entry.name.to_owned()),
                ("type", entry.r#type.to_owned()),
                ("training series", entry.train.to_string()),
                ("test series", entry.test.to_string()),
                ("length", entry.length()),
                ("classes", entry.classes.to_string()),
                ("folder", folder),
            ])
        })
    }
}

impl GetArguments {
    fn run(&self, common: &Common) -> Result<()> {
        let mut entries = Vec::new();
        for name in &self.names {
            let entry = look_up(name)?;
            if !entries.contains(&entry) {
                entries.push(entry);
            }
        }
        let mut fetched = Vec::new();
        for entry in entries {
            let mut progress = Progress::new(common, entry.name);
            let mut show = |received: Received| {
                let total = received.total.unwrap_or(0);
                progress.at(received.received, total, &megabytes(received));
            };
            let folder = download(entry.name, &self.from, &mut show)?;
            drop(progress);
            fetched.push(Fetched {
                name: entry.name,
                sha256: recorded_hash(&folder),
                folder,
            });
        }
        output::show(common, &fetched, |fetched| {
            let row = |one: &Fetched| [one.name.to_owned(), one.folder.display().to_string()];
            text::table(&[Column::Left, Column::Left], fetched.iter().map(row))
        })
    }
}

/// `1.2 of 3.4 MB`.
fn megabytes(received: Received) -> String {
    let megabytes = |bytes: u64| bytes as f64 / 1e6;
    match received.total {
        Some(total) => format!(
            "{:.1} of {:.1} MB",
            megabytes(received.received),
            megabytes(total)
        ),
        None => format!("{:.1} MB", megabytes(received.received)),
    }
}

/// The hash that the download left in `source.json`.
fn recorded_hash(folder: &Path) -> Option<String> {
    let text = retune::table::read_text(&folder.join("source.json")).ok()?;
    let source: serde_json::Value = serde_json::from_str(&text).ok()?;
    Some(source.get("sha256")?.as_str()?.to_owned())
}
