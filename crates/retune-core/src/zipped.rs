//! Zip files from anybody, whose end is checked before a reader believes it.
//!
//! The reader of the `zip` crate makes room for as many entries as the end of a file promises, and looks for
//! signatures in all of a file whose end does not say where they stand: either takes memory that is many times
//! the file's size.

use std::io::{self, Read, Seek, SeekFrom};

use zip::ZipArchive;
use zip::read::{ArchiveOffset, Config};

/// The most entries of a zip file, and the most bytes of the directory that lists them.
const MOST_ENTRIES: u64 = 10_000;
const LARGEST_DIRECTORY: u64 = 16 << 20;
/// The most bytes of the comment at a file's end, and of the record before it.
const LONGEST_COMMENT: u64 = u16::MAX as u64;

/// The record that a file ends with, where no comment follows, and its 64-bit forms.
const END: (&[u8], usize) = (b"PK\x05\x06", 22);
const END_64: (&[u8], usize) = (b"PK\x06\x06", 56);
const LOCATOR: (&[u8], usize) = (b"PK\x06\x07", 20);
/// What an entry of the directory begins with, and its bytes without a name.
const ENTRY: &[u8] = b"PK\x01\x02";
const SMALLEST_ENTRY: u64 = 46;
const ASTRAY: &str = "its directory is not where it should be";

/// Opens a zip file that is laid out plainly: entries, their directory, its end.
///
/// # Errors
///
/// What is wrong, as the end of a sentence.
pub(crate) fn open<R: Read + Seek>(mut reader: R) -> Result<ZipArchive<R>, String> {
    check(&mut reader)?;
    let config = Config {
        archive_offset: ArchiveOffset::Known(0),
    };
    ZipArchive::with_config(config, reader).map_err(|error| error.to_string())
}

/// The reader goes back to what looks like an end before the last one where that does not hold together, so
/// all is checked that it would go back for.
fn check(reader: &mut (impl Read + Seek)) -> Result<(), String> {
    let unreadable = |error: io::Error| error.to_string();
    let size = reader.seek(SeekFrom::End(0)).map_err(unreadable)?;
    let from = size.saturating_sub(LONGEST_COMMENT + END.1 as u64);
    let tail = bytes(reader, from, size - from).map_err(unreadable)?;
    let found = tail.windows(END.1).rposition(|at| at.starts_with(END.0));
    let place = found.ok_or("it has no end record")?;
    let end = &tail[place..];
    let place = from + place as u64;
    if number(end, 20, 2) > (end.len() - END.1) as u64 {
        return Err("its comment is cut short".to_owned());
    }
    let before = place.checked_sub(LOCATOR.1 as u64);
    let locator = before.map(|at| bytes(reader, at, LOCATOR.1 as u64));
    let locator = locator.transpose().map_err(unreadable)?.unwrap_or_default();
    let has_locator = locator.starts_with(LOCATOR.0);
    // Readers differ in which of the two ends counts, so both must hold.
    if has_locator {
        let at = number(&locator, 8, 8);
        let long = bytes(reader, at, END_64.1 as u64).map_err(unreadable)?;
        let length = (place - LOCATOR.1 as u64).checked_sub(at);
        let stands_there = long.len() == END_64.1
            && long.starts_with(END_64.0)
            && length.is_some_and(|length| length <= LONGEST_COMMENT)
            && length == number(&long, 4, 8).checked_add(12);
        if !stands_there {
            return Err("its 64-bit end record is not where it should be".to_owned());
        }
        let disks = number(&locator, 4, 4) == 0 && number(&locator, 16, 4) <= 1;
        let counts = [24, 32].map(|field| number(&long, field, 8));
        let [size, offset] = [40, 48].map(|field| number(&long, field, 8));
        directory(
            disks && number(&long, 16, 8) == 0,
            counts,
            (offset, size),
            at,
        )?;
    }
    let [size, offset] = [12, 16].map(|field| number(end, field, 4));
    let counts = [8, 10].map(|field| number(end, field, 2));
    let is_64 = counts[1] == 0xffff || size == 0xffff_ffff || offset == 0xffff_ffff;
    if is_64 && has_locator {
        return Ok(());
    }
    directory(number(end, 4, 4) == 0, counts, (offset, size), place)?;
    let first = bytes(reader, offset, ENTRY.len() as u64).map_err(unreadable)?;
    match counts[1] == 0 || first == ENTRY {
        true => Ok(()),
        false => Err(ASTRAY.to_owned()),
    }
}

