//! What a run needs to go on where it stopped.

use std::path::Path;

use burn::module::Module;
use burn::optim::Optimizer;
use burn::record::{BinBytesRecorder, FullPrecisionSettings, Record, Recorder};
use burn::tensor::backend::AutodiffBackend;
use serde::{Deserialize, Serialize};

use crate::source::attention_rnn::layers::Layers;
use crate::storage::write_whole;
use crate::{Error, ErrorKind};

/// The first bytes of a checkpoint.
const MAGIC: &[u8] = b"retune-checkpoint-1\n";

/// The readable part of a checkpoint.
#[derive(Debug, Serialize, Deserialize, PartialEq)]
struct Header {
    /// What the run is, in one line: settings, speech and teacher. A checkpoint belongs to one.
    run: String,
    /// Epochs done.
    epochs: usize,
    /// Bytes of the layers' record; the optimizer's follows.
    layers: usize,
    /// The norms' running statistics: mean and variance of both.
    statistics: [Vec<f32>; 4],
}

/// A run's state at the end of an epoch.
pub struct State<B: AutodiffBackend, O> {
    /// Epochs done.
    pub epochs: usize,
    /// The weights.
    pub layers: Layers<B>,
    /// The optimizer with its moments.
    pub optimizer: O,
    /// The norms' running statistics: mean and variance of both.
    pub statistics: [Vec<f32>; 4],
}

fn bytes<B: AutodiffBackend, R: Record<B>>(record: R) -> Result<Vec<u8>, String> {
    BinBytesRecorder::<FullPrecisionSettings>::default()
        .record(record, ())
        .map_err(|error| error.to_string())
}

fn record<B: AutodiffBackend, R: Record<B>>(bytes: &[u8], device: &B::Device) -> Result<R, String> {
    BinBytesRecorder::<FullPrecisionSettings>::default()
        .load(bytes.to_vec(), device)
        .map_err(|error| error.to_string())
}

/// A checkpoint that does not belong to this run.
fn no_checkpoint(path: &Path, reason: &str) -> Error {
    let message = format!("cannot resume from {}: {reason}", path.display());
    Error::new(ErrorKind::Mismatch, message)
        .with_hint("start anew without it, or give the settings of that run")
}

/// Writes the state whole or not at all.
pub fn save<B: AutodiffBackend, O: Optimizer<Layers<B>, B>>(
    path: &Path,
    run: &str,
    state: &State<B, O>,
) -> Result<(), Error> {
    let failed = |reason: String| no_checkpoint(path, &reason);
    let layers = bytes(state.layers.clone().into_record()).map_err(failed)?;
    let optimizer = bytes(state.optimizer.to_record()).map_err(failed)?;
    let header = Header {
        run: run.to_owned(),
        epochs: state.epochs,
        layers: layers.len(),
        statistics: state.statistics.clone(),
    };
    let mut file = MAGIC.to_vec();
    file.extend(serde_json::to_vec(&header).map_err(|error| failed(error.to_string()))?);
    file.push(b'\n');
    file.extend(layers);
    file.extend(optimizer);
    write_whole(path, &file).map_err(|error| Error::write(path, error))
}

/// Reads the state of the same run back.
pub fn load<B: AutodiffBackend, O: Optimizer<Layers<B>, B>>(
    path: &Path,
    run: &str,
    fresh: State<B, O>,
    device: &B::Device,
) -> Result<State<B, O>, Error> {
    let failed = |reason: &str| no_checkpoint(path, reason);
    let file = std::fs::read(path).map_err(|error| Error::read(path, error))?;
    let body = file
        .strip_prefix(MAGIC)
        .ok_or_else(|| failed("it is no checkpoint, or one of another version"))?;
    let end = body.iter().position(|byte| *byte == b'\n');
    let end = end.ok_or_else(|| failed("it is cut short"))?;
    let header: Header =
        serde_json::from_slice(&body[..end]).map_err(|_| failed("its header is damaged"))?;
    if header.run != run {
        return Err(failed("it was made with other settings, speech or teacher"));
    }
    let records = &body[end + 1..];
    if records.len() < header.layers {
        return Err(failed("it is cut short"));
    }
    let (layers, optimizer) = records.split_at(header.layers);
    let layers = record(layers, device).map_err(|reason| failed(&reason))?;
    let optimizer = record(optimizer, device).map_err(|reason| failed(&reason))?;
    Ok(State {
        epochs: header.epochs,
        layers: fresh.layers.load_record(layers),
        optimizer: fresh.optimizer.load_record(optimizer),
        statistics: header.statistics,
    })
}
