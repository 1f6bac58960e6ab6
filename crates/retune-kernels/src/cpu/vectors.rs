//! One source for every instruction set: a piece of work is compiled for any machine, for machines
//! with AVX2 and FMA, and for those with AVX-512 too; the fastest that the machine has is taken.
//! AVX-512 is taken only where the environment variable `RETUNE_AVX512` is `1` when it is first
//! looked at: on the machine that has run it, it was right and no faster (`docs/speed.md`).
//!
//! The work is plain arithmetic on arrays of a fixed length, which the compiler turns into the
//! vectors of whichever set it compiles for.

/// Values that are worked on together: one AVX2 vector.
pub const LANES: usize = 8;

/// The versions; one other than `Any` exists only where the machine was found to have it.
#[derive(Clone, Copy)]
enum Set {
    Any,
    #[cfg(target_arch = "x86_64")]
    Avx2,
    #[cfg(target_arch = "x86_64")]
    Avx512,
}

impl Set {
    /// Every version that this machine can run, the slowest first.
    fn all() -> impl Iterator<Item = Self> {
        #[cfg(target_arch = "x86_64")]
        let faster = [
            has_avx2().then_some(Self::Avx2),
            has_avx512().then_some(Self::Avx512),
        ];
        #[cfg(not(target_arch = "x86_64"))]
        let faster: [Option<Self>; 0] = [];
        std::iter::once(Self::Any).chain(faster.into_iter().flatten())
    }

    fn best() -> Self {
        #[cfg(test)]
        if let Some(forced) = FORCED.get() {
            return forced;
        }
        Self::all().last().unwrap_or(Self::Any)
    }
}

/// Runs the work in the best version for this machine.
pub fn run<O>(work: impl Work<O>) -> O {
    match Set::best() {
        Set::Any => work.run::<Lanes>(),
        // SAFETY: the value exists only where the machine was found to have these features.
        #[cfg(target_arch = "x86_64")]
        Set::Avx2 => unsafe { with_avx2(work) },
        // SAFETY: as above.
        #[cfg(target_arch = "x86_64")]
        Set::Avx512 => unsafe { with_avx512(work) },
    }
}

#[cfg(test)]
thread_local! {
    static FORCED: std::cell::Cell<Option<Set>> = const { std::cell::Cell::new(None) };
}

/// What every version that this machine has gives, each on threads that know no other.
#[cfg(test)]
pub fn in_every_version<T: Send>(work: impl Fn() -> T + Sync) -> Vec<T> {
    let version = |set| {
        let pool = rayon::ThreadPoolBuilder::new();
        let pool = pool.start_handler(move |_| FORCED.set(Some(set))).build();
        pool.expect("threads").install(&work)
    };
    Set::all().map(version).collect()
}

#[cfg(target_arch = "x86_64")]
fn has_avx2() -> bool {
    std::arch::is_x86_feature_detected!("avx2") && std::arch::is_x86_feature_detected!("fma")
}

