//! From what was seen to what is said about it: pure, one function a check. The codes are stable;
//! `docs/json.md` lists them.

use super::probe::Heard;
use crate::ship::Reply;
use aco_domain::{Check, Step};
use rustls::{CertificateError as Certificate, Error as TlsError};
use std::io;
use std::net::SocketAddr;
use tonic::Code;

/// What an endpoint is called in sentences.
#[derive(Clone, Debug)]
pub(super) struct Place {
    /// As configured.
    pub(super) url: String,
    /// Name or address, IPv6 without brackets.
    pub(super) host: String,
    pub(super) port: u16,
}

/// The port of OTLP over HTTP.
const OTLP_HTTP_PORT: u16 = 4318;

pub(super) fn name_found(place: &Place, addresses: &[SocketAddr]) -> Step {
    let check = Check::Name;
    if place.host.parse::<std::net::IpAddr>().is_ok() {
        let what = format!("{} is an address; no name has to be looked up", place.host);
        return Step::ok(check, "name_is_address", what);
    }
    let mut found: Vec<String> = addresses.iter().map(|it| it.ip().to_string()).collect();
    found.dedup();
    let what = format!("{} is {}", place.host, found.join(", "));
    Step::ok(check, "name_resolved", what)
}

pub(super) fn name_not_found(place: &Place, why: &str) -> Step {
    Step::failed(
        Check::Name,
        "name_unknown",
        format!("the name {} has no address: {why}", place.host),
        "check the host in `ship.endpoint`, and whether the network or VPN that knows it is on",
    )
}

pub(super) fn name_unanswered(place: &Place, seconds: u64) -> Step {
    Step::failed(
        Check::Name,
        "name_unanswered",
        format!(
            "nobody said within {seconds} s what address {} has",
            place.host
        ),
        "this machine seems to be offline, or its name server is: check the network",
    )
}

pub(super) fn connected(address: SocketAddr) -> Step {
    Step::ok(
        Check::Connection,
        "connected",
        format!("something listens at {address}"),
    )
}

pub(super) fn not_connected(place: &Place, error: &io::Error) -> Step {
    let Place { host, port, .. } = place;
    let (code, what, advice) = match error.kind() {
        io::ErrorKind::ConnectionRefused => (
            "connection_refused",
            format!("nothing listens at {host} port {port} ({error})"),
            "start the Collector there, or correct the port in `ship.endpoint` (OTLP over gRPC is \
             4317 unless somebody chose another)",
        ),
        io::ErrorKind::TimedOut => (
            "connection_timed_out",
            format!("{host} port {port} does not answer: {error}"),
            "a firewall may drop what is sent there, or the machine is off: check the address, the \
             port, the firewall and the VPN",
        ),
        io::ErrorKind::NetworkUnreachable | io::ErrorKind::HostUnreachable => (
            "unreachable",
            format!("there is no way to {host} port {port}: {error}"),
            "check this machine's network and VPN",
        ),
        _ => (
            "connection_failed",
            format!("{host} port {port} cannot be connected to: {error}"),
            "check the address, and what on this machine may forbid the connection",
        ),
    };
    Step::failed(Check::Connection, code, what, advice)
}

pub(super) fn tls_not_used(place: &Place, leaves_machine: bool) -> Step {
    let what = format!("not used: {} says http://", place.url);
    if leaves_machine {
        let advice = "whoever is on the way can read what is recorded; write https:// when the \
                      Collector has a certificate";
        Step::note(Check::Tls, "tls_not_used", what, advice)
    } else {
        Step::ok(
            Check::Tls,
            "tls_not_needed",
            what + ", and it is this machine",
        )
    }
}

pub(super) fn trusted(own_ca: bool) -> Step {
    let whom = if own_ca {
        "the system's roots and `ship.ca_file`"
    } else {
        "the system's roots"
    };
    let what = format!("the certificate is believed, by {whom}");
    Step::ok(Check::Tls, "certificate_believed", what)
}

pub(super) fn trust_unusable(what: &str) -> Step {
    Step::failed(
        Check::Tls,
        "trust_unusable",
        format!("no certificate can be checked: {what}"),
        "`ship.ca_file` must hold PEM certificates, and the system its roots",
    )
}

/// Why a certificate was not believed; nothing when the fault is another.
pub(super) fn certificate(place: &Place, error: &TlsError) -> Option<Step> {
    let TlsError::InvalidCertificate(fault) = error else {
        return None;
    };
    let (code, advice) = match fault {
        Certificate::UnknownIssuer => (
            "certificate_unknown_issuer",
            "nobody this machine trusts has signed it; if it is your own CA, set `ship.ca_file` to \
             its certificate",
        ),
        Certificate::Expired | Certificate::ExpiredContext { .. } => (
            "certificate_expired",
            "renew the server's certificate, and check this machine's clock",
        ),
        Certificate::NotValidYet | Certificate::NotValidYetContext { .. } => (
            "certificate_not_yet_valid",
            "check this machine's clock, then the dates of the server's certificate",
        ),
        Certificate::NotValidForName | Certificate::NotValidForNameContext { .. } => (
            "certificate_wrong_name",
            "use a name it was made for in `ship.endpoint`, or have one made for this name",
        ),
        _ => (
            "certificate_invalid",
            "have the server's certificate made anew, with its host's name, signed by a CA that \
             this machine trusts",
        ),
    };
    let what = format!("the certificate of {} is not believed: {error}", place.url);
    Some(Step::failed(Check::Tls, code, what, advice))
}

