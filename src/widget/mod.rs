//! What is different from vendor to vendor: claims, settings, what a session leaves behind, and the browser calls.
//!
//! Everything that is special about a vendor stands in its own file here and in its adapter script. To support a
//! widget that is not among them, implement [`Widget`]:
//!
//! ```
//! use serde_json::json;
//! use tower_widget_identity::{Identity, Secret, Token, Widgets, widget::*};
//!
//! struct Acme(Secret);
//!
//! impl Widget for Acme {
//!     fn name(&self) -> &str { "acme" }
//!     fn app_id(&self) -> &str { "acme-1" }
//!     fn secret(&self) -> &Secret { &self.0 }
//!     fn settings(&self) -> Settings { Settings::new().with("app", "acme-1") }
//!     fn mint(&self, name: &str, who: &Identity, now: u64) -> Result<Token, TokenError> {
//!         if name != "acme" { return Err(TokenError::UnknownToken) }
//!         let exp = who.expires(now, 600)?;
//!         Ok(self.0.jwt(&json!({ "sub": who.required_id()?, "exp": exp }))?.good_for(exp - now))
//!     }
//!     fn boot_data(&self, who: &Identity, now: u64) -> Result<BootData, TokenError> {
//!         Ok(BootData::new().with_token("token", self.mint("acme", who, now)?))
//!     }
//!     fn adapter(&self) -> &str {
//!         "tools => {
//!             const identify = token => { window.acme = Object.assign(window.acme || {}, { token }); };
//!             return {
//!                 boot(widget) { if (widget.person) identify(widget.person.token); tools.load('/acme.js'); },
//!                 refresh(widget, token) { tools.renew(widget, token, identify); },
//!                 shutdown() { identify(null); }
//!             };
//!         }"
//!     }
//!     fn residue(&self) -> SessionArtifacts { SessionArtifacts::new().cookie("acme_session").global("acme.token") }
//! }
//!
//! let acme = || Secret::new("a secret of the test").map(Acme);
//! let widgets = Widgets::builder().widget(acme()?).build()?;
//! assert!(widgets.is_enabled());
//! # #[cfg(feature = "conformance")]
//! assert_eq!(tower_widget_identity::conformance::check(&acme()?), Ok(()));
//! # Ok::<(), tower_widget_identity::ConfigError>(())
//! ```
//!
//! That last line is a test's business, with the feature `conformance`: it tells which of a vendor's promises are not kept. A
//! widget with a queue, a library and a policy is in `examples/own_widget.rs`.
//!
//! # The adapter script
//!
//! [`Widget::adapter`] is one JavaScript expression: a function that takes the runtime's tools and returns three functions.
//! The runtime calls it once in the life of a document, before anything else. `src/snippet/types.d.ts` has the same as types.
//!
//! ```js
//! tools => ({
//!   boot(widget) {},
//!   refresh(widget, token) {},
//!   shutdown(widget, load) {}
//! })
//! ```
//!
//! `widget` is what the Rust code says of the widget: `name`; `token`, the name of its first token; `library`, the address
//! of the vendor's library; `settings`, the same for everybody; and `person`, the [`BootData`]. On a visitor's page `person`
//! is absent.
//!
//! * `boot(widget)` shows the widget to the person, or to a visitor. The runtime calls it when a page is theirs and the
//!   widget is not up for them. Before another person's `boot` comes a `shutdown`.
//! * `refresh(widget, token)` comes after a `boot` for the same person: without a token on their next page in the same
//!   document (Turbo Drive, [`widgetIdentity.refresh()`](crate#pages-that-stay-open)), with one when a token was renewed,
//!   at 70 to 85 % of its [lifetime](Token::lifetime).
//! * `shutdown(widget, load)` ends the session: at the next page of somebody else or nobody, or when the marker cookie says
//!   that the session has ended elsewhere. `load` is true where a page ends the session that was there before it: the adapter
//!   may load the library for this call alone, if the library shows nothing then. Afterwards the runtime removes the
//!   [`SessionArtifacts`]: first the globals, then cookies and storage. Where those belong to the next person by now, it
//!   removes the globals only, and the adapter finds no cookies during the call.
//!
//! Whatever the order in which the runtime calls them, each of the three must also bear to be called twice, and before the
//! library is there. What one of them throws goes to the console, and the next widget's turn comes.
//!
//! The tools:
//!
//! * `tools.load(url, { id, attributes, onload, before })` loads a script, once for each address, after the page's own `load`
//!   event; where the page demands Trusted Types, by our policy. All options may be left out: `id` and `attributes` are the
//!   element's, `before` is called immediately before the element is made, `onload` when the script has run. Without an
//!   address no script is loaded.
//! * `tools.token(name, callback)` fetches the token of this name and hands it to `callback`, if its person's widgets are
//!   still up by then. A failure is tried again, more and more slowly. It is for libraries that ask for tokens by
//!   themselves; the widget says so by [`needs_token_path`](Widget::needs_token_path).
//! * `tools.renew(widget, token, identify)` is all of `refresh` for widgets whose token stands in `widget.person.token`: it
//!   keeps the new token there, if there is one, and calls `identify` with the person's token. It does neither on a visitor's
//!   page, nor after a `shutdown`.
//! * `tools.emptyQueue(queue, keep)` takes out of an array what a library that is still to come would read there: after a
//!   `shutdown` it names somebody whose session is over. `keep(call)` is true for calls that stay; without it none stays. It
//!   answers whether `queue` is an array; whatever else it is, it is left alone.
//! * `tools.alive()` tells whether the widgets are up, for a person or for a visitor. Ask it wherever the library calls back.
//!
//! A stub that keeps calls until the library comes is in most vendors' loaders. With one, an adapter is this:
//!
//! ```
//! # use tower_widget_identity::{Identity, Secret, Token, widget::*};
//! const ADAPTER: &str = "tools => {
//!     const stub = (...args) => stub.q.push(args);
//!     stub.q = [];
//!     const call = (...args) => { (window.Acme = window.Acme || stub)(...args); };
//!     const identify = token => call('identify', token);
//!     return {
//!         boot(widget) {
//!             call('init', widget.settings);
//!             if (widget.person) identify(widget.person.token);
//!             tools.load(widget.library, { id: 'acme-sdk' });
//!         },
//!         refresh(widget, token) { tools.renew(widget, token, identify); },
//!         shutdown(widget, load) {
//!             tools.emptyQueue(window.Acme && window.Acme.q);
//!             // A library that is there has read the queue, and knows the person.
//!             if (window.Acme) call('logout');
//!         }
//!     };
//! }";
//! # struct Acme(Secret);
//! # impl Widget for Acme {
//! #     fn name(&self) -> &str { "acme" }
//! #     fn app_id(&self) -> &str { "acme-1" }
//! #     fn secret(&self) -> &Secret { &self.0 }
//! #     fn settings(&self) -> Settings { Settings::new().with("app", "acme-1") }
//! #     fn library_url(&self) -> Option<String> { Some("https://cdn.acme.example/sdk.js".to_owned()) }
//! #     fn csp_sources(&self) -> tower_widget_identity::CspSources {
//! #         tower_widget_identity::CspSources::new().script(["https://cdn.acme.example"])
//! #     }
//! #     fn mint(&self, name: &str, who: &Identity, now: u64) -> Result<Token, TokenError> {
//! #         if name != "acme" { return Err(TokenError::UnknownToken) }
//! #         let exp = who.expires(now, 600)?;
//! #         Ok(self.0.jwt(&serde_json::json!({ "sub": who.required_id()?, "exp": exp }))?.good_for(exp - now))
//! #     }
//! #     fn boot_data(&self, who: &Identity, now: u64) -> Result<BootData, TokenError> {
//! #         Ok(BootData::new().with_token("token", self.mint("acme", who, now)?))
//! #     }
//! #     fn adapter(&self) -> &str { ADAPTER }
//! #     fn residue(&self) -> SessionArtifacts { SessionArtifacts::new().cookie("acme_session") }
//! # }
//! # #[cfg(feature = "conformance")]
//! # assert_eq!(tower_widget_identity::conformance::check(&Acme(Secret::new("a secret of the test")?)), Ok(()));
//! # Ok::<(), tower_widget_identity::ConfigError>(())
//! ```

