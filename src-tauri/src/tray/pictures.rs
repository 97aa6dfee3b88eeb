//! The pictures themselves, embedded as they were drawn (`cargo xtask icons`).

use aco_domain::AgentState;
use aco_tray::{Ground, Icon};

type Sizes = [(u32, &'static [u8]); 8];

macro_rules! sizes {
    ($folder:literal, $state:literal) => {
        sizes!($folder, $state, 16 20 22 24 32 36 44 64)
    };
    ($folder:literal, $state:literal, $($size:literal)+) => {
        [$((
            $size,
            include_bytes!(concat!("../../icons/tray/", $folder, "/", $state, "-", $size, ".png"))
                .as_slice(),
        )),+]
    };
}

macro_rules! states {
    ($folder:literal, $state:expr) => {
        match $state {
            AgentState::Attention => sizes!($folder, "attention"),
            AgentState::Paused => sizes!($folder, "paused"),
            AgentState::Local => sizes!($folder, "local"),
            AgentState::Backlog => sizes!($folder, "backlog"),
            AgentState::Shipping => sizes!($folder, "shipping"),
        }
    };
}

fn sizes(icon: Icon) -> Sizes {
    match icon.ground {
        Ground::Template => states!("template", icon.state),
        Ground::Light => states!("on-light", icon.state),
        Ground::Dark => states!("on-dark", icon.state),
        Ground::Any => states!("on-any", icon.state),
    }
}

/// The PNG of the smallest picture with at least `pixels` a side, else of the largest.
pub(crate) fn png(icon: Icon, pixels: u32) -> &'static [u8] {
    let sizes = sizes(icon);
    let fits = sizes.iter().find(|(size, _)| *size >= pixels);
    fits.unwrap_or(&sizes[sizes.len() - 1]).1
}

/// Every picture, for whoever checks that they can be shown.
pub(crate) fn all() -> impl Iterator<Item = &'static [u8]> {
    let grounds = [Ground::Template, Ground::Light, Ground::Dark, Ground::Any];
    let states = [
        AgentState::Attention,
        AgentState::Paused,
        AgentState::Local,
        AgentState::Backlog,
        AgentState::Shipping,
    ];
    let icons = grounds
        .into_iter()
        .flat_map(move |ground| states.map(|state| Icon { state, ground }));
    icons.flat_map(|icon| sizes(icon).map(|(_, png)| png))
}

#[cfg(test)]
mod tests {
    use super::*;
    use tauri::image::Image;

    #[test]
    fn the_next_larger_picture_is_taken() {
        let icon = Icon {
            state: AgentState::Local,
            ground: Ground::Any,
        };
        for (pixels, size) in [
            (1, 16),
            (16, 16),
            (17, 20),
            (22, 22),
            (33, 36),
            (45, 64),
            (99, 64),
        ] {
            let image = Image::from_bytes(png(icon, pixels)).unwrap();
            assert_eq!((image.width(), image.height()), (size, size), "{pixels}");
        }
        assert_eq!(all().count(), 4 * 5 * 8);
    }
}
