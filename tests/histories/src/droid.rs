//! Droid: `.factory/sessions/<project>/<session>.settings.json`, a sum each.

use crate::chance::Chance;
use crate::manifest::Manifest;
use crate::output::Output;
use crate::shape::{Session, Shape};
use crate::time::rfc3339;
use aco_domain::TokenCounts;
use std::io;
use std::path::{Path, PathBuf};

/// The last is a name of the user's own, which nobody sells.
const MODELS: &[&str] = &[
    "claude-sonnet-4-5-20250929",
    "gpt-5",
    "custom:Orion-[Mine]-0",
];

/// Writes a history into `home`, which plays the part of the user's home.
///
/// # Errors
/// What the disk says.
pub fn write(home: &Path, shape: &Shape) -> io::Result<Manifest> {
    let mut chance = Chance::new(shape.seed);
    let mut manifest = Manifest::default();
    for number in 0..shape.sessions {
        let name = format!("-home-dev-project-{:02}", chance.number(0..=5));
        let is_old = number % 4 == 3;
        let session = Session {
            tool: "droid",
            id: chance.uuid(),
            project: if is_old { String::new() } else { name.clone() },
            at: shape.moment(&mut chance),
        };
        let folder = PathBuf::from(".factory/sessions");
        let folder = if is_old { folder } else { folder.join(&name) };
        let model = chance.pick(MODELS);
        let calls = u64::from(shape.some_calls(&mut chance));
        let output = chance.skewed(4_000 * calls) + 1;
        let tokens = TokenCounts {
            input: chance.skewed(9_000 * calls) + 1,
            output,
            // Soon above 200,000, which none of its requests need be.
            cache_read: chance.skewed(150_000 * calls),
            cache_write_5m: chance.skewed(9_000 * calls),
            cache_write_1h: 0,
            reasoning: chance.skewed(output),
        };
        let settings = folder.join(format!("{}.settings.json", session.id));
        let mut spent = session.spent(model, tokens);
        spent.terms.summed = true;
        let call = manifest.call();
        manifest.copy(call, &settings, false, spent);
        let mut file = Output::open(home, &settings)?;
        file.unfinished(&format!(
            "{{\n  \"assistantActiveTimeMs\": 5,\n  \"model\": \"{model}\",\n  \"providerLock\": \"anthropic\",\n  \"providerLockTimestamp\": \"{}\",\n  \"tokenUsage\": {{\n    \"inputTokens\": {},\n    \"outputTokens\": {},\n    \"cacheCreationTokens\": {},\n    \"cacheReadTokens\": {},\n    \"thinkingTokens\": {}\n  }}\n}}",
            rfc3339(session.at), tokens.input, tokens.output, tokens.cache_write_5m, tokens.cache_read, tokens.reasoning
        ))?;
        file.written.usage_lines += 1;
        manifest.written.add(file.finish()?);
        let mut chat = Output::open(home, &folder.join(format!("{}.jsonl", session.id)))?;
        for _ in 0..calls {
            let text = shape.some_text(&mut chance);
            chat.line(&format!(
                r#"{{"type":"message","message":{{"content":"{text}"}},"tokenUsage":{{"inputTokens":987654321}}}}"#
            ))?;
        }
        manifest.written.add(chat.finish()?);
    }
    Ok(manifest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shape::tests::assert_repeatable;

    #[test]
    fn one_seed_is_one_history() {
        assert_repeatable(write);
    }

    #[test]
    fn a_session_is_one_sum() {
        let home = tempfile::tempdir().unwrap();
        let manifest = write(home.path(), &Shape::SMALL).unwrap();
        assert_eq!(manifest.totals().calls, u64::from(Shape::SMALL.sessions));
        assert!(manifest.calls().all(|spent| spent.terms.summed));
        assert!(
            manifest
                .calls()
                .any(|spent| spent.tokens.cache_read > 200_000)
        );
    }
}
