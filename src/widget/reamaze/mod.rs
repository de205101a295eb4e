//! Re:amaze: an HMAC of the user id and the e-mail address, in the settings that its script reads.
//!
//! ```
//! use std::time::SystemTime;
//!
//! use tower_widget_identity::{Identity, Secret, TokenError, widget::{Reamaze, Widget}};
//!
//! let widget = Reamaze::new("acme", Secret::new("s3cret")?);
//! let person = Identity::new("user-123").with_email("user@example.com");
//! assert_eq!(widget.mint("reamaze", &person, SystemTime::now()).unwrap().as_str().len(), 64);
//! let nameless = widget.mint("reamaze", &Identity::new("user-123"), SystemTime::now());
//! assert_eq!(nameless.unwrap_err(), TokenError::MissingEmail);
//! # Ok::<(), tower_widget_identity::ConfigError>(())
//! ```

use crate::widget::{hash, prelude::*};

const NAME: &str = "reamaze";

/// What names a person or the account, as a setting.
const RESERVED: &str = "account user";

/// Names that the user's own facts have in the page.
const RESERVED_FACTS: &str = "id email name authkey facts";

/// Re:amaze's widget (shoutbox and lightbox).
///
/// `_support.user` gets the user id, the e-mail address, the name and `authkey`: the HMAC-SHA256, in hexadecimal digits, of
/// the id and the address with a colon between them (<https://www.reamaze.com/developer/widget_auth>). The key is the
/// account's SSO secret. Id and address are both proven; the name stands beside them unsigned, and the hash never expires.
/// An identity without an address gets none, nor does one with a colon in the address
/// ([`TokenError::UnacceptableEmail`]): the same text could be read as another id with another address.
///
/// [Unsigned facts](Identity::with_unsigned) go into `_support.user`, too: Re:amaze documents `phone`, as E.164
/// (`+14155552671`). Attributes and the company are not passed on.
///
/// **Re:amaze documents no logout**, nor what it keeps in the browser. A shutdown writes settings without a person, with
/// `ui.widget` switched off as the vendor's WordPress plugin does it, and has the library read them by `Reamaze.reload()`;
/// then it removes `_support`, `Reamaze` and `reamaze`. That `reload()` hides the widget is not confirmed. What the library
/// has read may stay in it until the page goes: so it is given no other person on the same page, whose widget appears with
/// their next page load. The library is never loaded for a logout. Of the cookies one is known from public captures, and
/// removed; that no other cookie or storage outlives the session is not guaranteed.
#[derive(Clone, Debug)]
pub struct Reamaze {
    options: Options,
}

impl Reamaze {
    /// A brand by its account name, `acme` for `acme.reamaze.com`, with the account's SSO secret (Settings, Account IDs and
    /// Secret).
    pub fn new(account: impl Into<String>, sso_secret: Secret) -> Self {
        Self { options: Options::new(NAME, account, sso_secret).with_reserved_settings(RESERVED) }
    }

    setter!(library_url, "Default: `https://cdn.reamaze.com/assets/reamaze.js`.");

    setter!(setting, "One more entry of `_support` (`ui`, `apps`), as in the code that Re:amaze shows.");
}

fn authkey(secret: &Secret, identity: &Identity, now: SystemTime) -> Result<Token, TokenError> {
    let (id, email) = (identity.required_id()?, identity.required_email()?);
    if email.contains(':') {
        return Err(TokenError::UnacceptableEmail);
    }
    hash::of(secret, &format!("{id}:{email}"), identity, now)
}

impl Widget for Reamaze {
    fn manifest(&self) -> Manifest {
        // No list of hosts by the vendor is known here: the library's own origin, and nothing else. What more the widget
        // loads is the application's to add, by `WidgetsBuilder::csp_sources`.
        self.options
            .manifest(include_str!("adapter.min.js"), "https://cdn.reamaze.com/assets/reamaze.js")
            .with_setting("account", self.options.app_id.as_str())
            .with_artifacts(
                SessionArtifacts::new().cookie("_reamaze_uc").global("_support").global("Reamaze").global("reamaze"),
            )
    }

    secret_and_check!();

    fn mint(&self, _: &str, identity: &Identity, now: SystemTime) -> Result<Token, TokenError> {
        authkey(&self.options.secret, identity, now)
    }

    fn boot_data(&self, identity: &Identity, now: SystemTime) -> Result<BootData, TokenError> {
        Ok(BootData::new()
            .with_token("authkey", authkey(&self.options.secret, identity, now)?)
            .with("id", identity.id())
            .with_some("email", identity.email())
            .with_some("name", identity.name())
            .with_facts("facts", unsigned_facts(identity, RESERVED_FACTS)))
    }
}

#[cfg(test)]
mod tests;
