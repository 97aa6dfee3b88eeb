use super::*;
use crate::{ConfigError, Loaded};
use std::path::Path;

const FILE: &str = r#"
[ship]
endpoint = "https://file.example"
ca_file = "/file.pem"
environment = "file"
"#;

fn parse(env: &[(&str, &str)]) -> Result<Loaded, ConfigError> {
    let env = Environment::from_iter(env.iter().copied());
    Config::parse(FILE, Path::new("/c/config.toml"), Some(&env))
}

fn valid(env: &[(&str, &str)]) -> Config {
    parse(env).unwrap_or_else(|error| panic!("{error}")).config
}

#[test]
fn what_is_unset_or_empty_leaves_the_file_alone() {
    let without = Config::parse(FILE, Path::new("/c/config.toml"), None)
        .unwrap()
        .config;
    assert_eq!(valid(&[]), without);
    assert_eq!(
        valid(&[ENDPOINT, HEADERS, CERTIFICATE, TIMEOUT, RESOURCE, TOKEN].map(|name| (name, ""))),
        without
    );
}

#[test]
fn each_variable_goes_before_the_file_and_says_so() {
    let config = valid(&[
        (ENDPOINT, "http://localhost:4317"),
        (CERTIFICATE, "env.pem"),
        (TIMEOUT, "2500"),
        (RESOURCE, "deployment.environment=env,team=a%20b"),
        (TOKEN, "given"),
    ]);
    let ship = &config.ship;
    assert_eq!(
        ship.endpoint,
        sourced(ENDPOINT, Some("http://localhost".parse().unwrap()))
    );
    assert_eq!(ship.ca_file, sourced(CERTIFICATE, Some("env.pem".into())));
    assert_eq!(
        ship.timeout,
        Some(sourced(TIMEOUT, Duration::from_millis(2500)))
    );
    assert_eq!(ship.environment, sourced(RESOURCE, "env".to_owned()));
    assert_eq!(
        ship.resource,
        [sourced(RESOURCE, ("team".to_owned(), "a b".to_owned()))]
    );
    assert_eq!(
        ship.token,
        Some(sourced(TOKEN, Token::parse("given").unwrap()))
    );
}

#[test]
fn a_bearer_among_the_headers_is_the_token_and_the_rest_is_metadata() {
    let text = "Authorization=Bearer%20from-headers, X-Scope-OrgID=tenant";
    let ship = valid(&[(HEADERS, text)]).ship;
    let token = ship.token.unwrap();
    assert_eq!(
        (token.value.expose(), token.origin.to_string()),
        ("from-headers", format!("${HEADERS}"))
    );
    let [header] = &ship.headers[..] else {
        panic!("{:?}", ship.headers)
    };
    assert_eq!(
        (&*header.value.name, header.value.expose()),
        ("x-scope-orgid", "tenant")
    );
    assert_eq!(format!("{:?}", header.value), "Header(x-scope-orgid: ****)");

    let both = valid(&[(HEADERS, text), (TOKEN, "given")]).ship;
    assert_eq!(both.token.unwrap().value.expose(), "given");

    let basic = valid(&[(HEADERS, "authorization=Basic s3cret")]).ship;
    assert_eq!(
        (basic.token, basic.headers[0].value.expose()),
        (None, "Basic s3cret")
    );
}

#[test]
fn what_is_wrong_names_the_variable_and_not_the_secret() {
    let table = [
        (ENDPOINT, "localhost:4317", "the address has no scheme; "),
        (
            ENDPOINT,
            "https://u:s3cret@h",
            "the address holds a user name or password; ",
        ),
        (TIMEOUT, "10s", "\"10s\" is not a number of milliseconds; "),
        (TIMEOUT, "0", "\"0\" is not a number of milliseconds; "),
        (HEADERS, "s3cret", "item 1 of the list has no `=`; "),
        (
            HEADERS,
            "a=s3cret%",
            "the value of item 1 is not percent-encoded",
        ),
        (
            HEADERS,
            "a=s3cret%0A",
            "the value of `a` holds a character that no header takes; ",
        ),
        (
            HEADERS,
            "authorization=Bearer s3cret%20x",
            "there is white space inside the token; ",
        ),
        (
            HEADERS,
            "s3/cret=x",
            "one of the keys cannot be the name of gRPC metadata",
        ),
        (
            HEADERS,
            "grpc-timeout=x",
            "one of the keys cannot be the name of gRPC metadata",
        ),
        (
            HEADERS,
            "x-bin=x",
            "one of the keys cannot be the name of gRPC metadata",
        ),
        (RESOURCE, "team", "item 1 of the list has no `=`; "),
        (
            TOKEN,
            "s3cret s3cret",
            "there is white space inside the token; ",
        ),
    ];
    for (variable, value, expected) in table {
        let error = parse(&[(variable, value)]).unwrap_err().to_string();
        assert!(
            error.starts_with(&format!("${variable}: {expected}")),
            "{error}"
        );
        assert!(!error.contains("s3"), "{error}");
    }
}

#[test]
fn what_is_wrong_in_the_file_is_said_beside_it() {
    let env = Environment::from_iter([(TIMEOUT, "x")]);
    let error = Config::parse("[x]", Path::new("c"), Some(&env))
        .unwrap_err()
        .to_string();
    assert_eq!(error.lines().count(), 2, "{error}");
}

#[test]
fn the_streams_own_attributes_are_not_taken() {
    for key in OURS {
        let loaded = parse(&[(RESOURCE, &format!("{key}=x"))]).unwrap();
        assert_eq!(loaded.config.ship.resource, []);
        let [warning] = &loaded.warnings[..] else {
            panic!("{:?}", loaded.warnings)
        };
        assert!(warning.to_string().contains(key), "{warning}");
    }
}

#[cfg(unix)]
#[test]
fn a_value_that_is_not_unicode_is_an_error() {
    use std::os::unix::ffi::OsStringExt as _;
    let value = std::ffi::OsString::from_vec(vec![0xff]);
    let env = Environment::from_iter([(TOKEN, value)]);
    let error = Config::parse("", Path::new("c"), Some(&env))
        .unwrap_err()
        .to_string();
    assert!(
        error.starts_with("$ACO_TOKEN: its value is not Unicode; "),
        "{error}"
    );
}
