//! Where this machine's power comes from. Asking is cheap on each system; a machine that does not
//! tell runs from the mains.

/// Where the power comes from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Power {
    /// The mains, or nobody knows.
    #[default]
    Mains,
    /// A battery, which every wake-up shortens.
    Battery,
}

impl Power {
    /// Where it comes from now.
    #[must_use]
    pub fn now() -> Self {
        system::power()
    }
}

#[cfg(target_os = "linux")]
mod system {
    use super::Power;
    use std::fs;
    use std::path::Path;

    pub(super) fn power() -> Power {
        from(Path::new("/sys/class/power_supply"))
    }

    /// A battery of the machine itself is discharging, and no mains adapter says it is connected.
    /// Mice and headsets have batteries too: their scope is `Device`
    /// (Documentation/ABI/testing/sysfs-class-power in the kernel's sources).
    pub(super) fn from(folder: &Path) -> Power {
        let mut discharging = false;
        for supply in fs::read_dir(folder).into_iter().flatten().flatten() {
            let read = |file: &str| {
                let text = fs::read_to_string(supply.path().join(file)).unwrap_or_default();
                text.trim().to_owned()
            };
            if read("scope") == "Device" {
                continue;
            }
            match read("type").as_str() {
                "Battery" => discharging |= read("status") == "Discharging",
                "Mains" | "USB" if read("online") == "1" => return Power::Mains,
                _ => {}
            }
        }
        match discharging {
            true => Power::Battery,
            false => Power::Mains,
        }
    }
}

#[cfg(target_os = "macos")]
mod system {
    use super::Power;

    /// `kIOPSTimeRemainingUnlimited` of IOPowerSources.h: connected to an external power source.
    const UNLIMITED: f64 = -2.0;

    #[expect(
        unsafe_code,
        reason = "a function of the system that no crate here wraps"
    )]
    #[link(name = "IOKit", kind = "framework")]
    unsafe extern "C" {
        fn IOPSGetTimeRemainingEstimate() -> f64;
    }

    #[expect(
        unsafe_code,
        reason = "a function of the system that no crate here wraps"
    )]
    pub(super) fn power() -> Power {
        // SAFETY: it takes nothing, may be called from any thread and returns a number (macOS 10.7).
        let remaining = unsafe { IOPSGetTimeRemainingEstimate() };
        // Both are exact: a constant that is handed on.
        match (remaining - UNLIMITED).abs() < f64::EPSILON {
            true => Power::Mains,
            false => Power::Battery,
        }
    }
}

#[cfg(windows)]
mod system {
    use super::Power;
    use windows_sys::Win32::System::Power::{GetSystemPowerStatus, SYSTEM_POWER_STATUS};

    /// `ACLineStatus`: offline. 1 is online, 255 unknown.
    const OFFLINE: u8 = 0;

    #[expect(
        unsafe_code,
        reason = "a function of the system that no crate here wraps"
    )]
    pub(super) fn power() -> Power {
        let mut status = SYSTEM_POWER_STATUS::default();
        // SAFETY: the pointer is to a structure of this frame, which the call fills.
        let known = unsafe { GetSystemPowerStatus(&raw mut status) } != 0;
        match known && status.ACLineStatus == OFFLINE {
            true => Power::Battery,
            false => Power::Mains,
        }
    }
}

#[cfg(not(any(target_os = "linux", target_os = "macos", windows)))]
mod system {
    pub(super) fn power() -> super::Power {
        super::Power::Mains
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn only_a_machine_that_discharges_its_own_battery_runs_from_one() {
        // Each supply: its files and what they say.
        type Supply = &'static [(&'static str, &'static str)];
        let battery: Supply = &[("type", "Battery"), ("status", "Discharging\n")];
        let charging: Supply = &[("type", "Battery"), ("status", "Charging")];
        let unplugged: Supply = &[("type", "Mains\n"), ("online", "0\n")];
        let plugged: Supply = &[("type", "Mains\n"), ("online", "1\n")];
        let usb: Supply = &[("type", "USB"), ("online", "1")];
        let mouse: Supply = &[
            ("type", "Battery"),
            ("scope", "Device"),
            ("status", "Discharging"),
        ];
        let table: [(&[Supply], Power); 8] = [
            (&[], Power::Mains),
            (&[battery], Power::Battery),
            (&[battery, unplugged], Power::Battery),
            // A second battery is drained while the mains feeds the machine.
            (&[battery, plugged], Power::Mains),
            (&[battery, usb], Power::Mains),
            (&[charging, unplugged], Power::Mains),
            (&[mouse], Power::Mains),
            (&[mouse, battery], Power::Battery),
        ];
        for (supplies, expected) in table {
            let folder = tempfile::tempdir().unwrap();
            for (number, supply) in supplies.iter().enumerate() {
                let path = folder.path().join(number.to_string());
                std::fs::create_dir(&path).unwrap();
                for (file, text) in *supply {
                    std::fs::write(path.join(file), text).unwrap();
                }
            }
            assert_eq!(system::from(folder.path()), expected, "{supplies:?}");
        }
        assert_eq!(
            system::from(std::path::Path::new("/nowhere/at/all")),
            Power::Mains
        );
    }
}
