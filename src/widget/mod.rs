//! The supported support widgets, and the [`Widget`] trait for adding your own.
//!
//! Each widget has a folder with everything that is specific to its vendor: the claims, the settings, what a session
//! leaves in the browser, and the browser calls. To support a widget that is not listed here, implement [`Widget`]:
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
//!     const identify = token => { window.acme = Object.assign(tools.global('acme') || {}, { token }); };
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
//! In a test, enable the feature `conformance`; the last line reports every promise of a widget that is not kept. A
//! widget with a queue, a library and a policy is in `examples/own_widget.rs`.
//!
//! # The adapter script
//!
//! The adapter of a [`Manifest`] is one JavaScript expression: a function that takes the runtime's tools and returns
//! three functions. The runtime calls it once per document, before any other call. `src/snippet/types.d.ts` declares
//! the same interface as TypeScript types.
//!
//! ```js
//! tools => ({
//!   boot(widget) {},
//!   refresh(widget, token) {},
//!   shutdown(widget, load) {}
//! })
//! ```
//!
//! `widget` holds what the Rust code provides: `name`; `token`, the name of the widget's first token; `library`, the
//! address of the vendor's library; `settings`, the same for all users; and `person`, the user's [`BootData`]. `person`
//! is absent on a page for a signed-out visitor.
//!
//! * `boot(widget)` shows the widget to the user, or to a signed-out visitor. The runtime calls it when the page
//!   belongs to them and the widget is not yet running for them. Before it boots another user, it calls `shutdown`.
//! * `refresh(widget, token)` follows a `boot` for the same user. The runtime calls it without a token on the user's
//!   next page in the same document (Turbo Drive, [`widgetIdentity.refresh()`](crate::guide::single_page_apps#a-login-without-a-page-load)), and with a
//!   token when it has renewed one, at 70 to 85 % of the token's [lifetime](crate::Token::lifetime).
//! * `shutdown(widget, load)` ends the session: on the next page of another user or a signed-out visitor, or when the
//!   marker cookie says that the session has ended elsewhere. `load` is true if the page ends a session from an earlier
//!   page: the adapter may load the library for this call alone, provided that the library then shows nothing.
//!   Afterwards the runtime removes the [`SessionArtifacts`]: first the globals, then cookies and storage. If the
//!   cookies and the storage already belong to the next user, the runtime removes only the globals, and the adapter
//!   sees no cookies during the call.
//!
//! The runtime may call the three functions in any order. Each must work when it is called twice, and when it is called
//! before the library has loaded. If one of them throws, the runtime logs the error to the console and continues with
//! the next widget. After a `shutdown` that threw, the marker cookie stays, so that the next page calls it again.
//!
//! The tools:
//!
//! * `tools.global(name)` returns the value of `window[name]` if a script has assigned it, and undefined otherwise. Read
//!   every global of the vendor with it. Users may be able to write markup into your pages, and with `<a id=Acme>`,
//!   `window.Acme` is [that element](https://html.spec.whatwg.org/multipage/nav-history-apis.html#named-access-on-the-window-object):
//!   an adapter that takes it for the library throws, and the session does not end. An assignment to `window.Acme` works
//!   as usual.
//! * `tools.read(name)` returns the document's own member, such as `tools.read('body')`, and `tools.on(event, action, once)`
//!   listens to an event of `window`: markup can shadow `document.body` and `addEventListener`, too.
//! * `tools.afterLoad(action)` calls the action shortly after the page's `load` event, or at once if that is over.
//! * `tools.load(url, { id, attributes, onload, before })` loads a script after the page's own `load` event, once per
//!   address. Where the page requires Trusted Types, it uses our policy. All options are optional: `id` and
//!   `attributes` are set on the element, `before` is called immediately before the element is created, and `onload` is
//!   called when the script has run. If the page already has a script with this address or id, for example from the
//!   vendor's own package, the runtime uses that script: it calls `before` with `true`, and calls `onload` at once and
//!   again when the script has run, because a page cannot find out whether it has. Without an address, it loads no
//!   script.
//! * `tools.token(name, callback, value)` fetches the token with this name and calls `callback(token, seconds)` with
//!   the token and its lifetime, if the widgets of the same user are still running by then. It retries failed requests
//!   at growing intervals. It is for libraries that ask for tokens themselves; such a widget declares
//!   [`with_required_token_path`](Manifest::with_required_token_path). `value` is for tokens that [sign a
//!   value](Manifest::with_value_token_names): a text from the library, such as its own id for the user.
//! * `tools.renew(widget, token, identify)` is a complete `refresh` for widgets that keep their token in
//!   `widget.person.token`. It stores the new token there, if there is one, and calls `identify` with the user's token.
//!   It does nothing on a page for a signed-out visitor and nothing after a `shutdown`.
//! * `tools.emptyQueue(queue, keep)` removes the calls from an array that a library would read once it loads: after a
//!   `shutdown`, those calls identify a user whose session is over. Calls for which `keep(call)` is true stay; without
//!   `keep`, none stays. It returns whether `queue` is an array, and changes nothing if it is not.
//! * `tools.purge()` removes the cookies and the storage of the [`SessionArtifacts`] again, at once and some seconds
//!   later, while no widgets are running and the marker says that they belong to no other user. The runtime does this
//!   after each `shutdown`; an adapter calls it when it notices that a library has written more.
//! * `tools.onSwap(action)` calls `action`, while the widgets are running, each time Turbo Drive, htmx, Astro, Unpoly
//!   or Livewire has replaced the body or a part of it: what the library added to the body may be gone.
//! * `tools.alive()` returns whether the widgets are running, for a user or for a signed-out visitor. Check it in every
//!   callback from the library.
//!
//! Most vendors' loaders include a stub that queues calls until the library has loaded. An adapter with a stub looks
//! like this:
//!
//! ```
//! # use std::time::{Duration, SystemTime};
//! # use tower_widget_identity::{Identity, Secret, Token, TokenError, widget::*};
//! const ADAPTER: &str = "tools => {
//!     const stub = (...args) => stub.q.push(args);
//!     stub.q = [];
//!     const library = () => tools.global('Acme');
//!     const call = (...args) => { (window.Acme = library() || stub)(...args); };
//!     const identify = token => call('identify', token);
//!     return {
//!         boot(widget) {
//!             call('init', widget.settings);
//!             if (widget.person) identify(widget.person.token);
//!             tools.load(widget.library, { id: 'acme-sdk' });
//!         },
//!         refresh(widget, token) { tools.renew(widget, token, identify); },
//!         shutdown(widget, load) {
//!             tools.emptyQueue(library() && library().q);
//!             // A library that has loaded has already read the queue, and knows the user.
//!             if (library()) call('logout');
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

