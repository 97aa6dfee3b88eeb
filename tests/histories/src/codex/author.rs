//! Writes Codex' files, and notes in the manifest what each row means.

use super::row::{Counts, Row, usage_record};
use super::{Scene, Shape, zstandard};
use crate::chance::Chance;
use crate::manifest::{Manifest, Spent};
use crate::output::Output;
use crate::time::{as_folders, in_file_names, later};
use aco_domain::{Terms, UnixNanos};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// The last is sold by nobody.
const MODELS: &[&str] = &["gpt-5-codex", "gpt-5", "gpt-5-mini", "orion-2-codex"];

const WINDOW: u64 = 272_000;

/// After how many calls a thread is forked.
const FORKED_AFTER: u32 = 5;

/// How a call is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Style {
    Counts,
    TotalsOnly,
    Records,
}

/// A thread that is being written.
#[derive(Clone, Debug)]
struct Thread {
    id: String,
    path: PathBuf,
    project: String,
    model: &'static str,
    turn: String,
    /// What `total_token_usage` said last.
    totals: Counts,
    /// What `last_token_usage` said last.
    last: Counts,
    turn_sum: Counts,
    /// The number of the next row, in files that number them.
    ordinal: Option<u64>,
    at: UnixNanos,
}

/// What a fork begins with.
#[derive(Clone, Debug)]
struct Parent {
    id: String,
    rows: Vec<Row>,
    totals: Counts,
    last: Counts,
    at: UnixNanos,
}

/// A file that is being written.
struct Page {
    output: Output,
    rows: Vec<Row>,
}

/// One hand that writes all files of a home.
pub(super) struct Author {
    folder: PathBuf,
    shape: Shape,
    chance: Chance,
    pub(super) manifest: Manifest,
    parent: Option<Parent>,
    fork: Option<Parent>,
}

impl Author {
    pub(super) fn new(folder: &Path, shape: &Shape) -> Self {
        Self {
            folder: folder.to_owned(),
            shape: *shape,
            chance: Chance::new(shape.seed),
            manifest: Manifest::default(),
            parent: None,
            fork: None,
        }
    }

    pub(super) fn thread(&mut self, scene: Scene) -> io::Result<()> {
        let calls = self.shape.calls.max(2);
        let parent = match scene {
            Scene::ForkOfFork => self.fork.clone(),
            _ => self.parent.clone(),
        };
        let mut thread = self.new_thread(parent.as_ref().filter(|_| scene.has_parent()));
        if scene == Scene::Archived {
            thread.path = archived(&thread.path);
        }
        let mut page = self.begin(scene, &mut thread, parent.as_ref())?;
        let forked_after = FORKED_AFTER.min(calls - 1);
        for number in 0..calls {
            if number % 3 == 0 {
                self.turn(&mut thread, &mut page)?;
            }
            if number == calls / 2 {
                page = self.halfway(scene, &mut thread, page)?;
            }
            let style = match scene {
                Scene::TotalsOnly => Style::TotalsOnly,
                Scene::Records | Scene::RemoteCompaction => Style::Records,
                Scene::OldThenRecords if number >= calls / 2 => Style::Records,
                _ => Style::Counts,
            };
            self.call(&mut thread, &mut page, style)?;
            if number + 1 == forked_after {
                let here = Some(Parent {
                    id: thread.id.clone(),
                    rows: page.rows.clone(),
                    totals: thread.totals,
                    last: thread.last,
                    at: thread.at,
                });
                match scene {
                    Scene::Plain => self.parent = here,
                    Scene::ForkStampedAnew => self.fork = here,
                    _ => {}
                }
            }
        }
        self.manifest.written.add(page.output.finish()?);
        if scene == Scene::Compressed {
            self.compress(&thread.path)?;
            fs::remove_file(self.folder.join(&thread.path))?;
            self.manifest.written.files -= 1;
        }
        Ok(())
    }

    fn new_thread(&mut self, after: Option<&Parent>) -> Thread {
        let seconds = self
            .chance
            .number(0..=(u64::from(self.shape.days) * 86_400).saturating_sub(1));
        let mut at = later(self.shape.since, seconds * 1_000);
        if let Some(parent) = after {
            at = at.max(later(parent.at, 60_000));
        }
        let id = self.chance.uuid();
        let project = self.chance.number(0..=7);
        Thread {
            path: rollout(&id, at),
            id,
            project: format!("/home/dev/project-{project:02}"),
            model: MODELS[0],
            turn: String::new(),
            totals: Counts::default(),
            last: Counts::default(),
            turn_sum: Counts::default(),
            ordinal: None,
            at,
        }
    }

