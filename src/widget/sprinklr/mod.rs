//! Sprinklr Live Chat: an HMAC over the user's facts and the time, fetched when the chat starts.
//!
//! ```
//! use std::time::{Duration, SystemTime};
//!
//! use tower_widget_identity::{Identity, Secret, widget::{Sprinklr, Widget}};
//!
//! let sprinklr = Sprinklr::new("60c1d169c96beb5bf5a326f3_app_950954", Secret::new("s3cret")?).environment("prod5");
//! let token = sprinklr.mint("sprinklr", &Identity::new("123"), SystemTime::now()).unwrap();
//! assert_eq!(token.lifetime(), Some(Duration::from_secs(60)));
//! assert!(sprinklr.manifest().requires_token_path(), "the hash is good for a minute");
//! # Ok::<(), tower_widget_identity::ConfigError>(())
//! ```

use crate::widget::prelude::*;

const NAME: &str = "sprinklr";
/// The time window that Sprinklr configures for accounts by default.
const A_MINUTE: Duration = Duration::from_secs(60);
/// The hosts that Sprinklr lists, without the schemes and `'unsafe-inline'`: those are for the application to decide
/// (<https://www.sprinklr.com/help/articles/website-installation/content-security-policy-csp-guide-for-live-chat-integration/665ff524b35fa9007dafeb11>).
const POLICY: &str = "\
    script-src https://*.sprinklr.com; connect-src https://*.sprinklr.com wss://*.sprinklr.com; \
    img-src https://*.sprinklr.com; font-src https://*.sprinklr.com";

/// Names that settings may not have, because this crate sets them.
const RESERVED: &[&str] = &["appId", "user"];

/// Sprinklr's live chat on the web.
///
/// `sprChatSettings.user` gets the id, the name as `firstName`, the e-mail address, and the attributes `lastName`,
/// `profileImageUrl` and `phoneNo`, if they are strings. `hash` is the HMAC-SHA256, in hexadecimal digits, of all of
/// them and of `hashCreationTime`, in milliseconds
/// (<https://www.sprinklr.com/help/articles/customer-authentication/customer-authentication/63f255f09b334f7283b4c9a1>,
/// <https://www.sprinklr.com/help/articles/initialize-sprinklr-live-chat/how-to-generate-hash/683930dc0a718d29a525c7e0>).
/// The key is the API key that the Live Chat builder shows under Dev Tools. Other attributes, [unsigned
/// facts](Identity::with_unsigned) and the company are not passed.
///
/// # The hash is valid for a minute
///
/// Sprinklr accepts a hash for a minute before and after its time. A page may be shown later than that: prerendered,
/// kept by the browser, or slow. So no page contains a hash. The script fetches one from the token service once the
/// page has loaded, and loads the chat with it at once. A token is the whole `user` object as JSON in base64url: an
/// application that fetches one decodes it and passes it to the chat. Sprinklr then issues a token of its own, which
/// the chat renews itself. Not confirmed: that the chat never sends the first hash again. No hash outlives the
/// application's session: if the session ends within a minute, the hash contains an earlier time, so that it expires
/// with the session. If the server's clock is wrong by a minute, Sprinklr rejects every hash.
///
/// # Underscores make the hash ambiguous
///
/// Sprinklr joins the facts by underscores, and a text that contains one could be read as two facts: the address
/// `a_victim@example.com` as the phone number `a` with the address `victim@example.com`. So a name, an address, a
/// picture or a phone number that contains an underscore is left out. The id is required and stays as it is. **Use ids
/// without underscores, or with the same number of them in each**: the user `7_1` can pass for `7`, and if an account
/// still accepts hashes without a time, as Sprinklr once had them, the user `7` with the name `1` can pass for `7_1`.
///
/// # Logout
///
/// Logout calls `sprChat('updateUserSettings', { user: {} })`, which logs the user out, clears the history and begins
/// an anonymous session (<https://dev.sprinklr.com/update-user-details>), and `close`. The same call passes another
/// user who signs in on the same page. Not confirmed: that it accepts `hashCreationTime` as well. The chat is not
/// loaded for a logout: the token that it keeps, under one name in `localStorage` or a cookie, is removed
/// (<https://www.sprinklr.com/help/articles/website-installation/sprinklr-live-chat-cookies-and-storage-details/66e16f8802032112a84d4681>).
/// That page names more keys, for analytics and co-browsing, which are not all known.
#[derive(Clone, Debug)]
pub struct Sprinklr {
    options: Options,
    environment: String,
}

