use super::*;

const TABLE: Table = Table {
    name: "t",
    id: "id",
    changed: Some("changed"),
    columns: "state",
    wanted: "state <> 'text'",
};

fn database() -> Connection {
    let connection = Connection::open_in_memory().unwrap();
    connection
        .execute_batch("CREATE TABLE t (id TEXT PRIMARY KEY, state TEXT, changed INTEGER)")
        .unwrap();
    connection
}

fn insert(connection: &Connection, id: &str, state: &str, changed: i64) {
    let sql = "INSERT INTO t VALUES (?1, ?2, ?3)";
    connection.execute(sql, (id, state, changed)).unwrap();
}

/// The ids that a step shows, and whether more follow.
fn step(connection: &Connection, place: &mut Place) -> (Vec<String>, bool) {
    let mut ids = Vec::new();
    let more = place
        .read_on(connection, &TABLE, |row| {
            ids.push(text(row, 1)?.unwrap());
            Ok(match text(row, FIRST)?.as_deref() {
                Some("open") => Met::Open,
                Some("wrong") => Met::Unreadable,
                _ => Met::Read,
            })
        })
        .unwrap();
    // What is kept is what the next step begins with.
    *place = serde_json::from_slice(&serde_json::to_vec(place).unwrap()).unwrap();
    (ids, more)
}

fn ids(connection: &Connection, place: &mut Place) -> Vec<String> {
    step(connection, place).0
}

#[test]
fn each_row_is_shown_once_and_text_never() {
    let (connection, mut place) = (database(), Place::default());
    insert(&connection, "a", "done", 1);
    insert(&connection, "b", "text", 2);
    assert_eq!(ids(&connection, &mut place), ["a"]);
    insert(&connection, "c", "done", 3);
    insert(&connection, "d", "text", 4);
    assert_eq!(
        ids(&connection, &mut place),
        ["a", "c"],
        "`a` is the last that changed"
    );
    assert_eq!(place.row, 4, "behind what is not wanted, too");
    insert(&connection, "e", "wrong", 5);
    assert_eq!(ids(&connection, &mut place), ["c", "e"]);
    assert_eq!(place.unreadable, 1);
    ids(&connection, &mut place);
    assert_eq!(place.unreadable, 1, "counted when it was met first");
}

#[test]
fn rows_that_were_unfinished_or_have_changed_are_shown_again() {
    let (connection, mut place) = (database(), Place::default());
    insert(&connection, "a", "open", 1);
    for n in 0..2_000 {
        insert(&connection, &format!("b{n}"), "text", 2);
    }
    insert(&connection, "c", "done", 3);
    insert(&connection, "d", "done", 4);
    while step(&connection, &mut place).1 {}
    let update = "UPDATE t SET state = 'done', changed = 9 WHERE id IN ('a', 'c')";
    connection.execute(update, []).unwrap();
    let mut again = ids(&connection, &mut place);
    again.sort();
    assert_eq!(
        again,
        ["a", "c"],
        "far behind, because it was unfinished; and near"
    );
    let again = ids(&connection, &mut place);
    assert_eq!(
        again,
        ["c"],
        "whatever has the newest change may change again"
    );
}

#[test]
fn where_the_row_at_the_place_is_another_everything_is_read_again() {
    let (connection, mut place) = (database(), Place::default());
    for id in ["a", "b", "c"] {
        insert(&connection, id, "wrong", 1);
    }
    ids(&connection, &mut place);
    assert_eq!(place.unreadable, 3);
    connection
        .execute("DELETE FROM t WHERE id = 'a'", [])
        .unwrap();
    // As VACUUM may do it.
    connection
        .execute("UPDATE t SET rowid = rowid - 1", [])
        .unwrap();
    insert(&connection, "d", "done", 1);
    // The third row is d now.
    assert_eq!(ids(&connection, &mut place), ["b", "c", "d"]);
    assert_eq!(place.unreadable, 2);
    connection.execute("DELETE FROM t", []).unwrap();
    assert!(ids(&connection, &mut place).is_empty());
    insert(&connection, "e", "done", 1);
    assert_eq!(ids(&connection, &mut place), ["e"]);
}

#[test]
fn a_step_is_bounded() {
    let (connection, mut place) = (database(), Place::default());
    connection
        .execute_batch(
            "WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 25000)
             INSERT INTO t SELECT 'r' || n, CASE WHEN n % 5 = 0 THEN 'done' ELSE 'text' END, 0 FROM n",
        )
        .unwrap();
    let (mut found, mut steps) = (0, 0);
    loop {
        let (ids, more) = step(&connection, &mut place);
        steps += 1;
        found += ids.iter().filter(|id| !id.is_empty()).count();
        assert!(ids.len() <= 2_100, "{}", ids.len());
        if !more {
            break;
        }
    }
    assert!(steps >= 5, "{steps}");
    // Those near the place were shown again: nothing tells that they have not changed.
    assert!(found >= 5_000, "{found}");
    assert_eq!(place.row, 25_000);
}

#[test]
fn the_list_of_unfinished_rows_is_bounded_and_keeps_the_newest() {
    let (connection, mut place) = (database(), Place::default());
    for n in 0..300 {
        insert(&connection, &format!("o{n}"), "open", 1);
    }
    while step(&connection, &mut place).1 {}
    assert_eq!(place.open.len(), MOST_OPEN);
    assert!(place.open.contains(&300));
}
