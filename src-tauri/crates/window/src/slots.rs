//! Which tool has which colour: once, in the order of first appearance, for good.

use crate::Slot;
use aco_domain::ToolId;

/// The colours, in the order they are given.
const COLOURS: [Slot; 6] = [Slot::S1, Slot::S2, Slot::S3, Slot::S4, Slot::S5, Slot::S6];

/// The tools that have been seen, in their order. Kept by whoever keeps the window's state.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Slots {
    seen: Vec<ToolId>,
}

impl Slots {
    /// As they were kept. What is there twice counts once.
    pub fn kept(tools: impl IntoIterator<Item = ToolId>) -> Self {
        let mut slots = Self::default();
        for tool in tools {
            slots.see(&tool);
        }
        slots
    }

    /// Takes a tool in the next colour, unless it has one; whether that is news to keep. The
    /// seventh and all later ones have no colour, and are not kept.
    pub fn see(&mut self, tool: &ToolId) -> bool {
        let is_new = self.seen.len() < COLOURS.len() && !self.seen.contains(tool);
        if is_new {
            self.seen.push(tool.clone());
        }
        is_new
    }

    /// The tool's colour.
    #[must_use]
    pub fn of(&self, tool: &str) -> Slot {
        let place = self.seen.iter().position(|seen| seen.as_str() == tool);
        let slot = place.and_then(|place| COLOURS.get(place));
        slot.copied().unwrap_or(Slot::Other)
    }

    /// The tools to keep, in their order.
    pub fn tools(&self) -> impl Iterator<Item = &ToolId> {
        self.seen.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tool(id: &str) -> ToolId {
        ToolId::new(id).unwrap()
    }

    #[test]
    fn a_tool_keeps_its_colour_and_the_seventh_has_none() {
        let ids = [
            "codex",
            "claude-code",
            "amp",
            "goose",
            "kimi",
            "droid",
            "cursor",
        ];
        let mut slots = Slots::default();
        for (n, id) in ids.iter().enumerate() {
            assert_eq!(slots.see(&tool(id)), n < 6, "{id}");
            assert!(!slots.see(&tool(id)), "{id} has it already");
        }
        assert_eq!(slots.of("codex"), Slot::S1);
        assert_eq!(slots.of("droid"), Slot::S6);
        assert_eq!(slots.of("cursor"), Slot::Other);
        assert_eq!(slots.of("never-seen"), Slot::Other);
        let again = Slots::kept(slots.tools().cloned());
        assert_eq!(again, slots);
    }
}
