//! How JSON is read: only the few values that count are built, everything else is parsed past.
//!
//! Formats drift, so a value may have any type, and one of a type it should not have is missing. For
//! a project or a tier that is all; a count that is not one fails its line, and the line is reported
//! as skipped.

use aco_domain::{NanoUsd, UnixNanos};
use jiff::fmt::temporal::DateTimeParser;
use serde::de::value::MapAccessDeserializer;
use serde::de::{self, Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

/// The most tokens one call can have. More is damage, and would sum up beyond what a ledger holds.
const MOST_TOKENS: u64 = 1_000_000_000_000;

/// Reads a line that should be an object. Nothing where it is JSON of another kind.
///
/// # Errors
/// Where it is not JSON.
pub fn object<'a, T: Deserialize<'a>>(line: &'a [u8]) -> serde_json::Result<Option<T>> {
    serde_json::from_slice::<Object<T>>(line).map(|object| object.0)
}

/// A number of tokens. `null` and absence are 0; nothing where something stands that no call can
/// have: a negative number, a fraction, more than 10^12, another type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Count(pub Option<u64>);

impl Default for Count {
    fn default() -> Self {
        Self(Some(0))
    }
}

impl<'de> Deserialize<'de> for Count {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer
            .deserialize_any(Loose(PhantomData::<Counted>))
            .map(|counted| counted.0)
    }
}

/// [`Count`] with nothing, not 0, for what another type stands for.
struct Counted(Count);

impl Default for Counted {
    fn default() -> Self {
        Self(Count(None))
    }
}

impl FromLoose<'_> for Counted {
    fn of_null() -> Self {
        Self(Count::default())
    }
    fn of_u64(count: u64) -> Self {
        Self(Count((count <= MOST_TOKENS).then_some(count)))
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "only for whole numbers between 0 and a bound far below 2^53"
    )]
    fn of_f64(count: f64) -> Self {
        let sane = count.fract() == 0.0 && (0.0..=MOST_TOKENS as f64).contains(&count);
        Self(Count(sane.then_some(count as u64)))
    }
}

/// A string, borrowed where it holds no escape; nothing where another type stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Text<'a>(pub Option<Cow<'a, str>>);

impl Text<'_> {
    /// The string, if there is one that says something.
    #[must_use]
    pub fn get(&self) -> Option<&str> {
        self.0.as_deref().filter(|text| !text.is_empty())
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Loose(PhantomData))
    }
}

/// `true` or `false`; nothing where another type stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Flag(pub Option<bool>);

impl<'de> Deserialize<'de> for Flag {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Loose(PhantomData))
    }
}

/// A number; nothing where another type stands.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Number(pub Option<f64>);

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Loose(PhantomData))
    }
}

/// A whole number from 0; nothing where something else stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Whole(pub Option<u64>);

impl<'de> Deserialize<'de> for Whole {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Loose(PhantomData))
    }
}

/// An id that may be written as a string or as a whole number; nothing where another type stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Label(pub(crate) Option<String>);

impl<'de> Deserialize<'de> for Label {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Loose(PhantomData))
    }
}

/// What can be made of the value of one type, and is nothing for the others.
trait FromLoose<'de>: Default {
    fn of_null() -> Self {
        Self::default()
    }
    fn of_str(_: Cow<'de, str>) -> Self {
        Self::default()
    }
    fn of_bool(_: bool) -> Self {
        Self::default()
    }
    fn of_u64(_: u64) -> Self {
        Self::default()
    }
    fn of_f64(_: f64) -> Self {
        Self::default()
    }
}

impl<'de: 'a, 'a> FromLoose<'de> for Text<'a> {
    fn of_str(text: Cow<'de, str>) -> Self {
        Self(Some(text))
    }
}

impl FromLoose<'_> for Label {
    fn of_str(text: Cow<'_, str>) -> Self {
        Self(Some(text.into_owned()).filter(|text| !text.is_empty()))
    }
    fn of_u64(number: u64) -> Self {
        Self(Some(number.to_string()))
    }
}