mod boot_data;
mod canny;
mod chatbase;
mod chatwoot;
mod checks;
mod crisp;
mod drift;
mod featurebase;
mod ferndesk;
mod freshchat;
mod freshdesk_help_widget;
mod front;
mod gist;
mod gleap;
mod hash;
mod help_scout;
mod intercom;
mod kustomer;
mod plain;
mod pylon;
#[cfg(feature = "rsa")]
mod salesforce;
mod tawk;
mod userflow;
mod userjot;
mod zendesk_classic;
mod zendesk_messaging;

use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use crate::{
    csp::CspSources,
    error::ConfigError,
    identity::Identity,
    sign::{Secret, Token},
};

pub use crate::token_error::TokenError;
pub use boot_data::{BootData, SessionArtifacts, Settings};
pub use canny::Canny;
pub use chatbase::Chatbase;
pub use chatwoot::Chatwoot;
pub use crisp::Crisp;
pub use drift::Drift;
pub use featurebase::Featurebase;
pub use ferndesk::Ferndesk;
pub use freshchat::Freshchat;
pub use freshdesk_help_widget::FreshdeskHelpWidget;
pub use front::Front;
pub use gist::Gist;
pub use gleap::Gleap;
pub use help_scout::HelpScout;
pub use intercom::{Intercom, IntercomRegion};
pub use kustomer::Kustomer;
pub use plain::Plain;
pub use pylon::Pylon;
#[cfg(feature = "rsa")]
pub use salesforce::Salesforce;
pub use tawk::Tawk;
pub use userflow::Userflow;
pub use userjot::UserJot;
pub use zendesk_classic::ZendeskClassic;
pub use zendesk_messaging::ZendeskMessaging;

