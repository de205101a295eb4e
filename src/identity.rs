//! The viewer of a page: a signed-in user, a signed-out visitor, or unknown.
//!
//! ```
//! use tower_widget_identity::{Identity, Viewer};
//!
//! let identity = Identity::new("user-123").with_email("user@example.com").with_attribute("plan", "pro");
//! assert_eq!(identity.id(), "user-123");
//! assert!(!format!("{identity:?}").contains("example.com"), "Debug hides personal data");
//!
//! assert!(matches!(Viewer::from(Some(identity)), Viewer::SignedIn(_)));
//! assert!(matches!(Viewer::from(None::<Identity>), Viewer::SignedOut));
//! let failed: Result<Option<Identity>, &str> = Err("session store down");
//! assert!(matches!(Viewer::from(failed), Viewer::LookupFailed));
//! ```
//!
//! With one conversion, the application can return its own user type everywhere:
//!
//! ```
//! use tower_widget_identity::{Identity, Secret, Viewer, Widgets, widget::Intercom};
//!
//! #[derive(Clone)]
//! struct User { id: u64, email: String }
//!
//! impl From<User> for Identity {
//!     fn from(user: User) -> Self {
//!         Identity::new(user.id).with_email(user.email)
//!     }
//! }
//!
//! let user = User { id: 123, email: "user@example.com".to_owned() };
//! let Viewer::SignedIn(identity) = Viewer::from(Some(user)) else { panic!("signed in") };
//! assert_eq!((identity.id(), identity.email()), ("123", Some("user@example.com")));
//!
//! let widgets = Widgets::builder()
//!     .widget(Intercom::new("abcd1234", Secret::new("s3cret")?))
//!     .identify(|parts| parts.extensions.get::<User>().cloned())
//!     .build()?;
//! # assert!(widgets.is_enabled());
//! # Ok::<(), tower_widget_identity::ConfigError>(())
//! ```

