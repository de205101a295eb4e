//! The names that Rust and the browser share: headers, a path segment, JSON members, marker values.
//!
//! This module imports nothing from the crate. If a name is the name of a field, which Serde uses for the member, it
//! stands in one of the lists below. A test (`contract.rs`) compares them with what the crate writes, what
//! `snippet/types.d.ts` declares and what the scripts read: if you change a name in one place only, the test names the
//! others.

// ---- headers --------------------------------------------------------------------------------------------------------

/// The fingerprint of a user: whose page sends a token request, or whose tokens a response carries.
///
/// Pages send it to the token service. Responses to fetches carry it with
/// [`Delivery::Header`](crate::Delivery::Header).
pub(crate) const PAGE_HEADER: &str = "x-widget-page";
/// The text that the page wants the token to sign, in requests to the token service.
pub(crate) const VALUE_HEADER: &str = "x-widget-value";
/// The number of seconds for which the token in a response is valid.
pub(crate) const LIFETIME_HEADER: &str = "x-widget-lifetime";
/// What the layer did with this response, sent in development only ([`explain`](crate::WidgetsBuilder::explain)).
pub(crate) const OUTCOME_HEADER: &str = "x-widget-outcome";
/// The widgets whose session must end, in responses to fetches.
pub(crate) const SHUTDOWN_HEADER: &str = "x-widget-shutdown";
/// The prefix of a header that carries a token in the response to a fetch; the token's name follows.
pub(crate) const TOKEN_HEADER_PREFIX: &str = "x-widget-token-";

// ---- the token service's path ---------------------------------------------------------------------------------------

/// The name that asks who is signed in now, instead of a token's name.
///
/// The response has the data that a page load would carry.
pub(crate) const PAGE: &str = "page";

// ---- the page -------------------------------------------------------------------------------------------------------

/// The attribute of the script element that holds the page's data.
pub(crate) const DATA_ATTRIBUTE: &str = "data-widget";
/// The Trusted Types policy with which the runtime loads a vendor's library.
pub(crate) const TRUSTED_TYPES_POLICY: &str = "tower-widget-identity";
/// The marker's value for a session that must end.
pub(crate) const OUT: &str = "out";
/// The suffix that turns the marker's name into that of the second cookie.
///
/// The second cookie says that there is, or was, a session, even if the marker is lost.
pub(crate) const KEPT_SUFFIX: &str = "-kept";

// ---- members of one page's data, and of the response to `page` ------------------------------------------------------

/// The marker that the request carried.
pub(crate) const SEEN: &str = "seen";
/// The fingerprint of the user that the page is for.
pub(crate) const FP: &str = "fp";
/// Whether a session must end although there was no marker.
pub(crate) const RESET: &str = "reset";
/// Whether the URLs of scripts must be trusted types.
pub(crate) const TRUSTED: &str = "trusted";
/// What each widget's adapter boots with, by widget.
pub(crate) const PEOPLE: &str = "people";
/// The number of seconds for which each widget's token is valid, by widget.
pub(crate) const LIFETIMES: &str = "lifetimes";

// ---- members by the interfaces of `types.d.ts` ----------------------------------------------------------------------

/// Each interface whose members are JSON, with every member that it can have.
#[cfg(test)]
pub(crate) const INTERFACES: &[(&str, &[&str])] = &[
    ("ConstantData", &["cookie", "tokens", "visitors", "widgets"]),
    ("CookieData", &["name", "attributes"]),
    ("WidgetData", &["name", "token", "library", "settings", "residue"]),
    ("SessionArtifacts", &["cookies", "storage", "session", "globals"]),
    ("PageData", &[SEEN, FP, RESET, TRUSTED, PEOPLE, LIFETIMES]),
    ("ErrorAnswer", &["error"]),
];

/// The member that the runtime adds to a widget before it passes the widget to an adapter.
#[cfg(test)]
pub(crate) const PERSON: &str = "person";
