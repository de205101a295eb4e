//! Chatbase: an HS256 JWT handed to `identify`.
//!
//! ```
//! use std::time::{Duration, SystemTime};
//!
//! use tower_widget_identity::{Identity, Secret, widget::{Chatbase, Widget}};
//!
//! let chatbase = Chatbase::new("agent-1", Secret::new("s3cret")?);
//! let token = chatbase.mint("chatbase", &Identity::new("user-123"), SystemTime::now()).unwrap();
//! assert_eq!(token.lifetime(), Some(Duration::from_secs(3_600)));
//! # Ok::<(), tower_widget_identity::ConfigError>(())
//! ```

use crate::widget::prelude::*;

const NAME: &str = "chatbase";

/// Names that attributes may not take: claims, and what identifies without a token.
const RESERVED: &str = "user_id email name user_hash token";

/// Chatbase's chat widget.
///
/// Signs `user_id`, `email`, `name`, the attributes and `exp` as an HS256 JWT, handed to `chatbase('identify', ..)`
/// (<https://chatbase.co/docs/developer-guides/identity-verification>). Chatbase takes `sub` as well as `user_id`; which
/// of the other claims it makes use of is not confirmed.
///
/// Logout is `resetUser`, seen in public code and not confirmed by the vendor, and then the documented `resetChat`: the
/// conversation is the person's too. Chatbase does not publish what it keeps in the browser, so there is nothing to
/// purge by name, nor which hosts a Content-Security-Policy must allow: only the library's is.
#[derive(Clone, Debug)]
pub struct Chatbase {
    options: Options,
}

impl Chatbase {
    /// An agent by its id, with its verification secret.
    pub fn new(agent_id: impl Into<String>, secret: Secret) -> Self {
        Self { options: Options::new(NAME, agent_id, secret) }
    }

    setter!(lifetime, "At most 31 days. Default: one hour; Chatbase documents no limit.");

    setter!(library_url, "Default: `https://www.chatbase.co/embed.min.js`.");
}

#[derive(Serialize)]
struct Claims<'a> {
    user_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    #[serde(flatten)]
    attributes: CustomClaims<'a>,
    exp: u64,
}

impl Widget for Chatbase {
    fn manifest(&self) -> Manifest {
        self.options
            .manifest(include_str!("adapter.min.js"), "https://www.chatbase.co/embed.min.js")
            .with_setting("id", self.options.app_id.as_str())
            .with_setting("domain", "www.chatbase.co")
            // Chatbase publishes no list: the library's host is known.
            .with_library_connections()
    }

    secret_and_check!();

    fn mint(&self, _: &str, identity: &Identity, now: SystemTime) -> Result<Token, TokenError> {
        let validity = identity.validity(now, self.options.lifetime)?;
        let claims = Claims {
            user_id: identity.required_id()?,
            email: identity.email(),
            name: identity.name(),
            attributes: CustomClaims::of(identity, RESERVED),
            exp: validity.exp(),
        };
        Ok(self.options.secret.jwt(&claims)?.with_lifetime(validity.lifetime()))
    }

    fn boot_data(&self, identity: &Identity, now: SystemTime) -> Result<BootData, TokenError> {
        Ok(BootData::new().with_token("token", self.mint(NAME, identity, now)?))
    }
}
