//! Userflow: an HMAC of the user id, passed to `identify`.
//!
//! ```
//! use std::time::SystemTime;
//! use tower_widget_identity::{Identity, Secret, widget::{Userflow, Widget}};
//!
//! let widget = Userflow::new("ct_1", Secret::new("s3cret")?);
//! let hash = widget.mint("userflow", &Identity::new("123"), SystemTime::now()).unwrap();
//! assert_eq!((hash.as_str().len(), hash.lifetime()), (64, None), "a hash never expires");
//! # Ok::<(), tower_widget_identity::ConfigError>(())
//! ```

use serde_json::{Value, json};

use crate::widget::{hash, prelude::*};

const NAME: &str = "userflow";
/// Names that no unsigned fact may have: they identify the user, or `Identity` has a setter for them.
const RESERVED_FACTS: &[&str] = &["userId", "signature", "name", "email"];
/// A method that may be a setting although it does not begin with `set`.
const SETTINGS: &[&str] = &["disableEvalJs"];

/// Userflow's onboarding widget.
///
/// `userflow.identify` gets the user id with its HMAC-SHA256 as `signature`
/// (<https://userflow.com/docs/dev/identity-verification>). Only the id is proven; the name, the e-mail address and the
/// unsigned facts are passed unsigned as attributes (a date, as in `signed_up_at`, is text in ISO 8601). The identity's
/// own attributes are not passed, because nothing would sign them. The signature never expires.
///
/// After the user, `userflow.group` gets the company: its id with the HMAC-SHA256 of that id under the same key as
/// `signature`, and its name, plan and attributes unsigned. The types of userflow.js 2.14.0 have that signature; that
/// it is the HMAC of the group's id, as the user's is that of the user's id, is not confirmed. If Userflow rejects the
/// group, the user is identified nevertheless.
///
/// Logout calls `userflow.reset()`. Userflow does not publish what it stores in the browser, so the runtime cannot
/// remove it by name; instead, a page that ends a session loads the library for that call alone, without the `init`
/// that would start it. That the library honours the call before `init` is not confirmed by the vendor.
///
/// Until the library has loaded, `window.userflow` is a stub with every method that the stub of userflow.js 2.14.0 has:
/// the application may call them early, also by importing that package, and the library gets the calls. A logout drops
/// the calls that still wait for the library, except for those that set something up (`on`, `setUrlFilter`, ...).
///
/// The library's modern build is a module; the default is the other build, an ordinary script, which runs in every
/// browser. An address that contains `/es2020/` is loaded as a module. If userflow.js was on the page before this
/// crate's snippet, it loads the library itself.
#[derive(Clone, Debug)]
pub struct Userflow {
    options: Options,
}

impl Userflow {
    /// Creates the widget from an environment's token and its key for identity verification.
    ///
    /// Each environment has its own key.
    pub fn new(token: impl Into<String>, secret: Secret) -> Self {
        Self { options: Options::new(NAME, token, secret).with_methods_as_settings(SETTINGS) }
    }

    setter!(
        library_url,
        "Default: `https://js.userflow.com/legacy/userflow.js`. For the modern build: \
         `https://js.userflow.com/es2020/userflow.js`."
    );

    setter!(
        setting,
        "Settings are methods of userflow.js, each called with its value before `init`: `setBaseZIndex`, \
         `setServerEndpoint`, `setPageTrackingDisabled`, or another that begins with `set` and takes one value; also \
         `disableEvalJs`."
    );

    /// The arguments of `userflow.group`.
    fn company(&self, company: &Company) -> Result<Value, TokenError> {
        let mut attributes = company.attributes().clone();
        for (key, text) in [("name", company.name()), ("plan", company.plan())] {
            if let Some(text) = text {
                attributes.insert(key.to_owned(), text.into());
            }
        }
        let signature = self.options.secret.hmac_hex(company.id())?;
        Ok(json!({ "id": company.id(), "signature": signature.as_str(), "attributes": attributes }))
    }
}

impl Widget for Userflow {
    fn manifest(&self) -> Manifest {
        self.options
            .manifest(include_str!("adapter.min.js"), "https://js.userflow.com/legacy/userflow.js")
            .with_setting("token", self.options.app_id.as_str())
    }

    secret_and_check!();

    fn mint(&self, _: &str, identity: &Identity, now: SystemTime) -> Result<Token, TokenError> {
        hash::of_id(&self.options.secret, identity, now)
    }

    fn boot_data(&self, identity: &Identity, now: SystemTime) -> Result<BootData, TokenError> {
        let company = identity.company().map(|company| self.company(company)).transpose()?;
        Ok(BootData::new()
            .with_token("signature", self.mint(NAME, identity, now)?)
            .with("userId", identity.id())
            .with_some("name", identity.name())
            .with_some("email", identity.email())
            .with_facts("facts", unsigned_facts(identity, RESERVED_FACTS))
            .with_some("company", company))
    }
}

#[cfg(test)]
mod tests;
