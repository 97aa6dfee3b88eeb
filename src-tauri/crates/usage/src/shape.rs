//! What tells that a tool writes another shape than the one that is known, and shapes beyond single
//! values. Nothing of a text is built here either.

use crate::document::MOST_RECORDS;
use crate::json::{Object, Text};
use serde::de::{
    self, Deserialize, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor,
};
use std::fmt;
use std::marker::PhantomData;

/// Whether the object at `path` in `line` has names, and none of those in `known`. For a line that
/// gave no count: it says whether the counts are elsewhere now. Nothing of it is built.
pub(crate) fn is_otherwise(line: &[u8], path: &[&str], known: &[&str]) -> bool {
    let mut deserializer = serde_json::Deserializer::from_slice(line);
    Seek { path, known }
        .deserialize(&mut deserializer)
        .unwrap_or(false)
}

struct Seek<'a> {
    path: &'a [&'a str],
    known: &'a [&'a str],
}

impl<'de> DeserializeSeed<'de> for Seek<'_> {
    type Value = bool;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<bool, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Seek<'_> {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("anything")
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<bool, A::Error> {
        let (mut any, mut known, mut below) = (false, false, false);
        while let Some(Text(name)) = map.next_key()? {
            let name = name.unwrap_or_default();
            any = true;
            known = known || self.known.contains(&&*name);
            match self.path.split_first() {
                Some((first, path)) if *first == name => {
                    let known = self.known;
                    below = map.next_value_seed(Seek { path, known })?;
                }
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(match self.path {
            [] => any && !known,
            _ => below,
        })
    }
    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<bool, A::Error> {
        IgnoredAny.visit_seq(seq).map(|_| false)
    }
    fn visit_str<E: de::Error>(self, _: &str) -> Result<bool, E> {
        Ok(false)
    }
    fn visit_bool<E: de::Error>(self, _: bool) -> Result<bool, E> {
        Ok(false)
    }
    fn visit_u64<E: de::Error>(self, _: u64) -> Result<bool, E> {
        Ok(false)
    }
    fn visit_i64<E: de::Error>(self, _: i64) -> Result<bool, E> {
        Ok(false)
    }
    fn visit_f64<E: de::Error>(self, _: f64) -> Result<bool, E> {
        Ok(false)
    }
    fn visit_unit<E: de::Error>(self) -> Result<bool, E> {
        Ok(false)
    }
}

/// The objects of an array, up to [`MOST_RECORDS`]; none where another type stands.
#[derive(Clone, Debug)]
pub(crate) struct List<T>(pub(crate) Vec<T>);

impl<T> Default for List<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for List<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Lists(PhantomData))
    }
}

struct Lists<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for Lists<T> {
    type Value = List<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("anything")
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<List<T>, A::Error> {
        let mut items = Vec::new();
        while let Some(Object(item)) = seq.next_element()? {
            items.extend(item);
            if items.len() > MOST_RECORDS {
                return Err(de::Error::custom("more than a session holds"));
            }
        }
        Ok(List(items))
    }
    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<List<T>, A::Error> {
        IgnoredAny.visit_map(map).map(|_| List::default())
    }
    fn visit_str<E: de::Error>(self, _: &str) -> Result<List<T>, E> {
        Ok(List::default())
    }
    fn visit_bool<E: de::Error>(self, _: bool) -> Result<List<T>, E> {
        Ok(List::default())
    }
    fn visit_u64<E: de::Error>(self, _: u64) -> Result<List<T>, E> {
        Ok(List::default())
    }
    fn visit_i64<E: de::Error>(self, _: i64) -> Result<List<T>, E> {
        Ok(List::default())
    }
    fn visit_f64<E: de::Error>(self, _: f64) -> Result<List<T>, E> {
        Ok(List::default())
    }
    fn visit_unit<E: de::Error>(self) -> Result<List<T>, E> {
        Ok(List::default())
    }
}

/// The objects in an object, each with its name, up to [`MOST_RECORDS`]; none where another type
/// stands.
#[derive(Clone, Debug)]
pub(crate) struct Named<T>(pub(crate) Vec<(String, T)>);

impl<T> Default for Named<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Named<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer
            .deserialize_any(Names(PhantomData))
            .map(|Object(named)| named.unwrap_or_default())
    }
}

struct Names<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for Names<T> {
    type Value = Object<Named<T>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("anything")
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut items = Vec::new();
        while let Some(Text(name)) = map.next_key()? {
            if let Object(Some(item)) = map.next_value()? {
                items.push((name.unwrap_or_default().into_owned(), item));
            }
            if items.len() > MOST_RECORDS {
                return Err(de::Error::custom("more than a session holds"));
            }
        }
        Ok(Object(Some(Named(items))))
    }
    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Self::Value, A::Error> {
        IgnoredAny.visit_seq(seq).map(|_| Object(None))
    }
    fn visit_str<E: de::Error>(self, _: &str) -> Result<Self::Value, E> {
        Ok(Object(None))
    }
    fn visit_bool<E: de::Error>(self, _: bool) -> Result<Self::Value, E> {
        Ok(Object(None))
    }
    fn visit_u64<E: de::Error>(self, _: u64) -> Result<Self::Value, E> {
        Ok(Object(None))
    }
    fn visit_i64<E: de::Error>(self, _: i64) -> Result<Self::Value, E> {
        Ok(Object(None))
    }
    fn visit_f64<E: de::Error>(self, _: f64) -> Result<Self::Value, E> {
        Ok(Object(None))
    }
    fn visit_unit<E: de::Error>(self) -> Result<Self::Value, E> {
        Ok(Object(None))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_shape_has_names_and_none_that_is_known() {
        let is = |line: &str| is_otherwise(line.as_bytes(), &["a", "b"], &["known"]);
        assert!(is(r#"{"x":[{}],"a":{"b":{"other":{"known":1}}}}"#));
        for line in [
            r#"{"a":{"b":{"other":1,"known":null}}}"#,
            r#"{"a":{"b":{}}}"#,
            r#"{"a":{"b":[1]}}"#,
            r#"{"a":1,"b":{"other":1}}"#,
            r#"{"a":{"b":{"other":1}"#,
            "",
        ] {
            assert!(!is(line), "{line}");
        }
    }
}
