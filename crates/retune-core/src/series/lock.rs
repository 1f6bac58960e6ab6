//! One writer at a time for each data set of the cache.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};

use crate::Error;

/// The right to change one data set, until this goes out of scope or the process ends in whatever way.
#[derive(Debug)]
pub(super) struct SetLock {
    path: PathBuf,
    /// Whether another process had it first.
    pub waited: bool,
    /// Closing it gives the lock back.
    _file: File,
}

impl SetLock {
    /// Waits for the lock of a data set in the folder of all.
    pub fn wait(parent: &Path, name: &str) -> Result<Self, Error> {
        let mut waited = false;
        loop {
            let path = path(parent, name);
            let unwritable = |error| Error::write(&path, error);
            let file = open(&path).map_err(unwritable)?;
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => {
                    waited = true;
                    file.lock().map_err(unwritable)?;
                }
                Err(TryLockError::Error(error)) => return Err(unwritable(error)),
            }
            // The one before may have removed it as its last act.
            if is_at(&file, &path) {
                return Ok(Self {
                    path,
                    waited,
                    _file: file,
                });
            }
        }
    }

    /// The lock, where nobody has it.
    pub fn try_take(parent: &Path, name: &str) -> Option<Self> {
        let path = path(parent, name);
        let file = open(&path).ok()?;
        let is_mine = file.try_lock().is_ok() && is_at(&file, &path);
        // Not made where it is not mine: to drop it removes the file.
        is_mine.then(|| Self {
            path,
            waited: false,
            _file: file,
        })
    }
}

impl Drop for SetLock {
    fn drop(&mut self) {
        // Before the lock is given back: whoever waits for it sees that the file is gone.
        if cfg!(unix) {
            let _ = fs::remove_file(&self.path);
        }
    }
}

fn path(parent: &Path, name: &str) -> PathBuf {
    parent.join(format!(".{name}.lock"))
}

fn open(path: &Path) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.create(true).truncate(false).write(true).open(path)
}

/// Whether a file that was opened is still the one of that name.
#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;

    let (Ok(one), Ok(other)) = (file.metadata(), fs::metadata(path)) else {
        return false;
    };
    (one.dev(), one.ino()) == (other.dev(), other.ino())
}

#[cfg(not(unix))]
fn is_at(_file: &File, _path: &Path) -> bool {
    true
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::thread;

    use super::*;

    #[test]
    fn one_at_a_time_has_it_and_nothing_is_left() {
        let folder = tempfile::tempdir().unwrap();
        let (inside, waited) = (AtomicUsize::new(0), AtomicUsize::new(0));
        thread::scope(|scope| {
            for _ in 0..20 {
                scope.spawn(|| {
                    let lock = SetLock::wait(folder.path(), "a").unwrap();
                    assert_eq!(inside.fetch_add(1, Ordering::SeqCst), 0);
                    assert!(SetLock::try_take(folder.path(), "a").is_none());
                    waited.fetch_add(usize::from(lock.waited), Ordering::SeqCst);
                    thread::sleep(std::time::Duration::from_millis(2));
                    inside.fetch_sub(1, Ordering::SeqCst);
                });
            }
        });
        assert!(waited.into_inner() < 20);
        assert!(SetLock::try_take(folder.path(), "a").is_some());
        #[cfg(unix)]
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
