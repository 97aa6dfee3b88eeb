//! Whose results lie in the checks' build folder.
//!
//! It is shared by all clones, so that a fresh one finds three hundred dependencies built. Cargo
//! however tells our own crates of two clones apart by the age of their files alone, and would run
//! the other clone's tests and call them ours. So one clone has the folder at a time, and what
//! another has left of our own crates is built anew.

use crate::cross;
use crate::place::Place;
use crate::process::{Failure, run};
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, Write};

/// The folder is ours until this is dropped, or the process becomes another program.
#[derive(Debug)]
pub(crate) struct Claim {
    _locked: File,
}

/// Waits until no other clone uses the folder, and removes what another has left.
///
/// # Errors
/// When the folder cannot be made, locked or cleaned.
pub(crate) fn claim(place: &Place) -> Result<Claim, Failure> {
    let mut owner = lock(place).map_err(|error| {
        Failure::new(format!(
            "could not use {} for the checks: {error}; set CARGO_TARGET_DIR to a folder of yours",
            place.checks_target.display()
        ))
    })?;
    if !is_ours(&mut owner, place) {
        for profile in [&[] as &[&str], &["--release"]] {
            let mut clean = place.check_cargo(&["clean", "--quiet", "--workspace"]);
            run(clean.args(profile))?;
        }
        for system in cross::SYSTEMS {
            let mut clean = place.check_cargo(&["clean", "--quiet", "--workspace"]);
            clean.args(["--target", system.target]);
            run(clean.env("CARGO_TARGET_DIR", cross::folder(place)))?;
        }
        name_us(&mut owner, place)
            .map_err(|error| Failure::new(format!("could not write the owner's name: {error}")))?;
    }
    Ok(Claim { _locked: owner })
}

fn lock(place: &Place) -> io::Result<File> {
    fs::create_dir_all(&place.checks_target)?;
    let owner = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(place.checks_target.join("checked-clone"))?;
    match owner.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            eprintln!("waiting: another `cargo xtask` uses the same build folder");
            owner.lock()?;
        }
        Err(TryLockError::Error(error)) => return Err(error),
    }
    Ok(owner)
}

/// An unreadable name is nobody's: building anew is always right.
fn is_ours(owner: &mut File, place: &Place) -> bool {
    let mut name = Vec::new();
    owner.read_to_end(&mut name).is_ok() && name == place.root.as_os_str().as_encoded_bytes()
}

fn name_us(owner: &mut File, place: &Place) -> io::Result<()> {
    owner.set_len(0)?;
    owner.rewind()?;
    owner.write_all(place.root.as_os_str().as_encoded_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_folder_is_ours_once_it_bears_our_name() {
        let mut place = Place::find().unwrap();
        place.checks_target =
            std::env::temp_dir().join(format!("aco-xtask-claim-{}", std::process::id()));
        let ours = |place: &Place| is_ours(&mut lock(place).unwrap(), place);
        assert!(!ours(&place), "a new folder is nobody's");
        name_us(&mut lock(&place).unwrap(), &place).unwrap();
        assert!(ours(&place));
        place.root.push("elsewhere");
        assert!(!ours(&place), "another clone comes");
        name_us(&mut lock(&place).unwrap(), &place).unwrap();
        place.root.pop();
        assert!(!ours(&place), "a shorter name replaces a longer one whole");
        fs::remove_dir_all(&place.checks_target).unwrap();
    }
}
