//! Canny Identify: an HMAC of the user id, handed to `identify`.
//!
//! ```
//! use std::time::SystemTime;
//!
//! use tower_widget_identity::{Identity, Secret, TokenError, widget::{Canny, Widget}};
//!
//! let widget = Canny::new("app-1", Secret::new("s3cret")?);
//! let person = Identity::new("user-123").with_email("user@example.com");
//! assert_eq!(widget.mint("canny", &person, SystemTime::now()).unwrap().as_str().len(), 64);
//! let nameless = widget.mint("canny", &Identity::new("user-123"), SystemTime::now());
//! assert_eq!(nameless.unwrap_err(), TokenError::MissingEmail);
//! # Ok::<(), tower_widget_identity::ConfigError>(())
//! ```

use crate::widget::{hash, prelude::*};

const NAME: &str = "canny";

/// What names a person, or has a setter of its own.
const RESERVED: &str = "appID user hash id email name ssoToken";

/// Canny Identify. The HS256 token of Canny's board widget is another thing and not made here.
///
/// `Canny('identify', ..)` gets the user id with its HMAC-SHA256 (<https://developers.canny.io/install/security>).
/// Canny's documents have moved the hash about, from within `user` to beside it and back; it is handed over in both
/// places, and that Canny ignores the one it does not know is not confirmed. The key is the company's API key: it can
/// do far more than sign, so keep it as such.
///
/// Only the id is proven. E-mail address and name, which Canny's examples call for, stand beside it unsigned; where
/// there is no name the address stands for it, and an identity without an address gets nothing. The hash never expires.
///
/// **Canny documents no logout**, nor what it keeps in the browser. A shutdown removes `window.Canny`. The library
/// stays in the page until the page goes and may still sign the earlier person into links to Canny: it is never told of
/// another person on the same page, who is identified with their next page load; reload the page after a logout by
/// fetch. That no cookie or storage of Canny's outlives the session is not guaranteed.
#[derive(Clone, Debug)]
pub struct Canny {
    options: Options,
}

impl Canny {
    /// An application by its id, with the company's secret API key.
    pub fn new(app_id: impl Into<String>, secret: Secret) -> Self {
        Self { options: Options::new(NAME, app_id, secret).with_reserved_settings(RESERVED) }
    }

    setter!(library_url, "Default: `https://canny.io/sdk.js`.");

    setter!(
        setting,
        "One more option of `Canny('identify', ..)`, beside `appID` and `user`. Which ones Canny knows there is not confirmed."
    );
}

fn user_hash(secret: &Secret, identity: &Identity, now: SystemTime) -> Result<Token, TokenError> {
    let hash = hash::of_id(secret, identity, now)?;
    identity.required_email()?;
    Ok(hash)
}

impl Widget for Canny {
    fn manifest(&self) -> Manifest {
        // No list of hosts by the vendor is known here: the library's own origin, and nothing else. What more the widget
        // loads is the application's to add, by `WidgetsBuilder::csp_sources`.
        self.options
            .manifest(include_str!("adapter.min.js"), "https://canny.io/sdk.js")
            .with_setting("appID", self.options.app_id.as_str())
            // The global: nothing else is known.
            .with_artifacts(SessionArtifacts::new().global("Canny"))
    }

    secret_and_check!();

    fn mint(&self, _: &str, identity: &Identity, now: SystemTime) -> Result<Token, TokenError> {
        user_hash(&self.options.secret, identity, now)
    }

    fn boot_data(&self, identity: &Identity, now: SystemTime) -> Result<BootData, TokenError> {
        Ok(BootData::new()
            .with_token("hash", user_hash(&self.options.secret, identity, now)?)
            .with("id", identity.id())
            .with_some("email", identity.email())
            .with_some("name", identity.name().or(identity.email())))
    }
}

#[cfg(test)]
mod tests;
