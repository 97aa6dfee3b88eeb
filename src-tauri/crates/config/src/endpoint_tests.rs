use super::*;

fn endpoint(text: &str) -> Endpoint {
    text.parse()
        .unwrap_or_else(|wrong| panic!("{text}: {wrong}"))
}

#[test]
fn addresses_have_one_form() {
    let table = [
        (
            "https://collector.example",
            "https://collector.example:4317",
        ),
        ("http://localhost", "http://localhost:4317"),
        (
            "https://collector.example:443",
            "https://collector.example:443",
        ),
        (
            " HTTPS://Collector.Example:443/ ",
            "https://collector.example:443",
        ),
        ("http://127.0.0.1:14317", "http://127.0.0.1:14317"),
        ("https://[2001:DB8::0:1]", "https://[2001:db8::1]:4317"),
        ("http://[::1]:1", "http://[::1]:1"),
        (
            "http://my_host.internal:4317",
            "http://my_host.internal:4317",
        ),
    ];
    for (text, normal) in table {
        assert_eq!(endpoint(text).to_string(), normal);
        assert_eq!(endpoint(normal), endpoint(text));
    }
}

#[test]
fn what_is_wrong_with_an_address_is_said_without_repeating_it() {
    let table = [
        ("collector.example:4317", "no scheme"),
        ("", "no scheme"),
        ("grpc://h", "neither with https:// nor with http://"),
        ("https://h/v1/logs", "end it after the port"),
        ("https://h?x=1", "end it after the port"),
        ("https://h#x", "end it after the port"),
        ("https://ada:s3cret@h:4317", "aco token set"),
        ("https://", "names no host"),
        ("https://:4317", "names no host"),
        ("https://h:", "port is not a number"),
        ("https://h:0", "port is not a number"),
        ("https://h:65536", "port is not a number"),
        ("https://h:4317:1", "stands in brackets"),
        ("https://::1", "stands in brackets"),
        ("https://[::1", "stands in brackets"),
        ("https://[::1]x", "stands in brackets"),
        ("https://[nonsense]", "no IPv6 address"),
        ("https://bücher.example", "xn--"),
        ("https://a b", "no host's name holds ' '"),
        ("https://127.1", "four parts"),
        ("https://2130706433", "four parts"),
    ];
    for (text, expected) in table {
        let wrong = text.parse::<Endpoint>().unwrap_err().to_string();
        assert!(wrong.contains(expected), "{text}: {wrong}");
        assert!(!wrong.contains("s3cret"), "{wrong}");
    }
}

#[test]
fn only_the_http_port_is_doubtful() {
    assert!(endpoint("http://localhost:4318").doubt().is_some());
    assert_eq!(endpoint("http://localhost:4317").doubt(), None);
}

#[test]
fn the_token_crosses_no_network_in_clear_text() {
    // (endpoint, allowed without asking, is this machine)
    let table = [
        ("https://collector.example", true, false),
        ("http://localhost:1", true, true),
        ("http://LOCALHOST", true, true),
        ("http://127.0.0.1", true, true),
        ("http://127.8.8.8", true, true),
        ("http://[::1]", true, true),
        ("http://[::ffff:127.0.0.1]", true, true),
        ("http://collector.example", false, false),
        ("http://localhost.example", false, false),
        ("http://127.0.0.1.example", false, false),
        ("http://0.0.0.0", false, false),
        ("http://10.0.0.1", false, false),
        ("http://[fe80::1]", false, false),
    ];
    for (text, allowed, loopback) in table {
        let endpoint = endpoint(text);
        assert_eq!(may_send_token(&endpoint, false).is_ok(), allowed, "{text}");
        assert_eq!(endpoint.is_loopback(), loopback, "{text}");
        assert!(may_send_token(&endpoint, true).is_ok(), "{text}");
    }
    let refused = may_send_token(&endpoint("http://h"), false)
        .unwrap_err()
        .to_string();
    assert!(
        refused.starts_with("http://h:4317 is another machine"),
        "{refused}"
    );
    assert!(refused.contains("allow_plaintext = true"), "{refused}");
}
