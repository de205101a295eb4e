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
//!     fn secret(&self) -> &Secret { &self.0 }
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
//!     const tell = token => { window.acme = Object.assign(window.acme || {}, { token }); };
//!     return {
//!         boot(widget) { if (widget.person) tell(widget.person.token); tools.load('/acme.js'); },
//!         refresh(widget, token) { if (token && tools.alive()) tell(token); },
//!         shutdown() { tell(null); }
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

mod boot_data;
mod catalog;
mod checks;
mod claims;
mod configured;
mod definition;
mod hash;
mod manifest;
mod options;
mod prelude;
#[cfg(test)]
mod testing;

pub use boot_data::BootData;
pub(crate) use boot_data::BootValue;
pub use catalog::CatalogEntry;
pub(crate) use configured::ConfiguredWidget;
pub use definition::Widget;
pub use manifest::{Manifest, SessionArtifacts, Settings};

// The widgets of this crate: a folder each here and in `tests/widgets`, a line in the list below, and a row of the README's
// table. No other place names them all.
mod canny;
mod chatbase;
mod chatwoot;
mod crisp;
mod drift;
mod featurebase;
mod ferndesk;
mod freshchat;
mod freshdesk_help_widget;
mod front;
mod gist;
mod gleap;
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
    "canny": canny::Canny, new;
    "chatbase": chatbase::Chatbase, new, lifetime;
    "chatwoot": chatwoot::Chatwoot, new;
    "crisp": crisp::Crisp, new;
    "drift": drift::Drift, new, lifetime;
    "featurebase": featurebase::Featurebase, new, lifetime;
    "ferndesk": ferndesk::Ferndesk, new, lifetime;
    "freshchat": freshchat::Freshchat, new, lifetime;
    "freshdesk-help-widget": freshdesk_help_widget::FreshdeskHelpWidget, new, lifetime;
    "front": front::Front, new;
    "gist": gist::Gist, new;
    "gleap": gleap::Gleap, new;
    "help-scout": help_scout::HelpScout, new;
    "intercom": intercom::Intercom, new, lifetime;
    "kustomer": kustomer::Kustomer, new, lifetime;
    "plain": plain::Plain, new;
    "pylon": pylon::Pylon, new;
    #[cfg(feature = "rsa")] "salesforce": salesforce::Salesforce, new, lifetime;
    "tawk": tawk::Tawk, new;
    "userflow": userflow::Userflow, new;
    "userjot": userjot::UserJot, new, lifetime;
    "zendesk-classic": zendesk_classic::ZendeskClassic, chat, chat_lifetime;
    "zendesk-messaging": zendesk_messaging::ZendeskMessaging, new, lifetime;
}

pub use intercom::IntercomRegion;
