//! What is different from vendor to vendor: claims, settings, what a session leaves behind, and the browser calls.
//!
//! Everything that is special about a widget stands in its own folder here. To support a widget that is not among them,
//! implement [`Widget`]:
//!
//! ```
//! use std::time::{Duration, SystemTime};
//!
//! use serde_json::json;
//! use tower_widget_identity::{Identity, Secret, Token, TokenError, Widgets, widget::*};
//!
//! struct Acme(Secret);
//!
//! impl Widget for Acme {
//!     fn manifest(&self) -> Manifest {
//!         Manifest::new("acme", "acme-1", ADAPTER)
//!             .with_setting("app", "acme-1")
//!             .with_artifacts(SessionArtifacts::new().cookie("acme_session").global("acme.token"))
//!     }
//!     fn secret(&self) -> Option<&Secret> { Some(&self.0) }
//!     fn mint(&self, _: &str, identity: &Identity, now: SystemTime) -> Result<Token, TokenError> {
//!         let validity = identity.validity(now, Duration::from_secs(600))?;
//!         let claims = json!({ "sub": identity.required_id()?, "exp": validity.exp() });
//!         Ok(self.0.jwt(&claims)?.with_lifetime(validity.lifetime()))
//!     }
//!     fn boot_data(&self, identity: &Identity, now: SystemTime) -> Result<BootData, TokenError> {
//!         Ok(BootData::new().with_token("token", self.mint("acme", identity, now)?))
//!     }
//! }
//!
//! const ADAPTER: &str = "tools => {
//!     const identify = token => { window.acme = Object.assign(window.acme || {}, { token }); };
//!     return {
//!         boot(widget) { if (widget.person) identify(widget.person.token); tools.load('/acme.js'); },
//!         refresh(widget, token) { tools.renew(widget, token, identify); },
//!         shutdown() { identify(null); }
//!     };
//! }";
//!
//! let acme = || Secret::new("a secret of the test").map(Acme);
//! let widgets = Widgets::builder().widget(acme()?).build()?;
//! assert!(widgets.is_enabled());
//! # #[cfg(feature = "conformance")]
//! assert_eq!(tower_widget_identity::conformance::check(&acme()?), Ok(()));
//! # Ok::<(), tower_widget_identity::ConfigError>(())
//! ```
//!
//! That last line belongs into a test, with the feature `conformance`: it names each promise of a widget that is not kept. A
//! widget with a queue, a library and a policy is in `examples/own_widget.rs`.
//!
//! # The adapter script
//!
//! The adapter of a [`Manifest`] is one JavaScript expression: a function that takes the runtime's tools and returns three functions.
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
//!   at 70 to 85 % of its [lifetime](crate::Token::lifetime).
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
//!   element's, `before` is called immediately before the element is made, `onload` when the script has run. Where the page
//!   has a script with this address or id already, as the vendor's own package makes one, that one is taken: `before` gets
//!   `true`, and `onload` is called at once and again when that script has run, for no page can tell whether it has. Without
//!   an address no script is loaded.
//! * `tools.token(name, callback, value)` fetches the token of this name and calls `callback(token, seconds)` with it and its
//!   lifetime, if its person's widgets are still up by then. A failure is tried again, more and more slowly. It is for libraries that ask for tokens by
//!   themselves; the widget says so by
//!   [`with_required_token_path`](Manifest::with_required_token_path). `value` is for the tokens that
//!   [sign one](Manifest::with_value_token_names): a text of the library's, such as its own id of the user.
//! * `tools.renew(widget, token, identify)` is all of `refresh` for widgets whose token stands in `widget.person.token`: it
//!   keeps the new token there, if there is one, and calls `identify` with the person's token. It does neither on a visitor's
//!   page, nor after a `shutdown`.
//! * `tools.emptyQueue(queue, keep)` takes out of an array what a library that is still to come would read there: after a
//!   `shutdown` those calls identify a person whose session is over. `keep(call)` is true for calls that stay; without it none
//!   stays. It answers whether `queue` is an array; whatever else it is, it is left alone.
//! * `tools.purge()` removes the cookies and the storage of the [`SessionArtifacts`] again, at once and some seconds later,
//!   while no widgets are up and the marker says that they are no other person's. The runtime does so after each `shutdown`;
//!   an adapter calls it where it sees that a library has written more.
//! * `tools.onSwap(action)` calls `action` while the widgets are up, each time after Turbo Drive, htmx, Astro, Unpoly or
//!   Livewire have replaced the body or a part of it: what the library has put into the body may be gone.
//! * `tools.alive()` tells whether the widgets are up, for a person or for a visitor. Ask it wherever the library calls back.
//!
//! A stub that keeps calls until the library comes is in most vendors' loaders. With one, an adapter is this:
//!
//! ```
//! # use std::time::{Duration, SystemTime};
//! # use tower_widget_identity::{Identity, Secret, Token, TokenError, widget::*};
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
//! #     fn manifest(&self) -> Manifest {
//! #         Manifest::new("acme", "acme-1", ADAPTER)
//! #             .with_setting("app", "acme-1")
//! #             .with_library("https://cdn.acme.example/sdk.js")
//! #             .with_artifacts(SessionArtifacts::new().cookie("acme_session"))
//! #     }
//! #     fn secret(&self) -> Option<&Secret> { Some(&self.0) }
//! #     fn mint(&self, _: &str, identity: &Identity, now: SystemTime) -> Result<Token, TokenError> {
//! #         let validity = identity.validity(now, Duration::from_secs(600))?;
//! #         let claims = serde_json::json!({ "sub": identity.required_id()?, "exp": validity.exp() });
//! #         Ok(self.0.jwt(&claims)?.with_lifetime(validity.lifetime()))
//! #     }
//! #     fn boot_data(&self, identity: &Identity, now: SystemTime) -> Result<BootData, TokenError> {
//! #         Ok(BootData::new().with_token("token", self.mint("acme", identity, now)?))
//! #     }
//! # }
//! # #[cfg(feature = "conformance")]
//! # assert_eq!(tower_widget_identity::conformance::check(&Acme(Secret::new("a secret of the test")?)), Ok(()));
//! # Ok::<(), tower_widget_identity::ConfigError>(())
//! ```

