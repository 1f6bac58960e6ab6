//! A folder for work that may fail half-way.

use std::fs;
use std::path::Path;

use tempfile::{Builder, TempDir};

use super::lock::SetLock;
use crate::Error;

/// A folder that is removed with all that is in it when it goes out of scope.
#[derive(Debug)]
pub(super) struct TemporaryFolder(TempDir);

impl TemporaryFolder {
    /// A new folder beside its later place, so that moving it there is one step.
    ///
    /// What a killed process left there for the same name is removed: nobody else has the lock.
    pub fn create(parent: &Path, name: &str, _lock: &SetLock) -> Result<Self, Error> {
        remove_leftovers(parent, name);
        let folder = Builder::new()
            .prefix(&format!(".{name}."))
            .suffix(".partial")
            .tempdir_in(parent);
        folder
            .map(Self)
            .map_err(|error| Error::write(parent, error))
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        self.0.path()
    }
}

/// Removes temporary folders; one that cannot be removed is no reason not to go on.
fn remove_leftovers(parent: &Path, name: &str) {
    for entry in fs::read_dir(parent).into_iter().flatten().flatten() {
        let file = entry.file_name().to_string_lossy().into_owned();
        if file.starts_with(&format!(".{name}.")) && file.ends_with(".partial") {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_goes_with_its_guard_and_what_was_left_with_the_next() {
        let parent = tempfile::tempdir().unwrap();
        let killed = parent.path().join(".a.0.0.partial");
        let other = parent.path().join(".b.0.0.partial");
        for path in [&killed, &other] {
            fs::create_dir(path).unwrap();
        }
        let lock = SetLock::wait(parent.path(), "a").unwrap();
        let one = TemporaryFolder::create(parent.path(), "a", &lock).unwrap();
        fs::write(one.path().join("file"), "").unwrap();
        let path = one.path().to_owned();
        assert!(path.is_dir());
        drop((one, lock));
        assert!(!killed.exists() && other.exists() && !path.exists());
    }
}
