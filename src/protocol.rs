//! The names that pages and the server both use.

/// The token name under which a page asks who is signed in now, as a page load would have told it.
pub(crate) const PAGE: &str = "page";