    /// Everything before a thread's own rows.
    fn begin(
        &mut self,
        scene: Scene,
        thread: &mut Thread,
        parent: Option<&Parent>,
    ) -> io::Result<Page> {
        let mut page = Page {
            output: Output::open(&self.folder, &thread.path)?,
            rows: Vec::new(),
        };
        let parent = parent.filter(|_| scene.has_parent());
        let mut fields = r#""source":"cli","#.to_owned();
        if let Some(parent) = parent {
            let id = &parent.id;
            let spawned = format!(
                r#""source":{{"subagent":{{"thread_spawn":{{"parent_thread_id":"{id}","depth":1}}}}}},"#
            );
            fields = match scene {
                Scene::SubAgentWithCopies | Scene::SubAgentAlone => spawned,
                Scene::StartOrdinal => {
                    // Its own row has number 0, and those of the parent follow.
                    let own = parent.rows.len() + 1;
                    format!(
                        r#"{spawned}"history_mode":"paginated","subagent_history_start_ordinal":{own},"#
                    )
                }
                Scene::HistoryBase => {
                    let rows = parent.rows.len();
                    let bytes: usize = parent.rows.iter().map(|row| row.line(None).len() + 1).sum();
                    format!(
                        r#""source":"cli","history_mode":"paginated","history_base":{{"thread_id":"{id}","end_ordinal_exclusive":{rows},"end_byte_offset":{bytes}}},"#
                    )
                }
                _ => format!(r#""forked_from_id":"{id}","source":"cli","#),
            };
            thread.ordinal = match scene {
                Scene::StartOrdinal => Some(0),
                Scene::HistoryBase => Some(parent.rows.len() as u64),
                _ => None,
            };
        }
        let meta = Row::session_meta(&thread.id, &thread.project, &fields, thread.at);
        write(thread, &mut page, meta)?;
        let Some(parent) = parent.filter(|_| scene != Scene::SubAgentAlone) else {
            return Ok(page);
        };
        thread.totals = parent.totals;
        thread.last = parent.last;
        if scene == Scene::HistoryBase {
            return Ok(page);
        }
        for (number, row) in parent.rows.iter().enumerate() {
            let at = match scene {
                Scene::ForkWithOldTimes => row.at,
                // All at once, as fast as a disk writes.
                _ => later(thread.at, number as u64 / 8),
            };
            write(thread, &mut page, row.clone().stamped(at))?;
        }
        thread.at = later(thread.at, 900);
        if scene == Scene::ForkStampedAnew {
            // A client that connects is told where the thread stands.
            let again = Row::token_count(&thread.totals, Some(&thread.last), thread.at);
            write(thread, &mut page, again)?;
        }
        Ok(page)
    }

    fn turn(&mut self, thread: &mut Thread, page: &mut Page) -> io::Result<()> {
        thread.at = later(thread.at, self.chance.number(3_000..=200_000));
        thread.model = self.chance.pick(MODELS);
        thread.turn = self.chance.uuid();
        thread.turn_sum = Counts::default();
        let context = Row::turn_context(&thread.turn, &thread.project, thread.model, thread.at);
        write(thread, page, context)?;
        let prompt = Row::prompt(&mut self.chance, thread.at);
        write(thread, page, prompt)
    }

    /// What a scene is about, where it is not how the thread began.
    fn halfway(&mut self, scene: Scene, thread: &mut Thread, mut page: Page) -> io::Result<Page> {
        match scene {
            Scene::Restarted => thread.totals = Counts::default(),
            Scene::Overflown => {
                let missing = WINDOW.saturating_sub(thread.totals.total);
                thread.totals = Counts::opaque(WINDOW);
                let full =
                    Row::token_count(&thread.totals, Some(&Counts::opaque(missing)), thread.at);
                write(thread, &mut page, full)?;
                let compacted = Row::compacted(None, "", thread.at);
                write(thread, &mut page, compacted)?;
                let estimate = Counts::opaque(9_876);
                thread.at = later(thread.at, 40);
                let row = Row::token_count(&thread.totals, Some(&estimate), thread.at);
                write(thread, &mut page, row)?;
            }
            Scene::RemoteCompaction => {
                let (record, response) = self.usage_record(thread, &mut page)?;
                let compacted = Row::compacted(Some(&record), &response, thread.at);
                write(thread, &mut page, compacted)?;
            }
            Scene::Paged => {
                self.manifest.written.add(page.output.finish()?);
                let time = in_file_names(thread.at);
                let name = format!("rollout-{time}-{}_2.jsonl", thread.id);
                thread.path = thread.path.with_file_name(name);
                page = Page {
                    output: Output::open(&self.folder, &thread.path)?,
                    rows: Vec::new(),
                };
                let meta =
                    Row::session_meta(&thread.id, &thread.project, r#""source":"cli","#, thread.at);
                write(thread, &mut page, meta)?;
                self.turn(thread, &mut page)?;
            }
            Scene::ArchivedAndActive | Scene::CompressedAndPlain => {
                self.manifest.written.add(page.output.finish()?);
                if scene == Scene::CompressedAndPlain {
                    self.compress(&thread.path)?;
                } else {
                    let copy = self.folder.join(archived(&thread.path));
                    fs::create_dir_all(copy.parent().unwrap_or(&self.folder))?;
                    let bytes = fs::copy(self.folder.join(&thread.path), copy)?;
                    self.manifest.written.bytes += bytes;
                    self.manifest.written.files += 1;
                }
                page.output = Output::open(&self.folder, &thread.path)?;
            }
            _ => {}
        }
        Ok(page)
    }

    fn call(&mut self, thread: &mut Thread, page: &mut Page, style: Style) -> io::Result<()> {
        thread.at = later(thread.at, self.chance.number(1_500..=40_000));
        let reasoning = Row::reasoning(&mut self.chance, thread.at);
        write(thread, page, reasoning)?;
        let bytes = usize::try_from(self.chance.skewed(4 * u64::from(self.shape.text)));
        let output = Row::output(&mut self.chance, bytes.unwrap_or_default(), thread.at);
        write(thread, page, output)?;
        if self.chance.one_in(10) {
            write(thread, page, Row::rate_limits(thread.at))?;
        }
        if style == Style::Records {
            // The same call follows once more, as older readers know it.
            self.usage_record(thread, page)?;
        } else {
            let counts = Counts::new(&mut self.chance);
            thread.totals = thread.totals.plus(&counts);
            thread.last = counts;
            self.record(thread, &counts);
        }
        let last = (style != Style::TotalsOnly).then_some(thread.last);
        let row = Row::token_count(&thread.totals, last.as_ref(), thread.at);
        if self.chance.one_in(40) {
            let line = row.line(thread.ordinal);
            page.output.line(&line[..line.len() / 2])?;
            self.manifest.skipped_lines += 1;
        }
        write(thread, page, row)?;
        page.output.written.usage_lines += 1;
        while self.chance.one_in(3) {
            thread.at = later(thread.at, self.chance.number(5..=4_000));
            let again = Row::token_count(&thread.totals, last.as_ref(), thread.at);
            write(thread, page, again)?;
        }
        Ok(())
    }

    /// A response of which a record is written, perhaps more than once.
    fn usage_record(
        &mut self,
        thread: &mut Thread,
        page: &mut Page,
    ) -> io::Result<(String, String)> {
        let counts = Counts::new(&mut self.chance);
        thread.totals = thread.totals.plus(&counts);
        thread.turn_sum = thread.turn_sum.plus(&counts);
        let response = self.chance.id("resp_", 40);
        let record = usage_record(
            &thread.id,
            &thread.turn,
            &response,
            &counts,
            &thread.turn_sum,
            &thread.totals,
        );
        thread.last = counts;
        self.record(thread, &counts);
        let row = Row::record(&record, thread.at);
        write(thread, page, row)?;
        page.output.written.usage_lines += 1;
        if self.chance.one_in(5) {
            thread.at = later(thread.at, 30);
            let again = Row::record(&record, thread.at);
            write(thread, page, again)?;
        }
        Ok((record, response))
    }

    fn record(&mut self, thread: &Thread, counts: &Counts) {
        let call = self.manifest.call();
        let spent = Spent {
            tool: "codex",
            at: thread.at,
            model: thread.model.to_owned(),
            session: thread.id.clone(),
            project: thread.project.clone(),
            tokens: counts.disjoint(),
            terms: Terms::default(),
        };
        self.manifest.copy(call, &thread.path, false, spent);
    }

    fn compress(&mut self, path: &Path) -> io::Result<()> {
        let plain = self.folder.join(path);
        let frame = zstandard::frame(&fs::read(&plain)?);
        self.manifest.written.files += 1;
        fs::write(plain.with_extension("jsonl.zst"), frame)
    }
}

impl Scene {
    fn has_parent(self) -> bool {
        matches!(
            self,
            Self::ForkStampedAnew
                | Self::ForkWithOldTimes
                | Self::ForkOfFork
                | Self::SubAgentWithCopies
                | Self::SubAgentAlone
                | Self::HistoryBase
                | Self::StartOrdinal
        )
    }
}

fn write(thread: &mut Thread, page: &mut Page, row: Row) -> io::Result<()> {
    page.output.line(&row.line(thread.ordinal))?;
    if let Some(ordinal) = &mut thread.ordinal {
        *ordinal += 1;
    }
    page.rows.push(row);
    Ok(())
}

fn rollout(id: &str, at: UnixNanos) -> PathBuf {
    Path::new("sessions")
        .join(as_folders(at))
        .join(format!("rollout-{}-{id}.jsonl", in_file_names(at)))
}

fn archived(path: &Path) -> PathBuf {
    Path::new("archived_sessions").join(path.file_name().unwrap_or_default())
}
