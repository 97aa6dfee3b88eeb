//! `aco export`: every counted call, one by one.

use crate::arguments;
use crate::commands::report::filter;
use crate::context::Context;
use crate::failure::Failure;
use crate::usage::with_history;
use aco_domain::UnixNanos;
use aco_ledger::report::csv_field;
use aco_ledger::{CountedCall, Filter, History};
use serde::Serialize;
use std::io::{self, BufWriter, ErrorKind, Write};
use std::ops::ControlFlow;
use std::process::ExitCode;

/// Version of what `--json` prints; rises when a field changes its meaning.
const SCHEMA_VERSION: u32 = 1;

/// A call in the order of its columns.
#[derive(Serialize)]
struct Line<'c> {
    at: String,
    tool: &'c str,
    model: &'c str,
    provider: Option<&'c str>,
    session: &'c str,
    project: &'c str,
    service_tier: Option<&'c str>,
    speed: Option<&'c str>,
    sidechain: bool,
    input_tokens: u64,
    output_tokens: u64,
    cache_read_tokens: u64,
    cache_write_5m_tokens: u64,
    cache_write_1h_tokens: u64,
    reasoning_tokens: u64,
    cost_usd: Option<String>,
    priced_by: Option<&'c str>,
}

const COLUMNS: &str = "at,tool,model,provider,session,project,service_tier,speed,sidechain,\
                       input_tokens,output_tokens,cache_read_tokens,cache_write_5m_tokens,\
                       cache_write_1h_tokens,reasoning_tokens,cost_usd,priced_by";

impl<'c> Line<'c> {
    fn of(call: &'c CountedCall) -> Self {
        let tokens = &call.tokens;
        Self {
            at: timestamp(call.at),
            tool: &call.tool,
            model: &call.model,
            provider: call.provider.as_deref(),
            session: &call.session,
            project: &call.project,
            service_tier: call.service_tier.as_deref(),
            speed: call.speed.as_deref(),
            sidechain: call.sidechain,
            input_tokens: tokens.input,
            output_tokens: tokens.output,
            cache_read_tokens: tokens.cache_read,
            cache_write_5m_tokens: tokens.cache_write_5m,
            cache_write_1h_tokens: tokens.cache_write_1h,
            reasoning_tokens: tokens.reasoning,
            cost_usd: call.cost.map(|cost| cost.to_string()),
            priced_by: call.priced_by.as_deref(),
        }
    }

    fn csv(&self, output: &mut impl Write) -> io::Result<()> {
        let texts = [
            &*self.at,
            self.tool,
            self.model,
            self.provider.unwrap_or_default(),
            self.session,
            self.project,
            self.service_tier.unwrap_or_default(),
            self.speed.unwrap_or_default(),
        ];
        for text in texts {
            write!(output, "{},", csv_field(text))?;
        }
        writeln!(
            output,
            "{},{},{},{},{},{},{},{},{}",
            self.sidechain,
            self.input_tokens,
            self.output_tokens,
            self.cache_read_tokens,
            self.cache_write_5m_tokens,
            self.cache_write_1h_tokens,
            self.reasoning_tokens,
            self.cost_usd.as_deref().unwrap_or_default(),
            csv_field(self.priced_by.unwrap_or_default()),
        )
    }
}

pub(crate) fn export(
    context: &Context,
    arguments: &arguments::Export,
) -> Result<ExitCode, Failure> {
    let filter = filter(context, &arguments.days)?;
    let mut output = BufWriter::new(io::stdout().lock());
    let write = if arguments.json { json } else { csv };
    let written = with_history(context, arguments.scan.into(), |history| {
        write(history, &filter, &mut output)
    })?;
    match written.and_then(|()| output.flush()) {
        // Whoever read has seen enough.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(ExitCode::SUCCESS),
        Err(error) => Err(Failure::failed(format!("cannot write the export: {error}"))),
        Ok(()) => Ok(ExitCode::SUCCESS),
    }
}

/// Shows each call to `write` until that fails.
fn each(
    history: Option<&History>,
    filter: &Filter,
    mut write: impl FnMut(&Line<'_>) -> io::Result<()>,
) -> Result<io::Result<()>, Failure> {
    let mut written = Ok(());
    if let Some(history) = history {
        history.calls(filter, |call| {
            written = write(&Line::of(&call));
            match written {
                Ok(()) => ControlFlow::Continue(()),
                Err(_) => ControlFlow::Break(()),
            }
        })?;
    }
    Ok(written)
}

fn csv(
    history: Option<&History>,
    filter: &Filter,
    output: &mut dyn Write,
) -> Result<io::Result<()>, Failure> {
    if let Err(error) = writeln!(output, "{COLUMNS}") {
        return Ok(Err(error));
    }
    let mut output = output;
    each(history, filter, |line| line.csv(&mut output))
}

/// One object, a line a call: readable by a parser of lines too.
fn json(
    history: Option<&History>,
    filter: &Filter,
    output: &mut dyn Write,
) -> Result<io::Result<()>, Failure> {
    let head = write!(
        output,
        "{{\"schema_version\": {SCHEMA_VERSION}, \"calls\": ["
    );
    if let Err(error) = head {
        return Ok(Err(error));
    }
    let mut before = "\n";
    let written = each(history, filter, |line| {
        write!(output, "{before}{}", serde_json::to_string(line)?)?;
        before = ",\n";
        Ok(())
    })?;
    Ok(written.and_then(|()| writeln!(output, "\n]}}")))
}

fn timestamp(at: UnixNanos) -> String {
    let moment = jiff::Timestamp::from_nanosecond(i128::from(at.0));
    moment.unwrap_or(jiff::Timestamp::MAX).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use aco_domain::{NanoUsd, TokenCounts};

    fn call() -> CountedCall {
        CountedCall {
            at: UnixNanos(1_764_000_000_123_000_000),
            tool: "claude-code".into(),
            model: "m, \"x\"".into(),
            provider: None,
            session: "s".into(),
            project: "/a\nb".into(),
            service_tier: Some("standard".into()),
            speed: None,
            sidechain: true,
            tokens: TokenCounts {
                input: 1,
                output: 2,
                cache_read: 3,
                cache_write_5m: 4,
                cache_write_1h: 5,
                reasoning: 6,
            },
            cost: Some(NanoUsd(1_500_000_001)),
            priced_by: Some("genai-prices 0.2.1".into()),
        }
    }

    #[test]
    fn a_call_has_as_many_fields_as_there_are_columns() {
        let mut csv = Vec::new();
        let call = call();
        Line::of(&call).csv(&mut csv).unwrap();
        let expected = "2025-11-24T16:00:00.123Z,claude-code,\"m, \"\"x\"\"\",,s,\"/a\nb\",standard,,\
                        true,1,2,3,4,5,6,1.500000001,genai-prices 0.2.1\n";
        assert_eq!(String::from_utf8(csv).unwrap(), expected);
        let json = serde_json::to_value(Line::of(&call)).unwrap();
        let object = json.as_object().unwrap();
        assert_eq!(object.len(), COLUMNS.split(',').count());
        assert!(COLUMNS.split(',').all(|name| object.contains_key(name)));
        assert_eq!(object["cost_usd"], "1.500000001");
    }

    #[test]
    fn without_a_ledger_there_is_an_empty_document() {
        let mut output = Vec::new();
        json(None, &Filter::default(), &mut output)
            .unwrap()
            .unwrap();
        let value: serde_json::Value = serde_json::from_slice(&output).unwrap();
        assert_eq!(value, serde_json::json!({"schema_version": 1, "calls": []}));
    }
}
