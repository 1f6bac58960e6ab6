//! What needs no tensor library: these are tests of `retune-core`, which builds in seconds.
#![allow(clippy::unwrap_used, reason = "a test that panics fails")]

mod catalogue;
mod hostile;
mod series_arrays;
mod series_columns;
mod series_drawn;
mod series_errors;
mod series_formats;
mod series_kinds;
mod series_pairs;
