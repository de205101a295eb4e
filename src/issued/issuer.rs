//! The application's function, and what it returns.

use std::{fmt, future::Future, sync::Arc, time::Duration};

use futures::{FutureExt, future::BoxFuture};
use serde::Serialize;

use crate::{identity::Identity, sign::base64url, token_error::TokenError};

const TIME_LIMIT: Duration = Duration::from_secs(5);
const MAX_IN_FLIGHT: usize = 32;
const CACHE_CAPACITY: usize = 10_000;

type Issue = Arc<dyn Fn(Identity) -> BoxFuture<'static, Result<IssuedToken, ()>> + Send + Sync>;

/// How a widget gets its tokens where the vendor's own API issues them: an asynchronous function of the application's.
///
/// The function calls the vendor's API with the application's own HTTP client and key. The
/// [token service](crate::TokenService) awaits it, never a page:
///
/// * Calls for one person that come at the same time are joined into one, so ten tabs cost one call.
/// * A token is handed out again until a tenth of its lifetime is left. The cache is bounded
///   ([`cache_capacity`](Self::cache_capacity)) and lives in this process's memory; its keys are hashes.
/// * At most [`max_in_flight`](Self::max_in_flight) calls run at a time, and each may take
///   [`time_limit`](Self::time_limit).
/// * Where the function fails, panics, is slow, or too many calls run, the page gets the status 503. It asks again, more and
///   more slowly, and shows no conversations until then.
///
/// The function's error is dropped: log it in the function. `Debug` shows neither the function nor a token.
#[derive(Clone)]
pub struct Issuer {
    issue: Issue,
    single_use: bool,
    time_limit: Duration,
    max_in_flight: usize,
    cache_capacity: usize,
}

impl Issuer {
    /// For tokens that may be used several times until they expire. The function gets the person, and returns the token or
    /// an error of any type.
    ///
    /// A person whose e-mail address, name or any other fact has changed gets a new token.
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

    /// For tokens that the vendor takes once: each request of a page costs a call. None is kept, and no two are joined.
    pub fn single_use<F, Fut, E>(issue: F) -> Self
    where
        F: Fn(Identity) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<IssuedToken, E>> + Send + 'static,
    {
        Self { single_use: true, ..Self::new(issue) }
    }

    /// How long one call may take. Default: 5 seconds. A page itself waits for 10 seconds at most.
    #[must_use]
    pub fn time_limit(mut self, limit: Duration) -> Self {
        self.time_limit = limit;
        self
    }

    /// How many calls may run at a time, for all persons together; a request that comes then gets the status 503. Default: 32.
    #[must_use]
    pub fn max_in_flight(mut self, calls: usize) -> Self {
        self.max_in_flight = calls;
        self
    }

    /// How many persons' tokens are kept; the least recently used one goes first. 0 keeps none, for applications with a
    /// cache of their own in the function. Default: 10,000.
    #[must_use]
    pub fn cache_capacity(mut self, tokens: usize) -> Self {
        self.cache_capacity = tokens;
        self
    }

    /// Whether a token is taken once.
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

/// A token as the vendor's API issued it. `Debug` does not show it.
#[derive(Clone)]
pub struct IssuedToken {
    text: String,
    lifetime: Duration,
}

impl IssuedToken {
    /// A token and for how long it is good from now on.
    ///
    /// It may hold letters, digits and `-._~+/=:`, and at most [`MAX_TOKEN_BYTES`](crate::MAX_TOKEN_BYTES); with other
    /// characters the call counts as failed.
    pub fn new(text: impl Into<String>, lifetime: Duration) -> Self {
        Self { text: text.into(), lifetime }
    }

    /// Several values that belong together, where the vendor's API issues more than a token: they travel as the base64url of
    /// their JSON, and the adapter takes them apart. The widget's type says which ones its vendor needs.
    ///
    /// # Errors
    ///
    /// [`TokenError::Signing`] where the values cannot be written as JSON.
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
