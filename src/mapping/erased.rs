//! Any output mapping, as a program stores it.

use std::any::Any;
use std::fmt::{self, Debug};
use std::marker::PhantomData;
use std::sync::Arc;

use burn::tensor::Tensor;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use super::{LabelMapping, OutputMapping, Readout, damaged, each_mapping};
use crate::Error;
use crate::kernel::Kernels;
use crate::parameters::{Numbers, Parameters, misfit};
use crate::registry::{self, Entry, for_each_backend};
use crate::source::{Outputs, SourceSpec};

/// What [`OutputMapping`] has without a backend, for any type.
trait Erased: Debug + Send + Sync {
    fn kind(&self) -> &'static str;
    fn name(&self) -> &'static str;
    fn check(&self, source: &SourceSpec, classes: usize) -> Result<(), Error>;
    fn reads(&self, source: &SourceSpec) -> Vec<usize>;
    fn initial(&self, source: &SourceSpec, classes: usize) -> Numbers;
    fn settings(&self) -> Value;
    fn equals(&self, other: &dyn Any) -> bool;
    fn as_any(&self) -> &dyn Any;
}

impl<M: OutputMapping> Erased for M {
    fn kind(&self) -> &'static str {
        M::KIND
    }

    fn name(&self) -> &'static str {
        self.name()
    }

    fn check(&self, source: &SourceSpec, classes: usize) -> Result<(), Error> {
        self.check(source, classes)
    }

    fn reads(&self, source: &SourceSpec) -> Vec<usize> {
        self.reads(source)
    }

    fn initial(&self, source: &SourceSpec, classes: usize) -> Numbers {
        self.initial(source, classes)
    }

    fn settings(&self) -> Value {
        serde_json::to_value(self).expect("a mapping is plain numbers and names")
    }

    fn equals(&self, other: &dyn Any) -> bool {
        other.downcast_ref() == Some(self)
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// How a kind is read back.
#[derive(Clone)]
struct OnHost(fn(Value) -> Result<Mapping, serde_json::Error>);

/// How a kind runs on a backend.
#[allow(clippy::type_complexity, reason = "a name for it would say less")]
#[derive(Clone)]
struct OnDevice<B: Kernels> {
    scores: fn(&dyn Any, &SourceSpec, &Outputs<B>, &Parameters<B>) -> Tensor<B, 2>,
    log_probabilities: fn(&dyn Any, Tensor<B, 2>) -> Tensor<B, 2>,
}

/// A mapping of the type that its kind names.
fn of_kind<M: OutputMapping>(mapping: &dyn Any) -> &M {
    let mapping = mapping.downcast_ref();
    mapping.expect("a kind is registered with the one type that has it")
}

struct HostTable;
struct DeviceTable<B>(PhantomData<B>);

impl HostTable {
    fn of<M: OutputMapping>(&self) -> (&'static str, OnHost) {
        let parse = |settings| registry::parse::<M>(settings).map(Mapping::new);
        (M::KIND, OnHost(parse))
    }
}

impl<B: Kernels> DeviceTable<B> {
    fn of<M: OutputMapping>(&self) -> (&'static str, OnDevice<B>) {
        let entry = OnDevice {
            scores: |mapping, source, outputs, numbers| {
                of_kind::<M>(mapping).scores(source, outputs, numbers)
            },
            log_probabilities: |mapping, scores| of_kind::<M>(mapping).log_probabilities(scores),
        };
        (M::KIND, entry)
    }
}

impl Entry for OnHost {
    fn own() -> Vec<(&'static str, Self)> {
        each_mapping!(HostTable)
    }
}

impl<B: Kernels> Entry for OnDevice<B> {
    fn own() -> Vec<(&'static str, Self)> {
        each_mapping!(DeviceTable(PhantomData))
    }
}

/// Makes a kind of mapping known on the backends that are compiled in.
pub fn register<M: OutputMapping>() {
    let (kind, entry) = HostTable.of::<M>();
    registry::add(kind, entry);
    for_each_backend!(B => {
        let (kind, entry) = DeviceTable::<B>(PhantomData).of::<M>();
        registry::add(kind, entry);
    });
}

/// Any output mapping.
#[derive(Clone)]
pub struct Mapping(Arc<dyn Erased>);

impl Mapping {
    /// A mapping of a kind that is known: one of this crate, or one that was [registered](register).
    pub fn new(mapping: impl OutputMapping) -> Self {
        Self(Arc::new(mapping))
    }

    /// The mapping, if it is one of this type.
    pub fn downcast<M: OutputMapping>(&self) -> Option<&M> {
        self.0.as_any().downcast_ref()
    }

    /// See [`OutputMapping::name`].
    pub fn name(&self) -> &'static str {
        self.0.name()
    }

    /// See [`OutputMapping::check`].
    ///
    /// # Errors
    ///
    /// See [`OutputMapping::check`].
    pub fn check(&self, source: &SourceSpec, classes: usize) -> Result<(), Error> {
        self.0.check(source, classes)
    }

    /// See [`OutputMapping::reads`].
    pub fn reads(&self, source: &SourceSpec) -> Vec<usize> {
        self.0.reads(source)
    }

    /// See [`OutputMapping::initial`].
    pub fn initial(&self, source: &SourceSpec, classes: usize) -> Numbers {
        self.0.initial(source, classes)
    }

    /// Puts its numbers on a device.
    ///
    /// # Errors
    ///
    /// When they are not those that the mapping begins with; and as [`OutputMapping::check`].
    pub fn on_device<B: Kernels>(
        &self,
        source: &SourceSpec,
        classes: usize,
        numbers: &Numbers,
        device: &B::Device,
    ) -> Result<Parameters<B>, Error> {
        self.check(source, classes)?;
        match misfit(numbers, &self.initial(source, classes)) {
            Some(reason) => Err(damaged(reason)),
            None => Ok(Parameters::new(numbers, device)),
        }
    }

    /// See [`OutputMapping::scores`].
    pub fn scores<B: Kernels>(
        &self,
        source: &SourceSpec,
        outputs: &Outputs<B>,
        numbers: &Parameters<B>,
    ) -> Tensor<B, 2> {
        (self.device_part::<B>().scores)(self.0.as_any(), source, outputs, numbers)
    }

    /// See [`OutputMapping::log_probabilities`].
    pub fn log_probabilities<B: Kernels>(&self, scores: Tensor<B, 2>) -> Tensor<B, 2> {
        (self.device_part::<B>().log_probabilities)(self.0.as_any(), scores)
    }

    fn device_part<B: Kernels>(&self) -> OnDevice<B> {
        let part = registry::find(self.0.kind());
        part.expect("a kind is registered on every backend that is compiled in")
    }
}

impl Debug for Mapping {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

impl PartialEq for Mapping {
    fn eq(&self, other: &Self) -> bool {
        self.0.equals(other.0.as_any())
    }
}

impl Serialize for Mapping {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let settings = registry::tagged(self.0.kind(), self.0.settings());
        settings.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Mapping {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let settings = Value::deserialize(deserializer)?;
        let (kind, settings) = registry::untagged(settings)
            .map_err(|reason| D::Error::custom(format!("a mapping: {reason}")))?;
        let OnHost(parse) = registry::find(&kind)
            .ok_or_else(|| D::Error::custom(format!("there is no mapping of kind {kind:?}")))?;
        parse(settings).map_err(D::Error::custom)
    }
}
