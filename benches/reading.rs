//! How fast files of series are read: `cargo bench --bench reading`.

use std::fmt::Write as _;
use std::fs;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use retune::series::{ReadOptions, Split};

const SERIES: usize = 20_000;
const VALUES: usize = 500;

/// The same series in each format, with two classes.
fn text(extension: &str) -> String {
    let mut text = String::with_capacity(SERIES * VALUES * 9);
    let (between, head) = match extension {
        "csv" => (',', String::new()),
        "tsv" => ('\t', String::new()),
        _ => (
            ',',
            "@univariate true\n@classLabel true 1 2\n@data\n".to_owned(),
        ),
    };
    text += &head;
    let mut state = 1u32;
    for row in 0..SERIES {
        let label = row % 2 + 1;
        if extension != "ts" {
            let _ = write!(text, "{label}{between}");
        }
        for at in 0..VALUES {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let value = f64::from(state >> 8) / f64::from(1 << 22) - 2.0;
            let _ = write!(text, "{value:.5}");
            text.push(if at + 1 < VALUES { between } else { '\n' });
        }
        if extension == "ts" {
            text.pop();
            let _ = writeln!(text, ":{label}");
        }
    }
    text
}

fn reading(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().expect("a folder for temporary files");
    let mut group = criterion.benchmark_group("reading");
    group.sample_size(10);
    for extension in ["csv", "tsv", "ts"] {
        let path = folder.path().join("series").with_extension(extension);
        let text = text(extension);
        group.throughput(Throughput::Bytes(text.len() as u64));
        fs::write(&path, text).expect("the folder can be written to");
        group.bench_function(extension, |bencher| {
            bencher
                .iter(|| Split::read(&path, &ReadOptions::default()).expect("it was just written"));
        });
    }
}

criterion_group!(benches, reading);
criterion_main!(benches);