mod boot_data;
mod catalog;
mod checks;
mod claims;
mod configured;
mod definition;
mod facts;
mod hash;
#[cfg(feature = "issued")]
mod issued;
mod manifest;
mod options;
mod page_value;
mod prelude;
#[cfg(test)]
mod testing;

pub use boot_data::BootData;
pub(crate) use boot_data::BootValue;
pub use catalog::CatalogEntry;
pub(crate) use configured::ConfiguredWidget;
pub use definition::Widget;
pub use manifest::{Manifest, SessionArtifacts, Settings};
pub use page_value::PageValue;

// The widgets of this crate: a folder each here and in `tests/widgets`, a line in the list below, and a row of the README's
// table. No other place names them all.
#[cfg(feature = "issued")]
mod ada;
mod amazon_connect;
mod canny;
mod chatbase;
mod chatwoot;
mod crisp;
mod customerly;
mod drift;
#[cfg(feature = "rsa")]
mod dynamics_365;
mod featurebase;
mod ferndesk;
mod freshchat;
mod freshdesk_help_widget;
mod front;
mod gist;
mod gleap;
mod help_scout;
mod helpcrunch;
#[cfg(feature = "issued")]
mod hubspot;
mod intercom;
mod kustomer;
#[cfg(feature = "issued")]
mod live_chat;
mod plain;
mod pylon;
mod reamaze;
#[cfg(feature = "rsa")]
mod salesforce;
#[cfg(feature = "issued")]
mod sendbird;
mod sprinklr;
mod sunshine_conversations;
mod tawk;
mod userflow;
mod userjot;
mod uservoice;
mod zendesk_classic;
mod zendesk_messaging;
mod zoho_desk_asap;

