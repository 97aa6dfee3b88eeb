//! Made-up states of the agent, for the tests of this crate.

use crate::menu::{Desktop, LoginStart};
use aco_domain::{AgentState, Amount, Attention, Backlog, Counters, NanoUsd, Role, Spend, Status};

pub(crate) const STATES: [AgentState; 5] = [
    AgentState::Attention,
    AgentState::Paused,
    AgentState::Local,
    AgentState::Backlog,
    AgentState::Shipping,
];

/// An agent of this tray in that state, with nothing spent.
pub(crate) fn status(state: AgentState) -> Status {
    Status {
        schema_version: Status::SCHEMA_VERSION,
        version: "0.1.0".to_owned(),
        pid: Some(42),
        role: Some(Role::Tray),
        home: "/home/a/.local/share/ai-cost-observer".into(),
        installation: "3c7d9a1e-0000-4000-8000-000000000000".to_owned(),
        host_name: "laptop".to_owned(),
        state,
        summary: match state {
            AgentState::Attention => "Token refused",
            AgentState::Paused => "Paused until you resume",
            AgentState::Local => "Local only",
            AgentState::Backlog => "Catching up",
            AgentState::Shipping => "Up to date",
        }
        .to_owned(),
        attention: Vec::new(),
        endpoint: None,
        last_answer: None,
        last_accepted: None,
        answers: None,
        backlog: Backlog::default(),
        records: Counters::default(),
        paused: (state == AgentState::Paused).then_some(aco_domain::PauseUntil::Resumed),
        tools: Vec::new(),
        spend: None,
        reading: None,
        shipped_through: 0,
        kept: None,
        grafana: None,
        outlook: None,
        limits: Vec::new(),
    }
}

pub(crate) fn spend(today: Amount, month: Amount) -> Spend {
    Spend {
        date: "2026-11-25".to_owned(),
        today,
        month,
    }
}

pub(crate) fn dollars(cents: i64, unpriced_tokens: u64) -> Amount {
    Amount {
        api_value: NanoUsd(cents * 10_000_000),
        unpriced_tokens,
    }
}

pub(crate) fn desktop() -> Desktop {
    Desktop {
        starts_at_login: LoginStart::Off,
    }
}

pub(crate) fn attention(code: &str) -> Attention {
    Attention {
        code: code.to_owned(),
        what: "what is wrong".to_owned(),
        remedy: "what to do".to_owned(),
    }
}