impl FromLoose<'_> for Flag {
    fn of_bool(flag: bool) -> Self {
        Self(Some(flag))
    }
}

impl FromLoose<'_> for Number {
    #[expect(clippy::cast_precision_loss, reason = "an amount of dollars")]
    fn of_u64(number: u64) -> Self {
        Self(Some(number as f64))
    }
    fn of_f64(number: f64) -> Self {
        Self(Some(number))
    }
}

impl FromLoose<'_> for Whole {
    fn of_u64(number: u64) -> Self {
        Self(Some(number))
    }
}

struct Loose<T>(PhantomData<T>);

impl<'de, T: FromLoose<'de>> Visitor<'de> for Loose<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("anything")
    }
    fn visit_borrowed_str<E: de::Error>(self, text: &'de str) -> Result<T, E> {
        Ok(T::of_str(Cow::Borrowed(text)))
    }
    fn visit_str<E: de::Error>(self, text: &str) -> Result<T, E> {
        Ok(T::of_str(Cow::Owned(text.to_owned())))
    }
    fn visit_bool<E: de::Error>(self, flag: bool) -> Result<T, E> {
        Ok(T::of_bool(flag))
    }
    fn visit_u64<E: de::Error>(self, number: u64) -> Result<T, E> {
        Ok(T::of_u64(number))
    }
    fn visit_i64<E: de::Error>(self, _: i64) -> Result<T, E> {
        Ok(T::default())
    }
    fn visit_f64<E: de::Error>(self, number: f64) -> Result<T, E> {
        Ok(T::of_f64(number))
    }
    fn visit_unit<E: de::Error>(self) -> Result<T, E> {
        Ok(T::of_null())
    }
    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
        IgnoredAny.visit_map(map).map(|_| T::default())
    }
    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<T, A::Error> {
        IgnoredAny.visit_seq(seq).map(|_| T::default())
    }
}

/// An object; nothing where another type stands.
#[derive(Clone, Copy, Debug)]
pub struct Object<T>(pub Option<T>);

impl<T> Default for Object<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Objects<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Objects<T> {
            type Value = Object<T>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("anything")
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Object<T>, A::Error> {
                T::deserialize(MapAccessDeserializer::new(map)).map(|value| Object(Some(value)))
            }
            fn visit_str<E: de::Error>(self, _: &str) -> Result<Object<T>, E> {
                Ok(Object(None))
            }
            fn visit_bool<E: de::Error>(self, _: bool) -> Result<Object<T>, E> {
                Ok(Object(None))
            }
            fn visit_u64<E: de::Error>(self, _: u64) -> Result<Object<T>, E> {
                Ok(Object(None))
            }
            fn visit_i64<E: de::Error>(self, _: i64) -> Result<Object<T>, E> {
                Ok(Object(None))
            }
            fn visit_f64<E: de::Error>(self, _: f64) -> Result<Object<T>, E> {
                Ok(Object(None))
            }
            fn visit_unit<E: de::Error>(self) -> Result<Object<T>, E> {
                Ok(Object(None))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Object<T>, A::Error> {
                IgnoredAny.visit_seq(seq).map(|_| Object(None))
            }
        }
        deserializer.deserialize_any(Objects(PhantomData))
    }
}

static TIMES: DateTimeParser = DateTimeParser::new();

/// An RFC 3339 instant between 1970 and 2554.
#[must_use]
pub fn instant(text: &str) -> Option<UnixNanos> {
    let time = TIMES.parse_timestamp(text).ok()?;
    u64::try_from(time.as_nanosecond()).ok().map(UnixNanos)
}

/// Dollars as a tool wrote them; nothing for what is no amount.
#[expect(
    clippy::cast_possible_truncation,
    reason = "amounts beyond a million dollars are refused first"
)]
#[must_use]
pub fn dollars(amount: f64) -> Option<NanoUsd> {
    let sane = (0.0..1e6).contains(&amount);
    sane.then(|| NanoUsd((amount * 1e9).round_ties_even() as i64))
}
