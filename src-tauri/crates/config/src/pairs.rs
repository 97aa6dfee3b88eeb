//! Lists in environment variables: `key=value,key=value` with percent-encoded values, as
//! OpenTelemetry takes them from W3C Baggage.

use crate::Wrong;
use zeroize::Zeroizing;

/// Takes the list apart. A value may be a secret, so the words of an error hold none.
pub(crate) fn parse(text: &str) -> Result<Vec<(String, Zeroizing<String>)>, Wrong> {
    let items = text
        .split(',')
        .map(str::trim)
        .enumerate()
        .filter(|(_, item)| !item.is_empty());
    items.map(|(index, item)| pair(index + 1, item)).collect()
}

fn pair(number: usize, item: &str) -> Result<(String, Zeroizing<String>), Wrong> {
    let Some((key, value)) = item.split_once('=') else {
        let what = format!("item {number} of the list has no `=`");
        return Err(Wrong::new(what, "write the list like key=value,key=value"));
    };
    let key = key.trim();
    if key.is_empty() {
        let what = format!("item {number} of the list has no key");
        return Err(Wrong::new(what, "write the list like key=value,key=value"));
    }
    let value = decode(value.trim()).ok_or_else(|| {
        let what = format!("the value of item {number} is not percent-encoded UTF-8");
        Wrong::new(what, "write a percent sign itself as %25")
    })?;
    Ok((key.to_owned(), Zeroizing::new(value)))
}

fn decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let (digits, after) = rest.split_at_checked(2)?;
        rest = after;
        // `from_str_radix` alone would take a sign.
        let digits = str::from_utf8(digits).ok()?;
        if !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return None;
        }
        bytes.push(u8::from_str_radix(digits, 16).ok()?);
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(text: &str) -> Vec<(String, String)> {
        let pairs = parse(text).unwrap();
        pairs
            .into_iter()
            .map(|(key, value)| (key, value.to_string()))
            .collect()
    }

    #[test]
    fn lists_are_taken_apart() {
        let pair = |key: &str, value: &str| (key.to_owned(), value.to_owned());
        assert_eq!(pairs(""), []);
        assert_eq!(pairs(" , "), []);
        assert_eq!(
            pairs("a=1, b = two%2C%20three ,"),
            [pair("a", "1"), pair("b", "two, three")]
        );
        assert_eq!(pairs("a=b=c"), [pair("a", "b=c")]);
        assert_eq!(pairs("a="), [pair("a", "")]);
        assert_eq!(pairs("a=caf%C3%A9"), [pair("a", "café")]);
    }

    #[test]
    fn what_is_wrong_is_said_without_the_value() {
        // A key is not repeated either: base64 ends with `=`, so half a secret may stand there.
        let table = [
            ("ok=1,s3cret", "item 2 of the list has no `=`"),
            ("=s3cret", "item 1 of the list has no key"),
            ("a=s3cret%", "the value of item 1 is not percent-encoded"),
            ("a=s3cret%2", "the value of item 1 is not percent-encoded"),
            ("a=s3cret%+2", "the value of item 1 is not percent-encoded"),
            ("a=s3cret%zz", "the value of item 1 is not percent-encoded"),
            ("a=s3cret%FF", "the value of item 1 is not percent-encoded"),
        ];
        for (text, expected) in table {
            let wrong = parse(text).unwrap_err().to_string();
            assert!(wrong.contains(expected), "{wrong}");
            assert!(!wrong.contains("s3cret"), "{wrong}");
        }
    }
}