pub(crate) use boot_data::BootValue;
use checks::{check_app_id, check_https, check_key_id, check_lifetime};

/// One support widget: what it wants to be told, and how its session is ended.
///
/// Object safe and synchronous. None of its methods may panic; [`check`](Widget::check) is where a bad configuration
/// is reported. All times are integer seconds since 1970.
///
/// For a widget of one's own, [the module](self) shows the least that is needed, `examples/own_widget.rs` a whole one in
/// under 60 lines, and the module `conformance` (a feature, for tests) checks that it keeps to what is said here.
pub trait Widget: Send + Sync + 'static {
    /// The vendor's name: lower-case ASCII letters, digits and hyphens. Names its adapter in the page.
    fn name(&self) -> &str;

    /// The public id of this application at the vendor. Together with the name it decides the marker cookie's name.
    fn app_id(&self) -> &str;

    /// The secret that signs. The first vendor's keys the marker's fingerprint as well, through a one-way derivation.
    fn secret(&self) -> &Secret;

    /// Tells what is wrong with the configuration; called once, by `build()`. Default: nothing is.
    ///
    /// # Errors
    ///
    /// A [`ConfigError`] whose text says what to mend.
    fn check(&self) -> Result<(), ConfigError> {
        Ok(())
    }

    /// The names of its tokens, each a path segment of the token service and part of a header name. Default: one, its
    /// own name.
    fn token_names(&self) -> Vec<&str> {
        vec![self.name()]
    }

    /// Whether its script fetches tokens by itself and so needs a token path. Default: `false`.
    fn needs_token_path(&self) -> bool {
        false
    }

    /// Whether making a token takes longer than an async thread may be held up: more than 100 µs, as with RSA. Default:
    /// `false`.
    ///
    /// Such tokens are made for the [`TokenService`](crate::TokenService) alone, on a thread of its own; they are in no
    /// page, so `person` makes none, and in no header.
    fn is_costly(&self) -> bool {
        false
    }

    /// A new token of this name for this person at `now` (Unix seconds).
    ///
    /// # Errors
    ///
    /// A [`TokenError`] when the identity lacks what the vendor needs, or signing failed.
    fn mint(&self, token_name: &str, identity: &Identity, now: u64) -> Result<Token, TokenError>;

    /// What the adapter needs to know on every page: public, the same for everybody. For the adapter to hand on; it need
    /// not have the shape of the vendor's own settings object.
    fn settings(&self) -> Settings;

    /// Where the vendor's library is loaded from, given to the adapter as `widget.library`. Default: none.
    fn library_url(&self) -> Option<String> {
        None
    }

    /// What the adapter needs to boot for this person at `now` (Unix seconds); signed claims are not repeated in it.
    ///
    /// # Errors
    ///
    /// A [`TokenError`] when the identity lacks what the vendor needs, or signing failed.
    fn boot_data(&self, identity: &Identity, now: u64) -> Result<BootData, TokenError>;

    /// The adapter script: one JavaScript expression, a function that takes the runtime's tools and returns
    /// `{ boot(widget), refresh(widget, token), shutdown(widget, load) }`.
    ///
    /// ASCII, ES2019, no line comment behind code. The three may be called in any order, twice, and before the
    /// vendor's library is there.
    fn adapter(&self) -> &str;

    /// What the vendor's session leaves in the browser. Default: nothing.
    fn residue(&self) -> SessionArtifacts {
        SessionArtifacts::default()
    }

    /// What a Content-Security-Policy must allow for the widget, by the vendor's documents. Default: nothing.
    fn csp_sources(&self) -> CspSources {
        CspSources::new()
    }

    /// The cookie whose presence means that the vendor's session knows who it is, if there is one. Default: none.
    fn identified_cookie(&self) -> Option<String> {
        None
    }
}

