//! Any output mapping, as a program stores it.

use std::any::Any;
use std::sync::Arc;

use burn::tensor::Tensor;
use serde_json::Value;

use super::{OutputMapping, damaged, each_mapping};
use crate::kernel::Kernels;
use crate::parameters::{Numbers, Parameters, misfit};
use crate::registry::{self, Entry, Held, add_on_each_backend, as_what_it_holds, of_kind};
use crate::source::{Outputs, SourceSpec};
use crate::{Error, ErrorKind};

/// What [`OutputMapping`] has without a backend, for any type.
trait Erased: Held {
    fn kind(&self) -> &'static str;
    fn name(&self) -> &'static str;
    fn check(&self, source: &SourceSpec, classes: usize) -> Result<(), Error>;
    fn reads(&self, source: &SourceSpec) -> Vec<usize>;
    fn initial(&self, source: &SourceSpec, classes: usize) -> Numbers;
    fn count(&self, source: &SourceSpec, classes: usize) -> usize;
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

    fn count(&self, source: &SourceSpec, classes: usize) -> usize {
        self.count(source, classes)
    }
}

/// How a kind is read back.
#[derive(Clone)]
struct OnHost {
    parse: fn(Value) -> Result<Mapping, serde_json::Error>,
    trained: fn(usize) -> Vec<(&'static str, Mapping)>,
}

/// How a kind runs on a backend.
#[allow(clippy::type_complexity, reason = "a name for it would say less")]
#[derive(Clone)]
struct OnDevice<B: Kernels> {
    scores: fn(&dyn Any, &SourceSpec, &Outputs<B>, &Parameters<B>) -> Tensor<B, 2>,
    log_probabilities: fn(&dyn Any, Tensor<B, 2>) -> Tensor<B, 2>,
}

impl OnHost {
    fn of<M: OutputMapping>() -> (&'static str, Self) {
        let parse = |settings| registry::parse::<M>(settings).map(Mapping::new);
        let trained = |classes| {
            let mappings = M::trained(classes).into_iter();
            mappings
                .map(|(name, one)| (name, Mapping::new(one)))
                .collect()
        };
        (M::KIND, Self { parse, trained })
    }
}

impl<B: Kernels> OnDevice<B> {
    fn of<M: OutputMapping>() -> (&'static str, Self) {
        let entry = Self {
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
        each_mapping!(Self)
    }
}

impl<B: Kernels> Entry for OnDevice<B> {
    fn own() -> Vec<(&'static str, Self)> {
        each_mapping!(Self)
    }
}

/// Makes a kind of mapping known on the backends that are compiled in.
pub fn register<M: OutputMapping>() {
    registry::add(OnHost::of::<M>());
    add_on_each_backend!(OnDevice, M);
}

/// The mappings that are trained by gradient together with a transform, by name.
fn all_trained(classes: usize) -> impl Iterator<Item = (&'static str, Mapping)> {
    let kinds = registry::all::<OnHost>().into_iter();
    kinds.flat_map(move |(_, kind)| (kind.trained)(classes))
}

/// The names of the mappings that are trained by gradient together with a transform.
pub fn trained_names() -> Vec<&'static str> {
    all_trained(2).map(|(name, _)| name).collect()
}

/// The one of that name, for so many classes.
///
/// # Errors
///
/// [`ErrorKind::UnknownName`] where no kind that is known has such a one.
pub fn trained(name: &str, classes: usize) -> Result<Mapping, Error> {
    let found = all_trained(classes).find(|(of, _)| *of == name);
    found.map(|(_, mapping)| mapping).ok_or_else(|| {
        let known = trained_names().join(" or ");
        let message = format!("there is no mapping {name:?} to be trained, expected {known}");
        Error::new(ErrorKind::UnknownName, message)
    })
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
        let held: &dyn Any = &*self.0;
        held.downcast_ref()
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
        let found: usize = numbers.values().map(|one| one.values.len()).sum();
        let expected = self.0.count(source, classes);
        if found < expected {
            let reason = format!("it has {found} numbers, expected {expected}");
            return Err(damaged(reason));
        }
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
        (self.device_part::<B>().scores)(&*self.0, source, outputs, numbers)
    }

    /// See [`OutputMapping::log_probabilities`].
    pub fn log_probabilities<B: Kernels>(&self, scores: Tensor<B, 2>) -> Tensor<B, 2> {
        (self.device_part::<B>().log_probabilities)(&*self.0, scores)
    }

    fn device_part<B: Kernels>(&self) -> OnDevice<B> {
        let part = registry::find(self.0.kind());
        part.expect("a kind is registered on every backend that is compiled in")
    }
}

as_what_it_holds!(Mapping, OnHost, "mapping");

#[cfg(all(test, feature = "cpu"))]
mod tests {
    use super::*;
    use crate::kernel::Cpu;
    use crate::mapping::{Linear, Pooling, Readout};
    use crate::source::{SourceWeights, TapSet};

    /// What is counted is what is made, and a program that promises more has it refused before.
    #[test]
    fn numbers_that_are_promised_are_counted_before_they_are_made() {
        let source = SourceWeights::find("attrnn-gsc35").unwrap();
        let source = source.spec();
        let (penalty, taps) = (1.0, TapSet::Series);
        let readout = |pooling| Readout {
            penalty,
            pooling,
            taps,
        };
        let linear = |pooling| Linear { pooling };
        for mapping in [
            Mapping::new(readout(Pooling::Means)),
            Mapping::new(readout(Pooling::All)),
            Mapping::new(linear(None)),
            Mapping::new(linear(Some(Pooling::Means))),
        ] {
            for classes in [2, 3] {
                let numbers = mapping.initial(source, classes);
                let made: usize = numbers.values().map(|one| one.values.len()).sum();
                assert_eq!(mapping.0.count(source, classes), made);
                let on_device = |classes| {
                    mapping.on_device::<Cpu>(source, classes, &numbers, &Default::default())
                };
                assert!(on_device(classes).is_ok());
                let error = on_device(1 << 30).unwrap_err().to_string();
                let expected = format!("it has {made} numbers, expected ");
                assert!(error.contains(&expected), "{error}");
            }
        }
    }
}
