//! Microsoft Dynamics 365's live chat (Omnichannel, Contact Center): an RS256 JWT that the widget itself fetches.
//!
//! ```
//! use tower_widget_identity::{Secret, widget::{Dynamics365, Widget}};
//!
//! let not_rsa = Secret::new("s3cret")?;
//! let dynamics = Dynamics365::new("12495120-70a5-49bb-908d-3f9eb30f72f4", not_rsa)
//!     .org_id("5bd79da4-af21-4f11-8407-0022486dacf1")
//!     .org_url("https://m-5bd79da4-af21-4f11-8407-0022486dacf1.ca.omnichannelengagementhub.com")
//!     .library_url("https://oc-cdn-public.azureedge.net/livechatwidget/scripts/LiveChatBootstrapper.js")
//!     .issuer("https://app.example.com");
//! assert!(dynamics.check().unwrap_err().to_string().contains("Secret::rsa_pem"));
//! # Ok::<(), tower_widget_identity::ConfigError>(())
//! ```

use serde_json::{Map, Value};

use crate::widget::{
    checks::{check_https, check_rsa, check_set},
    claims::as_text,
    prelude::*,
};

const NAME: &str = "dynamics-365";
const TEN_MINUTES: Duration = Duration::from_secs(10 * 60);
/// Attributes that this crate sets on the library's element.
const RESERVED_SETTINGS: &[&str] = &["id", "src", "data-app-id", "data-org-id", "data-org-url", "clientFunction"];

/// Live chat of Dynamics 365 Customer Service and Contact Center. Needs the feature `rsa`.
///
/// The chat must have authentication settings. Signs `sub` (the id), `iss`, `iat`, `nbf`, `exp` and `lwicontexts` as an
/// RS256 JWT (<https://learn.microsoft.com/en-us/dynamics365/customer-service/administer/create-chat-auth-settings>).
/// Microsoft recommends the GUID of the contact's or account's record as `sub`, so that the conversation is linked to
/// the record: use it as the identity's id. `lwicontexts` is a JSON string with the identity's attributes, each of
/// which must be a context variable of the workstream; it accepts no arrays and objects, so those are signed as JSON
/// text. The e-mail address and the name are not signed: Microsoft documents no claims for them.
///
/// Microsoft's servers fetch the public key from a URL of yours. [`PublicKeyService`](crate::PublicKeyService) serves
/// it there; [`Secret::rsa_public_pem`] returns the text. In the admin center, the authentication setting takes that
/// URL as **Public key URL** and `widgetIdentityToken` ([or another name](Self::client_function)) as **JavaScript
/// client function**. Set a key id ([`Secret::with_key_id`]) only if that URL returns a list of named keys, which you
/// must write yourself.
///
/// The widget asks for a token whenever a chat starts, through that function or through the provider that the adapter
/// passes to `Microsoft.Omnichannel.LiveChatWidget.SDK.setAuthTokenProvider` after `lcw:ready`
/// (<https://learn.microsoft.com/en-us/dynamics365/customer-service/develop/reference/methods/setauthtokenprovider>);
/// it waits for ten seconds. An RSA signature is slow, so no page contains the token: the token service creates it on a
/// separate thread ([`Manifest::has_costly_tokens`]), and the page needs the token path.
///
/// Logout calls `closeChat` and `removeAuthTokenProvider`. The chat keeps its data in the storage of Microsoft's own
/// origin, which no page can clear: after a session on an earlier page, the library is loaded for the logout alone. The
/// widget's frame (`#Microsoft_Omnichannel_LCWidget_Chat_Iframe_Window`, seen in the vendor's code, not documented) is
/// hidden while no user is signed in.
///
/// Not confirmed: which of the two ways the present version of the widget uses; that `closeChat` ends a chat from an
/// earlier page; and the policy, for which Microsoft publishes no list.
#[derive(Clone, Debug)]
pub struct Dynamics365 {
    options: Options,
    org_id: String,
    org_url: String,
    issuer: String,
    client_function: String,
}

impl Dynamics365 {
    /// Creates a chat widget from its id (`data-app-id`) and a private RSA key.
    ///
    /// The key has 2,048 bits or more: [`Secret::rsa_pem`]. The **Public key URL** must return its public half.
    ///
    /// [`org_id`](Self::org_id), [`org_url`](Self::org_url), [`library_url`](Self::library_url) and
    /// [`issuer`](Self::issuer) have no default and must be set: the first three are in the widget's code snippet.
    pub fn new(app_id: impl Into<String>, secret: Secret) -> Self {
        Self {
            options: Options::new(NAME, app_id, secret)
                .with_lifetime(TEN_MINUTES)
                .with_reserved_settings(RESERVED_SETTINGS),
            org_id: String::new(),
            org_url: String::new(),
            issuer: String::new(),
            client_function: "widgetIdentityToken".to_owned(),
        }
    }