/// TLS failed for no certificate's sake; `heard` is what answered to plain words.
pub(super) fn no_tls(place: &Place, why: &str, heard: &Heard) -> Step {
    let plain = match heard {
        Heard::Http2 => "gRPC without TLS",
        Heard::Http1(_) => "HTTP without TLS",
        _ => {
            return Step::failed(
                Check::Tls,
                "tls_failed",
                format!("no TLS could be agreed with {}: {why}", place.url),
                "check that this is the address and port of the Collector's gRPC receiver, and its \
                 TLS settings",
            );
        }
    };
    Step::failed(
        Check::Tls,
        "server_speaks_plain",
        format!("{} says https://, and {plain} is spoken there", place.url),
        "give the Collector a certificate, or write http:// where the network in between is trusted \
         (this machine itself is)",
    )
}

pub(super) fn no_http2(place: &Place) -> Step {
    Step::failed(
        Check::Protocol,
        "no_http2",
        format!("{} speaks TLS but not HTTP/2, which gRPC needs", place.url),
        "let the proxy in front speak HTTP/2 (ALPN h2), or use the port of the Collector's gRPC \
         receiver",
    )
}

pub(super) fn server_speaks_tls(place: &Place) -> Step {
    Step::failed(
        Check::Protocol,
        "server_speaks_tls",
        format!("{} says http://, and TLS is spoken there", place.url),
        "write https:// in `ship.endpoint`, and set `ship.ca_file` if the certificate is of your own \
         CA",
    )
}

pub(super) fn no_protocol(place: &Place, heard: &Heard) -> Step {
    let did = match heard {
        Heard::Closed => "closes the connection without a word",
        Heard::Silence => "accepts the connection and says nothing",
        _ => "answers, but not in HTTP/2",
    };
    Step::failed(
        Check::Protocol,
        "unknown_protocol",
        format!("whoever listens at {} {did}", place.url),
        "check that this is the port of the Collector's gRPC receiver (4317 unless somebody chose \
         another)",
    )
}

/// An HTTP server that is no gRPC one answered to a GET or POST of `/v1/logs` with `status`.
pub(super) fn http_server(place: &Place, status: u16) -> Step {
    let Place { url, port, .. } = place;
    // The method, or the body's type: it knows the path all the same.
    if matches!(status, 405 | 415) || *port == OTLP_HTTP_PORT {
        return Step::failed(
            Check::Protocol,
            "otlp_http_endpoint",
            format!("{url} takes OTLP over HTTP, and this is OTLP over gRPC"),
            "use the Collector's gRPC port: 4317 beside 4318, unless somebody chose another",
        );
    }
    Step::failed(
        Check::Protocol,
        "http_server",
        format!("{url} is a web server (HTTP status {status}), no gRPC one"),
        "check the port in `ship.endpoint`: the Collector's gRPC receiver has 4317 unless somebody \
         chose another; a proxy in front must pass gRPC on",
    )
}

/// Spoken gRPC, whatever it says; else what is in the way.
pub(super) fn gateway(place: &Place, status: u16) -> Option<Step> {
    matches!(status, 502..=504).then(|| {
        Step::failed(
            Check::Protocol,
            "gateway_error",
            format!(
                "a proxy answers at {} and does not reach the Collector (HTTP status {status})",
                place.url
            ),
            "start the Collector behind it, or correct where the proxy looks for it (h2c to its \
             gRPC port)",
        )
    })
}

pub(super) fn grpc() -> Step {
    Step::ok(Check::Protocol, "grpc_spoken", "gRPC is spoken")
}

/// The HTTP status that a reply was made of, because no gRPC answer came.
pub(super) fn http_status(reply: &Reply) -> Option<u16> {
    // tonic's words, the second where the answer has a body, which is no message of gRPC. Tests
    // hold them against servers that answer so.
    const WORDS: [&str; 2] = [
        "grpc-status header missing, mapped from HTTP status code ",
        "while receiving response with status: ",
    ];
    let Reply::Status { message, .. } = reply else {
        return None;
    };
    let status = WORDS.iter().find_map(|words| message.split_once(words));
    status?.1.get(..3)?.parse().ok()
}

