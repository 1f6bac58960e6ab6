//! The channels of a series: as many in every row, all of one length.

use super::{Line, RawRow};
use crate::Error;

/// The channels of one row, one after the other.
#[derive(Debug, Default)]
pub(super) struct Channels {
    values: Vec<f64>,
    /// How many there are.
    count: usize,
    /// The length of each.
    length: usize,
}

impl Channels {
    /// None yet, with room for as many values as another row has.
    pub fn like(row: Option<&RawRow>) -> Self {
        Self {
            values: Vec::with_capacity(row.map_or(0, |row| row.values.len())),
            ..Self::default()
        }
    }

    /// Adds a value to the channel that is being read.
    pub fn push(&mut self, value: f64) {
        self.values.push(value);
    }

    /// How many values there are in all channels so far.
    pub fn values(&self) -> usize {
        self.values.len()
    }

    /// How many channels are ended.
    pub fn count(&self) -> usize {
        self.count
    }

    /// Ends a channel, which must be as long as those before it.
    pub fn end(&mut self, line: Line<'_>) -> Result<(), Error> {
        let length = self.values.len() - self.count * self.length;
        if self.count > 0 && length != self.length {
            return Err(line.malformed(format!(
                "channel {} has {length} values, channel 1 has {}; \
                 expected channels of one length",
                self.count + 1,
                self.length
            )));
        }
        self.length = length;
        self.count += 1;
        Ok(())
    }

    /// The values, where there are as many channels as `expected`, which the first row decides.
    pub fn finish(self, line: Line<'_>, expected: &mut Option<usize>) -> Result<Vec<f64>, Error> {
        match *expected.get_or_insert(self.count) {
            expected if expected == self.count => Ok(self.values),
            expected => Err(line.malformed(format!(
                "the series has {} channels; expected {expected}",
                self.count
            ))),
        }
    }
}
