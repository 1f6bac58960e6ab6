//! Training a network of motion, and a module before the frozen one.

mod adapt;
mod correction;
mod network;
mod train;

pub use adapt::{AdaptLoss, AdaptSettings, adapt};
#[cfg(test)]
pub(crate) use adapt::{Batch, loss};
pub use correction::Correction;
pub use network::{PretrainSettings, Pretrained, fine_tune, from_scratch, pretrain};
pub use train::TrainSettings;
