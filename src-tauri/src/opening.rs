//! Opening things outside: the configured Grafana, and a folder of ours. Nothing else is ever handed
//! to the desktop, whatever an agent or a page asks for.

use std::path::Path;

/// Opens `url` in the browser, where it is a page of the Grafana at `configured`.
///
/// # Errors
/// When it is not, or nothing opens it.
pub fn open_grafana(url: &str, configured: &str) -> Result<(), String> {
    if !is_page_of(url, configured) {
        return Err(format!(
            "{url} is no page of the configured Grafana ({configured}), and is not opened"
        ));
    }
    open::that_detached(url).map_err(|error| format!("no browser opens {url}: {error}"))
}

/// Opens a folder in the file manager.
///
/// # Errors
/// When there is none, or nothing opens it.
pub fn open_folder(folder: &Path) -> Result<(), String> {
    let shown = folder.display();
    if !folder.is_dir() {
        return Err(format!("{shown} is no folder"));
    }
    open::that_detached(folder).map_err(|error| format!("nothing opens {shown}: {error}"))
}

/// http(s), and everything up to the configured path the same; behind it a new part of the path, a
/// question or nothing.
fn is_page_of(url: &str, configured: &str) -> bool {
    let is_web = ["http://", "https://"]
        .iter()
        .any(|scheme| configured.starts_with(scheme));
    let base = configured.trim_end_matches('/');
    let rest = url.strip_prefix(base);
    is_web
        && !url
            .chars()
            .any(|letter| letter.is_control() || letter == ' ')
        && rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_pages_of_the_configured_grafana_are_opened() {
        let configured = "https://grafana.example.org/sub/";
        for page in [
            "https://grafana.example.org/sub",
            "https://grafana.example.org/sub/explore?panes=%7B%7D",
            "https://grafana.example.org/sub?x=1",
        ] {
            assert!(is_page_of(page, configured), "{page}");
        }
        for other in [
            "https://grafana.example.org.evil.example/sub/explore",
            "https://grafana.example.org@evil.example/",
            "https://grafana.example.org/subway",
            "http://grafana.example.org/sub/explore",
            "file:///etc/passwd",
            "https://grafana.example.org/sub/\nx",
            "",
        ] {
            assert!(!is_page_of(other, configured), "{other}");
        }
        assert!(!is_page_of("file:///etc/passwd", "file:///etc"));
        assert!(open_grafana("file:///etc/passwd", configured).is_err());
    }

    #[test]
    fn only_folders_are_opened() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file.desktop");
        std::fs::write(&file, "").unwrap();
        assert!(open_folder(&file).unwrap_err().contains("no folder"));
        assert!(open_folder(&folder.path().join("gone")).is_err());
    }
}
