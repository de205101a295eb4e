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

/// Settings that identify a user or the account.
const RESERVED: &[&str] = &["account", "user"];

/// Names of the identity's own fields in the page, which no unsigned fact may have.
const RESERVED_FACTS: &[&str] = &["id", "email", "name", "authkey", "facts"];

/// Re:amaze's widget (shoutbox and lightbox).
///
/// `_support.user` gets the user id, the e-mail address, the name and `authkey`: the HMAC-SHA256, in hexadecimal
/// digits, of the id and the address with a colon between them (<https://www.reamaze.com/developer/widget_auth>). The
/// key is the account's SSO secret. The id and the address are both proven; the name is passed unsigned, and the hash
/// never expires. An identity without an address gets no hash, nor does one with a colon in the address
/// ([`TokenError::UnacceptableEmail`]): the same text could be read as another id with another address.
///
/// [Unsigned facts](Identity::with_unsigned) go into `_support.user`, too: Re:amaze documents `phone`, as E.164
/// (`+14155552671`). Attributes and the company are not passed.
///
/// **Re:amaze documents no logout**, nor what it stores in the browser. A shutdown writes settings without a user, with
/// `ui.widget` switched off as in the vendor's WordPress plugin, and calls `Reamaze.reload()` so that the library reads
/// them; then it removes `_support`, `Reamaze` and `reamaze`. Not confirmed: that `reload()` hides the widget. What the
/// library has read may stay in it until the page unloads, so the adapter passes no other user to it on the same page;
/// that user's widget appears with their next page load. The library is never loaded for a logout. One of the cookies
/// is known from public captures, and removed; that no other cookie or storage entry outlives the session is not
/// guaranteed.
#[derive(Clone, Debug)]
pub struct Reamaze {
    options: Options,
}

impl Reamaze {
    /// Creates a brand's widget from its account name and the account's SSO secret.
    ///
    /// The account name is `acme` in `acme.reamaze.com`. The secret is under Settings, Account IDs and Secret.
    pub fn new(account: impl Into<String>, sso_secret: Secret) -> Self {
        Self { options: Options::new(NAME, account, sso_secret).with_reserved_settings(RESERVED) }
    }

    setter!(library_url, "Default: `https://cdn.reamaze.com/assets/reamaze.js`.");

    setter!(setting, "Settings are entries of `_support` (`ui`, `apps`), as in the code that Re:amaze shows.");
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
        // The vendor publishes no list of hosts, so the policy allows only the library's own origin. The application
        // adds what else the widget loads, with `WidgetsBuilder::csp_sources`.
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
