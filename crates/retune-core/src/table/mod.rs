//! Delimited tables: what series, histories and recordings of motion are read with.
//!
//! Each question is answered in one place: whether the bytes are text ([`read_text`], [`decode`]),
//! what separates the fields ([`Separator`]), where the rows stand ([`Records`]), whether the first
//! row holds names ([`Names`]), how numbers are written ([`NumberStyle`]), and what number a field is
//! or whether it is missing ([`number()`]). What the columns mean is up to those who read them.
//!
//! ```
//! use retune_core::table::{Names, Records, Separator, number};
//!
//! let text = "time;knee\n0;1.5\n\n1;?\n";
//! let separator = Separator::detect(text, &[Separator::Tab, Separator::Semicolon], Separator::Comma);
//! let mut rows = Records::new(text, separator);
//! let names: Names = rows.next().expect("a text with rows").iter().collect();
//! assert_eq!(names.find("knee"), Some(1));
//! let last = rows.last().expect("two more rows");
//! assert_eq!((last.line, last.get(0)), (4, "1"));
//! assert_eq!((number::<f32>(last.get(0)), number::<f32>(last.get(1))), (Ok(Some(1.0)), Ok(None)));
//! ```

mod counters;
mod detect;
mod fields;
mod header;
mod names;
mod number;
mod numbers;
mod place;
mod read_as;
mod records;
mod separator;
mod style;
mod text;

pub(crate) use counters::{are_consecutive, count_rows, is_index_name, whole_number};
pub(crate) use fields::Fields;
pub(crate) use header::FirstRow;
pub use names::Names;
pub(crate) use number::within_range;
pub use number::{Misfit, Real, is_missing, number, simple};
pub(crate) use numbers::Numbers;
pub use place::Place;
pub use read_as::ReadAs;
pub(crate) use records::{OverLines, check_memory, check_memory_of_series, ragged};
pub use records::{Records, Row};
pub use separator::Separator;
pub(crate) use style::is_word;
pub use style::{NumberStyle, StyleSearch, TwoWays, is_number};
pub(crate) use text::{
    LONGEST_LINE, decode_after, is_standard_input, open, read_bytes, read_to_end, shown, too_long,
    without_gz,
};
pub use text::{decode, read_text};
