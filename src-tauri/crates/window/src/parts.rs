//! The pieces every view is made of. Words only: what is shown is decided here, where it stands on
//! the screen is not.

use crate::now::sentence;
use serde::{Deserialize, Serialize};

/// Text whose exact value is longer than what fits: `1.84 M` for `1,840,233`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Shown {
    /// What stands there.
    pub text: String,
    /// What is exact, for the title; null where the text is already.
    pub title: Option<String>,
}

impl Shown {
    /// Text that is exact as it stands.
    pub fn plain(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            title: None,
        }
    }

    /// Text with what is exact beside it, unless both are the same.
    pub fn with_title(text: impl Into<String>, title: impl Into<String>) -> Self {
        let (text, title) = (text.into(), title.into());
        let title = (title != text).then_some(title);
        Self { text, title }
    }
}

/// A drawing with a meaning. The first five are the tray's icons.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum Glyph {
    /// A ring with a dot: up to date.
    Shipping,
    /// A ring with a clock's hands: waiting.
    Backlog,
    /// A ring with two bars.
    Paused,
    /// A screen: this computer only.
    Local,
    /// A filled triangle: act.
    Attention,
    /// Something is under way.
    Spinner,
}

/// How loud something is. A colour is never alone: a glyph and a word say the same.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum Tone {
    /// As the text around it.
    #[default]
    Plain,
    /// Amber: it waits.
    Wait,
    /// Red: it needs you.
    Act,
}

/// The line that answers a view's question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct FirstLine {
    /// Before it.
    pub glyph: Option<Glyph>,
    /// Of the glyph.
    pub tone: Tone,
    /// The word or figure, in weight 600.
    pub word: String,
    /// What follows it, its separator included (` · accepted 12 s ago`, ` API value today`); may be
    /// empty.
    pub detail: String,
    /// The exact figure.
    pub title: Option<String>,
}

impl FirstLine {
    /// A word alone.
    pub fn word(word: impl Into<String>) -> Self {
        Self {
            glyph: None,
            tone: Tone::Plain,
            word: word.into(),
            detail: String::new(),
            title: None,
        }
    }

    /// With a glyph before it.
    #[must_use]
    pub fn glyph(mut self, glyph: Glyph, tone: Tone) -> Self {
        self.glyph = Some(glyph);
        self.tone = tone;
        self
    }

    /// With the one detail that matters, after a middle dot.
    #[must_use]
    pub fn dot(mut self, detail: impl AsRef<str>) -> Self {
        let detail = detail.as_ref();
        if !detail.is_empty() {
            self.detail = format!(" · {detail}");
        }
        self
    }
}

/// What a button does; the window knows how to do each of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum Deed {
    /// Opens the menu of [`PauseChoice`]s.
    Pause,
    /// Command `resume`.
    Resume,
    /// Settings, section `connection`.
    Connect,
    /// Settings, section `connection`, the token's field focused.
    ReplaceToken,
    /// Settings, section `grafana`.
    ConnectGrafana,
    /// Settings, section `sources`.
    AddFolder,
    /// Command `open_grafana`.
    OpenGrafana,
    /// Command `try_now`.
    TryNow,
    /// Command `acknowledge_dropped`.
    Acknowledge,
    /// Command `open_config`.
    OpenConfig,
    /// Command `show_quarantine`.
    ShowQuarantine,
    /// Command `open_log_folder`.
    OpenLogFolder,
    /// The Logs view with the text `dropped` searched for.
    ShowDropped,
    /// Command `update_prices`.
    UpdatePrices,
    /// Command `start_agent`.
    StartAgent,
    /// Command `send_kept` with `send: true`.
    SendKept,
    /// Command `send_kept` with `send: false`.
    KeepKept,
    /// Command `clear_token`.
    RemoveToken,
    /// Command `test_connection`.
    Test,
    /// Command `stop_test`.
    StopTest,
    /// Command `quit`.
    Quit,
}

/// A button.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Action {
    /// What it does.
    pub deed: Deed,
    /// Its label, a verb in title case.
    pub label: String,
    /// Whether it is the one button of its view that is filled with the accent.
    pub primary: bool,
}

impl Action {
    /// A button like the others.
    pub fn plain(deed: Deed, label: &str) -> Self {
        Self {
            deed,
            label: label.to_owned(),
            primary: false,
        }
    }

    /// The one primary button.
    pub fn primary(deed: Deed, label: &str) -> Self {
        Self {
            primary: true,
            ..Self::plain(deed, label)
        }
    }
}

/// A tinted line below the first one: what, since when, and buttons (one, but for a question with
/// two answers).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Banner {
    /// Its tint.
    pub tone: Tone,
    /// Whole sentences.
    pub text: String,
    /// What can be done.
    pub actions: Vec<Action>,
}

/// A name and what there is to say about it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Row {
    /// The name.
    pub label: String,
    /// The value; it is ellipsised with itself as the title.
    pub value: String,
    /// Whether the value is a path.
    pub mono: bool,
    /// At the right edge.
    pub aside: Option<String>,
    /// Of the aside.
    pub aside_tone: Tone,
    /// A link at the right edge.
    pub action: Option<Action>,
}

impl Row {
    /// A name and a value.
    pub fn new(label: impl Into<String>, value: impl Into<String>) -> Self {
        Self {
            label: label.into(),
            value: value.into(),
            ..Self::default()
        }
    }

    /// With something at the right edge.
    #[must_use]
    pub fn aside(mut self, aside: impl Into<String>) -> Self {
        self.aside = Some(aside.into());
        self
    }

    /// With a value that is a path.
    #[must_use]
    pub fn mono(mut self) -> Self {
        self.mono = true;
        self
    }
}

/// Rows under a title.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Section {
    /// The title.
    pub title: String,
    /// Whether the names are what is read and the values explain them (sources), rather than the
    /// other way round.
    pub is_list: bool,
    /// Its rows, at least one.
    pub rows: Vec<Row>,
}

/// A view with nothing in it: why, where we looked, one next step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Empty {
    /// Why.
    pub lead: String,
    /// Where we looked.
    pub looked_in: Option<Section>,
    /// The next step.
    pub action: Option<Action>,
}

/// Why a command did nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Problem {
    /// What is wrong, and where.
    pub message: String,
    /// What to do about it; may be empty.
    pub remedy: String,
}

impl Problem {
    /// Why, and what to do, as sentences of their own.
    #[must_use]
    pub fn new(message: &str, remedy: &str) -> Self {
        Self {
            message: sentence(message),
            remedy: sentence(remedy),
        }
    }
}

/// How long shipping is paused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum PauseChoice {
    /// An hour.
    OneHour,
    /// Until the local day ends.
    UntilTomorrow,
    /// Until resumed.
    UntilResumed,
}

/// The colour of a tool: six of them, then a hatched "Other".
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum Slot {
    /// Copper.
    S1,
    /// Teal.
    S2,
    /// Blue.
    S3,
    /// Violet.
    S4,
    /// Olive.
    S5,
    /// Pink.
    S6,
    /// The seventh tool and all later ones.
    Other,
}
