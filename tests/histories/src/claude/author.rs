//! Writes Claude Code's files, and notes in the manifest what each line means.

use super::line::{self, Usage};
use super::{Call, Shape, Transcript, Traps};
use crate::chance::Chance;
use crate::manifest::{Manifest, Spent};
use crate::output::Output;
use crate::time::later;
use aco_domain::{Terms, TokenCounts, UnixNanos};
use std::io;
use std::path::{Path, PathBuf};

const MODELS: &[&str] = &[
    "claude-sonnet-4-5-20250929",
    "claude-sonnet-4-5-20250929",
    "claude-sonnet-4-5-20250929",
    "claude-opus-4-1-20250805",
    "claude-haiku-4-5-20251001",
];

/// Nobody sells these.
const UNKNOWN_MODELS: &[&str] = &["aurora-9-preview", "in-house/borealis:2"];

/// How many lines of a session are kept to be copied.
const COPIED_AT_MOST: usize = 24;

/// About what the lines of one call need without what a person or a tool said.
const ANSWER_BYTES: u64 = 3_600;

/// How much text there is still to write.
#[derive(Debug)]
pub(super) struct Budget {
    bytes: u64,
    calls: u64,
}

impl Budget {
    pub(super) fn new(shape: &Shape) -> Self {
        Self {
            bytes: shape.bytes,
            calls: shape.calls.into(),
        }
    }

    /// What a question may take, on average, for all of it to be used up at the end.
    fn question(&self, written: u64) -> u64 {
        let left = self.bytes.saturating_sub(written);
        (left / self.calls.max(1)).saturating_sub(ANSWER_BYTES)
    }
}

/// A line that may be copied, and what it meant.
#[derive(Clone, Debug)]
pub(super) struct Kept {
    line: String,
    pub(super) at: UnixNanos,
    usage: Option<(Call, TokenCounts)>,
}

/// One hand that writes all files of a home.
#[derive(Debug)]
pub(super) struct Author {
    folder: PathBuf,
    pub(super) chance: Chance,
    pub(super) manifest: Manifest,
    traps: Traps,
}

impl Author {
    pub(super) fn new(folder: &Path, seed: u64, traps: Traps) -> Self {
        Self {
            folder: folder.to_owned(),
            chance: Chance::new(seed),
            manifest: Manifest::default(),
            traps,
        }
    }

    pub(super) fn main(&mut self, number: u32) -> Transcript {
        // Equally long names: whether a path is compared by bytes or by components, copies in two
        // of them have the same order.
        let project = format!("project-{:02}", number % 12);
        let session = self.chance.uuid();
        Transcript {
            path: PathBuf::from(format!("projects/-home-dev-{project}/{session}.jsonl")),
            project: format!("/home/dev/{project}"),
            session,
            agent: None,
            last_uuid: None,
        }
    }

    pub(super) fn resumed(&mut self, earlier: &Transcript) -> Transcript {
        let session = self.chance.uuid();
        Transcript {
            path: earlier.path.with_file_name(format!("{session}.jsonl")),
            session,
            last_uuid: None,
            ..earlier.clone()
        }
    }

    pub(super) fn sub_agent(&mut self, parent: &Transcript) -> Transcript {
        let agent = self.chance.id("", 8);
        let folder = parent.path.with_extension("");
        Transcript {
            path: folder
                .join("subagents")
                .join(format!("agent-{agent}.jsonl")),
            agent: Some(agent),
            last_uuid: None,
            ..parent.clone()
        }
    }

    /// Writes a file with so many calls, which begins with copies. Gives back its first lines.
    pub(super) fn transcript(
        &mut self,
        transcript: &mut Transcript,
        number: u32,
        calls: u32,
        begin: UnixNanos,
        copies: &[Kept],
        budget: &mut Budget,
    ) -> io::Result<Vec<Kept>> {
        let mut page = Page {
            output: Output::open(&self.folder, &transcript.path)?,
            kept: Vec::new(),
            spaced: self.traps.spaced && number % 7 == 3,
        };
        self.copy(transcript, &mut page, copies)?;
        let mut at = begin;
        for _ in 0..calls {
            let written = self.manifest.written.bytes + page.output.written.bytes;
            let most = 4 * budget.question(written);
            let question = usize::try_from(self.chance.skewed(most)).unwrap_or_default();
            at = self.exchange(transcript, &mut page, question, "", at)?;
            budget.calls -= 1;
            at = later(at, self.chance.number(2_000..=90_000));
        }
        if self.traps.half_lines && number % 13 == 5 {
            let call = self.new_call();
            let tokens = self.tokens(&call);
            let line = line::assistant(&mut self.chance, transcript, &call, &tokens, at);
            let half = floor(&line, line.len() * 2 / 3);
            page.output.unfinished(&line[..half])?;
        }
        self.manifest.written.add(page.output.finish()?);
        Ok(page.kept)
    }

