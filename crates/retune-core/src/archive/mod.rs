//! Whole archives of data sets: running them, and statistics and a report of what came out.
//!
//! [`run`] does one [`Job`] for each data set, preset and seed and leaves one file for each, so that
//! it can be killed, resumed and spread over machines. [`merge`] reads such folders to one
//! [`Results`], whose table is the same bytes whatever the order. [`Comparison`] sets it beside
//! published accuracies, and [`report`] makes a page of that.

mod accuracies;
mod compare;
mod jobs;
mod merge;
mod predictions;
mod published;
mod report;
mod result;
mod sets;
mod wilcoxon;

pub use accuracies::Accuracies;
pub use compare::{Comparison, Pair, SIGNIFICANT, Standing};
pub use jobs::{Failure, RunProgress, RunSummary, Shard, jobs, run};
pub use merge::{Results, merge};
pub use predictions::Predictions;
pub use published::read_published;
pub use report::report;
pub use result::{Identity, Job, JobResult, Outcome, Scores, Seconds};
pub use sets::{sets, wanted_sets};
pub use wilcoxon::{Wilcoxon, holm, wilcoxon};

#[cfg(test)]
mod tests;
