//! The cache of issued tokens, the calls in flight, and the requests that wait for them.

use std::{
    collections::HashMap,
    fmt,
    num::NonZeroUsize,
    panic::AssertUnwindSafe,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, Weak,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, SystemTime},
};

use futures::{
    FutureExt,
    future::{BoxFuture, Either, Shared, WeakShared, select},
};
use futures_timer::Delay;
use lru::LruCache;
use serde_json::json;

use super::issuer::{IssuedToken, Issuer};
use crate::{
    identity::Identity,
    sign::{Clock, Token, sha256},
};

/// The hash of all data that may be part of a user's token, so that a change yields a new token.
type Key = [u8; 32];

type Outcome = Result<Kept, IssueError>;
type Call = Shared<BoxFuture<'static, Outcome>>;

/// The last call that was started for each user, while it is running.
type Calls = HashMap<Key, Running>;

struct Running {
    serial: usize,
    /// When the session for which it was started ends.
    session_end: Option<SystemTime>,
    /// Only the waiting requests own a call, so it is dropped with the last of them.
    call: WeakShared<BoxFuture<'static, Outcome>>,
}

/// Why the issuer returned no token. The page retries later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum IssueError {
    /// The function returned an error or panicked, or its token is not usable.
    Failed,
    /// The function exceeded its time limit.
    Slow,
    /// Too many calls are running.
    Busy,
    /// The application's session has ended meanwhile.
    SessionOver,
}

/// A cached token and the end of its lifetime.
#[derive(Clone)]
struct Kept {
    token: Token,
    until: SystemTime,
    /// The time from which a new token is fetched, because a page needs time to use a token.
    reuse_until: SystemTime,
    /// When the session for which the issuer made the token ends.
    session_end: Option<SystemTime>,
}

impl Kept {
    /// Returns whether the token may serve a session that ends at `end`.
    ///
    /// The vendor accepts a token for its whole lifetime. So it must end with the session, or the issuer must have made
    /// it for a session that ends no later, and could shorten its lifetime accordingly.
    fn fits(&self, end: Option<SystemTime>) -> bool {
        end.is_none_or(|end| self.until <= end) || ends_no_later(self.session_end, end)
    }
}

/// Returns whether the first session ends no later than the second; `None` is a session whose end is not known.
fn ends_no_later(first: Option<SystemTime>, second: Option<SystemTime>) -> bool {
    second.is_none_or(|second| first.is_some_and(|first| first <= second))
}

/// One widget's issued tokens.
pub(crate) struct IssuedTokens {
    issuer: Issuer,
    in_flight: Arc<AtomicUsize>,
    cache: Option<Mutex<LruCache<Key, Kept>>>,
    calls: Mutex<Calls>,
    /// The number of the next call.
    serial: AtomicUsize,
}

impl IssuedTokens {
    pub(crate) fn new(issuer: Issuer) -> Self {
        let (_, _, capacity) = issuer.limits();
        Self {
            issuer,
            in_flight: Arc::default(),
            cache: NonZeroUsize::new(capacity).map(|capacity| Mutex::new(LruCache::new(capacity))),
            calls: Mutex::default(),
            serial: AtomicUsize::new(0),
        }
    }

    /// Returns a token for this user: a cached one, the one of a running call, or a new one.
    pub(crate) fn obtain(
        self: &Arc<Self>,
        identity: Identity,
        clock: &Clock,
    ) -> BoxFuture<'static, Result<Token, IssueError>> {
        // The clock may be a closure of the application, so it is not read while a lock is held.
        let now = clock.now();
        if identity.check_session(now).is_err() {
            return std::future::ready(Err(IssueError::SessionOver)).boxed();
        }
        let (person, clock_after) = (identity.clone(), clock.clone());
        let outcome = if self.issuer.is_single_use() {
            self.call(identity, clock)
        } else {
            let (key, end) = (key(&identity), identity.session_expires());
            let mut calls = lock(&self.calls);
            // A call for a longer session may return a token that outlives this one. Check before `upgrade`: if this were
            // the last owner of a call, dropping it here would lock the map again.
            let call = calls.get(&key).filter(|running| ends_no_later(running.session_end, end));
            let call = call.and_then(|running| running.call.upgrade());
            // The order matters: a call puts its token into the cache before it leaves the map.
            match call.map(FutureExt::boxed).or_else(|| self.kept(&key, now, end)) {
                Some(outcome) => outcome,
                None => self.joinable(key, identity, clock, &mut calls).boxed(),
            }
        };
        outcome.map(move |outcome| usable(outcome?, clock_after.now(), &person)).boxed()
    }

    /// Returns the cached token, if it may serve a session that ends at `end`.
    fn kept(&self, key: &Key, now: SystemTime, end: Option<SystemTime>) -> Option<BoxFuture<'static, Outcome>> {
        let mut cache = lock(self.cache.as_ref()?);
        let kept = cache.get(key)?;
        if kept.reuse_until <= now {
            cache.pop(key);
            return None;
        }
        kept.fits(end).then(|| std::future::ready(Ok(kept.clone())).boxed())
    }

    /// Starts a call that other requests can join.
    fn joinable(self: &Arc<Self>, key: Key, identity: Identity, clock: &Clock, calls: &mut Calls) -> Call {
        let serial = self.serial.fetch_add(1, Ordering::Relaxed);
        let session_end = identity.session_expires();
        let place = Place { tokens: Arc::downgrade(self), key, serial };
        let (tokens, call) = (Arc::downgrade(self), self.call(identity, clock));
        let call = async move {
            let outcome = call.await;
            if let (Ok(kept), Some(tokens)) = (&outcome, tokens.upgrade())
                && let Some(cache) = &tokens.cache
            {
                lock(cache).put(place.key, kept.clone());
            }
            drop(place);
            outcome
        };
        let call = call.boxed().shared();
        if let Some(weak) = call.downgrade() {
            calls.insert(key, Running { serial, session_end, call: weak });
        }
        call
    }

    /// Calls the application's function once, within the limits.
    fn call(&self, identity: Identity, clock: &Clock) -> BoxFuture<'static, Outcome> {
        let (issuer, in_flight, clock) = (self.issuer.clone(), self.in_flight.clone(), clock.clone());
        let (limit, most, _) = issuer.limits();
        let session_end = identity.session_expires();
        async move {
            let _slot = Slot::take(in_flight, most).ok_or(IssueError::Busy)?;
            // Both the function itself and its future may panic.
            let issuing = AssertUnwindSafe(async move { issuer.call(identity).await }).catch_unwind();
            match select(issuing.boxed(), Delay::new(limit)).await {
                Either::Left((Ok(Ok(issued)), _)) => checked(issued, clock.now(), session_end),
                Either::Left(_) => Err(IssueError::Failed),
                Either::Right(_) => Err(IssueError::Slow),
            }
        }
        .boxed()
    }
}

