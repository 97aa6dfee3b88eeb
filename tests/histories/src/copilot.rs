//! GitHub Copilot CLI: `.copilot/session-state/<session>/events.jsonl`, and exports in `.copilot/otel`.

use crate::chance::Chance;
use crate::manifest::Manifest;
use crate::output::Output;
use crate::shape::{Session, Shape};
use crate::time::{later, rfc3339};
use aco_domain::{Terms, TokenCounts, UnixNanos};
use std::io;
use std::path::{Path, PathBuf};

/// The last is sold by nobody.
const MODELS: &[&str] = &["claude-sonnet-4.5", "gpt-5", "orion-2"];

/// How a session tells of its calls, in turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scene {
    /// By its end alone.
    Ends,
    /// By its ends, having been entered twice.
    TwoEnds,
    /// By an export alone: it was killed.
    Exported,
    /// By both.
    Both,
    /// By both, but for its first visit.
    BothAtLast,
    /// By records of turns alone.
    Turns,
}

const SCENES: &[Scene] = &[
    Scene::Ends,
    Scene::TwoEnds,
    Scene::Exported,
    Scene::Both,
    Scene::BothAtLast,
    Scene::Turns,
];

/// A call, and its counts as they are written: parts inside their wholes.
struct Call {
    at: UnixNanos,
    model: &'static str,
    tokens: TokenCounts,
    trace: String,
}

impl Call {
    fn input(&self) -> u64 {
        self.tokens.input + self.tokens.cache_read + self.tokens.cache_write_5m
    }
}

/// Writes a history into `home`, which plays the part of the user's home.
///
/// # Errors
/// What the disk says.
pub fn write(home: &Path, shape: &Shape) -> io::Result<Manifest> {
    let mut author = Author {
        home: home.to_owned(),
        shape: *shape,
        chance: Chance::new(shape.seed),
        manifest: Manifest::default(),
    };
    for scene in SCENES.iter().cycle().take(shape.sessions as usize) {
        author.session(*scene)?;
    }
    Ok(author.manifest)
}

struct Author {
    home: PathBuf,
    shape: Shape,
    chance: Chance,
    manifest: Manifest,
}

impl Author {
    fn session(&mut self, scene: Scene) -> io::Result<()> {
        let mut session = Session {
            tool: "copilot-cli",
            id: self.chance.uuid(),
            project: format!("/home/dev/project-{:02}", self.chance.number(0..=5)),
            at: self.shape.moment(&mut self.chance),
        };
        let visits = match scene {
            Scene::TwoEnds | Scene::BothAtLast => 2,
            _ => 1,
        };
        for visit in 0..visits {
            let calls = self.calls(&mut session);
            let exported = match scene {
                Scene::Exported | Scene::Both | Scene::Turns => true,
                Scene::BothAtLast => visit == 1,
                Scene::Ends | Scene::TwoEnds => false,
            };
            // Exports are there before the session ends.
            if exported {
                self.export(&session, &calls, scene == Scene::Turns)?;
            }
            self.events(&mut session, &calls, visit, exported, scene)?;
        }
        Ok(())
    }

    fn calls(&mut self, session: &mut Session) -> Vec<Call> {
        let mut trace = self.chance.id("", 32);
        (0..self.shape.some_calls(&mut self.chance))
            .map(|_| {
                session.wait(&mut self.chance);
                if self.chance.one_in(3) {
                    trace = self.chance.id("", 32);
                }
                let chance = &mut self.chance;
                let tokens = TokenCounts {
                    input: chance.skewed(9_000) + 1,
                    output: chance.skewed(4_000) + 1,
                    // A session's sum is soon above 200,000, which no request need be.
                    cache_read: chance.skewed(150_000),
                    cache_write_5m: chance.skewed(5_000),
                    ..TokenCounts::default()
                };
                let reasoning = chance.skewed(tokens.output);
                Call {
                    at: session.at,
                    model: chance.pick(MODELS),
                    tokens: TokenCounts {
                        reasoning,
                        ..tokens
                    },
                    trace: trace.clone(),
                }
            })
            .collect()
    }

