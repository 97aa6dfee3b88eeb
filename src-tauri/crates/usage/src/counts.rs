//! Objects of token counts, each tool's under its own names.

/// Declares an object of counts, each under its name in the file. It also knows whether it had names
/// and none of these: then the tool counts otherwise than it did.
macro_rules! counts {
    ($(#[$meta:meta])* $object:ident { $($field:ident: $($name:literal)|+,)+ }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, Default)]
        pub(super) struct $object {
            $(pub(super) $field: $crate::json::Count,)+
            is_known: bool,
            has_others: bool,
        }

        impl $object {
            /// Whether there are names, and none that is known.
            pub(super) fn is_otherwise(&self) -> bool {
                self.has_others && !self.is_known
            }
        }

        impl<'de> serde::Deserialize<'de> for $object {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Names;
                impl<'de> serde::de::Visitor<'de> for Names {
                    type Value = $object;

                    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        f.write_str("counts")
                    }
                    fn visit_map<A: serde::de::MapAccess<'de>>(
                        self,
                        mut map: A,
                    ) -> Result<$object, A::Error> {
                        let mut counts = $object::default();
                        while let Some(name) = map.next_key::<$crate::json::Text<'_>>()? {
                            match name.get() {
                                $(Some($($name)|+) => {
                                    counts.$field = map.next_value()?;
                                    counts.is_known = true;
                                })+
                                _ => {
                                    map.next_value::<serde::de::IgnoredAny>()?;
                                    counts.has_others = true;
                                }
                            }
                        }
                        Ok(counts)
                    }
                }
                deserializer.deserialize_map(Names)
            }
        }
    };
}
pub(crate) use counts;

#[cfg(test)]
mod tests {
    counts! {
        Sample {
            input: "in" | "input",
            output: "out",
        }
    }

    #[test]
    fn names_are_known_or_others() {
        let read = |text: &str| serde_json::from_str::<Sample>(text).unwrap();
        let sample = read(r#"{"x":[1],"in":5,"out":null}"#);
        assert_eq!((sample.input.0, sample.output.0), (Some(5), Some(0)));
        assert!(!sample.is_otherwise());
        assert_eq!(read(r#"{"input":-1}"#).input.0, None);
        assert!(read(r#"{"tokens":5}"#).is_otherwise());
        assert!(!read("{}").is_otherwise());
    }
}
