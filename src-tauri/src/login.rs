//! Whether this application starts at login: asked of the system each time, because the user may
//! change it there too.

use crate::Surroundings;
use crate::platform::LoginEntry;
use aco_tray::LoginStart;

/// What is started at login.
pub(crate) struct Start<'a> {
    /// This program's file.
    pub(crate) program: &'a str,
    /// `ACO_HOME`, where this program was started with one.
    pub(crate) home: Option<&'a str>,
}

/// The start at login of this application.
#[derive(Clone, Debug)]
pub struct Login {
    entry: Option<LoginEntry>,
    program: Result<String, String>,
    home: Option<String>,
}

impl Login {
    /// Of the user this program runs for.
    #[must_use]
    pub fn new(surroundings: &Surroundings) -> Self {
        let environment = &surroundings.environment;
        // An AppImage is started by its own file; what runs lies in a folder that goes away.
        let program = match environment.get("APPIMAGE") {
            Some(image) => Ok(image.to_string_lossy().into_owned()),
            None => surroundings
                .program
                .as_ref()
                .map(|path| path.to_string_lossy().into_owned())
                .map_err(Clone::clone),
        };
        Self {
            entry: LoginEntry::of(environment),
            program,
            home: environment
                .get("ACO_HOME")
                .map(|home| home.to_string_lossy().into_owned()),
        }
    }

    /// As the system says it now.
    #[must_use]
    pub fn state(&self) -> LoginStart {
        match &self.entry {
            None => LoginStart::Unknown,
            Some(entry) if entry.is_on() => LoginStart::On,
            Some(_) => LoginStart::Off,
        }
    }

    /// Switches it on or off.
    ///
    /// # Errors
    /// What refused, and where.
    pub fn set(&self, on: bool) -> Result<(), String> {
        let entry = self
            .entry
            .as_ref()
            .ok_or("nothing says whose login is meant: HOME is not set to an absolute path")?;
        if !on {
            return entry.set(None);
        }
        let program = self.program.as_ref().map_err(|error| {
            format!("this program's own file is not known ({error}); start it by its full path")
        })?;
        entry.set(Some(&Start {
            program,
            home: self.home.as_deref(),
        }))
    }
}
