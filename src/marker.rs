//! The marker cookie: whose widget session this browser may hold.
//!
//! It holds the fingerprint of a person, or `out` for a session that must end. Only the logout response and the
//! running page write it; a page response never does, for it may be prefetched, aborted or overtaken.
//!
//! ```
//! use http::{Request, Response};
//! use tower::{Layer, ServiceExt, service_fn};
//! use tower_widget_identity::{Secret, Widgets, widget::Intercom};
//!
//! # futures::executor::block_on(async {
//! let widgets = Widgets::builder().widget(Intercom::new("abcd1234", Secret::new("s3cret")?)).build()?;
//! let sign_out = service_fn(async |_: Request<()>| {
//!     Response::builder().status(303).header("location", "/").body(String::new())
//! });
//!
//! let response = widgets.logout_layer().layer(sign_out).oneshot(Request::post("/logout").body(())?).await?;
//! let marker = response.headers()["set-cookie"].to_str()?;
//! assert!(marker.starts_with("__Host-widget-") && marker.contains("=out; Path=/; Secure"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # }).unwrap();
//! ```

use http::HeaderValue;

use crate::{
    cookies,
    error::{ConfigError, ConfigErrorKind},
    protocol::OUT,
    sign::{self, Secret},
    token_error::TokenError,
    widget::ConfiguredWidget,
};

const FINGERPRINT_LENGTH: usize = 22;
const PURPOSE: &str = "tower-widget-identity/marker/v1";
/// 400 days in seconds, the most that browsers grant: vendor sessions outlive the browser's.
const MAX_AGE: u32 = 34_560_000;

/// What a request's marker says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Marker {
    Absent,
    /// A session that must end. Also a doubled or malformed marker: in doubt, nobody's session goes on.
    Out,
    Of(Fingerprint),
}

impl Marker {
    /// With one more cookie of its name.
    pub(crate) fn joined_by(self, value: &[u8]) -> Self {
        match self {
            Self::Absent => Fingerprint::parse(value).map_or(Self::Out, Self::Of),
            _ => Self::Out,
        }
    }

    /// As the runtime reads the same cookie.
    pub(crate) fn as_str(&self) -> &str {
        match self {
            Self::Absent => "",
            Self::Out => OUT,
            Self::Of(fingerprint) => fingerprint.as_str(),
        }
    }
}

/// What a request's cookies say about the widget sessions of its browser.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct BrowserState {
    pub(crate) marker: Marker,
    /// A vendor's cookie says that somebody is identified.
    pub(crate) has_vendor_session: bool,
}

/// A stable pseudonym of a person, the same on every instance, from which the id cannot be learnt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Fingerprint([u8; FINGERPRINT_LENGTH]);

impl Fingerprint {
    /// Never the bare HMAC of the id under the vendor's secret: that is some vendors' proof of identity.
    pub(crate) fn of(key: &MarkerKey, user_id: &str) -> Result<Self, TokenError> {
        let text = sign::base64url_digest(&key.0.hmac(user_id.as_bytes())?);
        Self::parse(text.get(..FINGERPRINT_LENGTH).unwrap_or_default()).ok_or(TokenError::Signing)
    }

    pub(crate) fn parse(value: &[u8]) -> Option<Self> {
        let legal = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_".contains(byte);
        value.try_into().ok().filter(|bytes: &[u8; FINGERPRINT_LENGTH]| bytes.iter().all(legal)).map(Self)
    }

