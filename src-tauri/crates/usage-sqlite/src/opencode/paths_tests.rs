use super::*;
use aco_usage::Platform;
use std::ffi::OsString;

fn roots_with(variables: &[(&str, &str)]) -> Vec<PathBuf> {
    let variable = |name: &str| {
        let found = variables.iter().find(|(known, _)| *known == name);
        found.map(|(_, value)| OsString::from(value))
    };
    roots(&Surroundings {
        variable: &variable,
        home: Some(Path::new("/home/u")),
        platform: Platform::Linux,
    })
}

#[test]
fn the_data_folder_is_xdgs_on_every_system_and_a_database_may_lie_elsewhere() {
    let usual = PathBuf::from("/home/u/.local/share/opencode");
    assert_eq!(roots_with(&[]), std::slice::from_ref(&usual));
    assert_eq!(
        roots_with(&[("OPENCODE_DB", "dev.db")]),
        [usual.clone(), usual.join("dev.db")]
    );
    if cfg!(unix) {
        assert_eq!(
            roots_with(&[("OPENCODE_DB", "/x/y.db"), ("XDG_DATA_HOME", "/d")]),
            [PathBuf::from("/d/opencode"), PathBuf::from("/x/y.db")]
        );
        assert_eq!(
            roots_with(&[("OPENCODE_DATA_DIR", "/a, ~/b")]),
            [PathBuf::from("/a"), PathBuf::from("/home/u/b")]
        );
    }
    assert_eq!(
        roots_with(&[("OPENCODE_DATA_DIR", "relative")]),
        [] as [PathBuf; 0]
    );
}

#[test]
fn every_channels_database_and_every_message_is_listed_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("opencode");
    let named = folder.path().join("named.db");
    for name in [
        "opencode/opencode.db",
        "opencode/opencode-local.db",
        "opencode/opencode.db-wal",
        "opencode/opencodex.db",
        "opencode/auth.json",
        "opencode/storage/message/ses_1/msg_1.json",
        "opencode/storage/session/ses_1.json",
        "named.db",
    ] {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "").unwrap();
    }
    let listing = list(&[data.clone(), named.clone(), data.join("absent")]);
    assert!(listing.problems.is_empty(), "{:?}", listing.problems);
    let paths: Vec<_> = listing.files.into_iter().map(|file| file.path).collect();
    let message = data.join("storage/message/ses_1/msg_1.json");
    let mut expected = vec![
        named,
        data.join("opencode-local.db"),
        data.join("opencode.db"),
        message.clone(),
    ];
    expected.sort();
    assert_eq!(paths, expected);
    assert_eq!(parts(&message), Some(data.join("storage/part/msg_1")));
    assert_eq!(session(&message), Some("ses_1"));
}
