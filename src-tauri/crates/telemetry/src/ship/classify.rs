//! What an answer means. A pure function; nothing else in the product interprets a gRPC code.
//!
//! Sources: the OTLP specification ("OTLP/gRPC Response", "Failures") for which codes are
//! retryable, and what Collector 0.161 in front of Loki 3.7.8 was seen to answer.

use std::time::Duration;
use tonic::Code;

/// An answer of the endpoint, or the lack of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// OK, with what `partial_success` says.
    Ok {
        /// `rejected_log_records`; negative numbers, which the protocol allows, count as none.
        rejected: u64,
        /// `error_message`.
        message: String,
    },
    /// Another status, sent by the server.
    Status {
        /// The code.
        code: Code,
        /// Its message.
        message: String,
        /// The delay of a `google.rpc.RetryInfo` in its details.
        retry_after: Option<Duration>,
    },
    /// The connection broke or the time was over before an answer came.
    Broken {
        /// In words.
        message: String,
    },
}

impl Reply {
    /// The reply for people, as long as a server's sentence may be.
    #[must_use]
    pub fn in_words(&self) -> String {
        const LONGEST: usize = 2048;
        let mut text = match self {
            Self::Ok { message, .. } | Self::Broken { message } => message.clone(),
            Self::Status { code, message, .. } => format!("{code:?}: {message}"),
        };
        if text.len() > LONGEST {
            text.truncate(text.floor_char_boundary(LONGEST));
            text.push('…');
        }
        text
    }
}

/// What a reply means for the records in the request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// Stored, but for so many that the server refused without saying which.
    Stored {
        /// Records refused.
        rejected: u64,
    },
    /// It passes by itself; send the same bytes again.
    Later {
        /// The server asked to wait this long.
        retry_after: Option<Duration>,
    },
    /// Send it in smaller parts.
    TooLarge,
    /// The token is wrong. Keep everything.
    TokenRefused,
    /// At least one record is refused for what it is; its neighbours were stored. Find it.
    Invalid,
    /// A record is ahead of the server's clock.
    ClockAhead,
    /// Refused for a reason that may be the record's or the whole pipeline's (a wrong address).
    Refused,
}

/// What `reply` means.
#[must_use]
pub fn classify(reply: &Reply) -> Meaning {
    let (code, message, retry_after) = match reply {
        Reply::Ok { rejected, .. } => {
            return Meaning::Stored {
                rejected: *rejected,
            };
        }
        Reply::Broken { .. } => return Meaning::Later { retry_after: None },
        Reply::Status {
            code,
            message,
            retry_after,
        } => (*code, message, *retry_after),
    };
    match code {
        Code::Ok => Meaning::Stored { rejected: 0 },
        // Loki's 429 arrives as this, mostly without RetryInfo, where a strict client drops.
        Code::ResourceExhausted if is_too_large(message) => Meaning::TooLarge,
        // Oversize on a tonic server.
        Code::OutOfRange if is_too_large(message) => Meaning::TooLarge,
        Code::ResourceExhausted
        | Code::Unavailable
        | Code::DeadlineExceeded
        | Code::Aborted
        | Code::Cancelled
        | Code::OutOfRange
        | Code::DataLoss => Meaning::Later { retry_after },
        Code::Unauthenticated | Code::PermissionDenied => Meaning::TokenRefused,
        Code::InvalidArgument if contains(message, "timestamp too new") => Meaning::ClockAhead,
        Code::InvalidArgument if is_known_refusal(message) => Meaning::Invalid,
        Code::InvalidArgument
        | Code::Internal
        | Code::Unknown
        | Code::Unimplemented
        | Code::NotFound
        | Code::AlreadyExists
        | Code::FailedPrecondition => Meaning::Refused,
    }
}

/// grpc-go, grpc-core: "received message larger than max"; tonic: "decoded message length too
/// large"; grpc-java, .NET: "message exceeds". Nothing shorter: a rate limit is "exceeded" as well,
/// and passes by itself.
fn is_too_large(message: &str) -> bool {
    [
        "larger than max",
        "message length too large",
        "message exceeds",
    ]
    .iter()
    .any(|part| contains(message, part))
}

/// Sentences in which Loki refuses one entry for good (grafana/loki `pkg/validation/validate.go`
/// and `pkg/ingester`). Not those about a stream's labels: they come from the resource, and so
/// concern every record there is, as "structured metadata … disallowed" does.
fn is_known_refusal(message: &str) -> bool {
    [
        "timestamp too old",
        "too far behind",
        "entry out of order",
        "max entry size",
        "max line size",
        "structured metadata too large",
        "too many structured metadata labels",
    ]
    .iter()
    .any(|part| contains(message, part))
}