/// Whether a directory at a place, of so many bytes, ends where its end record stands.
fn directory(
    is_whole: bool,
    [here, entries]: [u64; 2],
    (place, size): (u64, u64),
    end: u64,
) -> Result<(), String> {
    if entries > MOST_ENTRIES {
        return Err(format!(
            "it has {entries} entries, expected {MOST_ENTRIES} at most"
        ));
    }
    if size > LARGEST_DIRECTORY {
        return Err(format!(
            "its directory has {size} bytes, expected {LARGEST_DIRECTORY} at most"
        ));
    }
    if !is_whole || here != entries {
        return Err("it is a part of several files".to_owned());
    }
    match place.checked_add(size) == Some(end) && entries * SMALLEST_ENTRY <= size {
        true => Ok(()),
        false => Err(ASTRAY.to_owned()),
    }
}

/// So many bytes at a place.
fn bytes(reader: &mut (impl Read + Seek), place: u64, count: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    reader.seek(SeekFrom::Start(place))?;
    reader.take(count).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The little-endian number of so many bytes at a place of a record that has them.
fn number(record: &[u8], place: usize, size: usize) -> u64 {
    let bytes = record[place..place + size].iter().rev();
    bytes.fold(0, |number, &byte| number << 8 | u64::from(byte))
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Write};

    use zip::ZipWriter;
    use zip::write::SimpleFileOptions;

    use super::*;

    fn zip(entries: usize, comment: &str) -> Vec<u8> {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        zip.set_comment(comment).unwrap();
        for entry in 0..entries {
            zip.start_file(entry.to_string(), SimpleFileOptions::default())
                .unwrap();
            zip.write_all(b"a").unwrap();
        }
        zip.finish().unwrap().into_inner()
    }

    fn refused(bytes: Vec<u8>) -> String {
        open(Cursor::new(bytes)).map(|_| ()).unwrap_err()
    }

    /// The same file with a 64-bit end record that gives other numbers of entries.
    fn long(mut bytes: Vec<u8>, entries: u64) -> Vec<u8> {
        let end = bytes.split_off(bytes.len() - END.1);
        let place = bytes.len() as u64;
        let [size, offset] = [12, 16].map(|field| number(&end, field, 4));
        bytes.extend(END_64.0);
        bytes.extend(44u64.to_le_bytes());
        bytes.extend([45, 0, 45, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        for number in [entries, entries, size, offset] {
            bytes.extend(number.to_le_bytes());
        }
        bytes.extend(LOCATOR.0);
        bytes.extend([0; 4]);
        bytes.extend(place.to_le_bytes());
        bytes.extend(1u32.to_le_bytes());
        bytes.extend(END.0);
        bytes.extend([0; 4]);
        bytes.extend([0xff; 12]);
        bytes.extend([0; 2]);
        bytes
    }

    #[test]
    fn plain_files_are_opened() {
        for (entries, comment) in [(0, ""), (3, ""), (3, "a comment"), (10_000, "")] {
            let bytes = zip(entries, comment);
            assert_eq!(open(Cursor::new(bytes)).unwrap().len(), entries);
        }
        assert_eq!(open(Cursor::new(long(zip(3, ""), 3))).unwrap().len(), 3);
    }

    #[test]
    fn promises_of_the_end_are_limited() {
        let reason = refused(zip(10_001, ""));
        assert_eq!(reason, "it has 10001 entries, expected 10000 at most");
        let reason = refused(long(zip(3, ""), 1 << 40));
        assert!(
            reason.starts_with("it has 1099511627776 entries"),
            "{reason}"
        );
        let mut bytes = zip(3, "");
        let size = bytes.len() - 10;
        bytes[size + 3] = 2;
        let reason = refused(bytes);
        assert!(reason.starts_with("its directory has 335"), "{reason}");
        // What stands before or in place of the directory is not searched for it.
        assert_eq!(refused([vec![0], zip(3, "")].concat()), ASTRAY);
        for (place, bit, reason) in [
            (END.1 - 4, 1, "it is a part of several files"),
            (END.1 - 8, 1, "it is a part of several files"),
            (END.1 - 16, 1, ASTRAY),
            (2, 1, "its comment is cut short"),
        ] {
            let mut bytes = zip(3, "");
            let place = bytes.len() - place;
            bytes[place] ^= bit;
            assert_eq!(refused(bytes), reason);
        }
        let mut bytes = long(zip(3, ""), 3);
        let place = bytes.len() - END.1 - LOCATOR.1 + 8;
        bytes[place] ^= 1;
        let reason = refused(bytes);
        assert_eq!(reason, "its 64-bit end record is not where it should be");
        for bytes in [&b""[..], b"PK", b"PK\x05\x06", &[0; 100_000]] {
            assert_eq!(refused(bytes.to_vec()), "it has no end record");
        }
    }
}
