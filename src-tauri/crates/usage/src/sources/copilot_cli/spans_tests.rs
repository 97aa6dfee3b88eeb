use super::*;

/// The calls of `lines`, each read by a parser that knows the others by state alone.
fn read(lines: &[String]) -> Vec<Call> {
    let (mut state, mut calls) = (Vec::new(), Calls::default());
    for line in lines {
        let fresh = Spans::new(Path::new("/h/.copilot/otel/export.jsonl"));
        let mut spans = fresh.resume(&state).expect("its own state");
        assert_eq!(spans.line(line.as_bytes(), &mut calls), Verdict::Read);
        state = spans.state();
    }
    let mut seen = std::collections::BTreeMap::new();
    for call in calls.0 {
        seen.entry(call.identity.call).or_insert(call);
    }
    seen.into_values().collect()
}

fn attributes(response: &str, input: u32) -> String {
    let response = match response {
        "" => String::new(),
        id => format!(r#""gen_ai.response.id":"{id}","#),
    };
    format!(
        r#"{response}"gen_ai.conversation.id":"s-1","gen_ai.request.model":"asked","gen_ai.response.model":"gpt-5","gen_ai.usage.input_tokens":{input},"gen_ai.usage.output_tokens":20,"gen_ai.usage.cache_read.input_tokens":60,"gen_ai.usage.cache_creation.input_tokens":30,"gen_ai.usage.reasoning.output_tokens":5"#
    )
}

fn chat(trace: &str, span: &str, response: &str) -> String {
    format!(
        r#"{{"type":"span","traceId":"{trace}","spanId":"{span}","name":"chat gpt-5","startTime":[1767323044,0],"endTime":[1767323045,500000000],"attributes":{{"gen_ai.operation.name":"chat",{}}}}}"#,
        attributes(response, 100)
    )
}

fn log(event: &str, context: &str, response: &str) -> String {
    format!(
        r#"{{"hrTime":[1767323045,500000000],"body":"…",{context}"attributes":{{"event.name":"{event}",{}}}}}"#,
        attributes(response, 100)
    )
}

fn inference(trace: &str, span: &str, response: &str) -> String {
    let context = format!(r#""spanContext":{{"traceId":"{trace}","spanId":"{span}"}},"#);
    log(
        "gen_ai.client.inference.operation.details",
        &context,
        response,
    )
}

fn turn(trace: &str) -> String {
    log(
        "copilot_chat.agent.turn",
        &format!(r#""traceId":"{trace}","#),
        "",
    )
}

fn summary(trace: &str, input: u32) -> String {
    format!(
        r#"{{"type":"span","traceId":"{trace}","spanId":"root","name":"invoke_agent","endTime":[1767323046,0],"attributes":{{"gen_ai.operation.name":"invoke_agent",{}}}}}"#,
        attributes("", input)
    )
}

#[test]
fn everything_a_span_tells_is_taken() {
    let calls = read(&[chat("t", "a", "r-1")]);
    let [call] = &calls[..] else {
        panic!("{calls:?}");
    };
    assert_eq!(
        call.tokens,
        TokenCounts {
            input: 10,
            output: 20,
            cache_read: 60,
            cache_write_5m: 30,
            cache_write_1h: 0,
            reasoning: 5
        }
    );
    assert_eq!(call.at, UnixNanos(1_767_323_045_500_000_000));
    assert_eq!((&*call.session, &*call.model), ("s-1", "gpt-5"));
    assert!(!call.terms.summed);
    // Kept in ledgers: this number never changes.
    assert_eq!(
        call.identity.call,
        64_593_374_660_381_795_574_860_423_373_245_299_832
    );
}

#[test]
fn a_call_counts_once_whoever_tells_of_it() {
    let table: [(&str, Vec<String>, usize); 9] = [
        (
            "by response",
            vec![chat("t", "a", "r"), inference("t", "b", "r")],
            1,
        ),
        (
            "the other way round",
            vec![inference("t", "b", "r"), chat("t", "a", "r")],
            1,
        ),
        (
            "by span",
            vec![chat("t", "a", "r"), inference("t", "a", "")],
            1,
        ),
        (
            "by span, the other way round",
            vec![inference("t", "a", ""), chat("t", "a", "r")],
            1,
        ),
        (
            "two of a trace",
            vec![chat("t", "a", "r"), chat("t", "b", "q")],
            2,
        ),
        (
            "a turn of them",
            vec![chat("t", "a", "r"), chat("t", "b", "q"), turn("t")],
            2,
        ),
        ("a summary", vec![chat("t", "a", "r"), summary("t", 100)], 1),
        (
            "a turn and a summary alone",
            vec![turn("t"), summary("t", 100)],
            1,
        ),
        (
            "another trace's",
            vec![chat("t", "a", "r"), summary("u", 100)],
            2,
        ),
    ];
    for (what, lines, calls) in table {
        assert_eq!(read(&lines).len(), calls, "{what}");
    }
}

#[test]
fn the_sum_of_an_agent_holds_that_of_the_agents_within() {
    let calls = read(&[summary("t", 100), summary("t", 900)]);
    assert_eq!(calls.len(), 1);
    assert!(calls[0].terms.summed);
}

#[test]
fn records_without_ids_count_each() {
    let bare = log("gen_ai.client.inference.operation.details", "", "");
    assert_eq!(read(&[bare.clone(), bare]).len(), 2);
}

#[test]
fn what_is_no_record_of_a_call_is_passed_over() {
    let metric = format!(
        r#"{{"name":"gen_ai.client.token.usage","type":"HISTOGRAM","attributes":{{{}}}}}"#,
        attributes("", 5)
    );
    let tool = chat("t", "a", "r").replace(r#""chat""#, r#""execute_tool""#);
    let tool = tool.replace("chat gpt-5", "execute_tool bash");
    assert_eq!(read(&[metric, tool]).len(), 0);
}
