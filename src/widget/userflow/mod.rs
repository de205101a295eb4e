//! Userflow: an HMAC of the user id, handed to `identify`.
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

use crate::widget::{hash, prelude::*};

const NAME: &str = "userflow";

/// Userflow.
///
/// `userflow.identify` gets the user id with its HMAC-SHA256 as `signature` (seen in userflow.js 2.14.0). Only the id
/// is proven; name and e-mail address stand beside it unsigned. Groups, which sign an id of their own, and attributes
/// are not passed on. The signature never expires.
///
/// Logout is `userflow.reset()`. Userflow does not publish what it keeps in the browser, so nothing can be purged by
/// name; instead, a page that ends a session loads the library for that call alone, without the `init` that would start
/// it. That the library heeds the call before `init` is not confirmed by the vendor.
///
/// The library's modern build is a module; the default is the other build, which is an ordinary script. An application
/// that imports userflow.js itself is served by its own copy.
#[derive(Clone, Debug)]
pub struct Userflow {
    options: Options,
}

impl Userflow {
    /// An environment by its token, with its key for identity verification. Each environment has its own.
    pub fn new(token: impl Into<String>, secret: Secret) -> Self {
        Self { options: Options::new(NAME, token, secret) }
    }

    setter!(library_url, "Default: `https://js.userflow.com/legacy/userflow.js`.");
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
        Ok(BootData::new()
            .with_token("signature", self.mint(NAME, identity, now)?)
            .with("userId", identity.id())
            .with_some("name", identity.name())
            .with_some("email", identity.email()))
    }
}
