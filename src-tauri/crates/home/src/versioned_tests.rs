use super::*;
use std::fs;

const FORMAT: Format = Format {
    magic: "aco-test",
    version: 2,
};

type Numbers = VersionedFile<Vec<u8>>;

fn in_new_folder(content: Option<&str>) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    if let Some(content) = content {
        fs::write(&path, content).unwrap();
    }
    (folder, path)
}

#[test]
fn what_is_saved_is_read() {
    let (_folder, path) = in_new_folder(None);
    let opened = Numbers::open(&path, FORMAT).unwrap();
    assert_eq!((opened.content, opened.findings), (None, vec![]));
    opened.file.save(&vec![1, 2]).unwrap();
    assert!(
        fs::read_to_string(&path)
            .unwrap()
            .starts_with("aco-test 2\n")
    );
    assert_eq!(
        Numbers::read(&path, FORMAT).unwrap(),
        Content::Found(vec![1, 2])
    );
}

#[test]
fn an_older_version_is_read_by_the_newer_program() {
    let (_folder, path) = in_new_folder(Some("aco-test 1\n[3]\n"));
    assert_eq!(Numbers::open(&path, FORMAT).unwrap().content, Some(vec![3]));
}

#[test]
fn every_kind_of_damage_is_kept_aside_and_named() {
    let not_the_magic = "first line is not `aco-test 2`";
    let table = [
        ("", not_the_magic),
        ("aco-test", not_the_magic),
        ("aco-test 0\n[]", not_the_magic),
        ("aco-test x\n[]", not_the_magic),
        ("aco-tester 2\n[]", not_the_magic),
        ("\u{0}\u{0}\u{0}", not_the_magic),
        ("aco-test 2\n", "not the expected JSON"),
        ("aco-test 2\n[1,", "not the expected JSON"),
        ("aco-test 2\n{}", "not the expected JSON"),
    ];
    for (content, expected) in table {
        let (_folder, path) = in_new_folder(Some(content));
        let Content::Damaged(_) = Numbers::read(&path, FORMAT).unwrap() else {
            panic!("{content:?} passed");
        };
        assert_eq!(
            fs::read_to_string(&path).unwrap(),
            content,
            "a reader moves nothing"
        );

        let opened = Numbers::open(&path, FORMAT).unwrap();
        assert_eq!(opened.content, None);
        let [Finding::Damaged { kept, why, .. }] = &opened.findings[..] else {
            panic!("{:?}", opened.findings);
        };
        assert!(why.contains(expected), "{content:?}: {why}");
        assert_eq!(fs::read_to_string(kept).unwrap(), content);
        opened.file.save(&vec![9]).unwrap();
        assert_eq!(Numbers::open(&path, FORMAT).unwrap().content, Some(vec![9]));
    }
}

#[test]
fn damage_again_never_overwrites_what_was_kept() {
    let (folder, path) = in_new_folder(None);
    for content in ["one", "two"] {
        fs::write(&path, content).unwrap();
        Numbers::open(&path, FORMAT).unwrap();
    }
    let kept = |n| fs::read_to_string(folder.path().join(format!("file.damaged-{n}"))).unwrap();
    assert_eq!((kept(1), kept(2)), ("one".to_owned(), "two".to_owned()));
}

#[test]
fn a_newer_file_is_left_alone_and_another_begun_beside_it() {
    let newer = "aco-test 3\nwhatever that will be";
    let (folder, path) = in_new_folder(Some(newer));
    assert_eq!(Numbers::read(&path, FORMAT).unwrap(), Content::Newer(3));
    let opened = Numbers::open(&path, FORMAT).unwrap();
    assert_eq!(opened.content, None);
    opened.file.save(&vec![1]).unwrap();

    let again = Numbers::open(&path, FORMAT).unwrap();
    assert_eq!(again.content, Some(vec![1]));
    let instead = folder.path().join("file.v2");
    let finding = Finding::Newer {
        path: path.clone(),
        version: 3,
        instead,
    };
    assert_eq!(again.findings, [finding], "said at every start");
    assert!(
        again.findings[0]
            .to_string()
            .contains("update this program")
    );
    assert_eq!(
        Numbers::read(&path, FORMAT).unwrap(),
        Content::Found(vec![1])
    );
    assert_eq!(fs::read_to_string(&path).unwrap(), newer);
}

#[test]
fn what_cannot_be_read_is_an_error_that_names_it() {
    let (folder, _) = in_new_folder(None);
    let error = Numbers::open(folder.path(), FORMAT).unwrap_err();
    assert!(
        error
            .to_string()
            .contains(&folder.path().display().to_string()),
        "{error}"
    );
}

#[test]
fn to_replace_keeps_no_copy_of_damage_and_spares_what_is_newer() {
    let (folder, path) = in_new_folder(Some("damaged s3cret"));
    let file = Numbers::to_replace(&path, FORMAT).unwrap();
    file.save(&vec![1]).unwrap();
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
    assert_eq!(
        Numbers::read(&path, FORMAT).unwrap(),
        Content::Found(vec![1])
    );

    fs::write(&path, "aco-test 3\n").unwrap();
    let file = Numbers::to_replace(&path, FORMAT).unwrap();
    assert_eq!(file.path(), beside(&path, FORMAT));
}
