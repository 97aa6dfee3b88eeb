//! The words this product is written in.
//!
//! Pure types, shared by every other crate: what a record is called, why one was dropped, which
//! state the agent is in and what a status says. Nothing here reads a clock, a file, the
//! environment or a socket, and no dependency does so on its behalf; that is what makes every rule
//! in this crate a table test. A clock is *described* here ([`Clock`]) and handed in by `main`.

mod budget;
mod examination;
pub mod figures;
mod imported;
mod limit;
mod line;
mod price;
mod price_changes;
mod record;
mod report;
mod settings;
mod source;
mod spend;
mod state;
mod status;
mod time;
mod tool;
mod usage;

pub use budget::{Basis, BudgetSpan, BudgetStatus, FeesPaid, Outlook};
pub use examination::{Answerer, Answers, Check, Outcome, Step};
pub use imported::Imported;
pub use limit::{LimitReading, Percent};
pub use line::{LineLevel, LogLine, escape_line, write_attribute};
pub use price::{OwnPrice, PerMillion};
pub use price_changes::{FilledModel, PriceChanges, RepricedModel};
pub use record::{Counters, DropReason, Dropped, RecordUid};
pub use report::{By, Figures, Omitted, Report, ReportQuery, Row};
pub use settings::{
    Contact, ContactBy, Setting, SettingChange, SettingField, SettingList, SettingProblem,
    SettingsSheet, Takes, TokenState,
};
pub use source::{SourceFolder, SourceStatus, Sources};
pub use spend::{Amount, Kept, Progress, Spend};
pub use state::{AgentState, Attention};
pub use status::{
    Answer, AnswerKind, Backlog, EndpointStatus, Origin, PauseUntil, Role, Status, ToolSeen,
};
pub use time::{Clock, UnixNanos};
pub use tool::{ToolCategory, ToolId, ToolKind};
pub use usage::{
    Call, CallIdentity, Checkpoint, Increment, NanoUsd, NotAnAmount, Pricing, Terms, TokenCounts,
    Unrecognised,
};

/// `service.name` of everything the agent ships.
pub const SERVICE_NAME: &str = "ai-cost-observer";

/// The bundle id; also the name of the product's folders on macOS and Windows.
pub const BUNDLE_ID: &str = "dev.aicostobserver.desktop";

/// The product's name, for people.
pub const PRODUCT_NAME: &str = "AI Cost Observer";
