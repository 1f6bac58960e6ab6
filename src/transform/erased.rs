//! Any input transform, as a program stores it.

use std::any::Any;
use std::sync::Arc;

use burn::tensor::{Tensor, TensorData};
use rayon::prelude::*;
use serde_json::Value;

use super::{InputTransform, Named, each_transform};
use crate::kernel::Kernels;
use crate::parameters::{Numbers, Parameters, misfit};
use crate::registry::{self, Entry, Held, add_on_each_backend, as_what_it_holds, of_kind};
use crate::source::{Input, SourceModel, SourceSpec, TapSet};
use crate::{Error, ErrorKind};

/// What [`InputTransform`] has without a backend, for any type.
trait Erased: Held {
    fn kind(&self) -> &'static str;
    fn check(&self, source: &SourceSpec, length: usize) -> Result<(), Error>;
    fn prepare(&self, source: &SourceSpec, series: &[f32]) -> Result<Vec<f32>, Error>;
    fn initial(&self, source: &SourceSpec, seed: u64) -> Numbers;
    fn fixed(&self, source: &SourceSpec, length: usize) -> Numbers;
    fn dropped(&self) -> Option<&'static str>;
    fn usual(&self) -> Transform;
    fn keeps_level(&self) -> bool;
    fn taps(&self) -> TapSet;
    fn learnt(&self, source: &SourceSpec, series: &[&[f32]]) -> Result<Transform, Error>;
    fn adds(&self, source: &SourceSpec, length: usize) -> bool;
}

impl<T: InputTransform> Erased for T {
    fn kind(&self) -> &'static str {
        T::KIND
    }

    fn check(&self, source: &SourceSpec, length: usize) -> Result<(), Error> {
        self.check(source, length)
    }

    fn prepare(&self, source: &SourceSpec, series: &[f32]) -> Result<Vec<f32>, Error> {
        self.prepare(source, series)
    }

    fn initial(&self, source: &SourceSpec, seed: u64) -> Numbers {
        self.initial(source, seed)
    }

    fn fixed(&self, source: &SourceSpec, length: usize) -> Numbers {
        self.fixed(source, length)
    }

    fn dropped(&self) -> Option<&'static str> {
        self.dropped()
    }

    fn usual(&self) -> Transform {
        Transform::new(self.usual())
    }

    fn keeps_level(&self) -> bool {
        self.keeps_level()
    }

    fn taps(&self) -> TapSet {
        self.taps()
    }

    fn learnt(&self, source: &SourceSpec, series: &[&[f32]]) -> Result<Transform, Error> {
        self.learnt(source, series).map(Transform::new)
    }

    fn adds(&self, source: &SourceSpec, length: usize) -> bool {
        self.adds(source, length)
    }
}

/// What is known of a kind without a backend.
#[derive(Clone)]
struct OnHost {
    parse: fn(Value) -> Result<Transform, serde_json::Error>,
    named: fn() -> Vec<Named<Transform>>,
}

/// The trained part of a kind on a backend.
#[allow(clippy::type_complexity, reason = "a name for it would say less")]
#[derive(Clone)]
struct OnDevice<B: Kernels> {
    forward: fn(&dyn Any, &SourceSpec, Tensor<B, 2>, &Parameters<B>) -> Input<B>,
    settle: fn(&dyn Any, &dyn SourceModel<B>, Parameters<B>) -> Parameters<B>,
}

impl OnHost {
    fn of<T: InputTransform>() -> (&'static str, Self) {
        let entry = Self {
            parse: |settings| registry::parse::<T>(settings).map(Transform::new),
            named: || {
                let named = T::named().into_iter().map(|one| {
                    let transform = Transform::new(one.transform);
                    Named::new(one.name, transform).about(one.about)
                });
                named.collect()
            },
        };
        (T::KIND, entry)
    }
}

impl<B: Kernels> OnDevice<B> {
    fn of<T: InputTransform>() -> (&'static str, Self) {
        let entry = Self {
            forward: |transform, source, prepared, numbers| {
                of_kind::<T>(transform).forward(source, prepared, numbers)
            },
            settle: |transform, source, numbers| of_kind::<T>(transform).settle(source, numbers),
        };
        (T::KIND, entry)
    }
}

impl Entry for OnHost {
    fn own() -> Vec<(&'static str, Self)> {
        each_transform!(Self)
    }
}

impl<B: Kernels> Entry for OnDevice<B> {
    fn own() -> Vec<(&'static str, Self)> {
        each_transform!(Self)
    }
}

/// Makes a kind of transform known, with its names, on the backends that are compiled in.
pub fn register<T: InputTransform>() {
    registry::add(OnHost::of::<T>());
    add_on_each_backend!(OnDevice, T);
}

/// The transforms that have names, by kind.
pub fn names() -> Vec<Named<Transform>> {
    let kinds = registry::all::<OnHost>().into_iter();
    kinds.flat_map(|(_, kind)| (kind.named)()).collect()
}

/// Any input transform.
///
/// ```
/// use retune::transform::Transform;
///
/// let transform = Transform::named("formants").expect("it is one of `transform::names()`");
/// let json = serde_json::to_string(&transform)?;
/// assert_eq!(serde_json::from_str::<Transform>(&json)?, transform);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone)]
pub struct Transform(Arc<dyn Erased>);

