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
    let known = able_bodied_windows();
    let program = adapt::<Training>(
        &source,
        &person(),
        Some(&known),
        &settings(AdaptLoss::default()),
        &Default::default(),
        &mut |_| (),
    )
    .unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("p.safetensors");
    program.save(&path).unwrap();
    let again = MotionProgram::load(&path).unwrap();
    assert_eq!(again, program);
    assert_eq!(
        forecast(&source, Some(&again)),
        forecast(&source, Some(&program))
    );
    let mut less = program.tensors().clone();
    less.remove("refurbish.output.bias");
    let error = MotionProgram::new(program.header().clone(), less, "less").unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("less: tensor refurbish.output.bias")
    );
    let other = MotionSourceWeights::random("other", source.signals().clone(), 4, 0).unwrap();
    let error = MotionForecaster::<Cpu>::new(&other, Some(&program), &Default::default());
    assert!(matches!(
        error.unwrap_err(),
        MotionModelError::OtherSource { .. }
    ));
}

#[test]
fn other_files_are_refused() {
    let source = source();
    let read = |change: &dyn Fn(&mut Stored)| {
        let mut stored = Stored::from_bytes(&source.to_bytes()).unwrap();
        change(&mut stored);
        let error = MotionSourceWeights::from_bytes(&stored.to_bytes(), "file").unwrap_err();
        error.to_string()
    };
    let entry = |name: &'static str, value: &'static str| {
        move |stored: &mut Stored| {
            stored.metadata.insert(name.to_owned(), value.to_owned());
        }
    };
    assert!(
        read(&entry("format", "retune-source-1")).contains("expected \"retune-motion-source-1\"")
    );
    assert!(read(&entry("window", "9")).contains("window is 9 samples long"));
    assert!(read(&entry("window", "many")).contains("window is no number"));
    assert!(read(&entry("window", "0")).contains("window is 0 samples"));
    assert!(read(&entry("horizon", "0")).contains("horizon is 0"));
    assert!(read(&entry("horizon", "18446744073709551615")).contains("expected 1 to 1024"));
    assert!(read(&entry("channels", "18446744073709551615")).contains("expected 1 to 4096"));
    assert!(read(&entry("rate_hz", "-1")).contains("rate is -1"));
    assert!(read(&entry("channels", "0")).contains("channels is 0"));
    assert!(read(&entry("channels", "3")).contains("has shape"));
    assert!(read(&entry("inputs", "hip")).contains("no list of names"));
    assert!(read(&entry("inputs", "[\"toe\"]")).contains("no joint `toe`"));
    assert!(read(&|stored| drop(stored.metadata.remove("format"))).contains("has no format"));
    assert!(read(&|stored| drop(stored.tensors.remove("skip"))).contains("tensor skip"));
    assert!(read(&|stored| drop(stored.tensors.remove("scaling.mean"))).contains("scaling is"));
    assert!(
        read(&|stored| {
            let skip = stored.tensors["skip"].clone();
            stored.tensors.insert("more".to_owned(), skip);
        })
        .contains("tensor more is not part")
    );
}
