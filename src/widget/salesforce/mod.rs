//! Salesforce Messaging for In-App and Web: an RS256 JWT that the page fetches.
//!
//! ```
//! use tower_widget_identity::{Secret, widget::{Salesforce, Widget}};
//!
//! let not_rsa = Secret::new("s3cret")?.with_key_id("key-1");
//! let salesforce = Salesforce::new("00D000000000001", not_rsa)
//!     .deployment("Web_Chat")
//!     .site_url("https://acme.my.site.com/ESWWebChat1700000000000")
//!     .scrt2_url("https://acme.my.salesforce-scrt.com")
//!     .issuer("https://app.example.com");
//! assert!(salesforce.check().unwrap_err().to_string().contains("Secret::rsa_pem"));
//! # Ok::<(), tower_widget_identity::ConfigError>(())
//! ```

use crate::widget::{
    checks::{check_https, check_key_id, check_rsa, check_set},
    prelude::*,
};

const NAME: &str = "salesforce";
const TEN_MINUTES: Duration = Duration::from_secs(10 * 60);

/// Salesforce's Messaging for In-App and Web, with user verification. Needs the feature `rsa`.
///
/// Signs `iss` (as in the keyset), `sub` (the id), `iat` and `exp`, and `aud` if one is set, as an RS256 JWT whose
/// header names the key. The adapter passes it to `userVerificationAPI.setIdentityToken` after the event
/// `onEmbeddedMessagingReady`, and again after `onEmbeddedMessagingIdentityTokenExpired`, which waits for 30 seconds
/// (<https://developer.salesforce.com/docs/service/messaging-web/guide/user-verification.html>). The e-mail address,
/// the name and the attributes are not signed: Salesforce documents no claims for them.
///
/// An RSA signature is slow, so no page contains the token: the page fetches it from the token service, which creates
/// it on a separate thread ([`Manifest::has_costly_tokens`]), and the page needs the token path.
///
/// Logout calls `clearSession(true)`, which ends the session in every tab; without the argument the session would
/// continue. The library's entries of `localStorage` and `sessionStorage` (seen in its code, not documented) are
/// removed. A widget for verified users shows nothing to signed-out visitors.
#[derive(Clone, Debug)]
pub struct Salesforce {
    options: Options,
    deployment: String,
    site_url: String,
    scrt2_url: String,
    issuer: String,
    audience: Option<String>,
}

impl Salesforce {
    /// Creates the widget from an organisation's id and a private RSA key of 2,048 bits or more.
    ///
    /// The channel's keyset has the public half: use [`Secret::rsa_pem`], with the keyset's `kid` as its [key
    /// id](Secret::with_key_id).
    ///
    /// [`deployment`](Self::deployment), [`site_url`](Self::site_url), [`scrt2_url`](Self::scrt2_url) and
    /// [`issuer`](Self::issuer) have no default and must be set: they are in the deployment's code snippet and in the
    /// keyset.
    pub fn new(org_id: impl Into<String>, secret: Secret) -> Self {
        Self {
            options: Options::new(NAME, org_id, secret).with_lifetime(TEN_MINUTES),
            deployment: String::new(),
            site_url: String::new(),
            scrt2_url: String::new(),
            issuer: String::new(),
            audience: None,
        }
    }

    setter!(text deployment, "Sets the embedded service deployment's developer name, like `Web_Chat`.");

    setter!(text site_url, "Sets the deployment's site, like `https://acme.my.site.com/ESWWebChat1700000000000`.");

    setter!(text scrt2_url, "Sets the messaging service, like `https://acme.my.salesforce-scrt.com`.");

    setter!(text issuer, "Sets the claim `iss`: the issuer that the keyset names.");

    /// Sets the claim `aud`. Default: none; Salesforce does not list it, but one partner's document does.
    #[must_use]
    pub fn audience(mut self, audience: impl Into<String>) -> Self {
        self.audience = Some(audience.into());
        self
    }

    /// Sets the widget's language, like `en_US`. Default: the deployment's.
    #[must_use]
    pub fn language(mut self, language: impl Into<String>) -> Self {
        self.options.settings = self.options.settings.with("language", language.into());
        self
    }

    setter!(
        lifetime,
        "At most 31 days. Default: ten minutes; Salesforce documents no limit, and gives its own token 60 minutes."
    );

    setter!(library_url, "Default: `/assets/js/bootstrap.min.js` under the [site](Self::site_url).");
}

#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    sub: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    aud: Option<&'a str>,
    iat: u64,
    exp: u64,
}

impl Widget for Salesforce {
    fn manifest(&self) -> Manifest {
        let (site, scrt2) = (library_source(&self.site_url), library_source(&self.scrt2_url));
        let settings = self.options.settings.clone();
        self.options
            .manifest(
                include_str!("adapter.min.js"),
                format!("{}/assets/js/bootstrap.min.js", self.site_url.trim_end_matches('/')),
            )
            .with_settings(
                settings
                    .with("orgId", self.options.app_id.as_str())
                    .with("deployment", self.deployment.as_str())
                    .with("siteUrl", self.site_url.as_str())
                    .with("scrt2Url", self.scrt2_url.as_str()),
            )
            .with_artifacts(SessionArtifacts::new().storage(format!("{}_WEB_STORAGE", self.options.app_id)))
            // These are the organisation's own two hosts; Salesforce publishes no list that could be confirmed.
            .with_csp_sources(
                CspSources::new()
                    .script([site.clone()])
                    .connect([site.clone(), scrt2])
                    .frame([site.clone()])
                    .img([site.clone()])
                    .style([site.clone()])
                    .font([site]),
            )
            .with_required_token_path()
            .with_costly_tokens()
    }

    fn secret(&self) -> Option<&Secret> {
        Some(&self.options.secret)
    }

    fn check(&self) -> Result<(), ConfigError> {
        self.options.check()?;
        check_rsa(NAME, &self.options.secret)?;
        check_key_id(NAME, &self.options.secret)?;
        check_set(NAME, "deployment", &self.deployment)?;
        check_set(NAME, "issuer", &self.issuer)?;
        check_https(NAME, "site_url", &self.site_url)?;
        check_https(NAME, "scrt2_url", &self.scrt2_url)
    }

    fn mint(&self, _: &str, identity: &Identity, now: SystemTime) -> Result<Token, TokenError> {
        let validity = identity.validity(now, self.options.lifetime)?;
        let aud = self.audience.as_deref();
        let claims =
            Claims { iss: &self.issuer, sub: identity.required_id()?, aud, iat: validity.iat(), exp: validity.exp() };
        self.options.jwt(&claims, &validity)
    }

    fn boot_data(&self, identity: &Identity, now: SystemTime) -> Result<BootData, TokenError> {
        BootData::of_fetched_token(identity, now)
    }
}
