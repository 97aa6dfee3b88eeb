//! Who is speaking: the OTLP resource, encoded once and kept in each segment's header.

use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue, any_value};
use opentelemetry_proto::tonic::resource::v1::Resource;
use prost::Message as _;

/// The resource's attributes; see the contract's "Log records".
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ResourceAttributes(Vec<(String, String)>);

impl ResourceAttributes {
    /// Sets an attribute; a later call wins.
    #[must_use]
    pub fn with(mut self, key: &str, value: &str) -> Self {
        self.0.retain(|(known, _)| known != key);
        self.0.push((key.to_owned(), value.to_owned()));
        self
    }

    /// The attributes in the order they were set.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .map(|(key, value)| (key.as_str(), value.as_str()))
    }
}

/// An `opentelemetry.proto.resource.v1.Resource`, encoded.
#[must_use]
pub fn encode_resource(attributes: &ResourceAttributes) -> Vec<u8> {
    let attributes = attributes
        .iter()
        .map(|(key, value)| KeyValue {
            key: key.to_owned(),
            value: Some(AnyValue {
                value: Some(any_value::Value::StringValue(value.to_owned())),
            }),
            ..KeyValue::default()
        })
        .collect();
    Resource {
        attributes,
        ..Resource::default()
    }
    .encode_to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_value_of_a_key_is_encoded() {
        let attributes = ResourceAttributes::default()
            .with("a", "1")
            .with("b", "2")
            .with("a", "3");
        let resource = Resource::decode(encode_resource(&attributes).as_slice()).unwrap();
        let keys: Vec<_> = resource
            .attributes
            .iter()
            .map(|kv| kv.key.as_str())
            .collect();
        assert_eq!(keys, ["b", "a"]);
        assert_eq!(attributes.iter().last(), Some(("a", "3")));
    }
}
