//! Amazon Connect's chat: an HS256 JWT that the widget itself fetches for each chat.
//!
//! ```
//! use tower_widget_identity::{Secret, widget::{AmazonConnect, Widget}};
//!
//! let key = Secret::new("9FSt3oZ1mVY2kq0cJ7xW5uPb8LdEh4nRgTaQwKyMiUo=")?; // all 44 characters, not decoded
//! let connect = AmazonConnect::new("90885fda-65c9-4077-86aa-d57d42b5e84b", key)
//!     .instance("acme")
//!     .snippet_id("QVFJREFIaUc=");
//! assert!(connect.check().is_ok());
//! assert_eq!(
//!     connect.manifest().library(),
//!     Some("https://acme.my.connect.aws/connectwidget/static/amazon-connect-chat-interface-client.js"),
//! );
//! # Ok::<(), tower_widget_identity::ConfigError>(())
//! ```

use std::collections::BTreeMap;

use crate::widget::{checks::check_set, claims::as_text, prelude::*};

const NAME: &str = "amazon-connect";
const FIVE_MINUTES: Duration = Duration::from_secs(5 * 60);
/// <https://docs.aws.amazon.com/connect/latest/adminguide/add-chat-to-website.html>
const LONGEST: Duration = Duration::from_secs(10 * 60);
/// Amazon limits the whole token to 6,144 bytes and counts two for each character
/// (<https://docs.aws.amazon.com/connect/latest/adminguide/pass-contact-attributes-chat.html>).
const LONGEST_TOKEN: usize = 6_144 / 2;
/// Names that attributes may not have: the identity's own fields set these claims.
const RESERVED: &[&str] = &["customerId", "name", "email"];
/// Fields of the snippet that this crate sets, that identify the user, or that take a function.
const RESERVED_SETTINGS: &[&str] =
    &["snippetId", "authenticate", "contactAttributes", "customerDisplayName", "registerCallback"];

/// Amazon Connect's communications widget, with the security of its chat enabled.
///
/// Signs `sub` (the widget's id), `iat`, `exp`, `customerId` (the user id) and `attributes` as an HS256 JWT
/// (<https://docs.aws.amazon.com/connect/latest/adminguide/add-chat-to-website.html>, step 3). The key is the 44
/// characters of the security key as they are, not the bytes that they encode. The `attributes` include `name`, `email`
/// and the identity's attributes; a contact flow reads them as `$.Attributes.name`. Amazon accepts only strings there:
/// numbers, booleans, arrays and objects are signed as JSON text, null is left out.
///
/// The widget asks for a token whenever a chat starts, so no page contains a token and the page needs the token path. A
/// token of more than 3,072 characters is an error ([`TokenError::TooLarge`]): Amazon would not start the chat.
/// Signed-out visitors do not see the widget, because it starts no chat without a token.
///
/// At logout, a running chat is
/// [disconnected](https://docs.aws.amazon.com/connect/latest/adminguide/programmatic-chat-disconnect.html), the widget
/// is removed from the page, and the chat's entry in `sessionStorage`, `persistedChatSession`, is removed
/// (<https://docs.aws.amazon.com/connect/latest/adminguide/customize-widget-launch.html>). If your page copies that
/// entry to a cookie, as the same document shows, the page must delete the cookie itself. A user who signs in
/// afterwards without a page load gets the widget by a second run of the library.
///
/// Not confirmed: that the library runs twice in one document (if it does not, the widget returns with the next page
/// load); the element `#amazon-connect-chat-widget`, which is not documented; and the policy, for which Amazon
/// publishes no list.
#[derive(Clone, Debug)]
pub struct AmazonConnect {
    options: Options,
    instance: String,
    snippet_id: String,
    region: Option<String>,
}

impl AmazonConnect {
    /// Creates the widget from its id (the last argument in the snippet's first line) and its security key.
    ///
    /// [`instance`](Self::instance) and [`snippet_id`](Self::snippet_id) have no default and must be set.
    pub fn new(widget_id: impl Into<String>, secret: Secret) -> Self {
        Self {
            options: Options::new(NAME, widget_id, secret)
                .with_lifetime(FIVE_MINUTES)
                .with_longest_lifetime(LONGEST)
                .with_reserved_settings(RESERVED_SETTINGS),
            instance: String::new(),
            snippet_id: String::new(),
            region: None,
        }
    }

    setter!(text instance, "Sets the instance's alias: `acme` in `https://acme.my.connect.aws`.");

    setter!(text snippet_id, "Sets the `snippetId` from the widget's snippet.");

