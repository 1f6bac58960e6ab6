//! The data sets of a folder.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::ArchiveError;
use crate::series;

/// The names of the folders `NAME` in `folder` that hold a file `NAME_TRAIN`, with any extension or
/// none, sorted.
///
/// # Errors
///
/// [`ArchiveError::MissingFolder`], [`ArchiveError::Read`] and [`ArchiveError::NoSets`].
pub fn sets(folder: &Path) -> Result<Vec<String>, ArchiveError> {
    if !folder.is_dir() {
        return Err(ArchiveError::MissingFolder {
            path: folder.to_owned(),
        });
    }
    let unreadable = |source| ArchiveError::Read {
        path: folder.to_owned(),
        source,
    };
    let mut names = BTreeSet::new();
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let train = format!("{name}_TRAIN");
        // A folder that cannot be read holds no data set that could be.
        let files = fs::read_dir(entry.path()).into_iter().flatten().flatten();
        let mut stems = files.map(|file| file.path().with_extension(""));
        if stems.any(|stem| stem.file_name().is_some_and(|stem| *stem == *train)) {
            names.insert(name);
        }
    }
    if names.is_empty() {
        return Err(ArchiveError::NoSets {
            folder: folder.to_owned(),
        });
    }
    Ok(names.into_iter().collect())
}

/// The data sets of `folder` that are wanted, sorted, in upper or lower case; all if none are named.
///
/// # Errors
///
/// As [`sets`], and [`ArchiveError::UnknownSet`].
pub fn wanted_sets(folder: &Path, wanted: &[String]) -> Result<Vec<String>, ArchiveError> {
    let known = sets(folder)?;
    if wanted.is_empty() {
        return Ok(known);
    }
    let mut found = BTreeSet::new();
    for name in wanted {
        match known.iter().find(|known| known.eq_ignore_ascii_case(name)) {
            Some(known) => found.insert(known.clone()),
            None => {
                let closest = series::closest(name).map(str::to_owned);
                return Err(ArchiveError::UnknownSet {
                    name: name.clone(),
                    folder: folder.to_owned(),
                    closest: closest.filter(|closest| known.contains(closest)),
                });
            }
        };
    }
    Ok(found.into_iter().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_with_a_training_file_are_data_sets() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path();
        let hint = |error: ArchiveError| error.hint().unwrap();
        assert!(matches!(sets(path), Err(ArchiveError::NoSets { .. })));
        assert!(matches!(
            sets(&path.join("no")),
            Err(ArchiveError::MissingFolder { .. })
        ));
        for (name, file) in [
            ("GunPoint", "GunPoint_TRAIN.ts"),
            ("Beef", "Beef_TRAIN"),
            ("Other", "Others_TRAIN.ts"),
        ] {
            fs::create_dir(path.join(name)).unwrap();
            fs::write(path.join(name).join(file), "").unwrap();
        }
        fs::write(path.join("file"), "").unwrap();
        assert_eq!(sets(path).unwrap(), ["Beef", "GunPoint"]);
        let wanted = |names: &[&str]| {
            let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
            wanted_sets(path, &names)
        };
        assert_eq!(wanted(&[]).unwrap(), ["Beef", "GunPoint"]);
        assert_eq!(wanted(&["gunpoint", "GunPoint"]).unwrap(), ["GunPoint"]);
        assert_eq!(
            hint(wanted(&["GunPint"]).unwrap_err()),
            "did you mean `GunPoint`?"
        );
        assert!(hint(wanted(&["Ham"]).unwrap_err()).contains("--sets"));
    }
}
