//! A backend chosen at run time, without generics in any signature.
//!
//! Everything that is generic over Burn's `Backend` is instantiated here, once for each backend that
//! is compiled in, so that whoever links this crate compiles none of it again. Those who bring a
//! backend of their own use the generic types of [`task`](crate::task).

#[cfg(any(feature = "wgpu", test))]
mod adapter;
mod black_box;
mod classifier;
mod feature_extractor;
mod forecaster;
#[cfg(any(feature = "wgpu", test))]
mod guard;
mod motion;
mod source;

pub use classifier::{Classifier, ClassifierBuilder};
pub use feature_extractor::FeatureExtractor;
pub use forecaster::Forecaster;
pub use motion::MotionStream;
pub use retune_kernels::{Adapter, AdapterKind, AdapterPlace};

use std::fmt;
use std::str::FromStr;

use burn::tensor::backend::{AutodiffBackend, Backend};
use burn::tensor::{Tensor, TensorData};

use crate::{Error, ErrorKind};

/// The backend that a differentiating one stands on.
type Inner<A> = <A as AutodiffBackend>::InnerBackend;

/// The shape of the product that is compared with the host's: rows, inner, columns.
const PRODUCT: [usize; 3] = [1024, 64, 64];
/// How far an element of it may be off.
const TOLERANCE: f32 = 1e-2;

/// The backends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    #[cfg(feature = "cpu")]
    Cpu,
    #[cfg(feature = "wgpu")]
    Wgpu(AdapterPlace),
}

/// A backend that is there and computes what it should.
///
/// ```
/// # #[cfg(feature = "cpu")] {
/// use retune::Engine;
/// use retune::fit::Preset;
/// use retune::series::{Dataset, ReadOptions};
///
/// # fn main() -> Result<(), retune::Error> {
/// let data = Dataset::read("data/ItalyPowerDemand".as_ref(), &ReadOptions::default())?;
/// let classifier = Engine::cpu()?.classifier().preset(Preset::Fast).fit(&data.train)?;
/// let predictions = classifier.predict(&data.test)?;
/// assert_eq!(predictions.len(), data.test.len());
/// # Ok(())
/// # }
/// # main().unwrap();
/// # }
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Engine(Kind);

/// Runs an expression with `$A` the differentiating backend of an engine and `$device` its device: one that
/// gives a `Result`, guarded; or, `plain`, one that asks nothing of the device.
macro_rules! on {
    (plain $engine:expr, $A:ident, $device:ident => $body:expr) => {
        match $engine.0 {
            #[cfg(feature = "cpu")]
            $crate::engine::Kind::Cpu => {
                type $A = burn::backend::Autodiff<retune_kernels::Cpu>;
                let $device = &<$A as burn::tensor::backend::BackendTypes>::Device::default();
                $body
            }
            #[cfg(feature = "wgpu")]
            $crate::engine::Kind::Wgpu(place) => {
                type $A = burn::backend::Autodiff<retune_kernels::Wgpu>;
                let $device = &<$A as burn::tensor::backend::BackendTypes>::Device::from(place);
                $body
            }
        }
    };
    ($engine:expr, $A:ident, $device:ident => $body:expr) => {
        $crate::engine::guarded($engine, || $crate::engine::on!(plain $engine, $A, $device => $body))
    };
}
pub(crate) use on;

/// Runs work of an engine; where a graphics card breaks off, that is an error.
fn guarded<T>(engine: Engine, work: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
    match engine.0 {
        #[cfg(feature = "cpu")]
        Kind::Cpu => work(),
        #[cfg(feature = "wgpu")]
        Kind::Wgpu(_) => guard::caught(work),
    }
}

impl Engine {
    /// The CPU: burn-ndarray with the kernels of this project.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Backend`] without the feature `cpu`.
    pub fn cpu() -> Result<Self, Error> {
        #[cfg(feature = "cpu")]
        return Ok(Self(Kind::Cpu));
        #[cfg(not(feature = "cpu"))]
        Err(not_compiled("cpu"))
    }

    /// A GPU, through Vulkan, Metal or DirectX 12: the first of [`Engine::adapters`].
    ///
    /// # Errors
    ///
    /// Without the feature `wgpu`, without a driver, and where a product of two matrices is not what
    /// the host computes.
    pub fn wgpu() -> Result<Self, Error> {
        Self::on_adapter(None)
    }

    /// A certain GPU: a part of its name, whatever the case, or its number among [`Engine::adapters`],
    /// counted from 1.
    ///
    /// # Errors
    ///
    /// As [`Engine::wgpu`]; and where none has that name, or several have it.
    ///
    /// ```no_run
    /// use retune::Engine;
    ///
    /// # fn main() -> Result<(), retune::Error> {
    /// let engine = Engine::wgpu_on("radeon")?;
    /// assert!(engine.adapter().is_some_and(|adapter| adapter.name.contains("Radeon")));
    /// # Ok(())
    /// # }
    /// ```
    pub fn wgpu_on(adapter: &str) -> Result<Self, Error> {
        Self::on_adapter(Some(adapter))
    }

    #[cfg(feature = "wgpu")]
    fn on_adapter(wanted: Option<&str>) -> Result<Self, Error> {
        let place = adapter::choose(retune_kernels::adapters(), wanted)?.place;
        guard::caught(|| check_product::<retune_kernels::Wgpu>("wgpu", &place.into()))?;
        Ok(Self(Kind::Wgpu(place)))
    }

    #[cfg(not(feature = "wgpu"))]
    fn on_adapter(_wanted: Option<&str>) -> Result<Self, Error> {
        Err(not_compiled("wgpu"))
    }

