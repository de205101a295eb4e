//! Zoho Desk's ASAP widget: an HS256 JWT that the widget itself fetches.
//!
//! ```
//! use tower_widget_identity::{Secret, widget::{Widget, ZohoDeskAsap}};
//!
//! let asap = ZohoDeskAsap::new("1186061000000383007", Secret::new("s3cret")?).org_id("899800767").domain("desk.zoho.eu");
//! assert_eq!(
//!     asap.manifest().library(),
//!     Some("https://desk.zoho.eu/portal/api/web/asapApp/1186061000000383007?orgId=899800767"),
//! );
//! # Ok::<(), tower_widget_identity::ConfigError>(())
//! ```

use crate::widget::{
    checks::{check_app_id, check_https, check_set},
    prelude::*,
};

const NAME: &str = "zoho-desk-asap";
const FIVE_MINUTES: Duration = Duration::from_secs(5 * 60);
/// <https://help.zoho.com/portal/en/kb/desk/for-developers/asap/articles/debugging-jwt-related-errors-while-configuring-the-asap-add-on>
const LONGEST: Duration = Duration::from_secs(10 * 60);

/// Zoho Desk's ASAP 2.0: a Help Center in the page, with tickets and chat. It is not Zoho SalesIQ.
///
/// Signs `email`, `email_verified` (true), `not_before`, `not_after` and `first_name` as an HS256 JWT
/// (<https://help.zoho.com/portal/kb/articles/jwt-for-authenticating-users-in-the-asap-sdk>). The two times are in
/// **milliseconds**, as Zoho requires for these two claims; it reads `exp` as milliseconds, too, so the token has none.
/// Zoho identifies users by their e-mail address, which is required and must have been verified; the id is not passed.
/// `first_name` is the whole name. Attributes are not signed: Zoho documents no claims for them.
///
/// The widget asks for a token through the function that the adapter passes to `ZohoDeskAsap.invoke('login', ..)`, on
/// the first page and when its own access, which is valid for an hour, has expired
/// (<https://help.zoho.com/portal/en/kb/desk/developer-space/asap/general/articles/understanding-the-enhanced-jwt-mechanism-for-authenticating-users-in-the-asap-add-ons>).
/// So no page contains a token, and the page needs the token path.
///
/// Logout calls `ZohoDeskAsap.invoke('logout')`. Zoho does not publish what the widget stores in the browser, so the
/// runtime has no names to remove. After a session on an earlier page, the library is loaded for the logout alone, with
/// its launcher hidden.
///
/// Not confirmed: `first_name`, `logout` and the hiding of the launcher (`app.launcher`), which were seen in public
/// code; the policy, for which Zoho publishes no list.
#[derive(Clone, Debug)]
pub struct ZohoDeskAsap {
    options: Options,
    org_id: String,
    domain: String,
}

impl ZohoDeskAsap {
    /// Creates the widget from an add-on's id, the last part of the path in its snippet, and its JWT secret.
    ///
    /// The secret is in the add-on's settings.
    ///
    /// [`org_id`](Self::org_id) has no default and must be set.
    pub fn new(app_id: impl Into<String>, secret: Secret) -> Self {
        Self {
            options: Options::new(NAME, app_id, secret).with_lifetime(FIVE_MINUTES).with_longest_lifetime(LONGEST),
            org_id: String::new(),
            domain: "desk.zoho.com".to_owned(),
        }
    }

    setter!(text org_id, "Sets the organisation's id: `orgId` in the snippet's address.");

    setter!(
        text domain,
        "Sets the host in the snippet's address, which depends on the data center. Default: `desk.zoho.com`."
    );

    setter!(lifetime, "At most ten minutes. Default: five.");

    setter!(library_url, "Default: `https://<domain>/portal/api/web/asapApp/<app id>?orgId=<org id>`.");
}

#[derive(Serialize)]
struct Claims<'a> {
    email: &'a str,
    email_verified: bool,
    not_before: u64,
    not_after: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    first_name: Option<&'a str>,
}

impl Widget for ZohoDeskAsap {
    fn manifest(&self) -> Manifest {
        let Self { options, org_id, domain } = self;
        let library = format!("https://{domain}/portal/api/web/asapApp/{}?orgId={org_id}", options.app_id);
        let host = library_source(&options.library(library.clone()));
        options
            .manifest(include_str!("adapter.min.js"), library)
            .with_csp_sources(CspSources::new().img([host.clone()]).style([host.clone()]).font([host]))
            .with_library_connections()
            .with_required_token_path()
    }

    fn secret(&self) -> Option<&Secret> {
        Some(&self.options.secret)
    }

    fn check(&self) -> Result<(), ConfigError> {
        self.options.check()?;
        check_set(NAME, "org_id", &self.org_id)?;
        check_app_id(NAME, &self.org_id)?;
        check_https(NAME, "domain", &format!("https://{}", self.domain))
    }

    fn mint(&self, _: &str, identity: &Identity, now: SystemTime) -> Result<Token, TokenError> {
        // The token does not contain the id, but an identity without one is not a user.
        identity.required_id()?;
        let email = identity.required_email()?;
        let validity = identity.validity(now, self.options.lifetime)?;
        let claims = Claims {
            email,
            email_verified: true,
            not_before: validity.iat().saturating_mul(1000),
            not_after: validity.exp().saturating_mul(1000),
            first_name: identity.name(),
        };
        self.options.jwt(&claims, &validity)
    }

    fn boot_data(&self, identity: &Identity, now: SystemTime) -> Result<BootData, TokenError> {
        let data = BootData::of_fetched_token(identity, now)?;
        identity.required_email()?;
        Ok(data)
    }
}

#[cfg(test)]
mod tests;
