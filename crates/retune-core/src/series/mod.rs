//! What comes in: time series, with or without labels, from the files people have.
//!
//! [`Dataset::read`] takes a folder with a training and a test file, [`Split::read`] one file.
//! The format follows from the file extension, or from [`ReadOptions::format`]:
//!
//! | extension | format | label |
//! |---|---|---|
//! | `.ts` | aeon and sktime, with `@` headers | after the colon |
//! | `.tsv` | UCR archive 2018, tab separated | [`LabelColumn`] |
//! | `.txt` or none | UCR archive 2015, white space or commas | [`LabelColumn`] |
//! | `.arff` | Weka | the nominal attribute |
//! | `.csv` | plain, with or without a header | [`LabelColumn`] |
//! | `.npz` | arrays of numpy: `X` of `[cases, time]` or `[cases, channels, time]` | `y` |
//! | `.npy` | one such array | none |
//!
//! Any file may be packed by gzip, with `.gz` after its extension. The path `-` is standard input,
//! which is `.csv` unless it begins as another format does.
//!
//! - `.ts` with time stamps, `(stamp,value)`: the stamps are left out.
//! - `.ts` and relational `.arff` with several channels: [`Split::channels`]; what trains and
//!   predicts refuses more than one so far.
//! - Sparse rows of `.arff`: what they do not name is 0, or the first of the declared classes.
//! - A label `?` of `.ts` and `.arff` is none, where a file is read to be predicted.
//!
//! What a reader had to decide is said in [`Split::read_as`]; where two readings are plausible it is an
//! error that names the setting of [`ReadOptions`] that tells which. Labels that are whole numbers are
//! one class however they are written (`1`, `1.0`); others stay the text in the file. Every error names the file, the line and the field (all counted from 1), and
//! [`Error::hint`](crate::Error::hint) says what to do about it.
//!
//! ```
//! use retune_core::series::{Classes, Dataset, ReadOptions};
//!
//! # fn main() -> Result<(), retune_core::Error> {
//! let gun_point = Dataset::read("../../data/GunPoint".as_ref(), &ReadOptions::default())?;
//! let classes = Classes::from_training(&gun_point.train.labels)?;
//! assert_eq!((gun_point.train.len(), gun_point.test.len(), classes.len()), (50, 150, 2));
//! # Ok(())
//! # }
//! ```

mod assemble;
mod cache;
mod catalogue;
mod classes;
mod column_order;
mod dataset;
#[cfg(feature = "net")]
mod download;
mod format;
#[cfg(feature = "net")]
mod lock;
mod options;
mod parts;
mod read;
mod resample;
mod scaling;
mod split;
#[cfg(feature = "net")]
mod temporary;
#[cfg(feature = "net")]
mod unpack;

pub use assemble::LONGEST_SERIES;
pub use cache::{cache_folder, find_cached, find_cached_in};
pub use catalogue::{CatalogueEntry, catalogue, closest, find, look_up};
pub use classes::Classes;
pub use column_order::ColumnOrder;
pub use dataset::Dataset;
pub(crate) use dataset::is_of_data;
#[cfg(feature = "net")]
pub use download::{DEFAULT_BASE_URL, Progress, download, download_into};
pub use format::Format;
pub use options::{LabelColumn, LongColumns, Missing, ReadOptions, Unequal};
pub use parts::SplitParts;
pub(crate) use resample::fill_gaps;
pub use resample::resample_linear;
pub use scaling::{Level, Scaling, z_normalise};
pub use split::Split;
#[cfg(all(fuzzing, feature = "net"))]
pub use unpack::unpack;

pub use crate::table::Place;
