//! Signs the signed-in user's identity for support widgets, and ends the widget's session at sign-out.
//!
//! A support widget (Intercom, Zendesk, HubSpot and 30 more) shows users their private conversations. Vendors trust a
//! signed identity, so your server has to sign it. Browsers keep the widget's session, so your application has to end it.
//! This crate does both as [tower](https://docs.rs/tower) middleware, for axum, hyper and any other tower service.
//!
//! ```no_run
//! use axum::{Router, response::Html, routing::{get, post}};
//! use tower_sessions::{MemoryStore, Session, SessionManagerLayer};
//! use tower_widget_identity::{Identity, Secret, Widgets, widget::Intercom};
//!
//! # fn app() -> Result<Router, tower_widget_identity::ConfigError> {
//! let widgets = Widgets::builder()
//!     .widget(Intercom::new("abcd1234", Secret::from_env("INTERCOM_SECRET")?))
//!     .identify_with(async |session: Session| {
//!         session.get::<String>("user").await.map(|id| id.map(Identity::new))
//!     })
//!     .logout_path("/logout")
//!     .build()?;
//!
//! let app: Router = Router::new()
//!     .route("/", get(Html("<!doctype html><title>Home</title>")))
//!     .route("/logout", post(async |session: Session| { session.flush().await.ok(); }))
//!     .layer(widgets.layer())
//!     .layer(SessionManagerLayer::new(MemoryStore::default()));
//! # Ok(app)
//! # }
//! ```
//!
//! # How it works
//!
//! 1. You configure the set of widgets once: [`Widgets::builder`] returns a [`WidgetsBuilder`], and its
//!    [`build`](WidgetsBuilder::build) checks everything and returns [`Widgets`] or a [`ConfigError`].
//! 2. For each page load, [`WidgetLayer`] asks your application for the [`Viewer`]: signed in with an [`Identity`], signed
//!    out, or unknown.
//! 3. For a signed-in user, each [`Widget`](widget::Widget) signs a [`Token`] with its [`Secret`]. The layer puts one
//!    `<script>` element into the page, which boots the widget. A signed-out visitor's page ends the session that the
//!    browser may still have. An unknown viewer's page stays as it is.
//! 4. [`LogoutLayer`], or a [`logout_path`](WidgetsBuilder::logout_path), ends the widget's session with your
//!    application's. A cookie, the *marker*, carries this to the next page and to other tabs.
//! 5. Pages that stay open fetch fresh tokens below `/widget-token`, where the layer answers; [`TokenService`] does so for
//!    layers on single routes.
//!
//! The page fails open and the identity fails closed: in doubt, the page is untouched and there is no token.
//!
//! # Where do I find …
//!
//! | question | answer |
//! |---|---|
//! | a whole program for axum or hyper | [`guide::getting_started`] |
//! | the lines for tower-sessions, axum-login, a JWT cookie, an extractor, OpenID Connect | [`guide::sign_in`] |
//! | who counts as signed in, signed out, unknown | [`Viewer`], [`guide::who_is_looking`] |
//! | what the layer changes, and on which responses | [`guide::what_is_injected`] |
//! | why a page has no widget | [`explain`](WidgetsBuilder::explain), [`Outcome`], [`Reason`], [`guide::operations`] |
//! | why a widget has no token | [`Outcome::failures`], [`TokenFailure`], [`TokenError`] |
//! | what ends a session, and what cannot | [`guide::signing_out`], [`guide::shared_computers`] |
//! | single-page applications, consent, late loading | [`Load`], [`guide::single_page_apps`] |
//! | tokens in response headers instead of a script | [`Delivery`] |
//! | a Content-Security-Policy | [`CspMode`], [`CspNeeds`], [`CspSources`], [`guide::csp`] |
//! | a widget's claims, settings, source and logout | [`widget`], [`guide::widgets`] |
//! | a user's company, unsigned facts, session end | [`Company`], [`Identity`], [`UnixTime`] |
//! | tokens that the vendor's own API issues | `Issuer` and `IssuedToken` (feature `issued`), [`guide::issued_tokens`] |
//! | a widget of my own | [`widget::Widget`], [`guide::own_widget`], `conformance` (feature `conformance`) |
//! | one response, route or tenant without a widget or with another | [`SkipWidget`], [`Widgets::select`], [`guide::tenants`] |
//! | an environment without keys | [`Widgets::disabled`] |
//! | a new secret while the service runs | [`SecretRotation`], [`guide::operations`] |
//! | an application that is not written in Rust | [`guide::reverse_proxy`] |
//! | the way to production, caches and proxies | [`guide::production`] |
//! | the threat model, and how each promise is tested | [`guide::threat_model`], [`guide::testing`] |
//!
//! # Features
//!
//! * `tracing` (default): a DEBUG event for each decision, and a warning for a layer that is probably misplaced.
//! * `axum`: [`WidgetsBuilder`]'s `identify_by`; [`Viewer`] and [`SkipWidget`] as parts of an axum response.
//! * `aws-lc-rs`: signs with aws-lc-rs in place of sha2. It needs a C compiler.
//! * `rsa`: RSA keys as PEM, the widgets `Salesforce` and `Dynamics365`, and `PublicKeyService`. See
//!   [RSA keys](guide::production#rsa-keys) for an advisory about the crate rsa.
//! * `issued`: the widgets `Ada`, `HubSpot`, `LiveChat` and `Sendbird`, whose tokens the vendor's own API issues.
//! * `test-util`: the module `test`, a page load as a browser sends it.
//! * `conformance`: the module `conformance`, a kit that tests widgets of your own. It needs a C compiler.
//!
//! Signing needs none of them. Any features may be on together, and none of them turns on a crypto provider of
//! jsonwebtoken.
#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod config;
#[cfg(feature = "conformance")]
pub mod conformance;
#[cfg(test)]
mod contract;
mod cookies;
mod csp;
mod error;
mod fetch_metadata;
pub mod guide;
mod hints;
mod host;
mod identity;
#[cfg(feature = "issued")]
mod issued;
mod lookup;
mod marker;
mod outcome;
mod page;
mod protocol;
#[cfg(feature = "rsa")]
mod public_key;
#[cfg(feature = "axum")]
mod response_parts;
mod sign;
mod snippet;
#[cfg(feature = "test-util")]
pub mod test;
mod token_error;
mod token_service;
pub mod widget;
mod worker;

#[doc(inline)]
pub use config::{Delivery, Widgets, WidgetsBuilder};
#[doc(inline)]
pub use csp::{CspMode, CspNeeds, CspSources};
#[doc(inline)]
pub use error::{ConfigError, ConfigErrorKind};
#[doc(inline)]
pub use identity::{Company, Identity, SkipWidget, UnixTime, Validity, Viewer};
#[cfg(feature = "issued")]
#[doc(inline)]
pub use issued::{IssuedToken, Issuer};
#[doc(inline)]
pub use outcome::{Outcome, OutcomeKind, Reason, TokenFailure};
#[doc(inline)]
pub use page::{LogoutLayer, ResponseFuture, WidgetBody, WidgetLayer, WidgetService};
#[cfg(feature = "rsa")]
#[doc(inline)]
pub use public_key::PublicKeyService;
#[doc(inline)]
pub use sign::{MAX_TOKEN_BYTES, Secret, SecretRotation, Token};
#[doc(inline)]
pub use snippet::Load;
#[doc(inline)]
pub use token_error::TokenError;
#[doc(inline)]
pub use token_service::{TokenBody, TokenFuture, TokenService};

// `cargo test --doc` compiles the README's program. The README alone documents the type, so that line numbers are right.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
