use super::*;
use crate::fixtures;

#[test]
fn every_view_shows_the_state() {
    let status = fixtures::offline();
    let shell = Shell::of(Link::Live(&status));
    assert_eq!((shell.glyph, shell.tone), (Glyph::Backlog, Tone::Wait));
    assert_eq!(shell.state, "Offline since 13:05");
    assert_eq!((shell.notice, shell.foot), (None, None));
    let service = fixtures::status_with(|status| status.role = Some(Role::Service));
    let foot = Shell::of(Link::Live(&service)).foot;
    assert_eq!(foot.as_deref(), Some("Run by service"));
}

#[test]
fn without_an_agent_the_views_give_way() {
    let status = fixtures::status();
    let upgrade = Link::UpgradeNeeded {
        message: "upgrade needed: the agent is version 1 (protocol 1), this program 2 (protocol 2)",
        remedy: "update the agent and start it again",
        status: Some(&status),
    };
    let table = [
        (
            Link::Waiting,
            NoticeKind::Waiting,
            "Waiting for the agent…",
            None,
        ),
        (
            Link::NotRunning,
            NoticeKind::NotRunning,
            "Not running",
            Some(Deed::StartAgent),
        ),
        (
            Link::Lost { why: "it is gone" },
            NoticeKind::Lost,
            "Connection lost",
            Some(Deed::StartAgent),
        ),
        (upgrade, NoticeKind::UpgradeNeeded, "Upgrade needed", None),
    ];
    for (link, kind, word, deed) in table {
        let notice = Shell::of(link).notice.unwrap();
        assert_eq!((notice.kind, notice.first.word.as_str()), (kind, word));
        assert_eq!(notice.action.map(|action| action.deed), deed);
    }
    let notice = Shell::of(upgrade).notice.unwrap();
    assert_eq!(
        notice.lead,
        "The agent is version 1 (protocol 1), this program 2 (protocol 2). Update the agent and \
         start it again."
    );
    // Its state is told across versions, and the sidebar has it.
    assert_eq!(Shell::of(upgrade).glyph, Glyph::Shipping);
}
