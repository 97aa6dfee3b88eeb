//! Each thing that can be seen, with what is said of it.

use super::*;
use aco_domain::Outcome;
use std::collections::BTreeSet;

fn place(port: u16) -> Place {
    Place {
        url: format!("https://c.example:{port}"),
        host: "c.example".to_owned(),
        port,
    }
}

fn status(code: Code, message: &str) -> Reply {
    Reply::Status {
        code,
        message: message.to_owned(),
        retry_after: None,
    }
}

fn accepted() -> Reply {
    Reply::Ok {
        rejected: 0,
        message: String::new(),
    }
}

#[test]
fn each_answer_has_a_finding_of_its_own() {
    let table = [
        (accepted(), "record_accepted"),
        (
            Reply::Ok {
                rejected: 1,
                message: "no".into(),
            },
            "record_refused",
        ),
        (
            Reply::Broken {
                message: "no answer within 18s".into(),
            },
            "no_answer",
        ),
        (
            status(Code::Unauthenticated, "authentication"),
            "token_refused",
        ),
        (
            status(Code::Unimplemented, "unknown service a.LogsService"),
            "no_logs_pipeline",
        ),
        (
            status(Code::Unimplemented, "Permanent error: … 404"),
            "backend_path_wrong",
        ),
        (
            status(Code::Unavailable, "data refused due to high memory usage"),
            "collector_overloaded",
        ),
        (
            status(Code::Unavailable, "failed to make an HTTP request"),
            "backend_unavailable",
        ),
        (status(Code::ResourceExhausted, "… 429 …"), "rate_limited"),
        (
            status(Code::InvalidArgument, "entry has timestamp too new"),
            "clock_ahead",
        ),
        (
            status(Code::InvalidArgument, "entry has timestamp too old"),
            "clock_behind",
        ),
        (
            status(Code::InvalidArgument, "Max entry size '1' bytes exceeded"),
            "record_refused",
        ),
        (status(Code::Internal, "oops"), "request_refused"),
    ];
    for (reply, code) in table {
        let step = answer(&place(4317), &reply, true);
        assert_eq!(step.code, code, "{reply:?}");
        assert_eq!(step.outcome == Outcome::Ok, code == "record_accepted");
        assert_eq!(step.advice.is_none(), code == "record_accepted");
        if let Reply::Status { message, .. } = &reply {
            assert!(
                step.what.contains(message),
                "the server's own sentence: {step:?}"
            );
        }
    }
    let none_sent = answer(&place(4317), &status(Code::Unauthenticated, "no"), false);
    assert_eq!(none_sent.code, "token_required");
}

#[test]
fn only_lokis_own_words_prove_that_it_is_loki() {
    let refused = "error exporting items, request to http://loki:3100/otlp/v1/logs responded with \
                   HTTP Status Code 400, Message=entry for stream has timestamp too old";
    let table = [
        (status(Code::InvalidArgument, refused), Outcome::Ok),
        (
            Reply::Ok {
                rejected: 1,
                message: "timestamp too old".into(),
            },
            Outcome::Ok,
        ),
        (accepted(), Outcome::Note),
        (status(Code::InvalidArgument, "no"), Outcome::Failed),
        (status(Code::Unavailable, "later"), Outcome::Failed),
        (
            Reply::Broken {
                message: "timestamp too old".into(),
            },
            Outcome::Failed,
        ),
    ];
    for (reply, outcome) in table {
        assert_eq!(whose(&reply).outcome, outcome, "{reply:?}");
    }
}

#[test]
fn certificates_are_told_apart() {
    let faults = [
        (Certificate::UnknownIssuer, "certificate_unknown_issuer"),
        (Certificate::Expired, "certificate_expired"),
        (Certificate::NotValidYet, "certificate_not_yet_valid"),
        (Certificate::NotValidForName, "certificate_wrong_name"),
        (Certificate::Revoked, "certificate_invalid"),
    ];
    let codes: BTreeSet<_> = faults.iter().map(|(_, code)| code).collect();
    assert_eq!(codes.len(), faults.len());
    for (fault, code) in faults {
        let step = certificate(&place(4317), &TlsError::InvalidCertificate(fault)).unwrap();
        assert_eq!(step.code, code);
        assert!(step.what.contains("https://c.example:4317"), "{step:?}");
    }
    assert_eq!(
        certificate(&place(4317), &TlsError::HandshakeNotComplete),
        None
    );
}

#[test]
fn a_web_server_is_told_from_the_other_otlp() {
    let code = |port, status| http_server(&place(port), status).code;
    for status in [405, 415] {
        assert_eq!(code(9000, status), "otlp_http_endpoint");
    }
    assert_eq!(code(4318, 401), "otlp_http_endpoint");
    assert_eq!(code(3100, 404), "http_server");
    assert_eq!(gateway(&place(443), 502).unwrap().code, "gateway_error");
    assert_eq!(gateway(&place(443), 404), None);
}

#[test]
fn connections_that_fail_are_told_apart() {
    let kinds = [
        io::ErrorKind::ConnectionRefused,
        io::ErrorKind::TimedOut,
        io::ErrorKind::HostUnreachable,
        io::ErrorKind::PermissionDenied,
    ];
    let codes: BTreeSet<_> = kinds
        .iter()
        .map(|kind| not_connected(&place(4317), &io::Error::from(*kind)).code)
        .collect();
    assert_eq!(codes.len(), kinds.len(), "{codes:?}");
}

#[test]
fn whoever_is_no_grpc_server_is_described() {
    let said: BTreeSet<_> = [Heard::Closed, Heard::Silence, Heard::Other]
        .iter()
        .map(|heard| no_protocol(&place(4317), heard).what)
        .collect();
    assert_eq!(said.len(), 3, "{said:?}");
    let code = |heard| no_tls(&place(4317), "why", &heard).code;
    assert_eq!(code(Heard::Http2), "server_speaks_plain");
    assert_eq!(code(Heard::Http1(400)), "server_speaks_plain");
    assert_eq!(code(Heard::Closed), "tls_failed");
}
