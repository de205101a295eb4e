//! UserVoice: an HS256 JWT as the widget's `sso` option.
//!
//! ```
//! use std::time::{Duration, SystemTime};
//!
//! use tower_widget_identity::{Identity, Secret, widget::{UserVoice, Widget}};
//!
//! let uservoice = UserVoice::new("ivhHCap8jZkAWPJveHWCaw", Secret::new("s3cret")?);
//! let person = Identity::new("user-123").with_email("user@example.com").with_attribute("admin", "accept");
//! let token = uservoice.mint("uservoice", &person, SystemTime::now()).unwrap();
//! assert_eq!(token.lifetime(), Some(Duration::from_secs(3_600)));
//! # Ok::<(), tower_widget_identity::ConfigError>(())
//! ```

use serde_json::{Map, Value};

use crate::widget::prelude::*;

const NAME: &str = "uservoice";

/// Names that settings may not have: what identifies a user, and what has a setter.
const RESERVED: &[&str] = &["sso", "email", "name", "guid", "id", "trigger"];

/// The attributes that UserVoice accepts as claims. `admin`, `owner` and `trusted` are left out, because they make the
/// user an administrator of the account.
const ATTRIBUTES: [&str; 7] =
    ["locale", "url", "avatar_url", "updates", "comment_updates", "allow_forums", "deny_forums"];

/// UserVoice's feedback widget.
///
/// Signs `guid` (the id), `email`, `display_name` and `exp` as an HS256 JWT, passed as the option `sso`
/// (<https://help.uservoice.com/hc/en-us/articles/360062340693-Single-Sign-On-with-JSON-Web-Tokens-JWT>). UserVoice
/// requires an id that is not the e-mail address, and the address as well: an identity without an address gets no
/// token. The key is the account's SSO key.
///
/// Of the attributes, UserVoice accepts `locale`, `url`, `avatar_url`, `updates`, `comment_updates`, `allow_forums` and
/// `deny_forums` as claims. All others are left out, above all `admin`, `owner` and `trusted`: signed, they would make
/// the user an administrator of the account, or log them in as one. [Unsigned facts](Identity::with_unsigned) and the
/// company are not passed: UserVoice accepts them through `identify` only, which needs the id and the address unsigned
/// (<https://developer.uservoice.com/docs/widgets/identify/>).
///
/// UserVoice documents that the token is set before the widget is launched. A renewed token is set as well; that the
/// next launch uses it was seen for other options in public code, and is not confirmed for this one.
///
/// **UserVoice documents no logout.** A shutdown hides the window (`hide`, seen in public code), removes the widget's
/// own elements by the classes that its script gives them, and then `window.UserVoice`. What the library has read may
/// stay in it until the page unloads, so the adapter passes no second user to it on the same page; that user's widget
/// appears with their next page load. A trigger that the page has made from an element of its own stays. The two
/// cookies that public captures show are removed. UserVoice keeps a session on its own host for up to 24 hours, in
/// browsers that let frames have cookies. The page cannot end it: do not show the widget to
/// [visitors](crate::WidgetsBuilder::visitors) on shared computers.
#[derive(Clone, Debug)]
pub struct UserVoice {
    options: Options,
    trigger: bool,
}

impl UserVoice {
    /// Creates the widget from its key, as in the script's address, and the account's SSO key.
    ///
    /// The SSO key is under Settings, User Authentication.
    pub fn new(widget_key: impl Into<String>, sso_key: Secret) -> Self {
        Self { options: Options::new(NAME, widget_key, sso_key).with_reserved_settings(RESERVED), trigger: true }
    }

    /// Sets whether UserVoice's own trigger is added, an icon in a corner. Default: `true`.
    ///
    /// Without it, the page launches the widget: `UserVoice.push(['show', {}])`.
    #[must_use]
    pub fn trigger(mut self, trigger: bool) -> Self {
        self.trigger = trigger;
        self
    }

    setter!(lifetime, "At most 31 days. Default: one hour; UserVoice documents no limit.");

    setter!(library_url, "Default: `https://widget.uservoice.com/<key>.js`.");

    setter!(
        setting,
        "Settings are options of `UserVoice.push(['set', ..])` (`accent_color`, `trigger_position`, `mode`)."
    );
}

/// The identity's attributes that UserVoice accepts as claims.
fn attributes(identity: &Identity) -> Map<String, Value> {
    let known = |name: &&str| Some((String::from(*name), identity.attributes().get(*name)?.clone()));
    ATTRIBUTES.iter().filter_map(known).collect()
}

#[derive(Serialize)]
struct Claims<'a> {
    guid: &'a str,
    email: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    display_name: Option<&'a str>,
    #[serde(flatten)]
    attributes: Map<String, Value>,
    exp: u64,
}

impl Widget for UserVoice {
    fn manifest(&self) -> Manifest {
        self.options
            .manifest(adapter_with_reader!(), format!("https://widget.uservoice.com/{}.js", self.options.app_id))
            .with_setting("trigger", self.trigger)
            .with_artifacts(SessionArtifacts::new().cookie("__uvt").cookie("uvts").global("UserVoice"))
            // UserVoice publishes no list: only the library's host is known.
            .with_library_connections()
    }

    secret_and_check!();

    fn mint(&self, _: &str, identity: &Identity, now: SystemTime) -> Result<Token, TokenError> {
        let validity = identity.validity(now, self.options.lifetime)?;
        let claims = Claims {
            guid: identity.required_id()?,
            email: identity.required_email()?,
            display_name: identity.name(),
            attributes: attributes(identity),
            exp: validity.exp(),
        };
        self.options.jwt(&claims, &validity)
    }

    fn boot_data(&self, identity: &Identity, now: SystemTime) -> Result<BootData, TokenError> {
        Ok(BootData::new().with_token("token", self.mint(NAME, identity, now)?))
    }
}

#[cfg(test)]
mod tests;
