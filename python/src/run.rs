//! Work away from the GIL, on the threads of this process, that an interrupt ends.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::process;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError, mpsc};
use std::time::Duration;

use pyo3::exceptions::{PyRuntimeError, PyValueError};
use pyo3::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuilder};
use retune::Error;

use crate::errors::exception;

/// How often signals are looked for.
const PATIENCE: Duration = Duration::from_millis(50);
/// Series between which an interrupt is looked for: as many as the library takes together.
pub const BATCH: usize = 64;
/// The most threads that may be asked for.
const MOST_THREADS: usize = 1024;

/// A pool of threads, with the process that has them and their number.
struct Pool {
    process: u32,
    threads: usize,
    pool: &'static ThreadPool,
}

/// The pools so far. Only touched while the GIL is held, which a thread that forks holds too: a child never
/// finds it locked. The threads of a parent are not there in a child, so its pools are left where they are.
static POOLS: Mutex<Vec<Pool>> = Mutex::new(Vec::new());

/// The pool of this process with so many threads; 0 for one for each core.
fn pool(_py: Python<'_>, threads: usize) -> PyResult<&'static ThreadPool> {
    if threads > MOST_THREADS {
        let message = format!("{threads} threads are too many; expected at most {MOST_THREADS}");
        return Err(PyValueError::new_err(message));
    }
    let mut pools = POOLS.lock().unwrap_or_else(PoisonError::into_inner);
    let process = process::id();
    let mut known = pools.iter();
    if let Some(found) = known.find(|one| (one.process, one.threads) == (process, threads)) {
        return Ok(found.pool);
    }
    let builder = ThreadPoolBuilder::new().num_threads(threads);
    let builder = builder.thread_name(|number| format!("retune-{number}"));
    let pool = builder
        .build()
        .map_err(|error| PyRuntimeError::new_err(format!("no threads can be started: {error}")))?;
    // A pool is there as long as its process.
    let pool = Box::leak(Box::new(pool));
    pools.push(Pool {
        process,
        threads,
        pool,
    });
    Ok(pool)
}

/// Whether work should end.
pub struct Interrupt(AtomicBool);

/// What unwinds work that was interrupted.
struct Interrupted;

impl Interrupt {
    /// Ends the work here, by unwinding, once there was an interrupt.
    pub fn check(&self) {
        if self.0.load(Ordering::Relaxed) {
            // Without the message of a panic.
            resume_unwind(Box::new(Interrupted));
        }
    }
}

/// Does some work on `threads` threads, with the GIL released. A signal, as of Ctrl-C, ends it where it next
/// looks at the interrupt.
///
/// # Errors
///
/// Those of the work as exceptions, and the exception that a signal raised.
pub fn run<T: Send>(
    py: Python<'_>,
    threads: usize,
    work: impl FnOnce(&Interrupt) -> Result<T, Error> + Send,
) -> PyResult<T> {
    let pool = pool(py, threads)?;
    py.detach(|| {
        let interrupt = Interrupt(AtomicBool::new(false));
        let (sender, receiver) = mpsc::channel();
        let mut raised = None;
        let mut done = None;
        pool.in_place_scope(|scope| {
            scope.spawn(|_| {
                let done = catch_unwind(AssertUnwindSafe(|| work(&interrupt)));
                // The receiver outlives the scope.
                let _ = sender.send(done);
            });
            while done.is_none() {
                done = receiver.recv_timeout(PATIENCE).ok();
                if raised.is_none() {
                    raised = Python::attach(|py| py.check_signals()).err();
                    interrupt.0.store(raised.is_some(), Ordering::Relaxed);
                }
            }
        });
        match (raised, done.expect("it was waited for")) {
            (Some(raised), _) => Err(raised),
            (None, Ok(done)) => done.map_err(exception),
            (None, Err(panic)) => Err(PyRuntimeError::new_err(format!(
                "a fault of retune, please report it: {}",
                told(&*panic)
            ))),
        }
    })
}

/// What a panic says.
fn told(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("it says nothing")
}
