//! The tables of `docs/results.md`, as Markdown.
//!
//!     cargo run --release --example voice2series -- table FOLDER PRESET [SET[=EPOCHS] …]
//!     cargo run --release --example voice2series -- choose FOLDER [SET …]
//!
//! FOLDER holds one folder for each data set. `table` scores a preset on the official splits (17
//! sets unless some are named; `SET=EPOCHS` caps the epochs of one). `choose` compares settings by
//! cross-validation inside the training splits.

mod choose;
mod table;

fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1);
    match arguments.next().as_deref() {
        Some("table") => table::print(arguments),
        Some("choose") => choose::print(arguments),
        _ => anyhow::bail!("expected `table FOLDER PRESET` or `choose FOLDER`"),
    }
}
