//! Every name that Rust and the browser share: headers, a path segment, members of JSON, values of the marker.
//!
//! This module imports nothing from the crate. Where a name is a field's name, by which Serde calls the member, it
//! stands in one of the lists below: a test (`contract.rs`) holds them against what the crate writes, what
//! `snippet/types.d.ts` declares and what the scripts read. Whoever changes a name changes all of them, or the test
//! says which one is left.

// ---- headers --------------------------------------------------------------------------------------------------------

/// In requests to the token service: the fingerprint of the person for whom the page is. In answers to fetches
/// ([`Delivery::Header`](crate::Delivery::Header)): the fingerprint of the person whose tokens they carry.
pub(crate) const PAGE_HEADER: &str = "x-widget-page";
/// In requests to the token service: the text of the page's that the token is to sign.
pub(crate) const VALUE_HEADER: &str = "x-widget-value";
/// For how many seconds the token in this answer is good.
pub(crate) const LIFETIME_HEADER: &str = "x-widget-lifetime";
/// In development ([`explain`](crate::WidgetsBuilder::explain)): what the layer did with this response.
pub(crate) const OUTCOME_HEADER: &str = "x-widget-outcome";
/// The widgets whose session must end, in answers to fetches.
pub(crate) const SHUTDOWN_HEADER: &str = "x-widget-shutdown";
/// Before a token's name, in answers to fetches.
pub(crate) const TOKEN_HEADER_PREFIX: &str = "x-widget-token-";

// ---- the token service's path ---------------------------------------------------------------------------------------

/// In place of a token's name: the question who is signed in now, answered as a page load would be.
pub(crate) const PAGE: &str = "page";

// ---- the page -------------------------------------------------------------------------------------------------------

/// The attribute of the script element that holds its data.
pub(crate) const DATA_ATTRIBUTE: &str = "data-widget";
/// The Trusted Types policy by which the runtime loads a vendor's library.
pub(crate) const TRUSTED_TYPES_POLICY: &str = "tower-widget-identity";
/// What the marker says of a session that must end.
pub(crate) const OUT: &str = "out";
/// After the marker's name: the cookie that says that there is, or was, a session, if the marker gets lost.
pub(crate) const KEPT_SUFFIX: &str = "-kept";

// ---- members of one page's data, and of the answer to `page` --------------------------------------------------------

/// The marker that the request carried.
pub(crate) const SEEN: &str = "seen";
/// The fingerprint of the person for whom the page is.
pub(crate) const FP: &str = "fp";
/// Whether somebody's session must end although there was no marker.
pub(crate) const RESET: &str = "reset";
/// Whether the addresses of scripts must be trusted types.
pub(crate) const TRUSTED: &str = "trusted";
/// By widget: what its adapter boots with.
pub(crate) const PEOPLE: &str = "people";
/// By widget: for how many seconds its token is good.
pub(crate) const LIFETIMES: &str = "lifetimes";

// ---- members by the interfaces of `types.d.ts` ----------------------------------------------------------------------

/// Each interface whose members are JSON, with all that it can have.
#[cfg(test)]
pub(crate) const INTERFACES: &[(&str, &[&str])] = &[
    ("ConstantData", &["cookie", "tokens", "iframes", "visitors", "widgets"]),
    ("CookieData", &["name", "attributes"]),
    ("WidgetData", &["name", "token", "library", "settings", "residue"]),
    ("SessionArtifacts", &["cookies", "storage", "session", "globals"]),
    ("PageData", &[SEEN, FP, RESET, TRUSTED, PEOPLE, LIFETIMES]),
    ("ErrorAnswer", &["error"]),
];

/// What the runtime adds to a widget before it hands it to an adapter.
#[cfg(test)]
pub(crate) const PERSON: &str = "person";
