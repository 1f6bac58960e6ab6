//! Convolutions and max-pools, for frozen convolutional networks.
//!
//! Planes are `[batch, time, frequency, channels]` with the channels side by side: vectors run
//! over channels and so are full however short the time is, the inputs that a row of a kernel
//! touches lie in one piece, and a sample's values depend on no other sample. Every output is one
//! sum in a fixed order, and work is split into fixed parts: the bits are the same on any number
//! of threads and in any company.

mod convolution;
mod network;
mod pool;
#[cfg(test)]
mod tests;

pub(crate) use network::Network;
