//! Who is looking at the page: a signed-in person, nobody, or not known.
//!
//! ```
//! use tower_widget_identity::{Identity, Viewer};
//!
//! let person = Identity::new("user-123").with_email("user@example.com").with_attribute("plan", "pro");
//! assert_eq!(person.id(), "user-123");
//! assert!(!format!("{person:?}").contains("example.com"), "Debug hides what is personal");
//!
//! assert!(matches!(Viewer::from(Some(person)), Viewer::SignedIn(_)));
//! assert!(matches!(Viewer::from(None::<Identity>), Viewer::SignedOut));
//! let failed: Result<Option<Identity>, &str> = Err("session store down");
//! assert!(matches!(Viewer::from(failed), Viewer::LookupFailed));
//! ```
//!
//! One conversion serves wherever the application answers with its own type:
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

/// A signed-in person, as the widgets shall know them.
///
/// Cheap to clone: one [`Arc`] inside. `Debug` shows no e-mail, name or attribute.
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
    /// A person by the id that never changes: the primary key, not the e-mail address.
    ///
    /// The id is a string for every vendor, also where it is a number or a UUID in the database. A blank id names nobody:
    /// such an identity gets no token, and the page stays as it is.
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

    /// The e-mail address, signed as it stands (never trimmed or lower-cased). Default: none.
    ///
    /// Some vendors need one: the table of widgets in the [readme](crate#vendors) says which. Without it they give no token
    /// ([`TokenError::MissingEmail`]). Sign only addresses that the application has verified: the vendor will show whoever
    /// holds the token what belongs to that address.
    #[must_use]
    pub fn with_email(mut self, email: impl Into<String>) -> Self {
        self.inner().email = Some(email.into()).filter(|email| !email.trim().is_empty());
        self
    }

    /// The name to show. Default: none.
    #[must_use]
    pub fn with_name(mut self, name: impl Into<String>) -> Self {
        self.inner().name = Some(name.into()).filter(|name| !name.trim().is_empty());
        self
    }

    /// One more fact about the person, signed where the vendor takes such facts; the last value of a key counts.
    ///
    /// Where attributes stand among the claims (Intercom), a key that is the name of a claim (`user_id`, `email`, `exp`,
    /// ...) is left out: a claim is said once.
    #[must_use]
    pub fn with_attribute(mut self, key: impl Into<String>, value: impl Into<Value>) -> Self {
        self.inner().attributes.insert(key.into(), value.into());
        self
    }

    /// One more fact about the person that stands beside the token and is never signed; the last value of a key counts.
    /// Default: none.
    ///
    /// It is for what a vendor takes in no token: a phone number, a picture, a date ([`UnixTime`]). The page can change it,
    /// so nobody may be trusted because of it. Each widget's type says which keys its vendor knows; a key that names a
    /// person (`email`, `user_id`, ...) is left out, and so is one that the token says. A widget that has no place for
    /// unsigned facts leaves all of them out.
    #[must_use]
    pub fn with_unsigned(mut self, key: impl Into<String>, value: impl Into<Value>) -> Self {
        self.inner().unsigned.insert(key.into(), value.into());
        self
    }

    /// The company, account or team for which the person is here. Default: none.
    ///
    /// Whether it is signed depends on the vendor, and the widget's type says so. A widget whose vendor knows no companies
    /// leaves it out.
    #[must_use]
    pub fn with_company(mut self, company: Company) -> Self {
        self.inner().company = Some(company).filter(|company| !company.id.trim().is_empty());
        self
    }

    /// A secret by which the vendor's agent acts for this person at another service, under the name that the vendor's
    /// dashboard gives it; the last value of a name counts. Default: none. A blank one is left out.
    ///
    /// [`Intercom`](crate::widget::Intercom) alone gets it: no other widget, no signed token and no header holds it, and
    /// neither `Debug` nor a log line shows it. It stands in the person's own pages, where every script can read it: let it live
    /// for a short time, with no more rights than the person has.
    #[must_use]
    pub fn with_auth_token(mut self, name: impl Into<String>, token: impl Into<String>) -> Self {
        let (name, token) = (name.into(), token.into());
        if !token.trim().is_empty() {
            self.inner().auth_tokens.insert(name, token);
        }
        self
    }

    /// When the application's own session ends. Default: not known.
    ///
    /// No token lives longer than this, and none is made once it has passed. Tokens count in whole seconds, so a fraction
    /// of a second is cut off.
    #[must_use]
    pub fn with_session_expires(mut self, end: SystemTime) -> Self {
        self.inner().session_expires = Some(end);
        self
    }

    /// The id given to [`Identity::new`].
    pub fn id(&self) -> &str {
        &self.0.id
    }

    /// The e-mail address.
    pub fn email(&self) -> Option<&str> {
        self.0.email.as_deref()
    }

    /// The name to show.
    pub fn name(&self) -> Option<&str> {
        self.0.name.as_deref()
    }

    /// The further facts.
    pub fn attributes(&self) -> &Map<String, Value> {
        &self.0.attributes
    }

    /// The facts that stand beside the token.
    pub fn unsigned(&self) -> &Map<String, Value> {
        &self.0.unsigned
    }

    /// The company for which the person is here.
    pub fn company(&self) -> Option<&Company> {
        self.0.company.as_ref()
    }

    /// The secrets for the vendor's agent, by their names.
    pub fn auth_tokens(&self) -> &BTreeMap<String, String> {
        &self.0.auth_tokens
    }

    /// When the application's own session ends.
    pub fn session_expires(&self) -> Option<SystemTime> {
        self.0.session_expires
    }

    /// The claims `iat` and `exp` of a token that is made at `now` and shall live for `lifetime`. It never outlives the
    /// application's session.
    ///
    /// # Errors
    ///
    /// [`TokenError::SessionOver`] when that session has ended already.
    pub fn validity(&self, now: SystemTime, lifetime: Duration) -> Result<Validity, TokenError> {
        let iat = unix_seconds(now);
        let exp = iat.saturating_add(lifetime.as_secs());
        match self.0.session_expires.map(unix_seconds) {
            Some(end) if end <= iat => Err(TokenError::SessionOver),
            Some(end) => Ok(Validity { iat, exp: exp.min(end) }),
            None => Ok(Validity { iat, exp }),
        }
    }

    /// Refuses a person whose session has ended at `now`, for tokens that never expire.
    ///
    /// # Errors
    ///
    /// [`TokenError::SessionOver`] when the application's session has ended.
    pub fn check_session(&self, now: SystemTime) -> Result<(), TokenError> {
        self.validity(now, Duration::ZERO).map(drop)
    }

    /// The id, where it is not blank.
    ///
    /// # Errors
    ///
    /// [`TokenError::MissingId`] when it is: a token without a subject would name anybody.
    pub fn required_id(&self) -> Result<&str, TokenError> {
        if self.is_blank() { Err(TokenError::MissingId) } else { Ok(self.id()) }
    }

    /// The e-mail address, where the vendor cannot do without.
    ///
    /// # Errors
    ///
    /// [`TokenError::MissingEmail`] when there is none.
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
        // Not even the id: in many applications it is the e-mail address.
        f.debug_struct("Identity").finish_non_exhaustive()
    }
}