use std::{
    collections::BTreeMap,
    fmt,
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use serde_json::{Map, Value};

use crate::token_error::TokenError;

/// A signed-in user, as the widgets identify them.
///
/// Cheap to clone: it holds one [`Arc`]. `Debug` shows no id, e-mail, name or attribute.
#[derive(Clone, PartialEq, Eq)]
pub struct Identity(Arc<Inner>);

#[derive(Clone, PartialEq, Eq)]
struct Inner {
    id: String,
    email: Option<String>,
    name: Option<String>,
    attributes: Map<String, Value>,
    unsigned: Map<String, Value>,
    company: Option<Company>,
    auth_tokens: BTreeMap<String, String>,
    session_expires: Option<SystemTime>,
}

impl Identity {
    /// Creates an identity from the id that never changes: the primary key, not the e-mail address.
    ///
    /// The id is a string for every vendor, even if it is a number or a UUID in the database. A blank id identifies no
    /// user: such an identity gets no token, and the page stays unchanged.
    pub fn new(id: impl ToString) -> Self {
        Self(Arc::new(Inner {
            id: id.to_string(),
            email: None,
            name: None,
            attributes: Map::new(),
            unsigned: Map::new(),
            company: None,
            auth_tokens: BTreeMap::new(),
            session_expires: None,
        }))
    }

    /// Sets the e-mail address. Default: `None`.
    ///
    /// It is signed exactly as given, neither trimmed nor lower-cased, except for `Customerly`, which requires lower
    /// case. A blank address counts as `None`. Some vendors require one: the page about
    /// [widgets](crate::guide::widgets) says which. Without it, they return no token ([`TokenError::MissingEmail`]).
    ///
    /// Set only an address that your application has verified: the vendor shows the holder of the token what belongs to
    /// that address.
    #[must_use]
    pub fn with_email(mut self, email: impl Into<String>) -> Self {
        self.inner().email = Some(email.into()).filter(|email| !email.trim().is_empty());
        self
    }

    /// Sets the name to show. Default: `None`; a blank name counts as `None`.
    #[must_use]
    pub fn with_name(mut self, name: impl Into<String>) -> Self {
        self.inner().name = Some(name.into()).filter(|name| !name.trim().is_empty());
        self
    }

    /// Adds a fact about the user, signed where the vendor accepts such facts. Default: none.
    ///
    /// The last value of a key wins. Where attributes stand among the claims (Intercom), a key that is the name of a
    /// claim (`user_id`, `email`, `exp` and so on) is left out, because a claim occurs only once.
    #[must_use]
    pub fn with_attribute(mut self, key: impl Into<String>, value: impl Into<Value>) -> Self {
        self.inner().attributes.insert(key.into(), value.into());
        self
    }

    /// Adds a fact about the user that stands beside the token and is never signed. Default: none.
    ///
    /// Use it for what a vendor accepts in no token: a phone number, a picture, a date ([`UnixTime`]). The page can
    /// change it, so never trust a user because of it. The last value of a key wins.
    ///
    /// Each widget's type says which keys its vendor knows. A key that identifies a user (`email`, `user_id` and so on)
    /// is left out, and so is one that the token contains. A widget that has no place for unsigned facts leaves all of
    /// them out.
    #[must_use]
    pub fn with_unsigned(mut self, key: impl Into<String>, value: impl Into<Value>) -> Self {
        self.inner().unsigned.insert(key.into(), value.into());
        self
    }

    /// Sets the company, account or team to which the user currently belongs. Default: `None`.
    ///
    /// Whether it is signed depends on the vendor, and the widget's type says so. A widget whose vendor has no
    /// companies leaves it out. A company with a blank id counts as `None`.
    #[must_use]
    pub fn with_company(mut self, company: Company) -> Self {
        self.inner().company = Some(company).filter(|company| !company.id.trim().is_empty());
        self
    }

    /// Adds a secret with which the vendor's agent acts for this user at another service. Default: none.
    ///
    /// The name is the one that the vendor's dashboard gives the secret. The last value of a name wins, and a blank
    /// secret is left out.
    ///
    /// Only [`Intercom`](crate::widget::Intercom) receives it: no other widget, signed token or header contains it, and
    /// neither `Debug` nor a log line shows it. It stands in the user's own pages, where every script can read it: give
    /// it a short lifetime, and no more rights than the user has.
    #[must_use]
    pub fn with_auth_token(mut self, name: impl Into<String>, token: impl Into<String>) -> Self {
        let (name, token) = (name.into(), token.into());
        if !token.trim().is_empty() {
            self.inner().auth_tokens.insert(name, token);
        }
        self
    }

    /// Sets when the application's own session ends. Default: `None`, which means not known.
    ///
    /// No signed token outlives the session, and none is made after its end. Tokens count whole seconds, so a fraction of
    /// a second is cut off.
    ///
    /// A token that the vendor's API issues (`Issuer`) is valid for as long as the vendor says. The issuer gets the
    /// session's end, and can request a shorter lifetime if the API has one; a lifetime that the vendor fixes cannot be
    /// bounded. In both cases, no page uses the token after the session's end.
    #[must_use]
    pub fn with_session_expires(mut self, end: SystemTime) -> Self {
        self.inner().session_expires = Some(end);
        self
    }

    /// Returns the id given to [`Identity::new`].
    pub fn id(&self) -> &str {
        &self.0.id
    }

    /// Returns the e-mail address.
    pub fn email(&self) -> Option<&str> {
        self.0.email.as_deref()
    }

    /// Returns the name to show.
    pub fn name(&self) -> Option<&str> {
        self.0.name.as_deref()
    }

    /// Returns the attributes.
    pub fn attributes(&self) -> &Map<String, Value> {
        &self.0.attributes
    }

    /// Returns the facts that stand beside the token, unsigned.
    pub fn unsigned(&self) -> &Map<String, Value> {
        &self.0.unsigned
    }

    /// Returns the company to which the user currently belongs.
    pub fn company(&self) -> Option<&Company> {
        self.0.company.as_ref()
    }

    /// Returns the secrets for the vendor's agent, by name.
    pub fn auth_tokens(&self) -> &BTreeMap<String, String> {
        &self.0.auth_tokens
    }

    /// Returns when the application's own session ends; `None` if not known.
    pub fn session_expires(&self) -> Option<SystemTime> {
        self.0.session_expires
    }

    /// Returns the claims `iat` and `exp` of a token made at `now` with this lifetime.
    ///
    /// The token never outlives the application's session. All times are cut to whole seconds.
    ///
    /// # Errors
    ///
    /// [`TokenError::SessionOver`] if that session has already ended.
    pub fn validity(&self, now: SystemTime, lifetime: Duration) -> Result<Validity, TokenError> {
        let iat = unix_seconds(now);
        let exp = iat.saturating_add(lifetime.as_secs());
        match self.0.session_expires.map(unix_seconds) {
            Some(end) if end <= iat => Err(TokenError::SessionOver),
            Some(end) => Ok(Validity { iat, exp: exp.min(end) }),
            None => Ok(Validity { iat, exp }),
        }
    }

    /// Checks that the application's session has not ended at `now`; for tokens that never expire.
    ///
    /// # Errors
    ///
    /// [`TokenError::SessionOver`] if that session has ended.
    pub fn check_session(&self, now: SystemTime) -> Result<(), TokenError> {
        self.validity(now, Duration::ZERO).map(drop)
    }

    /// Returns the id, which must not be blank.
    ///
    /// # Errors
    ///
    /// [`TokenError::MissingId`] if it is blank: a token without a subject would identify anyone.
    pub fn required_id(&self) -> Result<&str, TokenError> {
        if self.is_blank() { Err(TokenError::MissingId) } else { Ok(self.id()) }
    }

    /// Returns the e-mail address, for vendors that require one.
    ///
    /// # Errors
    ///
    /// [`TokenError::MissingEmail`] if there is none.
    pub fn required_email(&self) -> Result<&str, TokenError> {
        self.email().ok_or(TokenError::MissingEmail)
    }

    pub(crate) fn is_blank(&self) -> bool {
        self.0.id.trim().is_empty()
    }

    fn inner(&mut self) -> &mut Inner {
        Arc::make_mut(&mut self.0)
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Not even the id is shown: in many applications it is the e-mail address.
        f.debug_struct("Identity").finish_non_exhaustive()
    }
}

/// A company, account or team to which a user belongs. `Debug` shows none of it.
///
/// ```
/// use tower_widget_identity::{Company, Identity};
///
/// let company = Company::new(7).with_name("Acme").with_plan("pro").with_attribute("seats", 12);
/// let identity = Identity::new("user-123").with_company(company);
/// assert_eq!(identity.company().map(Company::id), Some("7"));
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Company {
    id: String,
    name: Option<String>,
    plan: Option<String>,
    attributes: Map<String, Value>,
}

impl Company {
    /// Creates a company from the id that never changes, which is a string for every vendor.
    ///
    /// A company with a blank id is left out.
    pub fn new(id: impl ToString) -> Self {
        Self { id: id.to_string(), name: None, plan: None, attributes: Map::new() }
    }

    /// Sets the name to show. Default: `None`; a blank name counts as `None`.
    #[must_use]
    pub fn with_name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into()).filter(|name| !name.trim().is_empty());
        self
    }

    /// Sets the plan that the company pays for. Default: `None`; a blank plan counts as `None`.
    #[must_use]
    pub fn with_plan(mut self, plan: impl Into<String>) -> Self {
        self.plan = Some(plan.into()).filter(|plan| !plan.trim().is_empty());
        self
    }

    /// Adds a fact about the company. Default: none.
    ///
    /// The last value of a key wins.
    #[must_use]
    pub fn with_attribute(mut self, key: impl Into<String>, value: impl Into<Value>) -> Self {
        self.attributes.insert(key.into(), value.into());
        self
    }

    /// Returns the id given to [`Company::new`].
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Returns the name to show.
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// Returns the plan that the company pays for.
    pub fn plan(&self) -> Option<&str> {
        self.plan.as_deref()
    }

    /// Returns the attributes.
    pub fn attributes(&self) -> &Map<String, Value> {
        &self.attributes
    }
}