/// Fetches one token and blocks until it is there, for the conformance kit.
#[cfg(feature = "conformance")]
pub(crate) fn issue(issuer: &Issuer, identity: &Identity, now: SystemTime) -> Result<Token, IssueError> {
    let tokens = Arc::new(IssuedTokens::new(issuer.clone()));
    futures::executor::block_on(tokens.obtain(identity.clone(), &Clock::new(move || now)))
}

/// Checks that the text is one that a library, a header and the runtime accept as a token.
fn checked(issued: IssuedToken, now: SystemTime, session_end: Option<SystemTime>) -> Outcome {
    let lifetime = issued.lifetime();
    let text = issued.into_text();
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~+/=:".contains(&byte);
    if text.is_empty() || !text.bytes().all(legal) || lifetime < Duration::from_secs(1) {
        return Err(IssueError::Failed);
    }
    let until = now.checked_add(lifetime).ok_or(IssueError::Failed)?;
    let token = Token::new(text).map_err(|_| IssueError::Failed)?;
    Ok(Kept { token, until, reuse_until: until - lifetime / 10, session_end })
}

/// The token, with the remaining lifetime of itself or of the application's session.
fn usable(kept: Kept, now: SystemTime, person: &Identity) -> Result<Token, IssueError> {
    let left = kept.until.duration_since(now).unwrap_or_default();
    let validity = person.validity(now, left).map_err(|_| IssueError::SessionOver)?;
    Ok(kept.token.with_lifetime(validity.lifetime()))
}

/// Hashes all of a user's data that may be part of a token.
///
/// There are two exceptions: the session's end, which some applications move with each request ([`Kept::fits`] compares
/// it), and the tokens for Intercom's data connectors, which are short-lived and for Intercom alone.
fn key(identity: &Identity) -> Key {
    let company =
        identity.company().map(|company| json!([company.id(), company.name(), company.plan(), company.attributes()]));
    let facts = (identity.id(), identity.email(), identity.name(), identity.attributes(), identity.unsigned(), company);
    // Strings and JSON values can always be written as JSON.
    sha256(&serde_json::to_vec(&facts).unwrap_or_default())
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // No code that can panic runs while a lock is held.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// One of the concurrent calls, counted until it is dropped, even if the browser closes the connection.
struct Slot(Arc<AtomicUsize>);

impl Slot {
    fn take(in_flight: Arc<AtomicUsize>, most: usize) -> Option<Self> {
        let more = |running: usize| (running < most).then_some(running + 1);
        in_flight.fetch_update(Ordering::AcqRel, Ordering::Acquire, more).ok()?;
        Some(Self(in_flight))
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

/// A call's entry in the map.
///
/// It is removed when the call has ended or no request waits for it any more.
struct Place {
    tokens: Weak<IssuedTokens>,
    key: Key,
    serial: usize,
}

impl Drop for Place {
    fn drop(&mut self) {
        let Some(tokens) = self.tokens.upgrade() else { return };
        let mut calls = lock(&tokens.calls);
        // The entry may belong to a newer call by now.
        if calls.get(&self.key).is_some_and(|running| running.serial == self.serial) {
            calls.remove(&self.key);
        }
    }
}

impl fmt::Debug for IssuedTokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IssuedTokens").field("issuer", &self.issuer).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
