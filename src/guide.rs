//! The guide: how to start, what the layers do, how to run them, and what they protect.
//!
//! | page | what it answers |
//! |---|---|
//! | [`getting_started`] | a whole program for axum and for hyper, and all examples |
//! | [`sign_in`] | the lines for your sessions and logins |
//! | [`who_is_looking`] | who counts as signed in, signed out, unknown |
//! | [`what_is_injected`] | what the layer changes, on which responses, and the order of layers |
//! | [`signing_out`] | what counts as a logout, and what happens then |
//! | [`single_page_apps`] | fresh tokens, logins without a page load, late loading, events |
//! | [`csp`] | how the layer patches a Content-Security-Policy, and what to paste |
//! | [`widgets`] | what each widget signs, its settings, sources and logout |
//! | [`issued_tokens`] | HubSpot, LiveChat, Sendbird and Ada, whose own API issues the tokens |
//! | [`own_widget`] | a widget that this crate does not have |
//! | [`production`] | the way from nothing to production |
//! | [`tenants`] | a workspace for each tenant |
//! | [`reverse_proxy`] | an application that is not written in Rust |
//! | [`operations`] | outcomes, logs, counters, new secrets, several instances, limits |
//! | [`threat_model`] | who is trusted, which attacks are stopped, and which cannot be |
//! | [`shared_computers`] | what the next user of a browser can see |
//! | [`migrating_from_user_hash`] | from `user_hash` to JWTs at Intercom |
//! | [`migrating_from_a_snippet`] | from a snippet in your templates |
//! | [`testing`] | each promise with its test, and what the crate costs |
//! | [`glossary`] | the words |
//!
//! The module contains documentation only. The same pages are in the folder `docs`.

/// A module for each page. `guide/links.md` comes first, so that its definitions win: here the links lead to items, in the
/// folder and in the book to files.
macro_rules! pages {
    ($($(#[$attribute:meta])* $page:ident: $file:literal;)+) => {$(
        $(#[$attribute])*
        #[cfg_attr(not(doctest), doc = include_str!("guide/links.md"))]
        #[doc = include_str!(concat!("../docs/", $file))]
        pub mod $page {}
    )+};
}

pages! {
    getting_started: "getting-started.md";
    who_is_looking: "who-is-looking.md";
    what_is_injected: "what-is-injected.md";
    signing_out: "signing-out.md";
    single_page_apps: "single-page-apps.md";
    csp: "csp.md";
    widgets: "widgets.md";
    issued_tokens: "issued-tokens.md";
    own_widget: "own-widget.md";
    production: "production.md";
    tenants: "tenants.md";
    reverse_proxy: "reverse-proxy.md";
    operations: "operations.md";
    threat_model: "threat-model.md";
    shared_computers: "shared-computers.md";
    migrating_from_user_hash: "migrating-from-user-hash.md";
    migrating_from_a_snippet: "migrating-from-a-snippet.md";
    testing: "testing.md";
    glossary: "glossary.md";
}

// Its code needs crates that only the package `examples/axum_login` has, and is tested there.
#[cfg_attr(not(doctest), doc = include_str!("guide/links.md"))]
#[cfg_attr(not(doctest), doc = include_str!("../docs/sign-in.md"))]
pub mod sign_in {}