impl fmt::Debug for Company {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Company").finish_non_exhaustive()
    }
}

/// A date in the form that vendors accept: whole seconds since 1970.
///
/// A date before 1970 counts as 1970.
///
/// ```
/// use std::time::{Duration, SystemTime};
/// use tower_widget_identity::{Identity, UnixTime};
///
/// let signed_up = SystemTime::UNIX_EPOCH + Duration::from_millis(1_700_000_000_900);
/// let identity = Identity::new("user-123").with_attribute("signed_up_at", UnixTime(signed_up));
/// assert_eq!(identity.attributes()["signed_up_at"], 1_700_000_000);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct UnixTime(pub SystemTime);

impl From<UnixTime> for Value {
    fn from(time: UnixTime) -> Self {
        unix_seconds(time.0).into()
    }
}

/// The claims `iat` and `exp`: when a token was made and when it expires.
///
/// Both are in whole seconds since 1970 (<https://www.rfc-editor.org/rfc/rfc7519#section-4.1.4>).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Validity {
    iat: u64,
    exp: u64,
}

impl Validity {
    /// Returns the claim `iat`: when the token was made, in seconds since 1970.
    pub fn iat(self) -> u64 {
        self.iat
    }

    /// Returns the claim `exp`: when the token expires, in seconds since 1970.
    pub fn exp(self) -> u64 {
        self.exp
    }

