//! The marker cookie: which user's widget session this browser may hold.
//!
//! Its value is a user's fingerprint, or `out` for a session that must end. Only the logout response and the running
//! page write it. A page response never does, because it may be prefetched, aborted or overtaken.
//!
//! Browsers give script-written cookies a shorter life, and consent tools and full cookie jars remove them. So page
//! responses, and the page's script if it is missing, write a second cookie beside the marker: if the second cookie is
//! present and the marker is not, a session must end. The second cookie's value is an epoch: it changes with every page
//! of a signed-in user and with every logout. A page that waits for a response can thus detect a login or logout that
//! left the marker unchanged.
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
//! let request = Request::post("/logout").header("cookie", "__Host-widget=BJnaK0RIxTEoe1IsMJW0bA").body(())?;
//! let response = widgets.logout_layer().layer(sign_out).oneshot(request).await?;
//! let marker = response.headers()["set-cookie"].to_str()?;
//! assert!(marker.starts_with("__Host-widget=out; Path=/; Secure"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # }).unwrap();
//! ```

use bytes::Bytes;
use http::HeaderValue;

use crate::{
    cookies,
    error::{ConfigError, ConfigErrorKind},
    protocol::{KEPT_SUFFIX, OUT},
    sign::{self, Secret},
    token_error::TokenError,
    widget::ConfiguredWidget,
};

const FINGERPRINT_LENGTH: usize = 22;
/// The label from which the marker key is derived.
///
/// It is not UTF-8, so it can be neither a user id nor an e-mail address. Some widgets give users the HMAC of those,
/// and a user whose id were this label would get the key itself.
const PURPOSE: &[u8] = b"tower-widget-identity/marker/v1\xff";
/// 400 days in seconds, the longest that browsers allow: vendor sessions outlive the browser session.
const MAX_AGE: u32 = 34_560_000;

/// The marker of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Marker {
    Absent,
    /// A session that must end.
    ///
    /// A duplicate or malformed marker counts as this, too: in doubt, no session continues.
    Out,
    Of(Fingerprint),
}

impl Marker {
    /// Combines this marker with one more cookie of its name.
    pub(crate) fn joined_by(self, value: &[u8]) -> Self {
        match self {
            Self::Absent => Fingerprint::parse(value).map_or(Self::Out, Self::Of),
            _ => Self::Out,
        }
    }

    /// Returns the marker's value as the runtime reads it, empty without a marker.
    pub(crate) fn as_str(&self) -> &str {
        match self {
            Self::Absent => "",
            Self::Out => OUT,
            Self::Of(fingerprint) => fingerprint.as_str(),
        }
    }
}

/// What a request's cookies say about the browser's widget sessions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct BrowserState {
    pub(crate) marker: Marker,
    /// Whether the second cookie, which outlives the marker, is present.
    pub(crate) has_kept: bool,
    /// Whether a vendor's cookie says that a user is identified.
    pub(crate) has_vendor_session: bool,
}

impl BrowserState {
    /// Returns whether there is, or was, a session.
    pub(crate) fn has_session(&self) -> bool {
        self.marker != Marker::Absent || self.is_unmarked()
    }

    /// Returns whether this crate's own cookies say that there is, or was, a session.
    pub(crate) fn has_marker(&self) -> bool {
        self.marker != Marker::Absent || self.has_kept
    }

    /// Returns whether there is, or was, a session and the marker does not say whose.
    pub(crate) fn is_unmarked(&self) -> bool {
        self.marker == Marker::Absent && (self.has_kept || self.has_vendor_session)
    }
}

/// A stable pseudonym of a user, the same on every instance, which does not reveal the id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Fingerprint([u8; FINGERPRINT_LENGTH]);

impl Fingerprint {
    /// Computes the fingerprint of a user.
    ///
    /// It is never the bare HMAC of the id under the vendor's secret, which some vendors accept as proof of identity.
    pub(crate) fn of(key: &MarkerKey, user_id: &str) -> Result<Self, TokenError> {
        let text = sign::base64url_digest(&key.0.hmac(user_id.as_bytes())?);
        Self::parse(text.get(..FINGERPRINT_LENGTH).unwrap_or_default()).ok_or(TokenError::Signing)
    }

    pub(crate) fn parse(value: &[u8]) -> Option<Self> {
        let legal = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_".contains(byte);
        value.try_into().ok().filter(|bytes: &[u8; FINGERPRINT_LENGTH]| bytes.iter().all(legal)).map(Self)
    }

