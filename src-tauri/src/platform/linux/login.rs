//! The start at login: an entry of the Desktop Application Autostart Specification.
//!
//! Written here and not by a plugin: Tauri's puts the program's path into `Exec` without quotes, so
//! that a folder with a space starts nothing.

use crate::login::Start;
use aco_home::Environment;
use std::fs;
use std::io;
use std::path::PathBuf;

/// The entry's file.
#[derive(Clone, Debug)]
pub(crate) struct LoginEntry(PathBuf);

impl LoginEntry {
    pub(crate) fn of(environment: &Environment) -> Option<Self> {
        let config = environment.absolute_path("XDG_CONFIG_HOME").or_else(|| {
            let home = environment.absolute_path("HOME")?;
            Some(home.join(".config"))
        })?;
        let folder = config.join("autostart");
        Some(Self(folder.join("ai-cost-observer.desktop")))
    }

    /// Whether there is one that no desktop has switched off.
    pub(crate) fn is_on(&self) -> bool {
        let text = fs::read_to_string(&self.0).unwrap_or_default();
        let says = |line: &str| text.lines().any(|it| it.trim() == line);
        text.lines().any(|line| line.starts_with("Exec="))
            && !says("Hidden=true")
            && !says("X-GNOME-Autostart-enabled=false")
    }

    /// Starts that from the next login on, or nothing.
    pub(crate) fn set(&self, start: Option<&Start<'_>>) -> Result<(), String> {
        let done = match start {
            Some(start) => {
                let text = entry(start)?;
                let folder = self.0.parent().map_or(Ok(()), fs::create_dir_all);
                folder.and_then(|()| fs::write(&self.0, text))
            }
            None => match fs::remove_file(&self.0) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
                _ => Ok(()),
            },
        };
        done.map_err(|error| format!("{}: {error}", self.0.display()))
    }
}

fn entry(start: &Start<'_>) -> Result<String, String> {
    let mut words = Vec::new();
    if let Some(home) = start.home {
        words.push("env".to_owned());
        words.push(quoted(&format!("ACO_HOME={home}"))?);
    }
    words.push(quoted(start.program)?);
    words.push("--hidden".to_owned());
    Ok(format!(
        "[Desktop Entry]\nType=Application\nName=AI Cost Observer\nExec={}\n\
         Icon=ai-cost-observer\nTerminal=false\nX-GNOME-Autostart-enabled=true\n",
        words.join(" ")
    ))
}

/// An argument of `Exec` (Desktop Entry Specification, "The Exec key"): in double quotes, where four
/// characters need a backslash, which needs one itself because the value is a string; a percent
/// sign is doubled.
fn quoted(argument: &str) -> Result<String, String> {
    let mut quoted = String::from("\"");
    for letter in argument.chars() {
        match letter {
            '"' | '`' | '$' => quoted.extend(['\\', '\\', letter]),
            '\\' => quoted.push_str("\\\\\\\\"),
            '%' => quoted.push_str("%%"),
            letter if letter.is_control() => {
                return Err(format!("{argument:?} cannot stand in a desktop entry"));
            }
            letter => quoted.push(letter),
        }
    }
    quoted.push('"');
    Ok(quoted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_path_is_one_argument() {
        let table = [
            ("/usr/bin/a", r#""/usr/bin/a""#),
            ("/opt/AI Tools/a", r#""/opt/AI Tools/a""#),
            ("/opt/100%/a", r#""/opt/100%%/a""#),
            (r#"/opt/"q"/a"#, r#""/opt/\\"q\\"/a""#),
            ("/opt/$HOME/`a`", r#""/opt/\\$HOME/\\`a\\`""#),
            (r"/opt/b\s", r#""/opt/b\\\\s""#),
        ];
        for (path, expected) in table {
            assert_eq!(quoted(path).unwrap(), expected);
        }
        assert!(quoted("/opt/\n").is_err());
    }

    #[test]
    fn an_entry_is_switched_on_and_off() {
        let folder = tempfile::tempdir().unwrap();
        let environment = [("XDG_CONFIG_HOME", folder.path())].into_iter().collect();
        let login = LoginEntry::of(&environment).unwrap();
        assert!(!login.is_on());
        login.set(None).unwrap();
        let start = Start {
            program: "/opt/AI Cost/ai-cost-observer",
            home: Some("/home/a/my home"),
        };
        login.set(Some(&start)).unwrap();
        assert!(login.is_on());
        let path = folder.path().join("autostart/ai-cost-observer.desktop");
        let text = fs::read_to_string(&path).unwrap();
        let exec =
            "Exec=env \"ACO_HOME=/home/a/my home\" \"/opt/AI Cost/ai-cost-observer\" --hidden";
        assert!(text.lines().any(|line| line == exec), "{text}");

        // GNOME's settings and KDE's switch one off like this.
        for off in ["Hidden=true", "X-GNOME-Autostart-enabled=false"] {
            let on = text.replace("X-GNOME-Autostart-enabled=true", off);
            fs::write(&path, on).unwrap();
            assert!(!login.is_on(), "{off}");
        }
        login.set(None).unwrap();
        assert!(!path.exists());
    }

    #[test]
    fn the_folder_is_the_users() {
        let environment = [("HOME", "/home/a")].into_iter().collect();
        let entry = LoginEntry::of(&environment).unwrap();
        let path = "/home/a/.config/autostart/ai-cost-observer.desktop";
        assert_eq!(entry.0, PathBuf::from(path));
        assert!(LoginEntry::of(&Environment::default()).is_none());
    }
}
