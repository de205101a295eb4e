//! The second token, `salesforce_identity_token`, for Fin in a Salesforce organisation.

use super::NAME;
use crate::widget::{checks::check_key_id, prelude::*};

/// The token's name in the token path.
pub(super) const TOKEN: &str = "intercom-salesforce";
/// <https://fin.ai/help/en/articles/13976225>
pub(super) const LIFETIME: Duration = Duration::from_secs(60 * 60);

/// The key, the issuer and the audience of the token.
#[derive(Clone, Debug)]
pub(super) struct SalesforceIdentity {
    key: Secret,
    issuer: String,
    audience: String,
    org: String,
}

#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    sub: &'a str,
    aud: &'a str,
    iat: u64,
    exp: u64,
}

impl SalesforceIdentity {
    pub(super) fn new(key: Secret, issuer: String, org: String) -> Self {
        Self { key, issuer, audience: format!("https://{org}.my.salesforce-scrt.com"), org }
    }

    pub(super) fn check(&self) -> Result<(), ConfigError> {
        let refused = |kind, what: &str| Err(ConfigError::new(kind, format!("{NAME}: {what}")));
        if !self.key.is_rsa() {
            let what = "the key of the Salesforce identity token is not an RSA key: read it with Secret::rsa_pem(..)";
            return refused(ConfigErrorKind::Secret, what);
        }
        check_key_id(NAME, &self.key)?;
        if self.issuer.trim().is_empty() {
            return refused(ConfigErrorKind::AppId, "the issuer of the Salesforce identity token is missing");
        }
        let legal = |byte: u8| byte.is_ascii_alphanumeric() || b"-.".contains(&byte);
        if self.org.starts_with(|first: char| first.is_ascii_alphanumeric()) && self.org.bytes().all(legal) {
            return Ok(());
        }
        let what = "the Salesforce organisation must be what stands before `.my.salesforce-scrt.com`, like `acme`";
        refused(ConfigErrorKind::AppId, what)
    }

    pub(super) fn token(&self, identity: &Identity, now: SystemTime) -> Result<Token, TokenError> {
        let validity = identity.validity(now, LIFETIME)?;
        let claims = Claims {
            iss: &self.issuer,
            sub: identity.required_id()?,
            aud: &self.audience,
            iat: validity.iat(),
            exp: validity.exp(),
        };
        Ok(self.key.jwt(&claims)?.with_lifetime(validity.lifetime()))
    }
}
