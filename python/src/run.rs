//! Work away from the GIL, on the threads of this process, that an interrupt ends.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::process;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::time::Duration;

use pyo3::exceptions::{PyRuntimeError, PyValueError};
use pyo3::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuilder};
use retune::Error;

use crate::errors::exception;

/// How often signals are looked for.
const PATIENCE: Duration = Duration::from_millis(50);
/// How long work that was interrupted is waited for.
const GRACE: Duration = Duration::from_millis(500);
/// Series between which an interrupt is looked for: as many as the library takes together.
pub const BATCH: usize = 64;
/// The most pools of one size; more work than that shares one.
const MOST_POOLS: usize = 64;
/// The most threads that may be asked for.
const MOST_THREADS: usize = 1024;

/// A pool of threads, of one process.
struct Pool {
    process: u32,
    threads: usize,
    pool: ThreadPool,
    /// Whether some work has it: work that Python's own threads begin side by side goes to pools of its own.
    busy: AtomicBool,
}

/// The pools so far. Only touched while the GIL is held, which a thread that forks holds too: a child never
/// finds it locked. The threads of a parent are not there in a child, so its pools are left where they are.
static POOLS: Mutex<Vec<&'static Pool>> = Mutex::new(Vec::new());

/// A pool of this process with so many threads, 0 for one for each core, that no other work has.
fn pool(_py: Python<'_>, threads: usize) -> PyResult<&'static Pool> {
    if threads > MOST_THREADS {
        let message = format!("n_jobs asks for {threads} threads; expected at most {MOST_THREADS}");
        return Err(PyValueError::new_err(message));
    }
    let mut pools = POOLS.lock().unwrap_or_else(PoisonError::into_inner);
    let process = process::id();
    let known = pools
        .iter()
        .filter(|one| (one.process, one.threads) == (process, threads));
    let known: Vec<&'static Pool> = known.copied().collect();
    let idle = known.iter().find(|one| !one.busy.load(Ordering::Acquire));
    let found = match (idle, known.first()) {
        (Some(idle), _) => idle,
        (None, Some(shared)) if known.len() >= MOST_POOLS => shared,
        _ => {
            let builder = ThreadPoolBuilder::new().num_threads(threads);
            let builder = builder.thread_name(|number| format!("retune-{number}"));
            let pool = builder.build().map_err(|error| {
                PyRuntimeError::new_err(format!("no threads can be started: {error}"))
            })?;
            // A pool is there as long as its process.
            let pool: &'static Pool = Box::leak(Box::new(Pool {
                process,
                threads,
                pool,
                busy: AtomicBool::new(false),
            }));
            pools.push(pool);
            pool
        }
    };
    found.busy.store(true, Ordering::Release);
    Ok(found)
}

/// Whether work should end.
#[derive(Clone, Default)]
pub struct Interrupt(Arc<AtomicBool>);

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
/// looks at the interrupt; work that does not look soon goes on until it does, and nobody waits for it.
///
/// # Errors
///
/// Those of the work as exceptions, and the exception that a signal raised.
pub fn run<T: Send + 'static>(
    py: Python<'_>,
    threads: usize,
    work: impl FnOnce(&Interrupt) -> Result<T, Error> + Send + 'static,
) -> PyResult<T> {
    let pool = pool(py, threads)?;
    let interrupt = Interrupt::default();
    let (sender, receiver) = mpsc::channel();
    let seen = interrupt.clone();
    pool.pool.spawn(move || {
        let done = catch_unwind(AssertUnwindSafe(|| work(&seen)));
        pool.busy.store(false, Ordering::Release);
        // Nobody waits for it after an interrupt.
        let _ = sender.send(done);
    });
    let done = py.detach(move || {
        loop {
            match receiver.recv_timeout(PATIENCE) {
                Ok(done) => return Ok::<_, PyErr>(done),
                Err(_) => Python::attach(|py| py.check_signals()).inspect_err(|_| {
                    interrupt.0.store(true, Ordering::Relaxed);
                    let _ = receiver.recv_timeout(GRACE);
                })?,
            }
        }
    })?;
    match done {
        Ok(done) => done.map_err(exception),
        Err(panic) => Err(PyRuntimeError::new_err(format!(
            "a fault of retune, please report it: {}",
            told(&*panic)
        ))),
    }
}

/// What a panic says.
fn told(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("it says nothing")
}
