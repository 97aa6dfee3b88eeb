use super::*;
use std::ffi::OsString;

fn roots_on(platform: Platform, variables: &[(&str, &str)]) -> Vec<PathBuf> {
    let variable = |name: &str| {
        let found = variables.iter().find(|(known, _)| *known == name);
        found.map(|(_, value)| OsString::from(value))
    };
    roots(&Surroundings {
        variable: &variable,
        home: Some(Path::new("/home/u")),
        platform,
    })
}

#[test]
fn each_place_in_which_a_version_kept_sessions_is_looked_into() {
    let linux = [
        "/home/u/.local/share/goose/sessions",
        "/home/u/.local/share/Block/goose/sessions",
    ];
    assert_eq!(roots_on(Platform::Linux, &[]), linux.map(PathBuf::from));
    let mac = roots_on(Platform::MacOs, &[]);
    let support = Path::new("/home/u/Library/Application Support");
    assert!(
        mac.contains(&support.join("Block.block.goose/sessions")),
        "{mac:?}"
    );
    let windows = roots_on(Platform::Windows, &[]);
    assert_eq!(
        windows,
        [PathBuf::from(
            "/home/u/AppData/Roaming/Block/goose/data/sessions"
        )]
    );
}

#[cfg(unix)]
#[test]
fn goose_says_itself_where_to_look() {
    let chosen = [PathBuf::from("/g/data/sessions")];
    assert_eq!(
        roots_on(Platform::Linux, &[("GOOSE_PATH_ROOT", "/g")]),
        chosen
    );
    // A relative one it ignores.
    assert_eq!(
        roots_on(
            Platform::Linux,
            &[("GOOSE_PATH_ROOT", "g"), ("XDG_DATA_HOME", "/d")]
        )[0],
        PathBuf::from("/d/goose/sessions")
    );
}

#[test]
fn databases_and_json_lines_are_listed() {
    let folder = tempfile::tempdir().unwrap();
    for name in [
        "sessions.db",
        "sessions.db-wal",
        "20250727_142210.jsonl",
        "backup.db",
    ] {
        std::fs::write(folder.path().join(name), "").unwrap();
    }
    let listing = list(&[folder.path().to_owned()]);
    let names: Vec<_> = listing
        .files
        .iter()
        .filter_map(|file| file.path.file_name())
        .collect();
    assert_eq!(names, ["20250727_142210.jsonl", "sessions.db"]);
}