/// Whether the machine has AVX-512 and `RETUNE_AVX512=1` asks for it.
#[cfg(target_arch = "x86_64")]
fn has_avx512() -> bool {
    static WANTED: std::sync::LazyLock<bool> =
        std::sync::LazyLock::new(|| std::env::var_os("RETUNE_AVX512").is_some_and(|v| v == "1"));
    *WANTED
        && has_avx2()
        && std::arch::is_x86_feature_detected!("avx512f")
        && std::arch::is_x86_feature_detected!("avx512vl")
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
fn with_avx2<O>(work: impl Work<O>) -> O {
    work.run::<avx::Avx2>()
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma,avx512f,avx512vl")]
fn with_avx512<O>(work: impl Work<O>) -> O {
    work.run::<avx::Avx512>()
}

/// A piece of work on slices. `run` and all that it calls must be `#[inline(always)]`: only what
/// is inlined is compiled for the instruction set.
pub trait Work<Output = ()> {
    /// Does the work with the vectors of one instruction set.
    fn run<V: Vector>(self) -> Output;
}

/// One value in each of [`LANES`] lanes, in memory.
pub type Lanes = [f32; LANES];

/// One value in each of [`LANES`] lanes, in registers. Used by name only where the compiler does
/// not find the vectors in loops over [`Lanes`] by itself.
pub trait Vector: Copy {
    /// Whether a product and a sum are rounded once, together.
    const FUSED: bool;
    /// Whether a row of sixteen values is one register and not two.
    const WIDE: bool;

    fn load(lanes: &Lanes) -> Self;
    fn store(self, lanes: &mut Lanes);
    fn splat(value: f32) -> Self;
    fn add(self, other: Self) -> Self;
    fn subtract(self, other: Self) -> Self;
    fn multiply(self, other: Self) -> Self;
    fn divide(self, other: Self) -> Self;
    fn square_root(self) -> Self;
    /// `self · factor + sum`, rounded once if `FUSED`.
    fn multiply_add(self, factor: Self, sum: Self) -> Self;
    /// This where it is greater than `other`, and `other` elsewhere (so also where one is no number).
    fn maximum(self, other: Self) -> Self;
    /// This where `condition` is above zero, and zero elsewhere.
    fn where_positive(self, condition: Self) -> Self;
}

/// `a · b + c`, rounded once if `V::FUSED`.
#[inline(always)]
pub fn multiply_add<V: Vector>(a: f32, b: f32, c: f32) -> f32 {
    if V::FUSED { a.mul_add(b, c) } else { a * b + c }
}

/// `function` of each lane of two vectors.
#[inline(always)]
fn each(mut a: Lanes, b: Lanes, function: impl Fn(f32, f32) -> f32) -> Lanes {
    for lane in 0..LANES {
        a[lane] = function(a[lane], b[lane]);
    }
    a
}

impl Vector for Lanes {
    // Every 64-bit Arm has a fused multiply-add; elsewhere it may be a slow function call.
    const FUSED: bool = cfg!(target_arch = "aarch64");
    const WIDE: bool = false;

    #[inline(always)]
    fn load(lanes: &Lanes) -> Self {
        *lanes
    }
    #[inline(always)]
    fn store(self, lanes: &mut Lanes) {
        *lanes = self;
    }
    #[inline(always)]
    fn splat(value: f32) -> Self {
        [value; LANES]
    }
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        each(self, other, |a, b| a + b)
    }
    #[inline(always)]
    fn subtract(self, other: Self) -> Self {
        each(self, other, |a, b| a - b)
    }
    #[inline(always)]
    fn multiply(self, other: Self) -> Self {
        each(self, other, |a, b| a * b)
    }
    #[inline(always)]
    fn divide(self, other: Self) -> Self {
        each(self, other, |a, b| a / b)
    }
    #[inline(always)]
    fn square_root(self) -> Self {
        each(self, self, |a, _| a.sqrt())
    }
    #[inline(always)]
    fn multiply_add(mut self, factor: Self, sum: Self) -> Self {
        for lane in 0..LANES {
            self[lane] = multiply_add::<Self>(self[lane], factor[lane], sum[lane]);
        }
        self
    }
    #[inline(always)]
    fn maximum(self, other: Self) -> Self {
        each(self, other, |a, b| if a > b { a } else { b })
    }
    #[inline(always)]
    fn where_positive(self, condition: Self) -> Self {
        each(self, condition, |a, b| if b > 0.0 { a } else { 0.0 })
    }
}

#[cfg(target_arch = "x86_64")]
mod avx {
    use std::arch::x86_64::*;

    use super::{Lanes, Vector};

    /// On a machine with AVX2 and FMA.
    pub type Avx2 = Avx<false>;
    /// On a machine that has AVX-512 too: named vectors are the same, but the loops over sixteen
    /// values become registers of 512 bits.
    pub type Avx512 = Avx<true>;

    /// One AVX2 register. Made only by [`Work::run`](super::Work::run) in `with_avx2` and
    /// `with_avx512`, which run only where the machine has AVX2 and FMA.
    #[derive(Clone, Copy)]
    pub struct Avx<const WIDE: bool>(__m256);

    // SAFETY of each call: the machine has AVX2 and FMA, as said above; what is loaded from and
    // stored to are eight floats.
    impl<const WIDE: bool> Vector for Avx<WIDE> {
        const FUSED: bool = true;
        const WIDE: bool = WIDE;

        #[inline(always)]
        fn load(lanes: &Lanes) -> Self {
            Self(unsafe { _mm256_loadu_ps(lanes.as_ptr()) })
        }
        #[inline(always)]
        fn store(self, lanes: &mut Lanes) {
            unsafe { _mm256_storeu_ps(lanes.as_mut_ptr(), self.0) }
        }
        #[inline(always)]
        fn splat(value: f32) -> Self {
            Self(unsafe { _mm256_set1_ps(value) })
        }
        #[inline(always)]
        fn add(self, other: Self) -> Self {
            Self(unsafe { _mm256_add_ps(self.0, other.0) })
        }
        #[inline(always)]
        fn subtract(self, other: Self) -> Self {
            Self(unsafe { _mm256_sub_ps(self.0, other.0) })
        }
        #[inline(always)]
        fn multiply(self, other: Self) -> Self {
            Self(unsafe { _mm256_mul_ps(self.0, other.0) })
        }
        #[inline(always)]
        fn divide(self, other: Self) -> Self {
            Self(unsafe { _mm256_div_ps(self.0, other.0) })
        }
        #[inline(always)]
        fn square_root(self) -> Self {
            Self(unsafe { _mm256_sqrt_ps(self.0) })
        }
        #[inline(always)]
        fn multiply_add(self, factor: Self, sum: Self) -> Self {
            Self(unsafe { _mm256_fmadd_ps(self.0, factor.0, sum.0) })
        }
        #[inline(always)]
        fn maximum(self, other: Self) -> Self {
            Self(unsafe { _mm256_max_ps(self.0, other.0) })
        }
        #[inline(always)]
        fn where_positive(self, condition: Self) -> Self {
            Self(unsafe {
                let positive = _mm256_cmp_ps::<_CMP_GT_OQ>(condition.0, _mm256_setzero_ps());
                _mm256_and_ps(self.0, positive)
            })
        }
    }
}

#[cfg(test)]
#[test]
fn what_never_was_faster_runs_only_where_it_is_asked_for() {
    let asked = std::env::var_os("RETUNE_AVX512").is_some_and(|value| value == "1");
    let tried = in_every_version(|| {
        #[cfg(target_arch = "x86_64")]
        return matches!(Set::best(), Set::Avx512);
        #[cfg(not(target_arch = "x86_64"))]
        false
    });
    assert!(asked || !tried.contains(&true));
}
