//! Ridge regression of many targets on more rows than memory holds, with a penalty for each block
//! of features.
//!
//! Minimises `‖targets − intercept − standardised(features) · weights‖² + Σ penalty_j ‖weights_j‖²`
//! over all rows (Hoerl and Kennard, *Ridge regression: biased estimation for nonorthogonal
//! problems*, Technometrics 12, 1970). Features are standardised by their means and deviations over
//! the rows that are fitted on; a feature that is constant there gets weight 0.
//!
//! [`GramSums`] sees each row once and keeps sums of products alone. Their [`Moments`] give the
//! weights for any penalties, and the squared error that any weights have on those rows, without
//! the rows themselves.
//!
//! The same rows give the same bits, however they are cut into batches and on any number of
//! threads.

mod choose;
mod error;
mod moments;
mod readout;
mod solve;
mod sums;

pub use choose::{Chosen, Tried, choose, penalty_grid};
pub use error::ReadoutError;
pub use moments::Moments;
pub use readout::LinearReadout;
pub use solve::Block;
pub use sums::GramSums;

#[cfg(test)]
mod tests;