impl Transform {
    /// A transform of a kind that is known: one of this crate, or one that was [registered](register).
    pub fn new(transform: impl InputTransform) -> Self {
        Self(Arc::new(transform))
    }

    /// The transform of that name; see [`names`].
    pub fn named(name: &str) -> Option<Self> {
        let named = names().into_iter().find(|named| named.name == name)?;
        Some(named.transform)
    }

    /// The transform, if it is one of this type.
    pub fn downcast<T: InputTransform>(&self) -> Option<&T> {
        let held: &dyn Any = &*self.0;
        held.downcast_ref()
    }

    /// Its name, or its kind where its numbers are not those of a name.
    pub fn name(&self) -> &'static str {
        let usual = self.0.usual();
        let known = names().into_iter().find(|named| named.transform == usual);
        known.map_or(self.0.kind(), |named| named.name)
    }

    /// See [`InputTransform::check`].
    ///
    /// # Errors
    ///
    /// See [`InputTransform::check`].
    pub fn check(&self, source: &SourceSpec, length: usize) -> Result<(), Error> {
        self.0.check(source, length)
    }

    /// See [`InputTransform::initial`].
    pub fn initial(&self, source: &SourceSpec, seed: u64) -> Numbers {
        self.0.initial(source, seed)
    }

    /// Whether there is anything that training could change.
    pub fn trainable(&self, source: &SourceSpec) -> bool {
        !self.0.initial(source, 0).is_empty()
    }

    /// See [`InputTransform::dropped`].
    pub fn dropped(&self) -> Option<&'static str> {
        self.0.dropped()
    }

    /// See [`InputTransform::keeps_level`].
    pub fn keeps_level(&self) -> bool {
        self.0.keeps_level()
    }

    /// See [`InputTransform::taps`].
    pub fn taps(&self) -> TapSet {
        self.0.taps()
    }

    /// See [`InputTransform::learnt`].
    ///
    /// # Errors
    ///
    /// See [`InputTransform::learnt`].
    pub fn learnt(&self, source: &SourceSpec, series: &[&[f32]]) -> Result<Self, Error> {
        self.0.learnt(source, series)
    }

    /// See [`InputTransform::adds`].
    pub fn adds(&self, source: &SourceSpec, length: usize) -> bool {
        self.0.adds(source, length)
    }

    /// The fixed part for each of some series of one length, on several threads.
    ///
    /// # Errors
    ///
    /// See [`InputTransform::check`].
    pub fn prepare<S: AsRef<[f32]> + Sync>(
        &self,
        source: &SourceSpec,
        series: &[S],
    ) -> Result<Vec<Vec<f32>>, Error> {
        let prepare = |series: &S| self.0.prepare(source, series.as_ref());
        match series {
            // Not worth waiting for a thread.
            [one] => Ok(vec![prepare(one)?]),
            _ => series.par_iter().map(prepare).collect(),
        }
    }

    /// Puts trained numbers on a device, for series of `length` values.
    ///
    /// # Errors
    ///
    /// When they are not those that the transform begins with; and as [`InputTransform::check`].
    pub fn on_device<B: Kernels>(
        &self,
        source: &SourceSpec,
        numbers: &Numbers,
        length: usize,
        device: &B::Device,
    ) -> Result<Parameters<B>, Error> {
        self.check(source, length)?;
        if let Some(reason) = misfit(numbers, &self.initial(source, 0)) {
            let message = format!("the transform is damaged: {reason}");
            return Err(Error::new(ErrorKind::Damaged, message));
        }
        Ok(self.fixed(source, length, device).with(numbers, device))
    }

    /// See [`InputTransform::fixed`]; on a device.
    pub(crate) fn fixed<B: Kernels>(
        &self,
        source: &SourceSpec,
        length: usize,
        device: &B::Device,
    ) -> Parameters<B> {
        Parameters::new(&self.0.fixed(source, length), device)
    }

    /// See [`InputTransform::settle`].
    pub fn settle<B: Kernels>(
        &self,
        source: &dyn SourceModel<B>,
        numbers: Parameters<B>,
    ) -> Parameters<B> {
        (self.device_part::<B>().settle)(&*self.0, source, numbers)
    }

    /// The source's input for some prepared series.
    pub fn forward<B: Kernels, S: AsRef<[f32]>>(
        &self,
        source: &SourceSpec,
        prepared: &[S],
        numbers: &Parameters<B>,
        device: &B::Device,
    ) -> Input<B> {
        let rows: Vec<&[f32]> = prepared.iter().map(AsRef::as_ref).collect();
        let shape = [rows.len(), rows.first().map_or(0, |row| row.len())];
        let prepared = Tensor::from_data(TensorData::new(rows.concat(), shape), device);
        (self.device_part::<B>().forward)(&*self.0, source, prepared, numbers)
    }

    fn device_part<B: Kernels>(&self) -> OnDevice<B> {
        let part = registry::find(self.0.kind());
        part.expect("a kind is registered on every backend that is compiled in")
    }
}

as_what_it_holds!(Transform, OnHost, "transform");
