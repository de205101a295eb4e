//! The invented users for whom the kit calls a widget.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::Value;

use crate::identity::Identity;

/// The time of the kit's calls.
///
/// It differs from the system clock, so that a widget that reads that clock fails.
pub(super) const NOW: u64 = 1_800_000_000;

/// The time at this number of seconds after 1970.
pub(super) fn at(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(seconds)
}

/// The key of the one attribute that both users have.
pub(super) const PLAN: &str = "plan";

/// A user with all data. None of her texts is part of another text here.
pub(super) fn ada() -> Identity {
    bare_ada().with_attribute(PLAN, "quillplan-5108")
}

/// The same user without attributes.
pub(super) fn bare_ada() -> Identity {
    Identity::new("ku7731adz").with_email("ada.q@one.conformance.example").with_name("Adelaide Quillfeather")
}

/// Another user with all data.
pub(super) fn bela() -> Identity {
    let bare =
        Identity::new("bv9942exh").with_email("b.zaun@two.conformance.example").with_name("Belisario Zaunkoenig");
    bare.with_attribute(PLAN, "zaunplan-8841")
}

/// Each of a user's data, with a user who differs in nothing else.
pub(super) fn others(identity: &Identity) -> Vec<(&str, Identity)> {
    let (id, email, name) = (identity.id(), identity.email(), identity.name());
    let build = |id: &str, email: Option<&str>, name: Option<&str>| {
        let other = email.into_iter().fold(Identity::new(id), Identity::with_email);
        let other = name.into_iter().fold(other, Identity::with_name);
        let attributes = identity.attributes().iter();
        attributes.fold(other, |other, (key, value)| other.with_attribute(key.clone(), value.clone()))
    };
    let other = |text: &str| format!("other-{text}");
    let mut all = vec![(id, build(&other(id), email, name))];
    all.extend(email.map(|text| (text, build(id, Some(&other(text)), name))));
    all.extend(name.map(|text| (text, build(id, email, Some(&other(text))))));
    all
}

/// The texts that identify a user, with their kind: whole values, and the parts of the name.
pub(super) fn facts(identity: &Identity) -> impl Iterator<Item = (&'static str, &str)> {
    let name = identity.name().unwrap_or_default();
    let attributes = identity.attributes().values().filter_map(Value::as_str);
    let parts = name.split(' ').map(|part| ("name", part)).filter(|(_, part)| part.len() > 3);
    [("id", identity.id())]
        .into_iter()
        .chain(identity.email().map(|email| ("e-mail address", email)))
        .chain(parts)
        .chain(attributes.map(|text| ("attribute", text)))
}

/// Ids that look like numbers.
pub(super) const NUMERIC_IDS: [&str; 4] = ["0073194628", "73194628", "12345678901234567890", "9007199254740993"];

/// Texts that are easily altered by an encoding or a transformation.
pub(super) fn hostile_texts() -> Vec<String> {
    let mut all: Vec<String> = [
        "Quote \" and ' and \\ and `",
        "</script><script>alert(1)</script><!--",
        "N\u{e4}me \u{df} \u{130}\u{131} \u{1f600}",
        "line\u{2028}and\u{2029}paragraph",
        "tab\tnewline\nnul\0end",
        " padded ",
        "MiXed CaSe",
        "a+b%20c&d=e;f,g",
        "\u{202e}right to left",
        "e\u{301} is not \u{e9}",
        "${x} {{x}} %s",
    ]
    .map(str::to_owned)
    .into();
    all.push("long ".repeat(500));
    all.push("x".repeat(100_000));
    all
}

/// Four users with one hostile text each, and the kind of data that it is.
pub(super) fn hostile(text: &str) -> [(&'static str, Identity); 4] {
    let email = format!("{}@conformance.example", text.trim());
    [
        (
            "id",
            Identity::new(text)
                .with_email("ada.q@one.conformance.example")
                .with_name("Adelaide Quillfeather")
                .with_attribute(PLAN, "p"),
        ),
        ("e-mail address", ada().with_email(email)),
        ("name", ada().with_name(text)),
        ("attribute", ada().with_attribute(PLAN, text)),
    ]
}

/// The user's data of this kind.
pub(super) fn fact<'a>(identity: &'a Identity, what: &str) -> Option<&'a str> {
    match what {
        "id" => Some(identity.id()),
        "e-mail address" => identity.email(),
        "name" => identity.name(),
        _ => identity.attributes().get(PLAN).and_then(Value::as_str),
    }
}