/// A company, account or team for which a person is here. `Debug` shows none of it.
///
/// ```
/// use tower_widget_identity::{Company, Identity};
///
/// let company = Company::new(7).with_name("Acme").with_plan("pro").with_attribute("seats", 12);
/// let person = Identity::new("user-123").with_company(company);
/// assert_eq!(person.company().map(Company::id), Some("7"));
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Company {
    id: String,
    name: Option<String>,
    plan: Option<String>,
    attributes: Map<String, Value>,
}

impl Company {
    /// A company by the id that never changes: a string for every vendor. A company with a blank id is left out.
    pub fn new(id: impl ToString) -> Self {
        Self { id: id.to_string(), name: None, plan: None, attributes: Map::new() }
    }

    /// The name to show. Default: none.
    #[must_use]
    pub fn with_name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into()).filter(|name| !name.trim().is_empty());
        self
    }

    /// What the company pays for. Default: none.
    #[must_use]
    pub fn with_plan(mut self, plan: impl Into<String>) -> Self {
        self.plan = Some(plan.into()).filter(|plan| !plan.trim().is_empty());
        self
    }

    /// One more fact about the company; the last value of a key counts. Default: none.
    #[must_use]
    pub fn with_attribute(mut self, key: impl Into<String>, value: impl Into<Value>) -> Self {
        self.attributes.insert(key.into(), value.into());
        self
    }

    /// The id given to [`Company::new`].
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The name to show.
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// What the company pays for.
    pub fn plan(&self) -> Option<&str> {
        self.plan.as_deref()
    }

    /// The further facts.
    pub fn attributes(&self) -> &Map<String, Value> {
        &self.attributes
    }
}

