//! Unsigned facts, for vendors that know some of them by name and keep the others in a separate object.

use serde_json::{Map, Value};

/// Moves the facts that are not in `known` into the object `others`.
///
/// If the application itself set an object under the name `others`, its entries are merged into that object.
pub(super) fn grouped(facts: Map<String, Value>, known: &[&str], others: &str) -> Map<String, Value> {
    let (mut named, mut rest) = (Map::new(), Map::new());
    for (key, value) in facts {
        match value {
            Value::Object(more) if key == others => rest.extend(more),
            value if known.contains(&key.as_str()) => drop(named.insert(key, value)),
            value => drop(rest.insert(key, value)),
        }
    }
    if !rest.is_empty() {
        named.insert(others.to_owned(), rest.into());
    }
    named
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn facts_unknown_to_the_vendor_are_grouped_in_an_object() {
        let facts = |value: Value| value.as_object().cloned().unwrap_or_default();
        for (given, expected) in [
            (json!({}), json!({})),
            (json!({ "phone": "1" }), json!({ "phone": "1" })),
            (json!({ "phone": "1", "tier": 2 }), json!({ "phone": "1", "more": { "tier": 2 } })),
            (json!({ "more": { "a": 1 }, "tier": 2 }), json!({ "more": { "a": 1, "tier": 2 } })),
            (json!({ "more": "text" }), json!({ "more": { "more": "text" } })),
        ] {
            assert_eq!(Value::from(grouped(facts(given.clone()), &["phone", "plan"], "more")), expected, "{given}");
        }
    }
}
