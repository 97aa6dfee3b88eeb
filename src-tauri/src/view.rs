//! The window's views, as the command line and the tray's orders name them.
//!
//! A window that is open already is not started again: the tray holds its standard input and writes
//! an [`Order`] a line. That needs no socket, ends with the tray, and no other user can write there.

/// A view of the window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum View {
    /// What the agent does.
    #[default]
    Status,
    /// Its lines.
    Logs,
    /// What AI costs.
    Spend,
    /// The settings.
    Settings,
}

impl View {
    const ALL: [Self; 4] = [Self::Status, Self::Logs, Self::Spend, Self::Settings];

    /// Its name on the command line.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Status => "status",
            Self::Logs => "logs",
            Self::Spend => "spend",
            Self::Settings => "settings",
        }
    }
}

impl std::str::FromStr for View {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|view| view.as_str() == text)
            .ok_or_else(|| format!("`{text}` is no view: status, logs, spend or settings"))
    }
}

/// The exit code of a window in which the user quit the whole application.
pub const QUIT: u8 = 10;

/// What the tray tells an open window, one a line on its standard input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Come to the front, at this view; where it is, when none is named.
    Show(Option<View>),
    /// End: the application is quit.
    Close,
}

impl std::fmt::Display for Order {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Show(None) => f.write_str("show"),
            Self::Show(Some(view)) => write!(f, "show {}", view.as_str()),
            Self::Close => f.write_str("close"),
        }
    }
}

impl std::str::FromStr for Order {
    type Err = String;

    fn from_str(line: &str) -> Result<Self, Self::Err> {
        match line.trim().split_once(' ') {
            None if line.trim() == "show" => Ok(Self::Show(None)),
            None if line.trim() == "close" => Ok(Self::Close),
            Some(("show", view)) => Ok(Self::Show(Some(view.parse()?))),
            _ => Err(format!("`{}` is no order", line.trim())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_is_read_as_it_was_written() {
        let shows = View::ALL
            .map(Some)
            .into_iter()
            .chain([None])
            .map(Order::Show);
        for order in shows.chain([Order::Close]) {
            assert_eq!(format!("{order}\n").parse(), Ok(order));
        }
        for wrong in ["", "show me", "hide", "show  status"] {
            assert!(wrong.parse::<Order>().is_err(), "{wrong:?}");
        }
    }
}
