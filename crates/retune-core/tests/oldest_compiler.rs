//! `rust-version` in Cargo.toml against those of all dependencies.
#![allow(clippy::unwrap_used, reason = "a test that panics fails")]

use std::process::Command;

use serde_json::Value;

/// `1.92` as numbers that can be compared.
fn version(text: &str) -> [u64; 3] {
    let mut parts = text
        .split(['-', '+'])
        .next()
        .unwrap()
        .split('.')
        .map(|part| part.parse().unwrap());
    [(); 3].map(|()| parts.next().unwrap_or(0))
}

/// Clippy's `incompatible_msrv` does the same for what our own code calls.
#[test]
#[ignore = "fetches the manifests of all features and platforms; .ci/run has it"]
fn no_dependency_needs_a_newer_compiler_than_we_promise() {
    let cargo = std::env::var("CARGO").unwrap_or("cargo".to_owned());
    let output = Command::new(cargo)
        .args([
            "metadata",
            "--format-version=1",
            "--all-features",
            "--locked",
        ])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let ours = version(env!("CARGO_PKG_RUST_VERSION"));
    let packages = metadata["packages"].as_array().unwrap();
    assert!(packages.iter().any(|package| package["name"] == "burn"));
    let newer: Vec<String> = packages
        .iter()
        .filter_map(|package| {
            let needed = package["rust_version"].as_str()?;
            let line = format!("{} {} needs {needed}", package["name"], package["version"]);
            (version(needed) > ours).then_some(line)
        })
        .collect();
    assert!(newer.is_empty(), "{}", newer.join("\n"));
}
