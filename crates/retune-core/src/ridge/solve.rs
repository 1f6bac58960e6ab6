//! What answers for a penalty.

use faer::Mat;

use crate::Error;

/// Rows and targets that can be fitted with one penalty after the other.
pub(super) trait Solve: Sync {
    /// What a penalty comes to.
    fn solve(&self, penalty: f64) -> Result<Solved, Error>;

    /// Whether every penalty costs a decomposition of its own.
    fn each_costs(&self) -> bool;

    /// The weights of the kept features when standardised, `[kept, targets]`.
    fn weights(&self, solved: Solved) -> Mat<f64>;
}

/// What a penalty comes to.
pub(super) struct Solved {
    /// The centred scores that each row would get had the fit not seen it, `[rows, targets]`.
    pub(super) left_out: Mat<f64>,
    /// What the weights follow from.
    pub(super) solution: Mat<f64>,
}
