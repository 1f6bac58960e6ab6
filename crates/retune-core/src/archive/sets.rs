//! The data sets of a folder.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::{Error, ErrorKind, series};

/// The names of the folders `NAME` in `folder` that hold a file `NAME_TRAIN`, with any extension or
/// none, or a pair of files that [`Dataset::read`](crate::series::Dataset::read) takes, sorted.
///
/// # Errors
///
/// For a folder that is not there, cannot be read or holds no data set.
pub fn sets(folder: &Path) -> Result<Vec<String>, Error> {
    let mut names = BTreeSet::new();
    for path in within(folder)? {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if series::is_of_data(&path) {
            names.insert(name.into_owned());
        }
    }
    if names.is_empty() {
        let message = format!("there are no data sets in {}", folder.display());
        return Err(Error::new(ErrorKind::Empty, message).with_hint(
            "give the folder that holds a folder NAME with NAME_TRAIN and NAME_TEST for each \
             data set",
        ));
    }
    Ok(names.into_iter().collect())
}

/// The paths of what is in a folder.
pub(super) fn within(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    if !folder.is_dir() {
        let message = format!("there is no folder {}", folder.display());
        return Err(Error::new(ErrorKind::Read, message).with_hint("check the path"));
    }
    let entries =
        fs::read_dir(folder).and_then(|entries| entries.map(|entry| Ok(entry?.path())).collect());
    entries.map_err(|source| Error::read(folder, source))
}

/// The data sets of `folder` that are wanted, sorted, in upper or lower case; all if none are named.
///
/// # Errors
///
/// As [`sets`], and for a name that none of them has.
pub fn wanted_sets(folder: &Path, wanted: &[String]) -> Result<Vec<String>, Error> {
    let known = sets(folder)?;
    if wanted.is_empty() {
        return Ok(known);
    }
    let find = |name: &String| {
        let found = known.iter().find(|known| known.eq_ignore_ascii_case(name));
        found.cloned().ok_or_else(|| {
            let message = format!("there is no data set `{name}` in {}", folder.display());
            let error = Error::new(ErrorKind::UnknownName, message);
            match series::closest(name).filter(|closest| known.iter().any(|known| known == closest))
            {
                Some(closest) => error.with_hint(format!("did you mean `{closest}`?")),
                None => error
                    .with_hint("fetch it with `retune data get`, or correct the names")
                    .with_setting("sets", ""),
            }
        })
    };
    let found: BTreeSet<String> = wanted.iter().map(find).collect::<Result<_, _>>()?;
    Ok(found.into_iter().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_with_a_training_file_are_data_sets() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path();
        assert_eq!(sets(path).unwrap_err().kind(), ErrorKind::Empty);
        let missing = sets(&path.join("no")).unwrap_err().to_string();
        assert!(missing.starts_with("there is no folder"), "{missing}");
        for (name, file) in [
            ("GunPoint", "GunPoint_TRAIN.ts"),
            ("Beef", "Beef_TRAIN"),
            ("Coffee", "Coffee_TRAIN.tsv.gz"),
            ("Other", "Others_TRAIN.ts"),
        ] {
            fs::create_dir(path.join(name)).unwrap();
            fs::write(path.join(name).join(file), "").unwrap();
        }
        fs::write(path.join("file"), "").unwrap();
        assert_eq!(sets(path).unwrap(), ["Beef", "Coffee", "GunPoint"]);
        // Whatever its name, a pair is a data set.
        fs::write(path.join("Other/Others_TEST.ts.gz"), "").unwrap();
        assert_eq!(sets(path).unwrap(), ["Beef", "Coffee", "GunPoint", "Other"]);
        fs::remove_dir_all(path.join("Other")).unwrap();
        fs::remove_dir_all(path.join("Coffee")).unwrap();
        let wanted = |names: &[&str]| {
            let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
            wanted_sets(path, &names)
        };
        assert_eq!(wanted(&[]).unwrap(), ["Beef", "GunPoint"]);
        assert_eq!(wanted(&["gunpoint", "GunPoint"]).unwrap(), ["GunPoint"]);
        let misspelt = wanted(&["GunPint"]).unwrap_err();
        assert_eq!(misspelt.hint(), Some("did you mean `GunPoint`?"));
        let unknown = wanted(&["Ham"]).unwrap_err();
        assert_eq!(unknown.settings(), [("sets", "")]);
    }
}
