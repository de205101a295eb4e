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
/// After the user, `userflow.group` gets the company: its id, name, plan and attributes, all unsigned. A signature of the
/// company's id would be the HMAC under the same key as the user's, so it would also be valid for a user with that id:
/// if companies and users are both numbered, each member of company 7 could read the signature of user 7 in the page.
/// [`signed_companies`](Self::signed_companies) adds the signature where the ids cannot coincide. Whether Userflow accepts
/// an unsigned group from an environment that enforces verification is not confirmed; if it rejects the group, the user is
/// identified nevertheless.
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
    /// The beginning of each company's id, if companies are signed.
    company_prefix: Option<String>,
}

impl Userflow {
    /// Creates the widget from an environment's token and its key for identity verification.
    ///
    /// Each environment has its own key.
    pub fn new(token: impl Into<String>, secret: Secret) -> Self {
        Self { options: Options::new(NAME, token, secret).with_methods_as_settings(SETTINGS), company_prefix: None }
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

    /// Signs the company's id, too. Default: companies are not signed.
    ///
    /// The signature is the HMAC-SHA256 of the id under the environment's key, which is how a user's id is signed. So
    /// every company's id must begin with `prefix` and no user's id may: a user whose id does gets no token, and neither
    /// does a user whose company's id does not ([`TokenError::UnacceptableId`]). `build()` returns an error for a blank
    /// prefix.
    ///
    /// The types of userflow.js 2.14.0 have the signature of a group. That it is made like a user's is not confirmed.
    ///
    /// ```
    /// # use std::time::SystemTime;
    /// # use tower_widget_identity::{Company, Identity, Secret, TokenError, widget::{Userflow, Widget}};
    /// let userflow = Userflow::new("ct_1", Secret::new("s3cret")?).signed_companies("company-");
    /// let member = Identity::new(42).with_company(Company::new("company-7"));
    /// assert!(userflow.boot_data(&member, SystemTime::now()).is_ok());
    /// let impostor = Identity::new("company-7");
    /// assert_eq!(userflow.boot_data(&impostor, SystemTime::now()).err(), Some(TokenError::UnacceptableId));
    /// # Ok::<(), tower_widget_identity::ConfigError>(())
    /// ```
    #[must_use]
    pub fn signed_companies(mut self, prefix: impl Into<String>) -> Self {
        self.company_prefix = Some(prefix.into());
        self
    }

    /// The arguments of `userflow.group`.
    fn company(&self, company: &Company) -> Result<Value, TokenError> {
        let mut attributes = company.attributes().clone();
        for (key, text) in [("name", company.name()), ("plan", company.plan())] {
            if let Some(text) = text {
                attributes.insert(key.to_owned(), text.into());
            }
        }
        let mut group = json!({ "id": company.id(), "attributes": attributes });
        if let Some(prefix) = &self.company_prefix {
            if !company.id().starts_with(prefix) {
                return Err(TokenError::UnacceptableId);
            }
            group["signature"] = self.options.secret.hmac_hex(company.id())?.as_str().into();
        }
        Ok(group)
    }
}

impl Widget for Userflow {
    fn manifest(&self) -> Manifest {
        self.options
            .manifest(include_str!("adapter.min.js"), "https://js.userflow.com/legacy/userflow.js")
            .with_setting("token", self.options.app_id.as_str())
    }

    fn secret(&self) -> Option<&Secret> {
        Some(&self.options.secret)
    }

    fn check(&self) -> Result<(), ConfigError> {
        self.options.check()?;
        if self.company_prefix.as_ref().is_some_and(|prefix| prefix.trim().is_empty()) {
            let message = format!(
                "{NAME}: the prefix in signed_companies(..) is blank: name the text with which every company's id begins, \
                 and no user's id"
            );
            return Err(ConfigError::new(ConfigErrorKind::Setting, message));
        }
        Ok(())
    }

    fn mint(&self, _: &str, identity: &Identity, now: SystemTime) -> Result<Token, TokenError> {
        if self.company_prefix.as_ref().is_some_and(|prefix| identity.id().starts_with(prefix)) {
            return Err(TokenError::UnacceptableId);
        }
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