/// What an answer to the record of now means.
pub(super) fn answer(place: &Place, reply: &Reply, has_token: bool) -> Step {
    let check = Check::Answer;
    let said = reply.in_words();
    let contains = |part: &str| said.to_ascii_lowercase().contains(part);
    let code = match reply {
        Reply::Ok { rejected: 0, .. } => {
            return Step::ok(check, "record_accepted", "a record of now was accepted");
        }
        Reply::Ok { .. } => None,
        Reply::Broken { .. } => {
            return Step::failed(
                check,
                "no_answer",
                format!("{} gave no answer to a record: {said}", place.url),
                "look at the log of the Collector, and of what it passes records on to: one of them \
                 hangs or breaks the connection",
            );
        }
        Reply::Status { code, .. } => Some(*code),
    };
    let (code, what, advice) = match code {
        Some(Code::Unauthenticated | Code::PermissionDenied) if has_token => (
            "token_refused",
            format!("the token is refused: {said}"),
            "give the token the endpoint expects: aco token set",
        ),
        Some(Code::Unauthenticated | Code::PermissionDenied) => (
            "token_required",
            format!("a token is expected and none was sent: {said}"),
            "keep the endpoint's token with: aco token set",
        ),
        Some(Code::Unimplemented) if contains("unknown service") => (
            "no_logs_pipeline",
            format!("the Collector takes no logs: {said}"),
            "add a logs pipeline with the otlp receiver to the Collector's configuration",
        ),
        Some(Code::Unimplemented) => (
            "backend_path_wrong",
            format!("the Collector passes logs on to an address that does not take them: {said}"),
            "correct the exporter's address in the Collector's configuration (Loki: \
             http://loki:3100/otlp)",
        ),
        Some(Code::Unavailable) if contains("memory") => (
            "collector_overloaded",
            format!("the Collector refuses to use more memory: {said}"),
            "it passes by itself; if not, raise the limit of its memory_limiter",
        ),
        Some(Code::Unavailable | Code::DeadlineExceeded) => (
            "backend_unavailable",
            format!("the Collector answers, but what it passes logs on to does not: {said}"),
            "start Loki, or look at its log; nothing is lost meanwhile",
        ),
        Some(Code::ResourceExhausted) => (
            "rate_limited",
            format!("even one small record is over a limit: {said}"),
            "raise the limit that the sentence names (Loki: limits_config, ingestion_rate_mb and \
             ingestion_burst_size_mb)",
        ),
        Some(Code::InvalidArgument) if contains("timestamp too new") => (
            "clock_ahead",
            format!("this machine's clock is ahead of the server's: {said}"),
            "set this machine's clock, or let it be set by the network's time",
        ),
        Some(Code::InvalidArgument)
            if contains("timestamp too old") || contains("too far behind") =>
        {
            (
                "clock_behind",
                format!("this machine's clock is behind the server's: {said}"),
                "set this machine's clock, or let it be set by the network's time",
            )
        }
        Some(Code::InvalidArgument) | None => (
            "record_refused",
            format!("even a small record of now is refused: {said}"),
            "change the limit or rule that the sentence names, on the server",
        ),
        Some(_) => (
            "request_refused",
            format!("the request is refused: {said}"),
            "look at the Collector's log for the reason; nothing is thrown away meanwhile",
        ),
    };
    Step::failed(check, code, what, advice)
}

/// What an answer to a record ten years old means, when one of now was accepted.
pub(super) fn whose(reply: &Reply) -> Step {
    let check = Check::WhoseAnswer;
    let said = reply.in_words();
    let in_lokis_words = ["timestamp too old", "too far behind", "out of order"]
        .iter()
        .any(|part| said.to_ascii_lowercase().contains(part));
    match reply {
        Reply::Ok { rejected: 0, .. } => Step::note(
            check,
            "accepted_by_collector",
            "accepted by the Collector: it took a record ten years old as well, so something on the \
             way queues, or the store takes any age; a record it accepted is in its care, and this \
             machine has deleted its copy",
            "if acceptance is to mean that Loki has it, let the Collector answer only then: no \
             sending_queue, no batch processor, as in infra/otel-collector-config.yaml",
        ),
        Reply::Ok { .. } | Reply::Status { .. } if in_lokis_words => Step::ok(
            check,
            "answers_are_lokis",
            "Loki's own: it refused a record ten years old, in its words, as it should",
        ),
        _ => Step::failed(
            check,
            "whose_unclear",
            format!("a record of now was accepted, and one ten years old answered with: {said}"),
            "run `aco doctor` again; if it stays, look at the Collector's log",
        ),
    }
}

/// What an answer to an empty export of metrics means.
pub(super) fn metrics(reply: &Reply) -> Step {
    let check = Check::Metrics;
    match reply {
        Reply::Ok { .. } => Step::ok(check, "metrics_accepted", "metrics are taken too"),
        Reply::Status {
            code: Code::Unimplemented,
            ..
        } => Step::note(
            check,
            "no_metrics_pipeline",
            "the Collector takes no metrics; logs are not affected",
            "for dashboards of metrics add a metrics pipeline with the otlp receiver to its \
             configuration",
        ),
        _ => Step::note(
            check,
            "metrics_refused",
            format!("metrics are not taken now: {}", reply.in_words()),
            "look at the Collector's log; logs are not affected",
        ),
    }
}

#[cfg(test)]
#[path = "findings_tests.rs"]
mod tests;
