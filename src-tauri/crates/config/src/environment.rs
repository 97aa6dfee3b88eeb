//! The variables that go before the file.
//!
//! They belong to OpenTelemetry as a whole, and employers set them for other tools; which program
//! honours them is its caller's decision. An empty variable counts as unset, as the specification
//! asks.

use crate::model::Header;
use crate::problem::{Problem, Wrong};
use crate::{Config, Sourced, Token, pairs};
use aco_domain::Origin;
use aco_home::Environment;
use std::path::PathBuf;
use std::time::Duration;

const ENDPOINT: &str = "OTEL_EXPORTER_OTLP_ENDPOINT";
const HEADERS: &str = "OTEL_EXPORTER_OTLP_HEADERS";
const CERTIFICATE: &str = "OTEL_EXPORTER_OTLP_CERTIFICATE";
const TIMEOUT: &str = "OTEL_EXPORTER_OTLP_TIMEOUT";
const RESOURCE: &str = "OTEL_RESOURCE_ATTRIBUTES";
const TOKEN: &str = "ACO_TOKEN";

/// Attributes that identify the stream and its records. Dashboards rely on them.
const OURS: [&str; 3] = ["service.name", "service.version", "service.instance.id"];

/// What was found wrong or doubtful on the way.
#[derive(Default)]
pub(crate) struct Found {
    pub(crate) problems: Vec<Problem>,
    pub(crate) warnings: Vec<Problem>,
}

/// Puts every variable that is set over what the file said.
pub(crate) fn apply(config: &mut Config, env: &Environment) -> Found {
    let mut overlay = Overlay {
        env,
        found: Found::default(),
    };
    let ship = &mut config.ship;
    if let Some(endpoint) = overlay.read(ENDPOINT, |text| text.parse().map(Some)) {
        ship.endpoint = endpoint;
    }
    if let Some(path) = env.get(CERTIFICATE) {
        ship.ca_file = sourced(CERTIFICATE, Some(PathBuf::from(path)));
    }
    ship.timeout = overlay.read(TIMEOUT, milliseconds);
    let (token, headers) = overlay
        .read(HEADERS, headers)
        .map_or((None, Vec::new()), |headers| {
            let (token, headers) = headers.value;
            (
                token,
                headers
                    .into_iter()
                    .map(|header| sourced(HEADERS, header))
                    .collect(),
            )
        });
    ship.headers = headers;
    ship.token = overlay
        .read(TOKEN, Token::parse)
        .or_else(|| token.map(|token| sourced(HEADERS, token)));
    for (key, value) in overlay
        .read(RESOURCE, pairs::parse)
        .into_iter()
        .flat_map(|it| it.value)
    {
        if key == "deployment.environment" {
            if !value.is_empty() {
                ship.environment = sourced(RESOURCE, value.to_string());
            }
        } else if OURS.contains(&key.as_str()) {
            let what = format!("{key} is this program's own and is not taken");
            overlay
                .found
                .warnings
                .push(problem(RESOURCE, Wrong::new(what, "remove it there")));
        } else {
            ship.resource
                .push(sourced(RESOURCE, (key, value.to_string())));
        }
    }
    overlay.found
}

struct Overlay<'e> {
    env: &'e Environment,
    found: Found,
}

impl Overlay<'_> {
    fn read<T>(
        &mut self,
        variable: &'static str,
        read: impl FnOnce(&str) -> Result<T, Wrong>,
    ) -> Option<Sourced<T>> {
        let value = self.env.get(variable)?;
        let text = value
            .to_str()
            .ok_or_else(|| Wrong::new("its value is not Unicode", "set it again, or unset it"));
        match text.and_then(read) {
            Ok(value) => Some(sourced(variable, value)),
            Err(wrong) => {
                self.found.problems.push(problem(variable, wrong));
                None
            }
        }
    }
}

fn sourced<T>(variable: &str, value: T) -> Sourced<T> {
    Sourced {
        value,
        origin: Origin::Environment {
            variable: variable.to_owned(),
        },
    }
}

fn problem(variable: &str, wrong: Wrong) -> Problem {
    let origin = Origin::Environment {
        variable: variable.to_owned(),
    };
    Problem {
        origin,
        key: None,
        entry: None,
        wrong,
    }
}

fn milliseconds(text: &str) -> Result<Duration, Wrong> {
    let millis = text.trim().parse().ok().filter(|&millis| millis > 0);
    millis.map(Duration::from_millis).ok_or_else(|| {
        let what = format!("{text:?} is not a number of milliseconds");
        Wrong::new(what, "write a whole number from 1, such as 10000")
    })
}

/// The bearer token, if one is among the headers, and the other headers.
fn headers(text: &str) -> Result<(Option<Token>, Vec<Header>), Wrong> {
    let (mut token, mut headers) = (None, Vec::new());
    for (key, value) in pairs::parse(text)? {
        let name = key.to_ascii_lowercase();
        match value.split_once(' ') {
            Some((scheme, rest))
                if name == "authorization" && scheme.eq_ignore_ascii_case("bearer") =>
            {
                token = Some(Token::parse(rest)?);
            }
            _ => headers.push(header(name, value)?),
        }
    }
    Ok((token, headers))
}

fn header(name: String, value: zeroize::Zeroizing<String>) -> Result<Header, Wrong> {
    let legal = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if !name.chars().all(legal) || name.starts_with("grpc-") || name.ends_with("-bin") {
        let what = "one of the keys cannot be the name of gRPC metadata in text";
        let remedy = "use letters, digits, - _ and ., without `grpc-` before or `-bin` behind";
        return Err(Wrong::new(what, remedy));
    }
    if !value
        .bytes()
        .all(|byte| byte.is_ascii_graphic() || byte == b' ')
    {
        let what = format!("the value of `{name}` holds a character that no header takes");
        return Err(Wrong::new(what, "write it in ASCII"));
    }
    Ok(Header { name, value })
}

#[cfg(test)]
#[path = "environment_tests.rs"]
mod tests;
