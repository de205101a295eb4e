//! The application's function that issues tokens, and the token that it returns.

use std::{fmt, future::Future, sync::Arc, time::Duration};

use futures::{FutureExt, future::BoxFuture};
use serde::Serialize;

use crate::{identity::Identity, sign::base64url, token_error::TokenError};

const TIME_LIMIT: Duration = Duration::from_secs(5);
const MAX_IN_FLIGHT: usize = 32;
const CACHE_CAPACITY: usize = 10_000;

type Issue = Arc<dyn Fn(Identity) -> BoxFuture<'static, Result<IssuedToken, ()>> + Send + Sync>;

/// An asynchronous function of your application that gets tokens from the vendor's API.
///
/// Use it for a widget whose vendor issues the tokens itself. The function calls the vendor's API with your own HTTP
/// client and key. Only the [token service](crate::TokenService) awaits it; a page response never waits for it:
///
/// * Concurrent calls for one user are joined into one, so ten tabs cost one call.
/// * A token is reused until a tenth of its lifetime is left. The cache is in this process's memory and bounded
///   ([`cache_capacity`](Self::cache_capacity)); its keys are hashes.
/// * At most [`max_in_flight`](Self::max_in_flight) calls run at a time, and each may take
///   [`time_limit`](Self::time_limit).
/// * If the function fails, panics or is too slow, or if too many calls are running, the page's request gets status
///   503. The page retries at growing intervals, and shows no conversations until then.
///
/// The function's error is dropped, so log it in the function. `Debug` shows neither the function nor a token.
#[derive(Clone)]
pub struct Issuer {
    issue: Issue,
    single_use: bool,
    time_limit: Duration,
    max_in_flight: usize,
    cache_capacity: usize,
}

impl Issuer {
    /// Creates an issuer of tokens that may be used several times until they expire.
    ///
    /// The function gets the user's identity, and returns the token or an error of any type. If the vendor's API lets you
    /// choose the lifetime, end it with [`Identity::session_expires`]: the vendor accepts the token until then.
    ///
    /// A user whose e-mail address, name or other data has changed gets a new token. So does a session that ends before
    /// the cached token does, unless that token was issued for a session that ends no later.
    pub fn new<F, Fut, E>(issue: F) -> Self
    where
        F: Fn(Identity) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<IssuedToken, E>> + Send + 'static,
    {
        let issue = move |identity| {
            let issuing = issue(identity);
            async move { issuing.await.map_err(drop) }.boxed()
        };
        Self {
            issue: Arc::new(issue),
            single_use: false,
            time_limit: TIME_LIMIT,
            max_in_flight: MAX_IN_FLIGHT,
            cache_capacity: CACHE_CAPACITY,
        }
    }

    /// Creates an issuer of tokens that the vendor accepts once.
    ///
    /// Each request of a page costs a call: tokens are not cached, and calls are not joined.
    pub fn single_use<F, Fut, E>(issue: F) -> Self
    where
        F: Fn(Identity) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<IssuedToken, E>> + Send + 'static,
    {
        Self { single_use: true, ..Self::new(issue) }
    }

    /// Sets how long one call may take. Default: 5 seconds. A page waits for at most 10 seconds.
    #[must_use]
    pub fn time_limit(mut self, limit: Duration) -> Self {
        self.time_limit = limit;
        self
    }

    /// Sets how many calls may run at a time, for all users together. Default: 32.
    ///
    /// A request that exceeds the limit gets status 503.
    #[must_use]
    pub fn max_in_flight(mut self, calls: usize) -> Self {
        self.max_in_flight = calls;
        self
    }

    /// Sets how many users' tokens are cached. Default: 10,000.
    ///
    /// The least recently used token is dropped first. 0 switches the cache off, for functions that have a cache of
    /// their own.
    #[must_use]
    pub fn cache_capacity(mut self, tokens: usize) -> Self {
        self.cache_capacity = tokens;
        self
    }

    /// Whether each token is valid for one use only.
    pub fn is_single_use(&self) -> bool {
        self.single_use
    }

    pub(super) fn limits(&self) -> (Duration, usize, usize) {
        (self.time_limit, self.max_in_flight, if self.single_use { 0 } else { self.cache_capacity })
    }

    pub(super) fn call(&self, identity: Identity) -> BoxFuture<'static, Result<IssuedToken, ()>> {
        (self.issue)(identity)
    }
}

impl fmt::Debug for Issuer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Issuer").field("single_use", &self.single_use).finish_non_exhaustive()
    }
}

/// A token that the vendor's API issued, with redacted `Debug`.
#[derive(Clone)]
pub struct IssuedToken {
    text: String,
    lifetime: Duration,
}

impl IssuedToken {
    /// Creates a token that is valid for `lifetime` from now on.
    ///
    /// The text may contain letters, digits and `-._~+/=:`, and may have at most
    /// [`MAX_TOKEN_BYTES`](crate::MAX_TOKEN_BYTES). The lifetime is at least one second. Otherwise the call counts as
    /// failed.
    pub fn new(text: impl Into<String>, lifetime: Duration) -> Self {
        Self { text: text.into(), lifetime }
    }

    /// Creates a token from several values, for vendors whose API issues more than a token.
    ///
    /// The page receives their JSON as base64url, and the adapter decodes it. The widget's type documents the values
    /// that its vendor needs.
    ///
    /// # Errors
    ///
    /// [`TokenError::Signing`] if the values cannot be written as JSON.
    pub fn of_parts(parts: &impl Serialize, lifetime: Duration) -> Result<Self, TokenError> {
        let json = serde_json::to_vec(parts).map_err(|_| TokenError::Signing)?;
        Ok(Self::new(base64url(&json), lifetime))
    }

    pub(super) fn lifetime(&self) -> Duration {
        self.lifetime
    }

    pub(super) fn into_text(self) -> String {
        self.text
    }
}

impl fmt::Debug for IssuedToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IssuedToken").field("lifetime", &self.lifetime).finish_non_exhaustive()
    }
}