    /// A question and its answer. Gives back when the answer was complete.
    pub(super) fn exchange(
        &mut self,
        transcript: &mut Transcript,
        page: &mut Page,
        question: usize,
        words: &str,
        at: UnixNanos,
    ) -> io::Result<UnixNanos> {
        if self.chance.one_in(15) {
            let line = line::aside(&mut self.chance, transcript, at);
            page.line(line, at, None)?;
        }
        let line = if words.is_empty() && !self.chance.one_in(8) {
            line::tool_result(&mut self.chance, transcript, question, at)
        } else {
            line::prompt(&mut self.chance, transcript, question.min(4_000), words, at)
        };
        page.line(line, at, None)?;
        self.mishap(transcript, page, at)?;
        self.answer(transcript, page, at)
    }

    /// What goes wrong now and then, and is nobody's bill.
    fn mishap(
        &mut self,
        transcript: &mut Transcript,
        page: &mut Page,
        at: UnixNanos,
    ) -> io::Result<()> {
        if self.chance.one_in(100) {
            let tokens = TokenCounts {
                input: 1_234_567 * u64::from(self.traps.synthetic_tokens),
                output: 1_234_567 * u64::from(self.traps.synthetic_tokens),
                ..TokenCounts::default()
            };
            let line = line::synthetic(&mut self.chance, transcript, &tokens, at);
            page.line(line, at, None)?;
        }
        if self.traps.damaged && self.chance.one_in(200) {
            let call = self.new_call();
            let tokens = self.tokens(&call);
            let line = line::assistant(&mut self.chance, transcript, &call, &tokens, at);
            // Within the numbers, so that the marker is in what is left and the bill is not.
            let cut = line.rfind(r#""output_tokens":"#).unwrap_or_default();
            page.output.line(&line[..cut])?;
            self.manifest.skipped_lines += 1;
        }
        if self.traps.damaged && self.chance.one_in(200) {
            // Cut within a prompt: broken as well, and no usage is missed by it.
            page.output
                .line(r#"{"type":"user","message":{"role":"user","content":"go on wi"#)?;
        }
        Ok(())
    }

    fn new_call(&mut self) -> Call {
        let anonymous = self.traps.without_ids && self.chance.one_in(60);
        let named = !anonymous;
        let model = if self.traps.unknown_models && self.chance.one_in(25) {
            self.chance.pick(UNKNOWN_MODELS)
        } else {
            self.chance.pick(MODELS)
        };
        let usage = match self.chance.number(0..=19) {
            0..=1 => Usage::Unsplit,
            2 if self.traps.nulls => Usage::Nulls,
            _ => Usage::Full,
        };
        Call {
            id: self.manifest.call(),
            message: named.then(|| self.chance.id("msg_01", 22)),
            request: named.then(|| self.chance.id("req_011C", 20)),
            model,
            usage,
            records_a_price: self.traps.recorded_costs && self.chance.one_in(50),
        }
    }

    /// What the call costs when it is complete.
    fn tokens(&mut self, call: &Call) -> TokenCounts {
        let chance = &mut self.chance;
        let written = chance.skewed(40_000);
        let split = matches!(call.usage, Usage::Full);
        let (five_minutes, hour) = match chance.number(0..=3) {
            0 if split => (0, written),
            1 if split => (written / 3, written - written / 3),
            _ => (written, 0),
        };
        let mut tokens = TokenCounts {
            input: chance.skewed(3_000),
            output: 1 + chance.skewed(6_000),
            cache_read: chance.skewed(140_000),
            cache_write_5m: five_minutes,
            cache_write_1h: hour,
            reasoning: 0,
        };
        if matches!(call.usage, Usage::Nulls) && chance.one_in(2) {
            tokens.cache_read = 0;
            tokens.input = 0;
        }
        if self.traps.long_context && chance.one_in(40) {
            tokens.cache_read += 200_000 + chance.skewed(400_000);
        }
        tokens
    }

    /// The lines of a call while it streams.
    fn answer(
        &mut self,
        transcript: &mut Transcript,
        page: &mut Page,
        asked: UnixNanos,
    ) -> io::Result<UnixNanos> {
        let call = self.new_call();
        let complete = self.tokens(&call);
        let repeats = match call.message {
            Some(_) => self.chance.number(1..=4),
            None => 1,
        };
        let mut outputs: Vec<u64> = if self.chance.one_in(3) {
            // One line for each block of the answer, each with the final count.
            vec![complete.output; usize::try_from(repeats).unwrap_or(1)]
        } else {
            let growing = |n: u64| (complete.output * n * n / (repeats * repeats)).max(1);
            (1..=repeats).map(growing).collect()
        };
        if self.traps.shrinking && self.chance.one_in(30) {
            outputs.reverse();
        }
        let mut at = later(asked, self.chance.number(900..=9_000));
        for output in outputs {
            let tokens = TokenCounts { output, ..complete };
            let line = line::assistant(&mut self.chance, transcript, &call, &tokens, at);
            self.record(transcript, &call, tokens, at);
            page.line(line, at, Some((call.clone(), tokens)))?;
            at = later(at, self.chance.number(200..=3_000));
        }
        Ok(at)
    }

    fn record(&mut self, transcript: &Transcript, call: &Call, tokens: TokenCounts, at: UnixNanos) {
        let tier = match call.usage {
            Usage::Nulls => None,
            Usage::Full | Usage::Unsplit => Some("standard".into()),
        };
        let spent = Spent {
            tool: "claude-code",
            at,
            model: call.model.to_owned(),
            session: transcript.session.clone(),
            project: transcript.project.clone(),
            tokens,
            terms: Terms {
                service_tier: tier,
                ..Terms::default()
            },
        };
        let sidechain = transcript.agent.is_some();
        self.manifest
            .copy(call.id, &transcript.path, sidechain, spent);
    }

    /// What a file begins with when its session went on from another.
    fn copy(
        &mut self,
        transcript: &mut Transcript,
        page: &mut Page,
        copies: &[Kept],
    ) -> io::Result<()> {
        let how_many = copies.len() * 3 / 4;
        for kept in &copies[..how_many] {
            let Some((call, tokens)) = &kept.usage else {
                if transcript.agent.is_none() {
                    let line = with_session(&kept.line, &transcript.session);
                    page.line(line, kept.at, None)?;
                }
                continue;
            };
            if transcript.agent.is_none() {
                // Without ids a copy could not be told from a call.
                if call.message.is_some() {
                    self.record(transcript, call, *tokens, kept.at);
                    let line = with_session(&kept.line, &transcript.session);
                    page.line(line, kept.at, Some((call.clone(), *tokens)))?;
                }
            } else if call.message.is_some() {
                let request = match self.chance.one_in(2) {
                    true => Some(self.chance.id("req_011C", 20)),
                    false => None,
                };
                let copy = Call {
                    request,
                    ..call.clone()
                };
                let mut tokens = *tokens;
                if self.traps.larger_sidechains && self.chance.one_in(3) {
                    tokens.output += 50_000;
                }
                self.record(transcript, &copy, tokens, kept.at);
                let line = line::assistant(&mut self.chance, transcript, &copy, &tokens, kept.at);
                page.line(line, kept.at, Some((copy, tokens)))?;
            }
        }
        Ok(())
    }
}

/// A file that is being written.
#[derive(Debug)]
pub(super) struct Page {
    pub(super) output: Output,
    kept: Vec<Kept>,
    spaced: bool,
}

impl Page {
    pub(super) fn new(output: Output) -> Self {
        Self {
            output,
            kept: Vec::new(),
            spaced: false,
        }
    }

    fn line(
        &mut self,
        line: String,
        at: UnixNanos,
        usage: Option<(Call, TokenCounts)>,
    ) -> io::Result<()> {
        let line = if self.spaced {
            line::spaced(&line)
        } else {
            line
        };
        self.output.line(&line)?;
        self.output.written.usage_lines += u64::from(usage.is_some());
        if self.kept.len() < COPIED_AT_MOST {
            self.kept.push(Kept { line, at, usage });
        }
        Ok(())
    }
}

/// A resumed session puts its own name into what it copies.
fn with_session(line: &str, session: &str) -> String {
    const KEYS: [&str; 2] = [r#""sessionId":""#, r#""sessionId": ""#];
    for key in KEYS {
        if let Some(at) = line.find(key) {
            let from = at + key.len();
            let to = from + session.len();
            return format!("{}{session}{}", &line[..from], &line[to..]);
        }
    }
    line.to_owned()
}

/// The last boundary between characters at or before `at`.
fn floor(text: &str, at: usize) -> usize {
    (0..=at)
        .rev()
        .find(|n| text.is_char_boundary(*n))
        .unwrap_or(0)
}