    /// The graphics adapters of this machine, the most wanted first: discrete cards, then integrated
    /// and virtual ones, others, and what computes in software. There may be none.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Backend`] without the feature `wgpu`.
    pub fn adapters() -> Result<&'static [Adapter], Error> {
        #[cfg(feature = "wgpu")]
        return Ok(retune_kernels::adapters());
        #[cfg(not(feature = "wgpu"))]
        Err(not_compiled("wgpu"))
    }

    /// The graphics adapter that it runs on; none on the CPU.
    pub fn adapter(self) -> Option<&'static Adapter> {
        match self.0 {
            #[cfg(feature = "cpu")]
            Kind::Cpu => None,
            #[cfg(feature = "wgpu")]
            Kind::Wgpu(place) => {
                let mut adapters = retune_kernels::adapters().iter();
                adapters.find(|adapter| adapter.place == place)
            }
        }
    }

    /// The backend of that name, `cpu` or `wgpu`.
    ///
    /// # Errors
    ///
    /// When there is none of that name; and as [`Engine::cpu`] and [`Engine::wgpu`].
    pub fn named(name: &str) -> Result<Self, Error> {
        match name {
            "cpu" => Self::cpu(),
            "wgpu" => Self::wgpu(),
            _ => {
                let message = format!("there is no backend {name:?}, expected cpu or wgpu");
                Err(Error::new(ErrorKind::UnknownName, message))
            }
        }
    }

    /// The backends that are compiled in, by name.
    pub fn compiled() -> Vec<&'static str> {
        let all = [
            #[cfg(feature = "cpu")]
            "cpu",
            #[cfg(feature = "wgpu")]
            "wgpu",
        ];
        all.to_vec()
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        match self.0 {
            #[cfg(feature = "cpu")]
            Kind::Cpu => "cpu",
            #[cfg(feature = "wgpu")]
            Kind::Wgpu(_) => "wgpu",
        }
    }
}

/// A backend that was left out of this build.
#[cfg(not(all(feature = "cpu", feature = "wgpu")))]
fn not_compiled(name: &str) -> Error {
    let message = format!("the {name} backend is not compiled in");
    let hint = format!("build with `cargo build --release --features {name}`");
    Error::new(ErrorKind::Backend, message).with_hint(hint)
}

impl fmt::Display for Engine {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

impl FromStr for Engine {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self, Error> {
        Self::named(name)
    }
}

/// Compares one product of two matrices with the host's.
#[cfg_attr(not(feature = "wgpu"), allow(dead_code))]
fn check_product<B: Backend>(name: &'static str, device: &B::Device) -> Result<(), Error> {
    let [rows, inner, columns] = PRODUCT;
    let (left, right) = factors();
    let matrix = |values: Vec<f32>, rows, columns| {
        Tensor::<B, 2>::from_data(TensorData::new(values, [rows, columns]), device)
    };
    let product = matrix(left, rows, inner).matmul(matrix(right, inner, columns));
    compare_product(name, product.into_data().iter().collect())
}

/// The two matrices, row by row.
fn factors() -> (Vec<f32>, Vec<f32>) {
    let [rows, inner, columns] = PRODUCT;
    let wave = |count, step: f32| (0..count).map(|at| (at as f32 * step).sin()).collect();
    (wave(rows * inner, 0.37), wave(inner * columns, 0.71))
}

/// Whether a backend's product of them is the host's.
fn compare_product(name: &str, product: Vec<f32>) -> Result<(), Error> {
    let [_, inner, columns] = PRODUCT;
    let (left, right) = factors();
    for (place, found) in product.into_iter().enumerate() {
        let (row, column) = (place / columns, place % columns);
        let terms = (0..inner).map(|at| left[row * inner + at] * right[at * columns + column]);
        let expected: f32 = terms.sum();
        let off = (found - expected).abs();
        if off.is_nan() || off > TOLERANCE {
            let (row, column) = (row + 1, column + 1);
            let message = format!(
                "the {name} backend cannot be trusted here: a product of two matrices is {found} \
                 at row {row}, column {column}, where the host has {expected}"
            );
            return Err(Error::new(ErrorKind::Backend, message)
                .with_hint(
                    "some Metal drivers give zeros for products without autotune (burn issues 4907 \
                     and 4966); use the other backend",
                )
                .with_setting("backend", "cpu"));
        }
    }
    Ok(())
}
#[cfg(all(test, feature = "cpu"))]
mod tests {
    use super::*;

    #[test]
    fn a_backend_whose_products_are_wrong_is_refused() {
        check_product::<crate::kernel::Cpu>("cpu", &Default::default()).unwrap();
        let [rows, inner, columns] = PRODUCT;
        let (left, right) = factors();
        let product = (0..rows * columns).map(|place| {
            let (row, column) = (place / columns, place % columns);
            let terms = (0..inner).map(|at| left[row * inner + at] * right[at * columns + column]);
            terms.sum()
        });
        let product: Vec<f32> = product.collect();
        assert!(compare_product("wgpu", product.clone()).is_ok());
        // Zeros, as some drivers give, in the last rows alone; and one that is no number.
        let mut zeros = product.clone();
        zeros[1000 * columns..].fill(0.0);
        let mut undefined = product;
        undefined[5] = f32::NAN;
        for (wrong, at) in [
            (zeros, "is 0 at row 1001, column 1,"),
            (undefined, "is NaN at row 1, column 6,"),
        ] {
            let error = compare_product("wgpu", wrong).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Backend);
            assert!(error.to_string().contains(at), "{error}");
            let hint = error.hint().unwrap();
            assert!(hint.contains("4907"), "{hint}");
        }
    }
}
