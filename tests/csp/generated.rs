//! Generated policies.

use proptest::prelude::*;

use super::{NONCE, judge};

fn token() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => Just("'self'".to_owned()),
        2 => Just("'none'".to_owned()),
        2 => Just("'unsafe-inline'".to_owned()),
        1 => Just("'UNSAFE-INLINE'".to_owned()),
        1 => Just("'unsafe-eval'".to_owned()),
        2 => Just("'strict-dynamic'".to_owned()),
        2 => Just(format!("'nonce-{NONCE}'")),
        1 => Just("'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='".to_owned()),
        1 => Just("'nonce-{{nonce}}'".to_owned()),
        1 => Just("'sha256-'".to_owned()),
        1 => Just("'report-sample'".to_owned()),
        1 => Just("'wasm-unsafe-eval'".to_owned()),
        2 => Just("https:".to_owned()),
        1 => Just("http:".to_owned()),
        1 => Just("data:".to_owned()),
        1 => Just("*".to_owned()),
        2 => Just("https://cdn.example".to_owned()),
        1 => Just("cdn.example".to_owned()),
        1 => Just("https://*.intercom.io".to_owned()),
        1 => Just("https://js.intercomcdn.com/frame.js".to_owned()),
        1 => Just("https://widget.intercom.io:8443".to_owned()),
    ]
}

fn directive() -> impl Strategy<Value = String> {
    let name = prop::sample::select(vec![
        "default-src",
        "script-src",
        "script-src-elem",
        "script-src-attr",
        "style-src",
        "style-src-elem",
        "img-src",
        "connect-src",
        "frame-src",
        "child-src",
        "worker-src",
        "form-action",
        "font-src",
        "media-src",
        "object-src",
        "base-uri",
        "Script-Src",
        "DEFAULT-SRC",
        "upgrade-insecure-requests",
        "unknown-src",
    ]);
    let space = prop::sample::select(vec![" ", "  ", "\t"]);
    (name, prop::collection::vec(token(), 0..5), space).prop_map(|(name, tokens, space)| {
        let mut parts = vec![name.to_owned()];
        parts.extend(tokens);
        parts.join(space)
    })
}

fn policy() -> impl Strategy<Value = String> {
    let separator = prop::sample::select(vec![";", "; ", " ;\t", ";;"]);
    let tail = prop::sample::select(vec!["", ";", " ; ", "  "]);
    (prop::collection::vec(directive(), 1..6), separator, tail)
        .prop_map(|(directives, separator, tail)| directives.join(separator) + tail)
}

fn line() -> impl Strategy<Value = String> {
    prop::collection::vec(policy(), 1..3).prop_map(|policies| policies.join(", "))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 10_000, ..ProptestConfig::default() })]

    #[test]
    fn the_widget_is_allowed_and_nothing_else_changes(lines in prop::collection::vec(line(), 1..3)) {
        judge(&lines.iter().map(String::as_str).collect::<Vec<_>>());
    }
}