// Each widget of this crate has a folder here and in `tests/widgets`, a line in the list below, and a section in
// `docs/widgets.md`. No other place lists them all.
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

/// Declares the widgets, one per line: the name, the type, the constructor and, for a widget whose tokens expire, the
/// setter for their lifetime.
macro_rules! widgets {
    ($($(#[$attribute:meta])* $name:literal: $folder:ident::$Widget:ident, $new:ident $(, $lifetime:ident)?;)+) => {
        $($(#[$attribute])* pub use $folder::$Widget;)+

        /// Lists the widgets of this crate by name.
        ///
        /// It is for programs that read from a file or a command line which widget to configure. Widgets whose tokens
        /// the vendor's own API issues are not listed, because they take an issuer instead of a secret.
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

        /// This test is part of the macro because only the macro knows the concrete type of each widget.
        #[cfg(test)]
        #[test]
        fn each_widget_type_is_shareable_and_hides_its_secret() {
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

// The vendor's own API issues the tokens of these widgets. They take an issuer instead of a secret, so the catalog
// cannot list them.
#[cfg(feature = "issued")]
pub use ada::Ada;
#[cfg(feature = "issued")]
pub use hubspot::HubSpot;
pub use intercom::{IntercomAlignment, IntercomRegion};
#[cfg(feature = "issued")]
pub use live_chat::LiveChat;
#[cfg(feature = "issued")]
pub use sendbird::Sendbird;