impl Sprinklr {
    /// Creates a live chat from its application id and its API key.
    pub fn new(app_id: impl Into<String>, api_key: Secret) -> Self {
        Self {
            options: Options::new(NAME, app_id, api_key).with_lifetime(A_MINUTE).with_reserved_settings(RESERVED),
            environment: "prod".to_owned(),
        }
    }

    setter!(
        text environment,
        "Sets Sprinklr's environment, the first part of the host in the code to embed. Default: `prod`.\n\n\
        It is `prod5` in `prod5-live-chat.sprinklr.com`."
    );

    setter!(
        lifetime,
        "It must be the time window that Sprinklr has configured for the account. At most 31 days. Default: a \
        minute, which is Sprinklr's."
    );

    setter!(
        library_url,
        "Default: `https://<environment>-live-chat.sprinklr.com/api/livechat/handshake/widget/<app id>`."
    );

    setter!(setting, "Settings are entries of `sprChatSettings` (`skin`, `clientContext`, `userContext`).");
}

/// Checks the environment, which is a part of the host's name.
fn check_environment(environment: &str) -> Result<(), ConfigError> {
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    if environment.starts_with(|first: char| first.is_ascii_alphanumeric()) && environment.bytes().all(legal) {
        return Ok(());
    }
    let message = format!(
        "{NAME}: the environment must consist of letters and digits, like `prod5`: copy it from the embed code"
    );
    Err(ConfigError::new(ConfigErrorKind::CspSource, message))
}

/// The user object that the chat accepts: facts with a hash over them.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct User<'a> {
    id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    first_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    profile_image_url: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    phone_no: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<&'a str>,
    hash: String,
    hash_creation_time: String,
}

impl<'a> User<'a> {
    fn new(identity: &'a Identity, milliseconds: u64) -> Result<Self, TokenError> {
        let unambiguous = |text: Option<&'a str>| text.filter(|text| !text.contains('_'));
        let attribute = |name: &str| unambiguous(identity.attributes().get(name).and_then(|value| value.as_str()));
        Ok(Self {
            id: identity.required_id()?,
            first_name: unambiguous(identity.name()),
            last_name: attribute("lastName"),
            profile_image_url: attribute("profileImageUrl"),
            phone_no: attribute("phoneNo"),
            email: unambiguous(identity.email()),
            hash: String::new(),
            hash_creation_time: milliseconds.to_string(),
        })
    }

    /// The text that is signed. A missing fact keeps its underscore.
    fn message(&self) -> String {
        let facts = [self.first_name, self.last_name, self.profile_image_url, self.phone_no, self.email];
        let facts = facts.map(Option::unwrap_or_default).join("_");
        format!("{}_{facts}_{}", self.id, self.hash_creation_time)
    }
}

impl Widget for Sprinklr {
    fn manifest(&self) -> Manifest {
        let (app_id, environment) = (self.options.app_id.as_str(), &self.environment);
        let token = format!("spr-chat-token-{app_id}");
        let library = format!("https://{environment}-live-chat.sprinklr.com/api/livechat/handshake/widget/{app_id}");
        self.options
            .manifest(adapter_with_reader!(), library)
            .with_setting("appId", app_id)
            .with_artifacts(
                SessionArtifacts::new()
                    .cookie(token.clone())
                    .storage(token.clone())
                    .session_storage(token)
                    .global("sprChatSettings.user"),
            )
            .with_csp_sources(CspSources::from_policy(POLICY))
            .with_required_token_path()
    }

    fn secret(&self) -> Option<&Secret> {
        Some(&self.options.secret)
    }

    fn check(&self) -> Result<(), ConfigError> {
        self.options.check()?;
        check_environment(&self.environment)
    }

    fn mint(&self, _: &str, identity: &Identity, now: SystemTime) -> Result<Token, TokenError> {
        let window = self.options.lifetime;
        let validity = identity.validity(now, window)?;
        // The hash has an earlier time near the session's end, so that its window ends with the token.
        let seconds = validity.exp().saturating_sub(window.as_secs());
        let mut user = User::new(identity, seconds.saturating_mul(1_000))?;
        user.hash = self.options.secret.hmac_hex(&user.message())?.into_string();
        Ok(Token::of_json(&user)?.with_lifetime(validity.lifetime()))
    }

    /// The page needs no data. This only finds out whether the token service will be able to create hashes for the
    /// user.
    fn boot_data(&self, identity: &Identity, now: SystemTime) -> Result<BootData, TokenError> {
        BootData::of_fetched_token(identity, now)
    }
}

#[cfg(test)]
mod tests;