impl fmt::Debug for Company {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Company").finish_non_exhaustive()
    }
}

/// A date as vendors take it: whole seconds since 1970. A date before 1970 counts as 1970.
///
/// ```
/// use std::time::{Duration, SystemTime};
/// use tower_widget_identity::{Identity, UnixTime};
///
/// let signed_up = SystemTime::UNIX_EPOCH + Duration::from_millis(1_700_000_000_900);
/// let person = Identity::new("user-123").with_attribute("signed_up_at", UnixTime(signed_up));
/// assert_eq!(person.attributes()["signed_up_at"], 1_700_000_000);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct UnixTime(pub SystemTime);

impl From<UnixTime> for Value {
    fn from(time: UnixTime) -> Self {
        unix_seconds(time.0).into()
    }
}

/// When a token was made and when it expires, in whole seconds since 1970: the claims `iat` and `exp`
/// (<https://www.rfc-editor.org/rfc/rfc7519#section-4.1.4>).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Validity {
    iat: u64,
    exp: u64,
}

impl Validity {
    /// The claim `iat`: when the token was made.
    pub fn iat(self) -> u64 {
        self.iat
    }

    /// The claim `exp`: when it expires.
    pub fn exp(self) -> u64 {
        self.exp
    }

    /// How long that is, for [`Token::with_lifetime`](crate::Token::with_lifetime).
    pub fn lifetime(self) -> Duration {
        Duration::from_secs(self.exp.saturating_sub(self.iat))
    }
}

/// A time before 1970 counts as 1970: tokens that are made then have long expired, which is the safe side.
fn unix_seconds(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH).map_or(0, |age| age.as_secs())
}

/// Who is looking at a page.
///
/// The difference between the last three is a matter of safety. A 404 outside the auth layer is
/// [`Unknown`](Viewer::Unknown), a session store that does not answer is [`LookupFailed`](Viewer::LookupFailed): neither
/// boots or shuts down anybody's widget. Only an application that *says* that nobody is signed in shuts one down.
///
/// A handler may put a `Viewer` into the **response** extensions; that answer wins over every other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Viewer {
    /// This person is signed in: the widget may know it.
    SignedIn(Identity),
    /// The application asserts that nobody is signed in.
    SignedOut,
    /// The application did not say: page and marker stay untouched.
    Unknown,
    /// The look-up failed: page and marker stay untouched. Its [outcome](crate::Reason::LookupFailed) has a name of its own.
    LookupFailed,
}

impl Viewer {
    /// Whether it is known who is looking.
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
    /// `None` says that nobody is signed in.
    fn from(user: Option<T>) -> Self {
        user.map_or(Self::SignedOut, |user| Self::SignedIn(user.into()))
    }
}

impl<T: Into<Identity>, E> From<Result<Option<T>, E>> for Viewer {
    /// `Err` says that the look-up failed; the error itself is dropped, so log it where it arises.
    fn from(found: Result<Option<T>, E>) -> Self {
        found.map_or(Self::LookupFailed, Self::from)
    }
}

/// Put into the **response** extensions by a handler: this one response stays as it is.
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
/// A logout is never skipped: [`LogoutLayer`](crate::LogoutLayer) still ends the session, only its script stays away.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SkipWidget;
