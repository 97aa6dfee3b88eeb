use super::*;

#[cfg(unix)]
#[test]
fn aco_home_puts_everything_below_one_folder() {
    let env = [
        ("ACO_HOME", "/h"),
        ("HOME", "/home/ada"),
        ("XDG_RUNTIME_DIR", "/run/user/1"),
    ];
    let home = Home::resolve(&Environment::from_iter(env)).unwrap();
    for path in [
        home.config_file(),
        home.log_file(),
        home.spool_folder(),
        home.state_file(),
        home.installation_file(),
        home.token_file(),
        home.lock_file(),
        home.socket().to_owned(),
    ] {
        assert!(path.starts_with("/h"), "{}", path.display());
    }
    assert_eq!(home.socket(), "/h/run/agent.sock");
}

#[cfg(unix)]
#[test]
fn spellings_of_one_home_share_its_socket() {
    let long = format!("/{}", "x".repeat(120));
    let socket = |home: String| {
        let env = Environment::from_iter([("ACO_HOME", home)]);
        Home::resolve(&env).unwrap().socket().to_owned()
    };
    let expected = socket(long.clone());
    assert!(expected.starts_with("/tmp"));
    assert_eq!(socket(format!("{long}/")), expected);
    assert_eq!(socket(format!("/.{long}//")), expected);
}

#[cfg(all(unix, not(target_os = "macos")))]
#[test]
fn linux_follows_xdg() {
    let resolve = |env: &[(&str, &str)]| {
        let home = Home::resolve(&Environment::from_iter(env.iter().copied())).unwrap();
        let text = |path: PathBuf| path.display().to_string();
        (text(home.config_file()), text(home.log_file()))
    };
    let by_default = (
        "/home/ada/.config/ai-cost-observer/config.toml".to_owned(),
        "/home/ada/.local/share/ai-cost-observer/logs/ai-cost-observer.log".to_owned(),
    );
    assert_eq!(resolve(&[("HOME", "/home/ada")]), by_default);
    let relative = [
        ("HOME", "/home/ada"),
        ("XDG_CONFIG_HOME", "c"),
        ("XDG_DATA_HOME", "d"),
    ];
    assert_eq!(
        resolve(&relative),
        by_default,
        "relative values are ignored"
    );
    assert_eq!(
        resolve(&[("XDG_CONFIG_HOME", "/c"), ("XDG_DATA_HOME", "/d")]),
        (
            "/c/ai-cost-observer/config.toml".to_owned(),
            "/d/ai-cost-observer/logs/ai-cost-observer.log".to_owned(),
        )
    );
}

#[cfg(target_os = "macos")]
#[test]
fn macos_keeps_everything_in_application_support() {
    let home = Home::resolve(&Environment::from_iter([("HOME", "/Users/ada")])).unwrap();
    let folder = "/Users/ada/Library/Application Support/dev.aicostobserver.desktop";
    assert_eq!(home.folder(), Path::new(folder));
    assert_eq!(home.config_file(), Path::new(folder).join("config.toml"));
}

#[cfg(windows)]
#[test]
fn windows_keeps_data_local_and_listens_on_a_pipe() {
    let env = [("AppData", r"C:\R"), ("LocalAppData", r"C:\L")];
    let home = Home::resolve(&Environment::from_iter(env)).unwrap();
    assert_eq!(
        home.config_file(),
        Path::new(r"C:\R\dev.aicostobserver.desktop\config.toml")
    );
    assert_eq!(home.folder(), Path::new(r"C:\L\dev.aicostobserver.desktop"));
    assert!(home.socket().starts_with(r"\\.\pipe\"));
}

#[test]
fn a_home_that_cannot_be_found_names_the_remedy() {
    let table = [
        (
            vec![],
            "not set to an absolute path; set ACO_HOME to the absolute path",
        ),
        (
            vec![("ACO_HOME", "here")],
            "ACO_HOME is the relative path `here`; set ACO_HOME to",
        ),
    ];
    for (env, expected) in table {
        let error = Home::resolve(&Environment::from_iter(env))
            .unwrap_err()
            .to_string();
        assert!(error.contains(expected), "{error}");
    }
}

#[cfg(unix)]
#[test]
fn two_homes_never_share_a_socket() {
    let socket = |data: &str| {
        let env = [
            ("HOME", "/home/ada"),
            ("XDG_DATA_HOME", data),
            ("XDG_RUNTIME_DIR", "/run/u"),
        ];
        Home::resolve(&Environment::from_iter(env))
            .unwrap()
            .socket()
            .to_owned()
    };
    assert_eq!(socket("/a"), socket("/a"));
    if cfg!(not(target_os = "macos")) {
        assert_ne!(socket("/a"), socket("/b"));
    }
}

#[test]
fn create_makes_every_folder_and_may_be_repeated() {
    let root = tempfile::tempdir().unwrap();
    let env = [("ACO_HOME", root.path().join("new").into_os_string())];
    let home = Home::resolve(&Environment::from_iter(env)).unwrap();
    home.create().unwrap();
    home.create().unwrap();
    assert!(home.log_folder().is_dir() && home.spool_folder().is_dir());
}

#[test]
fn a_file_in_the_way_is_named() {
    let root = tempfile::tempdir().unwrap();
    let blocked = root.path().join("blocked");
    std::fs::write(&blocked, "").unwrap();
    let env = [("ACO_HOME", blocked.clone().into_os_string())];
    let error = Home::resolve(&Environment::from_iter(env))
        .unwrap()
        .create()
        .unwrap_err();
    assert!(
        error.to_string().contains(&blocked.display().to_string()),
        "{error}"
    );
}
