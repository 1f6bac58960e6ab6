use super::*;
use crate::storage::Stored;

#[test]
fn a_source_is_saved_and_loaded_whole() {
    let source = source();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("motion.safetensors");
    source.save(&path).unwrap();
    let loaded = MotionSourceWeights::load(&path).unwrap();
    assert_eq!(loaded, source);
    assert_eq!(loaded.sha256(), source.sha256());
    assert_eq!(forecast(&loaded, None), forecast(&source, None));
    let bytes = std::fs::read(&path).unwrap();
    for length in (0..bytes.len()).step_by(97) {
        let error = MotionSourceWeights::from_bytes(&bytes[..length], "cut").unwrap_err();
        assert!(error.to_string().starts_with("cut: "), "{error}");
        assert!(error.hint().is_some());
    }
}

#[test]
fn a_program_is_its_header_and_its_tensors() {
    let source = source();
    let program = adapted(&source, &settings(AdaptLoss::default()));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("p.safetensors");
    program.save(&path).unwrap();
    let again = MotionProgram::load(&path).unwrap();
    assert_eq!(again, program);
    let before = forecast(&source, Some(&program));
    assert_eq!(forecast(&source, Some(&again)), before);
    let mut less = program.clone();
    less.tensors.remove("refurbish.output.bias");
    // What could not be read again is not written.
    let error = less.save(&path).unwrap_err().to_string();
    assert!(error.contains("refurbish.output.bias"), "{error}");
    assert_eq!(MotionProgram::load(&path).unwrap(), program);
    let other = MotionSourceWeights::random("other", source.signals().clone(), 4, 0).unwrap();
    let error = MotionForecaster::<Cpu>::new(&other, Some(&program), &Default::default());
    let error = error.unwrap_err().to_string();
    assert!(
        error.starts_with("the program was trained for the source"),
        "{error}"
    );
}

#[test]
fn other_files_are_refused() {
    let source = source();
    let refused = |change: &dyn Fn(&mut Stored), expected: &str| {
        let mut stored = Stored::from_bytes(&source.to_bytes()).unwrap();
        change(&mut stored);
        let error = MotionSourceWeights::from_bytes(&stored.to_bytes(), "file").unwrap_err();
        assert!(error.to_string().contains(expected), "{error}");
    };
    let format = "expected \"retune-motion-source-1\"";
    for (name, value, expected) in [
        ("format", "retune-source-1", format),
        ("window", "9", "window is 9 samples long"),
        ("window", "many", "window is no number"),
        ("window", "0", "window is 0 samples"),
        ("horizon", "0", "horizon is 0"),
        ("horizon", "18446744073709551615", "expected 1 to 1024"),
        ("channels", "18446744073709551615", "expected 1 to 4096"),
        ("rate_hz", "-1", "rate is -1"),
        ("channels", "0", "channels is 0"),
        ("channels", "3", "has shape"),
        ("inputs", "hip", "no list of names"),
        ("inputs", "[\"toe\"]", "no joint `toe`"),
    ] {
        let change = |stored: &mut Stored| {
            *stored.metadata.get_mut(name).unwrap() = value.to_owned();
        };
        refused(&change, expected);
    }
    refused(
        &|stored| drop(stored.metadata.remove("format")),
        "has no format",
    );
    for (tensor, expected) in [("skip", "tensor skip"), ("scaling.mean", "scaling is")] {
        refused(&|stored| drop(stored.tensors.remove(tensor)), expected);
    }
    let add = |stored: &mut Stored| {
        let skip = stored.tensors["skip"].clone();
        stored.tensors.insert("more".to_owned(), skip);
    };
    refused(&add, "tensor more is not part");
}
