//! The persons for whom a vendor is asked.

use serde_json::Value;

use crate::identity::Identity;

/// When they are asked for: a time that is not the clock's, so that a vendor that reads the clock is found out.
pub(super) const NOW: u64 = 1_800_000_000;

/// The key of the one attribute that both persons have.
pub(super) const PLAN: &str = "plan";

/// A complete person. No text of hers is part of any other text here.
pub(super) fn ada() -> Identity {
    bare_ada().attribute(PLAN, "quillplan-5108")
}

/// The same without attributes.
pub(super) fn bare_ada() -> Identity {
    Identity::new("ku7731adz").email("ada.q@one.conformance.example").name("Adelaide Quillfeather")
}

/// Another complete person.
pub(super) fn bela() -> Identity {
    let bare = Identity::new("bv9942exh").email("b.zaun@two.conformance.example").name("Belisario Zaunkoenig");
    bare.attribute(PLAN, "zaunplan-8841")
}

/// What identifies, by what it is: whole facts, and the parts of the name.
pub(super) fn facts(identity: &Identity) -> impl Iterator<Item = (&'static str, &str)> {
    let name = identity.display_name().unwrap_or_default();
    let attributes = identity.attributes().values().filter_map(Value::as_str);
    let parts = name.split(' ').map(|part| ("name", part)).filter(|(_, part)| part.len() > 3);
    [("id", identity.id())]
        .into_iter()
        .chain(identity.email_address().map(|email| ("e-mail address", email)))
        .chain(parts)
        .chain(attributes.map(|text| ("attribute", text)))
}

/// Ids that look like numbers.
pub(super) const NUMERIC_IDS: [&str; 4] = ["0073194628", "73194628", "12345678901234567890", "9007199254740993"];

/// Texts that are easily spoilt on their way.
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

/// A person of whom one fact is hostile, by which fact.
pub(super) fn hostile(text: &str) -> [(&'static str, Identity); 4] {
    let email = format!("{}@conformance.example", text.trim());
    [
        (
            "id",
            Identity::new(text)
                .email("ada.q@one.conformance.example")
                .name("Adelaide Quillfeather")
                .attribute(PLAN, "p"),
        ),
        ("e-mail address", ada().email(email)),
        ("name", ada().name(text)),
        ("attribute", ada().attribute(PLAN, text)),
    ]
}

/// The fact by that name.
pub(super) fn fact<'a>(identity: &'a Identity, what: &str) -> Option<&'a str> {
    match what {
        "id" => Some(identity.id()),
        "e-mail address" => identity.email_address(),
        "name" => identity.display_name(),
        _ => identity.attributes().get(PLAN).and_then(Value::as_str),
    }
}