fn contains(message: &str, lower: &str) -> bool {
    message.to_ascii_lowercase().contains(lower)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(code: Code, message: &str) -> Meaning {
        classify(&Reply::Status {
            code,
            message: message.into(),
            retry_after: None,
        })
    }

    #[test]
    fn every_grpc_code_has_a_meaning() {
        let later = Meaning::Later { retry_after: None };
        let table = [
            (Code::Ok, Meaning::Stored { rejected: 0 }),
            (Code::Cancelled, later.clone()),
            (Code::Unknown, Meaning::Refused),
            (Code::InvalidArgument, Meaning::Refused),
            (Code::DeadlineExceeded, later.clone()),
            (Code::NotFound, Meaning::Refused),
            (Code::AlreadyExists, Meaning::Refused),
            (Code::PermissionDenied, Meaning::TokenRefused),
            (Code::ResourceExhausted, later.clone()),
            (Code::FailedPrecondition, Meaning::Refused),
            (Code::Aborted, later.clone()),
            (Code::OutOfRange, later.clone()),
            (Code::Unimplemented, Meaning::Refused),
            (Code::Internal, Meaning::Refused),
            (Code::Unavailable, later.clone()),
            (Code::DataLoss, later),
            (Code::Unauthenticated, Meaning::TokenRefused),
        ];
        let codes: std::collections::BTreeSet<i32> = table.iter().map(|(c, _)| *c as i32).collect();
        assert_eq!(
            codes,
            (0..=16).collect(),
            "a code is missing from the table"
        );
        for (code, expected) in table {
            assert_eq!(status(code, "some text"), expected, "{code:?}");
        }
    }

    #[test]
    fn lokis_sentences_are_told_apart() {
        let table = [
            (
                Code::InvalidArgument,
                "entry for stream '{}' has timestamp too old: 2024",
                Meaning::Invalid,
            ),
            (
                Code::InvalidArgument,
                "entry too far behind, oldest acceptable timestamp is",
                Meaning::Invalid,
            ),
            (
                Code::InvalidArgument,
                "Max entry size '262144' bytes exceeded for stream",
                Meaning::Invalid,
            ),
            (
                Code::InvalidArgument,
                "stream has structured metadata too large",
                Meaning::Invalid,
            ),
            (
                Code::InvalidArgument,
                "timestamp too new: 2027",
                Meaning::ClockAhead,
            ),
            (
                Code::InvalidArgument,
                "something nobody has seen",
                Meaning::Refused,
            ),
            // Of every record of a pipeline that is set up so, not of this one.
            (
                Code::InvalidArgument,
                "stream '{}' includes structured metadata, but this feature is disallowed. Please \
                 see `limits_config.allow_structured_metadata`",
                Meaning::Refused,
            ),
            (
                Code::InvalidArgument,
                "stream '{}' has label value too long: 'host'",
                Meaning::Refused,
            ),
            (
                Code::InvalidArgument,
                "stream '{}' has too many structured metadata labels: '200', limit: '128'",
                Meaning::Invalid,
            ),
            (
                Code::ResourceExhausted,
                "HTTP Status Code 429, Message=ingestion rate limit exceeded",
                Meaning::Later { retry_after: None },
            ),
            (
                Code::ResourceExhausted,
                "the request rate exceeds the limit of 100 a second",
                Meaning::Later { retry_after: None },
            ),
            (
                Code::ResourceExhausted,
                "gRPC message exceeds maximum size 4194304: 5000000",
                Meaning::TooLarge,
            ),
            (
                Code::ResourceExhausted,
                "grpc: received message larger than max (9000000 vs. 8388608)",
                Meaning::TooLarge,
            ),
            (
                Code::OutOfRange,
                "Error, decoded message length too large: found 9 bytes, the limit is: 8 bytes",
                Meaning::TooLarge,
            ),
        ];
        for (code, message, expected) in table {
            assert_eq!(status(code, message), expected, "{message}");
        }
    }

    #[test]
    fn an_endless_sentence_is_cut() {
        let reply = Reply::Broken {
            message: "é".repeat(5_000),
        };
        assert_eq!(reply.in_words().chars().count(), 1_025);
    }

    #[test]
    fn partial_success_and_retry_info_are_kept() {
        let reply = Reply::Ok {
            rejected: 3,
            message: "no".into(),
        };
        assert_eq!(classify(&reply), Meaning::Stored { rejected: 3 });
        let wait = Some(Duration::from_secs(7));
        let reply = Reply::Status {
            code: Code::Unavailable,
            message: String::new(),
            retry_after: wait,
        };
        assert_eq!(classify(&reply), Meaning::Later { retry_after: wait });
        assert_eq!(
            classify(&Reply::Broken {
                message: "reset".into()
            }),
            Meaning::Later { retry_after: None }
        );
    }
}