    pub(crate) fn as_str(&self) -> &str {
        // The bytes are always ASCII, because `parse` is the only constructor.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

/// The key for fingerprints, derived so that it signs nothing else.
#[derive(Clone, Debug)]
pub(crate) struct MarkerKey(Secret);

impl MarkerKey {
    pub(crate) fn derive(secret: &Secret) -> Self {
        Self(secret.derive(PURPOSE))
    }
}

/// The application's options for the cookie.
#[derive(Clone, Debug, Default)]
pub(crate) struct MarkerOptions {
    pub(crate) name: Option<String>,
    pub(crate) domain: Option<String>,
    pub(crate) plain_http: bool,
    pub(crate) key: Option<Secret>,
}

/// The cookie's checked name and attributes.
#[derive(Clone, Debug)]
pub(crate) struct MarkerCookie {
    pub(crate) name: String,
    /// The name of the second cookie, which outlives the marker.
    pub(crate) kept_name: String,
    /// Everything after the value except `Max-Age`, starting with a semicolon.
    pub(crate) attributes: String,
    pub(crate) domain: Option<String>,
    out: HeaderValue,
    /// Everything after the value of the second cookie.
    kept_attributes: String,
}

impl MarkerCookie {
    pub(crate) fn build(options: &MarkerOptions, widgets: &[ConfiguredWidget]) -> Result<Self, ConfigError> {
        let domain = options.domain.as_deref().map(|domain| domain.trim_start_matches('.'));
        if domain.is_some_and(|domain| !cookies::is_domain(domain)) {
            let message = "the cookie domain must be a host name with two labels or more, like `example.com`";
            return Err(ConfigError::new(ConfigErrorKind::CookieDomain, message));
        }
        let name = match &options.name {
            Some(name) if widgets.iter().any(|widget| owns_marker(widget, name)) => {
                return Err(illegal_name(
                    "is that of a vendor's cookie, which a shutdown deletes: choose another name",
                ));
            }
            Some(name) => checked_name(name, options)?,
            None => format!("{}widget", prefix(options)),
        };
        let secure = if options.plain_http { "" } else { "; Secure" };
        let scope = domain.map(|domain| format!("; Domain={domain}")).unwrap_or_default();
        let attributes = format!("; Path=/{scope}{secure}; SameSite=Lax");
        let out = HeaderValue::try_from(format!("{name}={OUT}{attributes}; Max-Age={MAX_AGE}"))
            .map_err(|_| illegal_name("contains a character that is illegal in a cookie name"))?;
        let kept_name = format!("{name}{KEPT_SUFFIX}");
        let kept_attributes = format!("{attributes}; Max-Age={MAX_AGE}");
        Ok(Self { kept_attributes, name, kept_name, attributes, domain: domain.map(str::to_owned), out })
    }

    /// Returns whether browsers keep the marker only over HTTPS.
    ///
    /// The application then serves its pages over HTTPS only.
    pub(crate) fn needs_https(&self) -> bool {
        self.attributes.contains("; Secure")
    }

    /// Returns the `Set-Cookie` value with which a logout response says that the session must end.
    pub(crate) fn out(&self) -> HeaderValue {
        self.out.clone()
    }

    /// Returns the `Set-Cookie` value of the second cookie, with an epoch that is new to this browser.
    ///
    /// If the system has no random numbers, the epoch is constant: a page then detects a login or logout by the marker
    /// alone.
    pub(crate) fn keep(&self) -> Option<HeaderValue> {
        let mut random = [0; 9];
        let mut epoch = [b'1'; 12];
        if getrandom::getrandom(&mut random).is_ok() {
            sign::base64url_into(&random, &mut epoch);
        }
        let line = [self.kept_name.as_bytes(), b"=", &epoch, self.kept_attributes.as_bytes()].concat();
        HeaderValue::from_maybe_shared(Bytes::from(line)).ok()
    }
}

/// Returns the prefix of the default cookie name.
///
/// Prefixes: <https://datatracker.ietf.org/doc/html/draft-ietf-httpbis-rfc6265bis#section-4.1.3>.
fn prefix(options: &MarkerOptions) -> &'static str {
    match (options.plain_http, &options.domain) {
        (true, _) => "",
        (false, Some(_)) => "__Secure-",
        (false, None) => "__Host-",
    }
}

/// Returns whether a shutdown of this widget would delete the marker or the second cookie.
fn owns_marker(widget: &ConfiguredWidget, name: &str) -> bool {
    let artifacts = widget.manifest().artifacts();
    artifacts.owns_cookie(name) || artifacts.owns_cookie(&format!("{name}{KEPT_SUFFIX}"))
}

fn checked_name(name: &str, options: &MarkerOptions) -> Result<String, ConfigError> {
    let prefixed = |prefix: &str| cookies::has_prefix(name, prefix);
    if !cookies::is_legal_name(name) {
        return Err(illegal_name("is empty or contains a character that is illegal in a cookie name"));
    }
    if prefixed("__host-") && options.domain.is_some() {
        return Err(illegal_name("starts with `__Host-`, which forbids a domain: use `__Secure-` instead"));
    }
    if prefixed("__http-") || prefixed("__host-http-") {
        return Err(illegal_name("has a prefix that hides the cookie from scripts: choose another name"));
    }
    if (prefixed("__host-") || prefixed("__secure-")) && options.plain_http {
        return Err(illegal_name("has a prefix that needs HTTPS: omit the prefix with `plain_http`"));
    }
    // Not every browser ignores the case of a prefix, so the name has to start with its usual spelling.
    match prefix(options) {
        prefix if name.starts_with(prefix) && name.len() > prefix.len() => Ok(name.to_owned()),
        "__Secure-" => Err(illegal_name(
            "must start with `__Secure-` because of the cookie domain, as in `__Secure-widget-a`: otherwise, plain HTTP \
             could set the cookie",
        )),
        _ => Err(illegal_name(
            "must start with `__Host-`, as in `__Host-widget-a`: otherwise, other hosts of the site could set the cookie \
             (only `plain_http`, for development, needs a name without a prefix)",
        )),
    }
}

fn illegal_name(problem: &str) -> ConfigError {
    ConfigError::new(ConfigErrorKind::CookieName, format!("the marker cookie's name {problem}"))
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
    fn marker_is_absent_a_fingerprint_or_out() {
        assert_eq!(read(&[]), Marker::Absent);
        assert_eq!(read(&["mm=out; xm=out"]), Marker::Absent);
        assert_eq!(read(&["a=b; m=out"]), Marker::Out);
        assert_eq!(read(&[&format!("m={FP}")]).as_str(), FP);
    }

    #[test]
    fn malformed_and_duplicate_markers_count_as_out() {
        let long = format!("m={FP}x");
        let duplicate = format!("m={FP}; m={FP}");
        for line in ["m=", "m", "m=abc", "m=<script>alert(1)</scrip", "m=\u{e9}\u{e9}\u{e9}", &long, &duplicate] {
            assert_eq!(read(&[line]), Marker::Out, "{line:?}");
        }
        assert_eq!(read(&[&format!("m={FP}"), "m=out"]), Marker::Out);
    }

    /// Some widgets give users the HMAC of their own id under the secret from which the key is derived.
    #[test]
    fn no_user_id_hashes_to_the_marker_key() {
        let secret = Secret::new("secret").unwrap();
        let fingerprint = Fingerprint::of(&MarkerKey::derive(&secret), "user-1").unwrap();
        for id in ["tower-widget-identity/marker/v1", "tower-widget-identity/marker/v1\u{ff}"] {
            let hash = Secret::from_bytes(secret.hmac(id.as_bytes()).unwrap()).unwrap();
            assert_ne!(Fingerprint::of(&MarkerKey(hash), "user-1").unwrap(), fingerprint, "{id}");
        }
        assert!(PURPOSE.contains(&0xFF), "a byte that never occurs in UTF-8");
    }

    #[test]
    fn fingerprint_is_stable_and_not_the_vendors_hash() {
        let secret = Secret::new("secret").unwrap();
        let key = MarkerKey::derive(&secret);
        let fingerprint = Fingerprint::of(&key, "user-1").unwrap();
        assert_eq!(fingerprint, Fingerprint::of(&key, "user-1").unwrap());
        assert_ne!(fingerprint, Fingerprint::of(&key, "user-2").unwrap());
        let bare = sign::base64url_digest(&secret.hmac(b"user-1").unwrap());
        assert!(!bare.starts_with(fingerprint.as_str().as_bytes()));
    }
}
