//! Which picture the tray shows.

use crate::menu::{Agent, Scene};
use aco_domain::AgentState;

/// What the picture lies on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Ground {
    /// A menu bar that colours the picture itself (macOS).
    Template,
    /// A light panel.
    Light,
    /// A dark panel.
    Dark,
    /// A panel of which nobody tells the colour: a picture with contrast on both.
    Any,
}

/// A picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Icon {
    /// What it says.
    pub state: AgentState,
    /// What it lies on.
    pub ground: Ground,
}

/// The picture of a scene.
#[must_use]
pub fn icon(scene: &Scene<'_>, ground: Ground) -> Icon {
    let state = match scene.agent {
        Agent::Missing(_) => AgentState::Attention,
        // A clock: it is waited for.
        Agent::Starting | Agent::Waits(_) => AgentState::Backlog,
        Agent::Answers(status) => status.state,
    };
    Icon { state, ground }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{STATES, desktop, status};

    fn state(agent: Agent<'_>) -> AgentState {
        let scene = Scene {
            agent,
            desktop: desktop(),
        };
        icon(&scene, Ground::Any).state
    }

    #[test]
    fn the_picture_is_the_agents_state() {
        for known in STATES {
            assert_eq!(state(Agent::Answers(&status(known))), known);
        }
        assert_eq!(state(Agent::Starting), AgentState::Backlog);
        assert_eq!(state(Agent::Waits("for an import")), AgentState::Backlog);
        assert_eq!(state(Agent::Missing("gone")), AgentState::Attention);
    }

    #[test]
    fn the_ground_is_kept() {
        let scene = Scene {
            agent: Agent::Starting,
            desktop: desktop(),
        };
        for ground in [Ground::Template, Ground::Light, Ground::Dark, Ground::Any] {
            assert_eq!(icon(&scene, ground).ground, ground);
        }
    }
}
