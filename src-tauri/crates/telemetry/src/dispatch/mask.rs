//! Secrets that reach a message by accident are masked before any sink sees the record.
//!
//! Two kinds are known: the very tokens this program holds, told to the [`Masker`] when they are
//! loaded, and shapes that are secrets wherever they stand (provider keys, bearer headers, JSON web
//! tokens, passwords in URLs). It errs on the side of masking: a log line is not worth a key.

use log::kv::{Error, Key, Source, ToValue, Value, VisitSource};
use regex::Regex;
use std::borrow::Cow;
use std::cell::Cell;
use std::fmt::Write as _;
use std::sync::{Arc, PoisonError, RwLock};

const MASK: &str = "[masked]";

/// A message longer than this is cut, visibly. Loki takes lines of 256 KB; what is above goes to
/// quarantine whole, and nothing that size is a log line.
const MAX_MESSAGE_BYTES: usize = 1024 * 1024;

/// Every alternative begins with a literal, so the search is one vectorised scan for the lot.
/// Groups named `k` are kept: they say what stood there. Spaces are `\x20`: verbose mode ignores
/// them inside classes too.
const SHAPES: &str = r#"(?x)
    (?P<k1>[Bb]earer\x20+ | BEARER\x20+ | [Bb]asic\x20+) [A-Za-z0-9._~+/=-]{8,}
  | (?-u:\b)sk-[A-Za-z0-9_-]{16,}
  | (?-u:\b)gh[pousr]_[A-Za-z0-9]{20,} | (?-u:\b)github_pat_[A-Za-z0-9_]{20,}
  | (?-u:\b)AIza[A-Za-z0-9_-]{30,}
  | (?-u:\b)xox[abeprs]-[A-Za-z0-9-]{10,}
  | (?-u:\b)AKIA[A-Z0-9]{16}
  | (?-u:\b)gl(?:sa|c|pat)[_-][A-Za-z0-9_=-]{16,}
  | (?-u:\b)hf_[A-Za-z0-9]{20,}
  | (?-u:\b)eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*)?
  | (?P<k2>://[^/\x00-\x20:@]*:) [^/\x00-\x20@]+ (?P<k3>@)
  | (?P<k4>(?:api[_-]?key|API[_-]?KEY|apiKey|access[_-]?token|ACCESS[_-]?TOKEN|auth[_-]?token
           |AUTH[_-]?TOKEN|ACO_TOKEN|client[_-]?secret|password|PASSWORD|passwd)
        ["']?\x20*[=:]\x20*["']?) [^\x00-\x20"',;&]{4,}
"#;

/// Keys whose value is a secret whatever it looks like.
const SECRET_KEYS: [&str; 6] = [
    "authorization",
    "api_key",
    "apikey",
    "password",
    "access_token",
    "client_secret",
];

/// Finds and masks secrets in text. Cheap to clone; clones share the known tokens.
#[derive(Clone)]
pub struct Masker {
    shapes: Regex,
    known: Arc<RwLock<Vec<Box<str>>>>,
}

impl Masker {
    /// A masker that knows the shapes and no token yet.
    ///
    /// # Errors
    /// When the shapes do not compile: a mistake in this file, which its tests would show.
    pub fn new() -> Result<Self, regex::Error> {
        Ok(Self {
            shapes: Regex::new(SHAPES)?,
            known: Arc::default(),
        })
    }

    /// Adds a token this program holds. It is kept until the program ends, even when replaced:
    /// an old token in a late message is a token still.
    pub fn add_secret(&self, secret: &str) {
        // Shorter ones would mask ordinary words.
        if secret.len() >= 4 {
            let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
            if !known.iter().any(|k| **k == *secret) {
                known.push(secret.into());
            }
        }
    }

    /// The text with its secrets replaced; borrowed when there were none.
    #[must_use]
    pub fn mask<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let mut masked = Cow::Borrowed(text);
        for secret in self
            .known
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .iter()
        {
            if masked.contains(&**secret) {
                masked = Cow::Owned(masked.replace(&**secret, MASK));
            }
        }
        if self.shapes.is_match(&masked) {
            let replaced = self
                .shapes
                .replace_all(&masked, "${k1}${k2}${k4}[masked]${k3}");
            masked = Cow::Owned(replaced.into_owned());
        }
        masked
    }

    fn mask_value(&self, key: &str, value: &Value<'_>) -> Option<String> {
        if SECRET_KEYS.iter().any(|k| key.eq_ignore_ascii_case(k)) {
            return Some(MASK.to_owned());
        }
        // Numbers and booleans hold no secret; only text is worth the search.
        let masked = match value.to_borrowed_str() {
            Some(text) => self.mask(text).into_owned().into(),
            None if is_scalar(value) => None,
            None => Some(self.mask(&value.to_string()).into_owned()),
        }?;
        let unchanged = value.to_borrowed_str().is_some_and(|text| text == masked);
        (!unchanged).then_some(masked)
    }
}

fn is_scalar(value: &Value<'_>) -> bool {
    value.to_i64().is_some() || value.to_f64().is_some() || value.to_bool().is_some()
}

/// The root of the tree: masks, then passes the record on.
pub struct MaskingLog<L> {
    masker: Masker,
    inner: L,
}

impl<L: log::Log> MaskingLog<L> {
    /// Puts `masker` before `inner`.
    pub fn new(masker: Masker, inner: L) -> Self {
        Self { masker, inner }
    }
}

thread_local! {
    /// The message is formatted once for all sinks, into a buffer each thread keeps. Taken out
    /// while in use: a `Display` that logs finds an empty one instead of a borrowed one.
    static BUFFER: Cell<String> = const { Cell::new(String::new()) };
}

impl<L: log::Log> log::Log for MaskingLog<L> {
    fn enabled(&self, metadata: &log::Metadata<'_>) -> bool {
        self.inner.enabled(metadata)
    }

    fn log(&self, record: &log::Record<'_>) {
        // Most records are filtered out by every sink; do not format those.
        if !self.inner.enabled(record.metadata()) {
            return;
        }
        crate::sequence::forget();
        let mut text = BUFFER.take();
        text.clear();
        if write!(text, "{}", record.args()).is_err() {
            text.push_str(" [the message could not be formatted]");
        }
        truncate(&mut text);
        let message = self.masker.mask(&text);
        let pairs = MaskedPairs::of(&self.masker, record.key_values());
        let mut builder = record.to_builder();
        if let Some(pairs) = &pairs {
            builder.key_values(pairs);
        }
        self.inner
            .log(&builder.args(format_args!("{message}")).build());
        drop(message);
        text.shrink_to(16 * 1024);
        BUFFER.set(text);
    }

    fn flush(&self) {
        self.inner.flush();
    }
}

fn truncate(text: &mut String) {
    if text.len() > MAX_MESSAGE_BYTES {
        let cut = text.floor_char_boundary(MAX_MESSAGE_BYTES);
        let more = text.len() - cut;
        text.truncate(cut);
        let _ = write!(text, "… [{more} bytes cut]");
    }
}

/// Key-values of which at least one had to be masked; the others keep their types.
struct MaskedPairs<'kvs>(Vec<(Key<'kvs>, Value<'kvs>, Option<String>)>);

impl<'kvs> MaskedPairs<'kvs> {
    fn of(masker: &Masker, source: &'kvs dyn Source) -> Option<Self> {
        struct Search<'m>(&'m Masker, bool);
        impl<'kvs> VisitSource<'kvs> for Search<'_> {
            fn visit_pair(&mut self, key: Key<'kvs>, value: Value<'kvs>) -> Result<(), Error> {
                self.1 |= self.0.mask_value(key.as_str(), &value).is_some();
                Ok(())
            }
        }
        struct Collect<'m, 'kvs>(&'m Masker, Vec<(Key<'kvs>, Value<'kvs>, Option<String>)>);
        impl<'kvs> VisitSource<'kvs> for Collect<'_, 'kvs> {
            fn visit_pair(&mut self, key: Key<'kvs>, value: Value<'kvs>) -> Result<(), Error> {
                let masked = self.0.mask_value(key.as_str(), &value);
                self.1.push((key, value, masked));
                Ok(())
            }
        }

        let mut search = Search(masker, false);
        let _ = source.visit(&mut search);
        search.1.then(|| {
            let mut collect = Collect(masker, Vec::new());
            let _ = source.visit(&mut collect);
            Self(collect.1)
        })
    }
}

impl Source for MaskedPairs<'_> {
    fn visit<'a>(&'a self, visitor: &mut dyn VisitSource<'a>) -> Result<(), Error> {
        for (key, value, masked) in &self.0 {
            let value = masked
                .as_ref()
                .map_or_else(|| value.to_value(), ToValue::to_value);
            visitor.visit_pair(Key::from_str(key.as_str()), value)?;
        }
        Ok(())
    }
}

#[cfg(test)]
#[path = "mask_tests.rs"]
mod tests;
