//! The two ways in which the identity reaches a page.

/// How the identity reaches the page. Default: [`Html`](Delivery::Html).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Delivery {
    /// One script element in HTML pages, which boots the widgets and shuts them down by itself.
    #[default]
    Html,
    /// Headers on the responses to same-origin fetches, for applications whose own script runs the widget.
    ///
    /// For a signed-in user, a 2xx response has `x-widget-token-<name>` and `x-widget-page` (the user's fingerprint).
    /// Where a session must end, the response has `x-widget-shutdown: <widget>, ...`.
    ///
    /// Your script writes the fingerprint into the marker cookie when it boots a widget. After it has carried out a
    /// shutdown, it deletes the marker and the cookie beside it (`<marker>-kept`).
    ///
    /// No header carries a [costly](crate::widget::Manifest::is_costly) token (Salesforce), a token that the vendor's API
    /// issues (HubSpot), or a token that signs a value of the page
    /// ([value tokens](crate::widget::Manifest::with_value_token_names), Freshchat). Your script fetches those from the
    /// token service.
    Header,
}