/// Each line: the widget's name, its type, its constructor and, where it hands out tokens that expire, the setter of their
/// lifetime.
macro_rules! widgets {
    ($($(#[$attribute:meta])* $name:literal: $folder:ident::$Widget:ident, $new:ident $(, $lifetime:ident)?;)+) => {
        $($(#[$attribute])* pub use $folder::$Widget;)+

        /// Every widget of this crate, by name: for programs that learn from a file or a command line which one to
        /// configure.
        ///
        /// ```
        /// use tower_widget_identity::{Secret, Widgets, widget};
        ///
        /// let entry = widget::catalog().iter().find(|entry| entry.name() == "intercom").expect("a known name");
        /// let widgets = Widgets::builder().widget(entry.configure("abcd1234", Secret::new("s3cret")?)).build()?;
        /// assert!(widgets.is_enabled());
        /// # Ok::<(), tower_widget_identity::ConfigError>(())
        /// ```
        pub fn catalog() -> &'static [CatalogEntry] {
            const CATALOG: &[CatalogEntry] = &[$(
                $(#[$attribute])*
                CatalogEntry::new($name, |app_id, secret| Box::new($Widget::$new(app_id, secret)))
                    $(.with_lifetime(|app_id, secret, lifetime| {
                        Box::new($Widget::$new(app_id, secret).$lifetime(lifetime))
                    }))?
            ),+];
            CATALOG
        }

        /// Only here is the type of each known.
        #[cfg(test)]
        #[test]
        fn each_type_can_be_shared_and_cloned_and_shows_no_secret() {
            $(
                $(#[$attribute])*
                {
                    let widget = $Widget::$new("app-1", testing::secret());
                    testing::assert_is_a_widget($name, &widget, &widget.clone().library_url("/own.js"));
                }
            )+
        }
    };
}

widgets! {
    "amazon-connect": amazon_connect::AmazonConnect, new, lifetime;
    "canny": canny::Canny, new;
    "chatbase": chatbase::Chatbase, new, lifetime;
    "chatwoot": chatwoot::Chatwoot, new;
    "crisp": crisp::Crisp, new;
    "customerly": customerly::Customerly, new;
    "drift": drift::Drift, new, lifetime;
    #[cfg(feature = "rsa")] "dynamics-365": dynamics_365::Dynamics365, new, lifetime;
    "featurebase": featurebase::Featurebase, new, lifetime;
    "ferndesk": ferndesk::Ferndesk, new, lifetime;
    "freshchat": freshchat::Freshchat, new, lifetime;
    "freshdesk-help-widget": freshdesk_help_widget::FreshdeskHelpWidget, new, lifetime;
    "front": front::Front, new;
    "gist": gist::Gist, new;
    "gleap": gleap::Gleap, new;
    "help-scout": help_scout::HelpScout, new;
    "helpcrunch": helpcrunch::HelpCrunch, new;
    "intercom": intercom::Intercom, new, lifetime;
    "kustomer": kustomer::Kustomer, new, lifetime;
    "plain": plain::Plain, new;
    "pylon": pylon::Pylon, new;
    "reamaze": reamaze::Reamaze, new;
    #[cfg(feature = "rsa")] "salesforce": salesforce::Salesforce, new, lifetime;
    "sprinklr": sprinklr::Sprinklr, new, lifetime;
    "sunshine-conversations": sunshine_conversations::SunshineConversations, new, lifetime;
    "tawk": tawk::Tawk, new;
    "userflow": userflow::Userflow, new;
    "userjot": userjot::UserJot, new, lifetime;
    "uservoice": uservoice::UserVoice, new, lifetime;
    "zendesk-classic": zendesk_classic::ZendeskClassic, chat, chat_lifetime;
    "zendesk-messaging": zendesk_messaging::ZendeskMessaging, new, lifetime;
    "zoho-desk-asap": zoho_desk_asap::ZohoDeskAsap, new, lifetime;
}

// Those whose tokens the vendor's own API issues: they have an issuer in place of a secret, so the catalog has no place for
// them.
#[cfg(feature = "issued")]
pub use ada::Ada;
#[cfg(feature = "issued")]
pub use hubspot::HubSpot;
pub use intercom::{IntercomAlignment, IntercomRegion};
#[cfg(feature = "issued")]
pub use live_chat::LiveChat;
#[cfg(feature = "issued")]
pub use sendbird::Sendbird;
