//! The two ways by which a page learns who is signed in. No logic.

/// How the identity reaches the page. Default: [`Html`](Delivery::Html).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Delivery {
    /// One script element in HTML pages, which boots and shuts down by itself.
    #[default]
    Html,
    /// Headers on the answers to same-origin fetches, for applications whose own script drives the widget:
    /// `x-widget-token-<name>` and `x-widget-page` (the person's fingerprint) on 2xx answers for a signed-in person,
    /// `x-widget-shutdown: <vendor>, ...` where a session must end. That script writes the fingerprint into the marker
    /// cookie when it boots a widget; it carries a shutdown out, and then deletes the marker and the cookie beside it
    /// (`<marker>-kept`). Tokens that are [costly](crate::widget::Manifest::is_costly) (Salesforce) are for it to
    /// fetch from the token service.
    Header,
}