    setter!(text org_id, "Sets the organisation's id: the snippet's `data-org-id`.");

    setter!(text org_url, "Sets the organisation's address: the snippet's `data-org-url`.");

    setter!(text issuer, "Sets the claim `iss`: the name of your site, like `https://app.example.com`.");

    setter!(
        text client_function,
        "Sets the **JavaScript client function** of the authentication setting. Default: \
        `widgetIdentityToken`.\n\n\
        It is a name, or several names with dots between them; the page defines the function at this path \
        under `window`."
    );

    setter!(lifetime, "At most 31 days. Default: ten minutes; Microsoft documents no limit.");

    setter!(
        setting,
        "Settings are attributes of the snippet's element, like `data-color-override`: \
        <https://learn.microsoft.com/en-us/dynamics365/customer-service/develop/customize-chat-widget>. Copy \
        those from your snippet; an attribute without a value, like `v2`, takes its own name as the value."
    );

    setter!(
        library_url,
        "It is the snippet's `src`, which differs between parts of the world. Default: none; it must be set."
    );

    fn library_host(&self) -> String {
        library_source(self.options.library_url.as_deref().unwrap_or_default())
    }
}

#[derive(Serialize)]
struct Claims<'a> {
    sub: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    lwicontexts: Option<String>,
    iat: u64,
    iss: &'a str,
    exp: u64,
    nbf: u64,
}

/// The context variables as JSON text; `None` if there are none.
fn contexts(identity: &Identity) -> Result<Option<String>, TokenError> {
    let primitive = |value: &Value| match value {
        Value::Array(_) | Value::Object(_) => as_text(value).map(Value::from),
        Value::Null => None,
        other => Some(other.clone()),
    };
    let custom = CustomClaims::of(identity, &["lwicontexts"]);
    let all: Map<_, _> = custom.iter().filter_map(|(key, value)| Some((key.clone(), primitive(value)?))).collect();
    if all.is_empty() {
        return Ok(None);
    }
    serde_json::to_string(&all).map(Some).map_err(|_| TokenError::Signing)
}

/// Checks the path at which the page defines the function.
fn check_path(path: &str) -> Result<(), ConfigError> {
    let is_name = |name: &str| {
        let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || b"_$".contains(&byte);
        !name.is_empty()
            && !name.starts_with(|first: char| first.is_ascii_digit())
            && name.bytes().all(is_letter)
            && !["__proto__", "constructor", "prototype"].contains(&name)
    };
    if path.split('.').all(is_name) {
        return Ok(());
    }
    let message = format!("{NAME}: the client_function must be a JavaScript name, like `auth.getToken`");
    Err(ConfigError::new(ConfigErrorKind::Setting, message))
}

impl Widget for Dynamics365 {
    fn manifest(&self) -> Manifest {
        let (library, org) = (self.library_host(), library_source(&self.org_url));
        self.options
            .manifest(include_str!("adapter.min.js"), "")
            .with_setting("data-app-id", self.options.app_id.as_str())
            .with_setting("data-org-id", self.org_id.as_str())
            .with_setting("data-org-url", self.org_url.as_str())
            .with_setting("clientFunction", self.client_function.as_str())
            .with_csp_sources(CspSources::new().connect([org]).style([library]))
            .with_library_connections()
            .with_required_token_path()
            .with_costly_tokens()
    }

    fn secret(&self) -> Option<&Secret> {
        Some(&self.options.secret)
    }

    fn check(&self) -> Result<(), ConfigError> {
        self.options.check()?;
        check_rsa(NAME, &self.options.secret)?;
        check_set(NAME, "org_id", &self.org_id)?;
        check_set(NAME, "issuer", &self.issuer)?;
        check_set(NAME, "library_url", self.options.library_url.as_deref().unwrap_or_default())?;
        check_https(NAME, "org_url", &self.org_url)?;
        check_path(&self.client_function)
    }

    fn mint(&self, _: &str, identity: &Identity, now: SystemTime) -> Result<Token, TokenError> {
        let validity = identity.validity(now, self.options.lifetime)?;
        let claims = Claims {
            sub: identity.required_id()?,
            lwicontexts: contexts(identity)?,
            iat: validity.iat(),
            iss: &self.issuer,
            exp: validity.exp(),
            nbf: validity.iat(),
        };
        self.options.jwt(&claims, &validity)
    }

    fn boot_data(&self, identity: &Identity, now: SystemTime) -> Result<BootData, TokenError> {
        BootData::of_fetched_token(identity, now)
    }
}
