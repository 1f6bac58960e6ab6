//! The shell commands of the README and of the pages in `docs/book`, run as they stand there.
//!
//! A block marked `sh` is run by `sh -e`, those of a page one after the other in one folder, with `data/` as in a checkout.
//! What needs more than a checkout (downloads, a cluster, a build) or takes minutes is marked `console` there.

use std::env;
use std::process;

use super::*;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// The blocks of a page that have this mark.
fn blocks<'a>(page: &'a str, mark: &str) -> Vec<&'a str> {
    let fence = format!("```{mark}\n");
    let after = page.split(&fence).skip(1);
    after
        .map(|rest| rest.split("```").next().expect("a split has a first part"))
        .collect()
}

/// Runs the commands of a page; gives how many blocks there were.
fn run(path: &Path) -> usize {
    let page = fs::read_to_string(path).unwrap();
    let bench = Bench::new();
    let data = Path::new(ROOT).join("data");
    let binary = assert_cmd::cargo::cargo_bin("retune");
    let folder = binary.parent().unwrap().to_owned();
    let paths = env::split_paths(&env::var_os("PATH").unwrap()).collect::<Vec<_>>();
    let paths = env::join_paths(std::iter::once(folder).chain(paths)).unwrap();
    copy(&data, &bench.path("data"));
    let blocks = blocks(&page, "sh");
    for block in &blocks {
        let ran = process::Command::new("sh")
            .args(["-e", "-c", block])
            .current_dir(bench.path(""))
            .env("PATH", &paths)
            .env("RETUNE_HOME", bench.path("cache"))
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&ran.stderr);
        assert!(ran.status.success(), "{}\n{block}\n{said}", path.display());
        assert!(!said.contains("error:"), "{block}\n{said}");
    }
    blocks.len()
}

/// Copies a folder and what is in it.
fn copy(from: &Path, to: &Path) {
    fs::create_dir(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let place = to.join(entry.file_name());
        match entry.file_type().unwrap().is_dir() {
            true => copy(&entry.path(), &place),
            false => drop(fs::copy(entry.path(), place).unwrap()),
        }
    }
}

/// A test for each page, so that they run beside each other.
macro_rules! pages {
    ($($name:ident: $path:literal,)*) => {
        $(
            #[test]
            #[cfg(unix)]
            fn $name() {
                assert!(run(&Path::new(ROOT).join($path)) > 0, "nothing was run of {}", $path);
            }
        )*
        const PAGES: &[&str] = &[$($path),*];
    };
}

pages! {
    readme: "README.md",
    page_on_archives: "docs/book/archives.md",
    page_on_forecasts: "docs/book/forecasts.md",
    page_on_formats: "docs/book/formats.md",
    guide: "docs/book/guide.md",
    page_on_label_mappings: "docs/book/label-mappings.md",
    page_on_methods: "docs/book/methods.md",
    page_on_motion: "docs/book/motion.md",
    page_on_presets: "docs/book/presets.md",
    page_on_recordings: "docs/book/recordings.md",
}

#[test]
fn no_page_with_commands_is_left_out() {
    for entry in fs::read_dir(Path::new(ROOT).join("docs/book")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let path = format!("docs/book/{name}");
        let page = fs::read_to_string(Path::new(ROOT).join(&path)).unwrap();
        let shown = !blocks(&page, "sh").is_empty();
        assert!(
            !shown || PAGES.contains(&path.as_str()),
            "{path} is not run"
        );
    }
}

#[test]
fn the_summary_has_every_page() {
    let docs = Path::new(ROOT).join("docs");
    let summary = fs::read_to_string(docs.join("SUMMARY.md")).unwrap();
    for folder in ["", "book/"] {
        for entry in fs::read_dir(docs.join(folder)).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            if name.ends_with(".md") && name != "SUMMARY.md" {
                let link = format!("({folder}{name})");
                assert!(summary.contains(&link), "docs/SUMMARY.md lacks {link}");
            }
        }
    }
}
