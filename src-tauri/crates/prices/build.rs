//! Finds the data file of `genai-prices` in the package cargo has fetched, so that the program can
//! embed it and let go of what it decodes. The crate embeds the file too (its feature `bundled`),
//! but decodes it once for ever: 17 MiB that a background program would never give back.
//!
//! May not enter: the network, and any other file. Where the package lies (registry, vendored
//! folder, replaced source) only cargo knows, so cargo is asked.

use serde_json::Value;
use std::env;
use std::error::Error;
use std::path::Path;
use std::process::Command;

fn main() -> Result<(), Box<dyn Error>> {
    let of_package = |name: &str| env::var(name).map_err(|error| format!("{name}: {error}"));
    let output = Command::new(of_package("CARGO")?)
        .args(["metadata", "--format-version", "1", "--filter-platform"])
        .arg(of_package("TARGET")?)
        .arg("--manifest-path")
        .arg(Path::new(&of_package("CARGO_MANIFEST_DIR")?).join("Cargo.toml"))
        .output()?;
    if !output.status.success() {
        let why = String::from_utf8_lossy(&output.stderr);
        return Err(format!("cargo metadata cannot say where genai-prices is: {why}").into());
    }
    let metadata: Value = serde_json::from_slice(&output.stdout)?;
    let mut packages = metadata["packages"].as_array().into_iter().flatten();
    let package = packages
        .find(|package| package["name"] == "genai-prices")
        .ok_or("cargo metadata knows no genai-prices")?;
    let text = |key: &str| package[key].as_str().ok_or_else(|| format!("no {key}"));
    let data = Path::new(text("manifest_path")?).with_file_name("data/prices.json");
    if !data.is_file() {
        return Err(format!("{} is not there: another release?", data.display()).into());
    }
    println!("cargo::rustc-env=GENAI_PRICES_DATA={}", data.display());
    println!("cargo::rustc-env=GENAI_PRICES_RELEASE={}", text("version")?);
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=Cargo.toml");
    let root = metadata["workspace_root"].as_str().ok_or("no workspace")?;
    let lock = Path::new(root).join("Cargo.lock");
    println!("cargo::rerun-if-changed={}", lock.display());
    Ok(())
}