    /// Returns the time from `iat` to `exp`, for [`Token::with_lifetime`](crate::Token::with_lifetime).
    pub fn lifetime(self) -> Duration {
        Duration::from_secs(self.exp.saturating_sub(self.iat))
    }
}

/// Returns the whole seconds since 1970; a time before 1970 counts as 1970.
///
/// A token made then has long expired, which is the safe side.
fn unix_seconds(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH).map_or(0, |age| age.as_secs())
}

/// The viewer of a page, as the application knows them.
///
/// The difference between the last three variants matters for safety. A 404 outside the auth layer is
/// [`Unknown`](Viewer::Unknown), and a session store that does not respond is [`LookupFailed`](Viewer::LookupFailed):
/// neither boots a widget nor shuts one down. Only an application that *says* that no user is signed in shuts a widget
/// down.
///
/// A handler may put a `Viewer` into the **response** extensions; it wins over every other source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Viewer {
    /// This user is signed in, and the widgets may identify them.
    SignedIn(Identity),
    /// The application asserts that no user is signed in.
    SignedOut,
    /// The application did not say: page and marker stay untouched.
    Unknown,
    /// The lookup failed: page and marker stay untouched.
    ///
    /// Its outcome has a name of its own, [`Reason::LookupFailed`](crate::Reason::LookupFailed).
    LookupFailed,
}

impl Viewer {
    /// Returns whether the application said who the viewer is.
    pub(crate) fn is_known(&self) -> bool {
        matches!(self, Self::SignedIn(_) | Self::SignedOut)
    }
}

impl From<Identity> for Viewer {
    fn from(identity: Identity) -> Self {
        Self::SignedIn(identity)
    }
}

impl<T: Into<Identity>> From<Option<T>> for Viewer {
    /// Treats `None` as a signed-out visitor.
    fn from(user: Option<T>) -> Self {
        user.map_or(Self::SignedOut, |user| Self::SignedIn(user.into()))
    }
}

impl<T: Into<Identity>, E> From<Result<Option<T>, E>> for Viewer {
    /// Treats `Err` as a failed lookup. The error itself is dropped, so log it where it occurs.
    fn from(found: Result<Option<T>, E>) -> Self {
        found.map_or(Self::LookupFailed, Self::from)
    }
}

/// A mark for the **response** extensions, with which a handler keeps this one response unchanged.
///
/// ```
/// use axum::{Extension, response::Html};
/// use tower_widget_identity::SkipWidget;
///
/// async fn print_view() -> (Extension<SkipWidget>, Html<&'static str>) {
///     (Extension(SkipWidget), Html("<!doctype html><title>Invoice</title>"))
/// }
/// # futures::executor::block_on(print_view());
/// ```
///
/// A logout is never skipped: [`LogoutLayer`](crate::LogoutLayer) still ends the session and leaves out only its
/// script.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SkipWidget;