impl Widget for Box<dyn Widget> {
    fn name(&self) -> &str {
        (**self).name()
    }
    fn app_id(&self) -> &str {
        (**self).app_id()
    }
    fn secret(&self) -> &Secret {
        (**self).secret()
    }
    fn check(&self) -> Result<(), ConfigError> {
        (**self).check()
    }
    fn token_names(&self) -> Vec<&str> {
        (**self).token_names()
    }
    fn needs_token_path(&self) -> bool {
        (**self).needs_token_path()
    }
    fn is_costly(&self) -> bool {
        (**self).is_costly()
    }
    fn mint(&self, token_name: &str, identity: &Identity, now: u64) -> Result<Token, TokenError> {
        (**self).mint(token_name, identity, now)
    }
    fn settings(&self) -> Settings {
        (**self).settings()
    }
    fn library_url(&self) -> Option<String> {
        (**self).library_url()
    }
    fn boot_data(&self, identity: &Identity, now: u64) -> Result<BootData, TokenError> {
        (**self).boot_data(identity, now)
    }
    fn adapter(&self) -> &str {
        (**self).adapter()
    }
    fn residue(&self) -> SessionArtifacts {
        (**self).residue()
    }
    fn csp_sources(&self) -> CspSources {
        (**self).csp_sources()
    }
    fn identified_cookie(&self) -> Option<String> {
        (**self).identified_cookie()
    }
}

/// A person's attributes without those whose names are claims: a claim is said once, and by us.
struct CustomClaims<'a> {
    attributes: &'a Map<String, Value>,
    reserved: &'static [&'static str],
}

impl<'a> CustomClaims<'a> {
    fn of(identity: &'a Identity, reserved: &'static [&'static str]) -> Self {
        Self { attributes: identity.attributes(), reserved }
    }

    fn iter(&self) -> impl Iterator<Item = (&'a String, &'a Value)> {
        let reserved = self.reserved;
        self.attributes.iter().filter(move |(key, _)| !reserved.contains(&key.as_str()))
    }
}

impl Serialize for CustomClaims<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}