    pub(crate) fn as_str(&self) -> &str {
        // Always ASCII: `parse` is the only way in.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

/// The key of the fingerprints, derived so that it signs nothing else.
#[derive(Clone, Debug)]
pub(crate) struct MarkerKey(Secret);

impl MarkerKey {
    pub(crate) fn derive(secret: &Secret) -> Self {
        Self(secret.derive(PURPOSE))
    }
}

/// What the application decides about the cookie.
#[derive(Clone, Debug, Default)]
pub(crate) struct MarkerOptions {
    pub(crate) name: Option<String>,
    pub(crate) domain: Option<String>,
    pub(crate) plain_http: bool,
    pub(crate) key: Option<Secret>,
}

/// The cookie's name and attributes, checked.
#[derive(Clone, Debug)]
pub(crate) struct MarkerCookie {
    pub(crate) name: String,
    /// Everything behind the value but `Max-Age`, beginning with a semicolon.
    pub(crate) attributes: String,
    pub(crate) domain: Option<String>,
    out: HeaderValue,
}

impl MarkerCookie {
    pub(crate) fn build(options: &MarkerOptions, widgets: &[ConfiguredWidget]) -> Result<Self, ConfigError> {
        let domain = options.domain.as_deref().map(|domain| domain.trim_start_matches('.'));
        if domain.is_some_and(|domain| !cookies::is_domain(domain)) {
            let message = "the cookie domain must be a host name with two labels or more, like `example.com`";
            return Err(ConfigError::new(ConfigErrorKind::CookieDomain, message));
        }
        let name = match &options.name {
            Some(name) if widgets.iter().any(|widget| widget.manifest().artifacts().owns_cookie(name)) => {
                return Err(illegal_name("is that of a vendor's cookie, which a shutdown deletes: choose another one"));
            }
            Some(name) => checked_name(name, options)?,
            None => format!("{}widget-{}", prefix(options), short_hash(widgets)),
        };
        let secure = if options.plain_http { "" } else { "; Secure" };
        let scope = domain.map(|domain| format!("; Domain={domain}")).unwrap_or_default();
        let attributes = format!("; Path=/{scope}{secure}; SameSite=Lax");
        let out = HeaderValue::try_from(format!("{name}={OUT}{attributes}; Max-Age={MAX_AGE}"))
            .map_err(|_| illegal_name("holds a character that no cookie name may hold"))?;
        Ok(Self { name, attributes, domain: domain.map(str::to_owned), out })
    }

    /// The line with which a logout response says that the session must end.
    pub(crate) fn out(&self) -> HeaderValue {
        self.out.clone()
    }
}

/// <https://datatracker.ietf.org/doc/html/draft-ietf-httpbis-rfc6265bis#section-4.1.3>
fn prefix(options: &MarkerOptions) -> &'static str {
    match (options.plain_http, &options.domain) {
        (true, _) => "",
        (false, Some(_)) => "__Secure-",
        (false, None) => "__Host-",
    }
}

fn checked_name(name: &str, options: &MarkerOptions) -> Result<String, ConfigError> {
    let lower = name.to_ascii_lowercase();
    let prefixed = |prefix: &str| lower.starts_with(prefix);
    if !cookies::is_legal_name(name) {
        return Err(illegal_name("is empty, or holds a character that no cookie name may hold"));
    }
    if prefixed("__host-") && options.domain.is_some() {
        return Err(illegal_name("begins with `__Host-`, which forbids a domain: begin it with `__Secure-`"));
    }
    if prefixed("__http-") || prefixed("__host-http-") {
        return Err(illegal_name("has a prefix that keeps scripts away from it: choose another one"));
    }
    if (prefixed("__host-") || prefixed("__secure-")) && options.plain_http {
        return Err(illegal_name("has a prefix that needs HTTPS: leave the prefix away with `plain_http`"));
    }
    Ok(name.to_owned())
}

fn illegal_name(problem: &str) -> ConfigError {
    ConfigError::new(ConfigErrorKind::CookieName, format!("the marker cookie's name {problem}"))
}

/// Two applications on one host keep their markers apart by what they have configured.
fn short_hash(widgets: &[ConfiguredWidget]) -> String {
    let ids: Vec<_> = widgets.iter().map(|widget| (widget.name(), widget.manifest().app_id())).collect();
    let text = serde_json::to_vec(&ids).unwrap_or_default();
    sign::hex(&sign::sha256(&text)[..4])
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, header::COOKIE};

    use super::*;

    const FP: &str = "abcdefghijklmnopqrst-_";

    fn read(lines: &[&str]) -> Marker {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(COOKIE, HeaderValue::from_bytes(line.as_bytes()).unwrap());
        }
        let found = cookies::pairs(&headers).filter(|(name, _)| *name == b"m");
        found.fold(Marker::Absent, |marker, (_, value)| marker.joined_by(value))
    }

    #[test]
    fn a_marker_is_absent_a_fingerprint_or_out() {
        assert_eq!(read(&[]), Marker::Absent);
        assert_eq!(read(&["mm=out; xm=out"]), Marker::Absent);
        assert_eq!(read(&["a=b; m=out"]), Marker::Out);
        assert_eq!(read(&[&format!("m={FP}")]).as_str(), FP);
    }

    #[test]
    fn malformed_and_doubled_markers_count_as_out() {
        let long = format!("m={FP}x");
        let doubled = format!("m={FP}; m={FP}");
        for line in ["m=", "m", "m=abc", "m=<script>alert(1)</scrip", "m=\u{e9}\u{e9}\u{e9}", &long, &doubled] {
            assert_eq!(read(&[line]), Marker::Out, "{line:?}");
        }
        assert_eq!(read(&[&format!("m={FP}"), "m=out"]), Marker::Out);
    }

    #[test]
    fn a_fingerprint_is_stable_and_not_the_vendors_hash() {
        let secret = Secret::new("secret").unwrap();
        let key = MarkerKey::derive(&secret);
        let fingerprint = Fingerprint::of(&key, "user-1").unwrap();
        assert_eq!(fingerprint, Fingerprint::of(&key, "user-1").unwrap());
        assert_ne!(fingerprint, Fingerprint::of(&key, "user-2").unwrap());
        let bare = sign::base64url_digest(&secret.hmac(b"user-1").unwrap());
        assert!(!bare.starts_with(fingerprint.as_str().as_bytes()));
    }
}