    /// Sets the instance's region, like `eu-central-1`. Default: none.
    ///
    /// With a region, the page's policy allows the region's hosts for messages; without one, only the instance's host.
    #[must_use]
    pub fn region(mut self, region: impl Into<String>) -> Self {
        self.region = Some(region.into());
        self
    }

    setter!(lifetime, "At most ten minutes. Default: five.");

    setter!(
        setting,
        "Settings are fields of the snippet, like `styles`, `customStyles` or `language`: \
        <https://docs.aws.amazon.com/connect/latest/adminguide/supported-snippet-fields.html>. Copy `styles` and \
        `supportedMessagingContentTypes` from the snippet."
    );

    setter!(
        library_url,
        "Default: `/connectwidget/static/amazon-connect-chat-interface-client.js` of the \
        [instance](Self::instance). An older snippet names a CloudFront host."
    );

    /// The hosts that messages go to, from <https://github.com/amazon-connect/amazon-connect-chatjs>.
    fn csp_sources(&self) -> CspSources {
        let host = library_source(&self.host());
        let sources = CspSources::new().img([host.clone()]).style([host.clone()]).font([host]);
        match &self.region {
            None => sources,
            Some(region) => sources.connect([
                format!("https://participant.connect.{region}.amazonaws.com"),
                format!("wss://*.transport.connect.{region}.amazonaws.com"),
            ]),
        }
    }

    fn host(&self) -> String {
        format!("https://{}.my.connect.aws", self.instance)
    }
}

#[derive(Serialize)]
struct Claims<'a> {
    sub: &'a str,
    iat: u64,
    exp: u64,
    #[serde(rename = "customerId")]
    customer_id: &'a str,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    attributes: BTreeMap<&'a str, String>,
}

fn attributes(identity: &Identity) -> BTreeMap<&str, String> {
    let custom = CustomClaims::of(identity, RESERVED);
    let mut all: BTreeMap<_, _> =
        custom.iter().filter_map(|(key, value)| Some((key.as_str(), as_text(value)?))).collect();
    // Amazon requires at least one character in a key.
    all.remove("");
    all.extend(identity.name().map(|name| ("name", name.to_owned())));
    all.extend(identity.email().map(|email| ("email", email.to_owned())));
    all
}

/// Checks the alias or the region, because both become parts of host names.
fn check_label(setter: &str, text: &str) -> Result<(), ConfigError> {
    if text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
        return Ok(());
    }
    let message = format!("{NAME}: the {setter} contains a character other than letters, digits and '-'");
    Err(ConfigError::new(ConfigErrorKind::CspSource, message))
}

impl Widget for AmazonConnect {
    fn manifest(&self) -> Manifest {
        let library = format!("{}/connectwidget/static/amazon-connect-chat-interface-client.js", self.host());
        self.options
            .manifest(include_str!("adapter.min.js"), library)
            .with_setting("widgetId", self.options.app_id.as_str())
            .with_setting("snippetId", self.snippet_id.as_str())
            .with_artifacts(SessionArtifacts::new().session_storage("persistedChatSession"))
            .with_csp_sources(self.csp_sources())
            .with_library_connections()
            .with_required_token_path()
    }

    fn secret(&self) -> Option<&Secret> {
        Some(&self.options.secret)
    }

    fn check(&self) -> Result<(), ConfigError> {
        self.options.check()?;
        check_set(NAME, "instance", &self.instance)?;
        check_set(NAME, "snippet_id", &self.snippet_id)?;
        check_label("instance", &self.instance)?;
        check_label("region", self.region.as_deref().unwrap_or_default())
    }

    fn mint(&self, _: &str, identity: &Identity, now: SystemTime) -> Result<Token, TokenError> {
        let customer_id = identity.required_id()?;
        let validity = identity.validity(now, self.options.lifetime)?;
        let claims = Claims {
            sub: &self.options.app_id,
            iat: validity.iat(),
            exp: validity.exp(),
            customer_id,
            attributes: attributes(identity),
        };
        let token = self.options.secret.jwt(&claims)?;
        if token.as_str().len() > LONGEST_TOKEN {
            return Err(TokenError::TooLarge);
        }
        Ok(token.with_lifetime(validity.lifetime()))
    }

    /// The page needs no data. This only finds out whether the token service will be able to create tokens for the
    /// user.
    fn boot_data(&self, identity: &Identity, now: SystemTime) -> Result<BootData, TokenError> {
        self.mint(NAME, identity, now).map(|_| BootData::new())
    }
}

#[cfg(test)]
mod tests;
