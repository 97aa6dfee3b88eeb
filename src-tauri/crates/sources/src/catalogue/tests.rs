//! The embedded file is sound, and user entries extend it or are refused in words.

use super::*;
use std::ffi::OsStr;

const SYSTEMS: [Os; 3] = [Os::Linux, Os::MacOs, Os::Windows];

fn entries(text: &str) -> Vec<ToolEntry> {
    toml::from_str::<File>(text).unwrap().tool
}

fn named<'c>(catalogue: &'c Catalogue, name: &str) -> Option<&'c str> {
    let view = ProcessView {
        name: OsStr::new(name),
        exe: None,
        args: &[],
    };
    Some(catalogue.judge(&view).nature.tool()?.id.as_str())
}

#[test]
fn the_embedded_catalogue_is_sound_and_holds_the_contracts_ids() {
    let contract = [
        "claude-code",
        "codex",
        "gemini-cli",
        "opencode",
        "copilot-cli",
        "amp",
        "goose",
        "qwen-code",
        "kimi",
        "droid",
        "cursor",
        "ollama",
        "lm-studio",
    ];
    for os in SYSTEMS {
        let catalogue = Catalogue::embedded(os).unwrap();
        let ids: Vec<_> = catalogue.tools().map(|tool| tool.id.as_str()).collect();
        for id in contract {
            assert!(ids.contains(&id), "{id}");
        }
        assert!(catalogue.tools().all(|tool| !tool.display_name.is_empty()));
        let mut tools = catalogue.tools();
        assert!(tools.all(|tool| tool.category != ToolCategory::Other));
    }
}

#[test]
fn a_users_tool_is_recognised_and_one_of_the_same_id_replaces_ours() {
    let mut catalogue = Catalogue::embedded(Os::Linux).unwrap();
    let before = catalogue.tools().count();
    catalogue
        .extend(entries(
            r#"
            [[tool]]
            id = "our-agent"
            kind = "cli"
            linux.processes = ["agentd"]
            [[tool]]
            id = "ollama"
            name = "Llama"
            kind = "app"
            processes = ["llama"]
            "#,
        ))
        .unwrap();
    assert_eq!(catalogue.tools().count(), before + 1);
    assert_eq!(named(&catalogue, "agentd"), Some("our-agent"));
    assert_eq!(named(&catalogue, "llama"), Some("ollama"));
    assert_eq!(named(&catalogue, "ollama"), None);
    let tools: Vec<_> = catalogue.tools().take(2).collect();
    assert_eq!(tools[0].display_name, "our-agent");
    assert_eq!(
        (tools[1].display_name.as_str(), tools[1].kind),
        ("Llama", ToolKind::App)
    );
}

#[test]
fn a_users_tool_wins_where_both_fit() {
    let mut catalogue = Catalogue::embedded(Os::Linux).unwrap();
    let entry = "[[tool]]\nid = \"my-goose\"\nkind = \"cli\"\nprocesses = [\"goose\"]";
    catalogue.extend(entries(entry)).unwrap();
    assert_eq!(named(&catalogue, "goose"), Some("my-goose"));
}

#[test]
fn another_systems_patterns_do_not_count_here() {
    let text = "[[tool]]\nid = \"x\"\nkind = \"cli\"\nwindows.processes = [\"X\"]";
    for os in SYSTEMS {
        let mut catalogue = Catalogue::embedded(os).unwrap();
        catalogue.extend(entries(text)).unwrap();
        let expected = (os == Os::Windows).then_some("x");
        assert_eq!(named(&catalogue, "x.EXE"), expected);
    }
}

#[test]
fn wrong_entries_are_named_and_change_nothing() {
    let table = [
        ("id = \"Bad Id\"\nprocesses = [\"x\"]", "`Bad Id`"),
        ("id = \"x\"", "nothing to recognise it by"),
        ("id = \"x\"\nexcept = [\"a\"]", "nothing to recognise it by"),
        ("id = \"x\"\nprocesses = [\"\"]", "is no pattern"),
        ("id = \"x\"\npaths = [\"*\"]", "is no pattern"),
        ("id = \"x\"\nprocesses = [\"bin/x\"]", "under paths"),
        ("id = \"x\"\nprocesses = [\"x*\"]", "under paths"),
        (
            "id = \"x\"\nprocesses = [\"x\"]\n[[tool]]\nid = \"x\"\nkind = \"app\"\nprocesses = [\"y\"]",
            "two [[tool]] entries",
        ),
    ];
    let mut catalogue = Catalogue::embedded(Os::Linux).unwrap();
    let before: Vec<Tool> = catalogue.tools().cloned().collect();
    for (text, says) in table {
        let error = catalogue
            .extend(entries(&format!("[[tool]]\nkind = \"cli\"\n{text}")))
            .unwrap_err();
        assert!(error.to_string().contains(says), "{error}");
        assert!(catalogue.tools().eq(&before));
    }
    let unknown = toml::from_str::<File>("[[tool]]\nid = \"x\"\nkind = \"cli\"\nproceses = []");
    assert!(unknown.is_err(), "a misspelt key must not be skipped");
}
