//! Ridge regression of one or many targets.
//!
//! Minimises `‖targets − intercept − standardised(features) · weights‖² + Σ penalty_j ‖weights_j‖²`
//! (Hoerl and Kennard, *Ridge regression: biased estimation for nonorthogonal problems*,
//! Technometrics 12, 1970). The intercept is not penalised. Features are standardised by their means
//! and deviations over the rows that are fitted on; one that is constant there gets weight 0. What
//! a fit leaves is a [`LinearModel`]. Penalties are chosen in one of two ways:
//!
//! - [`Ridge`] leaves out one row at a time, in closed form. All rows are in memory and all features
//!   share a penalty. One eigendecomposition of the smaller Gram matrix, rows by rows or features by
//!   features, answers for every penalty; of many rows and features, Cholesky decompositions of it answer for
//!   a few.
//! - [`choose`] goes by validation rows. [`Sums`] sees each row once, weighted, and keeps sums of
//!   products alone, so that there may be more rows than memory holds. Their [`Moments`] give the
//!   weights for a penalty of each [`Block`] of features, by a Cholesky decomposition of the products,
//!   or of a matrix of the rows where they are fewer than the features, and the squared error that any model has on those rows.
//!
//! The same rows give the same bits, however they are cut into batches and on any number of
//! threads: what runs at the same time is cut into fixed parts, and each part runs on one thread.

mod eigen;
mod factors;
mod few_rows;
mod gram;
mod leave_one_out;
mod model;
mod moments;
mod penalty;
mod rows;
mod solve;
mod sums;
mod validation;

pub use leave_one_out::{Criterion, Ridge, RidgeFit, rows_of, squared_error};
pub use model::LinearModel;
pub use moments::Moments;
pub use penalty::{Block, log_spaced, penalty_grid};
pub use sums::Sums;
pub use validation::{Chosen, choose};

#[cfg(test)]
mod tests;