    fn counts(call: &Call) -> String {
        let tokens = &call.tokens;
        format!(
            r#""gen_ai.request.model":"{0}","gen_ai.response.model":"{0}","gen_ai.usage.input_tokens":{1},"gen_ai.usage.output_tokens":{2},"gen_ai.usage.cache_read.input_tokens":{3},"gen_ai.usage.cache_creation.input_tokens":{4},"gen_ai.usage.reasoning.output_tokens":{5}"#,
            call.model,
            call.input(),
            tokens.output,
            tokens.cache_read,
            tokens.cache_write_5m,
            tokens.reasoning
        )
    }

    fn export(&mut self, session: &Session, calls: &[Call], turns: bool) -> io::Result<()> {
        let day = &rfc3339(self.shape.since)[..10];
        let path = PathBuf::from(format!(
            ".copilot/otel/copilot-{day}-{}.jsonl",
            &session.id[..8]
        ));
        let mut output = Output::open(&self.home, &path)?;
        let conversation = &session.id;
        for (number, call) in calls.iter().enumerate() {
            let counts = Self::counts(call);
            let trace = &call.trace;
            let at = [call.at.0 / 1_000_000_000, call.at.0 % 1_000_000_000];
            let text = self.shape.some_text(&mut self.chance);
            let id = self.manifest.call();
            if turns {
                output.line(&format!(
                    r#"{{"hrTime":{at:?},"spanContext":{{"traceId":"{trace}"}},"body":"copilot_chat.agent.turn","attributes":{{"event.name":"copilot_chat.agent.turn","turn.index":{number},"gen_ai.conversation.id":"{conversation}",{counts}}}}}"#
                ))?;
            } else {
                let (span, response) = (self.chance.id("", 16), self.chance.id("resp_", 24));
                let inference = format!(
                    r#"{{"hrTime":{at:?},"spanContext":{{"traceId":"{trace}","spanId":"{span}"}},"body":"GenAI inference: {text}","attributes":{{"event.name":"gen_ai.client.inference.operation.details","gen_ai.response.id":"{response}","gen_ai.conversation.id":"{conversation}",{counts}}}}}"#
                );
                let chat = format!(
                    r#"{{"type":"span","traceId":"{trace}","spanId":"{span}","name":"chat {}","startTime":{at:?},"endTime":{at:?},"attributes":{{"gen_ai.operation.name":"chat","gen_ai.response.id":"{response}","gen_ai.conversation.id":"{conversation}",{counts}}}}}"#,
                    call.model
                );
                let mut lines = vec![chat];
                if self.chance.one_in(2) {
                    lines.push(inference);
                }
                if self.chance.one_in(2) {
                    lines.reverse();
                }
                for line in lines {
                    output.line(&line)?;
                }
                output.line(&format!(
                    r#"{{"type":"span","traceId":"{trace}","spanId":"{}","name":"execute_tool bash","startTime":{at:?},"endTime":{at:?},"attributes":{{"gen_ai.operation.name":"execute_tool","result":"{text}"}}}}"#,
                    self.chance.id("", 16)
                ))?;
            }
            let mut spent = Session {
                at: call.at,
                project: String::new(),
                ..session.clone()
            }
            .spent(call.model, call.tokens);
            spent.terms.summed = turns;
            self.manifest.copy(id, &path, false, spent);
            let is_last = calls
                .get(number + 1)
                .is_none_or(|next| next.trace != *trace);
            if is_last {
                output.line(&format!(
                    r#"{{"type":"span","traceId":"{trace}","spanId":"root","name":"invoke_agent","startTime":{at:?},"endTime":{at:?},"attributes":{{"gen_ai.operation.name":"invoke_agent","gen_ai.conversation.id":"{conversation}",{counts}}}}}"#
                ))?;
            }
            if self.chance.one_in(25) {
                output.line(r#"{"type":"span","attributes":{"gen_ai.usage.input_tokens":98765"#)?;
                self.manifest.skipped_lines += 1;
            }
        }
        output.written.usage_lines += calls.len() as u64;
        self.manifest.written.add(output.finish()?);
        Ok(())
    }

    fn events(
        &mut self,
        session: &mut Session,
        calls: &[Call],
        visit: u32,
        exported: bool,
        scene: Scene,
    ) -> io::Result<()> {
        let path = PathBuf::from(".copilot/session-state")
            .join(&session.id)
            .join("events.jsonl");
        let mut output = Output::open(&self.home, &path)?;
        let (kind, id) = match visit {
            0 => (
                "start",
                format!(r#""sessionId":"{}","copilotVersion":"1.0.7","#, session.id),
            ),
            _ => ("resume", String::new()),
        };
        output.line(&format!(
            r#"{{"type":"session.{kind}","id":"{}","timestamp":"{}","data":{{{id}"context":{{"cwd":"{}"}}}}}}"#,
            self.chance.uuid(),
            rfc3339(session.at),
            session.project
        ))?;
        for _ in calls {
            let mut text = self.shape.some_text(&mut self.chance);
            if self.chance.one_in(10) {
                text.push_str(r#"{\"modelMetrics\":{}}"#);
            }
            output.line(&format!(
                r#"{{"type":"assistant.message","data":{{"content":"{text}","outputTokens":5}}}}"#
            ))?;
        }
        session.at = later(session.at, 5_000);
        if !matches!(scene, Scene::Exported | Scene::Turns) {
            let end = self.chance.uuid();
            let mut metrics = Vec::new();
            for model in MODELS {
                let mut sum = TokenCounts::default();
                let (mut input, mut requests) = (0, 0);
                for call in calls.iter().filter(|call| call.model == *model) {
                    requests += 1;
                    input += call.input();
                    sum.input += call.tokens.input;
                    sum.output += call.tokens.output;
                    sum.cache_read += call.tokens.cache_read;
                    sum.cache_write_5m += call.tokens.cache_write_5m;
                    sum.reasoning += call.tokens.reasoning;
                }
                metrics.push(format!(
                    r#""{model}":{{"requests":{{"count":{requests},"cost":0}},"usage":{{"inputTokens":{input},"outputTokens":{},"cacheReadTokens":{},"cacheWriteTokens":{},"reasoningTokens":{}}}}}"#,
                    sum.output, sum.cache_read, sum.cache_write_5m, sum.reasoning
                ));
                if requests > 0 && !exported {
                    let id = self.manifest.call();
                    let mut spent = session.spent(model, sum);
                    spent.terms = Terms {
                        summed: requests != 1,
                        ..Terms::default()
                    };
                    self.manifest.copy(id, &path, false, spent);
                }
            }
            output.line(&format!(
                r#"{{"type":"session.shutdown","id":"{end}","timestamp":"{}","data":{{"shutdownType":"routine","modelMetrics":{{{}}}}}}}"#,
                rfc3339(session.at),
                metrics.join(",")
            ))?;
            output.written.usage_lines += 1;
        }
        self.manifest.written.add(output.finish()?);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shape::tests::{assert_repeatable, texts};

    #[test]
    fn one_seed_is_one_history() {
        assert_repeatable(write);
    }

    #[test]
    fn every_scene_leaves_its_sign() {
        let home = tempfile::tempdir().unwrap();
        let manifest = write(home.path(), &Shape::SMALL).unwrap();
        let (_, text) = texts(home.path());
        for sign in [
            "session.resume",
            "gen_ai.client.inference.operation.details",
            "copilot_chat.agent.turn",
            r#""invoke_agent""#,
            r#"\"modelMetrics\""#,
        ] {
            assert!(text.contains(sign), "no {sign}");
        }
        assert!(manifest.skipped_lines > 0);
        assert!(manifest.calls().any(|spent| spent.terms.summed));
        assert!(manifest.totals().calls > 100);
    }
}
