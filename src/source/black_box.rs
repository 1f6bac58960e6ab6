//! Sources that only answer queries.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use burn::tensor::{Tensor, TensorData};
use serde::Serialize;

use super::{Input, SourceModel, SourceSpec, rows};
use crate::kernel::Kernels;
use crate::{Error, ErrorKind};

/// Inputs of a batch on the host.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum HostBatch {
    /// Audio, `[cases][samples]`, amplitude about ±1.
    Audio {
        /// The clips.
        inputs: Vec<Vec<f32>>,
    },
    /// Planes, `[cases][frames * filters]`, frame by frame.
    Plane {
        /// The planes.
        inputs: Vec<Vec<f32>>,
        /// The filters of a frame.
        filters: usize,
    },
}

impl HostBatch {
    /// What a transform made, read from the device.
    ///
    /// # Panics
    ///
    /// For windows of signals, which no black box takes.
    pub fn of<B: Kernels>(input: Input<B>) -> Self {
        match input {
            Input::Sum(audio, shared) => {
                Self::of(Input::Audio(audio + shared.audio.unsqueeze::<2>()))
            }
            Input::Audio(audio) => Self::Audio {
                inputs: rows(audio),
            },
            Input::Plane(plane) => {
                let [_, _, filters] = plane.dims();
                let inputs = rows(plane.flatten(1, 2));
                Self::Plane { inputs, filters }
            }
            Input::Window(_) => unreachable!("no black box takes windows"),
        }
    }

    /// How many cases there are.
    pub fn len(&self) -> usize {
        match self {
            Self::Audio { inputs } | Self::Plane { inputs, .. } => inputs.len(),
        }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// On a device, as a source takes it.
    fn on_device<B: Kernels>(&self, device: &B::Device) -> Input<B> {
        let (Self::Audio { inputs } | Self::Plane { inputs, .. }) = self;
        let (cases, width) = (inputs.len(), inputs.first().map_or(0, Vec::len));
        let data = TensorData::new(inputs.concat(), [cases, width]);
        let inputs = Tensor::<B, 2>::from_data(data, device);
        match self {
            Self::Audio { .. } => Input::Audio(inputs),
            Self::Plane { filters, .. } => {
                Input::Plane(inputs.reshape([cases, width / filters, *filters]))
            }
        }
    }
}

/// A model behind queries: each case that is asked about is one query.
pub trait BlackBox: Send + Sync {
    /// What it takes, and the labels that its probabilities are of.
    fn spec(&self) -> &SourceSpec;

    /// The probabilities of each case, `[cases][labels]`.
    ///
    /// # Errors
    ///
    /// When it gives no answer, or one of another shape; [`ErrorKind::BudgetSpent`] when fewer
    /// queries are left than there are cases.
    fn query(&self, batch: &HostBatch) -> Result<Vec<Vec<f32>>, Error>;
}

/// Any source of ours, of which only the probabilities are seen.
#[derive(Debug)]
pub struct Opaque<B: Kernels> {
    model: Arc<dyn SourceModel<B>>,
    device: B::Device,
}

impl<B: Kernels> Opaque<B> {
    /// Hides all of a model but its answers.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Labels`] for a source without labels.
    pub fn new(model: Arc<dyn SourceModel<B>>, device: &B::Device) -> Result<Self, Error> {
        if model.spec().labels.is_empty() {
            return Err(model.spec().no_labels());
        }
        Ok(Self {
            model,
            device: device.clone(),
        })
    }
}

impl<B: Kernels> BlackBox for Opaque<B> {
    fn spec(&self) -> &SourceSpec {
        self.model.spec()
    }

    fn query(&self, batch: &HostBatch) -> Result<Vec<Vec<f32>>, Error> {
        if batch.is_empty() {
            return Ok(Vec::new());
        }
        let outputs = self.model.forward(batch.on_device(&self.device), &[]);
        let found = outputs.probabilities();
        let found = found.expect("a source with labels was asked for when it was hidden");
        Ok(rows(found))
    }
}

/// A black box whose queries are counted, and end where a budget ends.
pub struct Counted<'a> {
    inner: &'a dyn BlackBox,
    budget: u64,
    used: AtomicU64,
}

impl<'a> Counted<'a> {
    /// Counts from 0; without a budget there is no end.
    pub fn new(inner: &'a dyn BlackBox, budget: Option<u64>) -> Self {
        Self {
            inner,
            budget: budget.unwrap_or(u64::MAX),
            used: AtomicU64::new(0),
        }
    }

    /// Queries made so far.
    pub fn used(&self) -> u64 {
        self.used.load(Ordering::Relaxed)
    }
}

impl BlackBox for Counted<'_> {
    fn spec(&self) -> &SourceSpec {
        self.inner.spec()
    }

    fn query(&self, batch: &HostBatch) -> Result<Vec<Vec<f32>>, Error> {
        let asked = batch.len() as u64;
        if asked > self.budget.saturating_sub(self.used()) {
            let message = format!("the budget of {} queries is spent", self.budget);
            return Err(Error::new(ErrorKind::BudgetSpent, message)
                .with_hint("give a larger budget")
                .with_setting("query_budget", ""));
        }
        self.used.fetch_add(asked, Ordering::Relaxed);
        self.inner.query(batch)
    }
}
