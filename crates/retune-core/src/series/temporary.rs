//! A folder for work that may fail half-way.

use std::fs;
use std::path::Path;
use std::time::Duration;

use tempfile::{Builder, TempDir};

use crate::Error;

/// How old the leftovers of a process that was killed must be before they are removed: no download
/// takes that long.
const LEFT_OVER: Duration = Duration::from_secs(24 * 60 * 60);

/// A folder that is removed with all that is in it when it goes out of scope.
#[derive(Debug)]
pub(super) struct TemporaryFolder(TempDir);

impl TemporaryFolder {
    /// A new folder beside its later place, so that moving it there is one step.
    ///
    /// What a killed process left there for the same name more than a day ago is removed.
    pub fn create(parent: &Path, name: &str) -> Result<Self, Error> {
        let unwritable = |error| Error::write(parent, error);
        fs::create_dir_all(parent).map_err(unwritable)?;
        remove_leftovers(parent, name);
        let folder = Builder::new()
            .prefix(&format!(".{name}."))
            .suffix(".partial")
            .tempdir_in(parent);
        folder.map(Self).map_err(unwritable)
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        self.0.path()
    }
}

/// Removes old temporary folders; one that cannot be removed is no reason not to go on.
fn remove_leftovers(parent: &Path, name: &str) {
    let Ok(entries) = fs::read_dir(parent) else {
        return;
    };
    for entry in entries.flatten() {
        let file = entry.file_name().to_string_lossy().into_owned();
        let age = entry
            .metadata()
            .and_then(|metadata| metadata.modified())
            .ok()
            .and_then(|modified| modified.elapsed().ok());
        if file.starts_with(&format!(".{name}."))
            && file.ends_with(".partial")
            && age.is_some_and(|age| age > LEFT_OVER)
        {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use super::*;

    #[test]
    fn a_folder_goes_with_its_guard_and_old_ones_with_the_next() {
        let parent = tempfile::tempdir().unwrap();
        let killed = parent.path().join(".a.0.0.partial");
        let running = parent.path().join(".a.0.1.partial");
        let other = parent.path().join(".b.0.0.partial");
        let before = SystemTime::now() - 2 * LEFT_OVER;
        for path in [&killed, &running, &other] {
            fs::create_dir(path).unwrap();
        }
        for path in [&killed, &other] {
            fs::File::open(path).unwrap().set_modified(before).unwrap();
        }
        let one = TemporaryFolder::create(parent.path(), "a").unwrap();
        let two = TemporaryFolder::create(parent.path(), "a").unwrap();
        fs::write(one.path().join("file"), "").unwrap();
        assert_ne!(one.path(), two.path());
        drop((one, two));
        assert!(!killed.exists() && running.exists() && other.exists());
        assert_eq!(fs::read_dir(parent.path()).unwrap().count(), 2);
    }
}
