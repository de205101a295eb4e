use std::{
    io,
    sync::atomic::AtomicU64,
    time::{Instant, UNIX_EPOCH},
};

use futures::{
    channel::oneshot,
    executor::block_on,
    future::{join_all, pending, poll_immediate},
};

use super::*;

const HOUR: Duration = Duration::from_secs(60 * 60);

/// An application that counts the calls of its function and sets the clock.
#[derive(Clone, Default)]
struct App {
    calls: Arc<AtomicUsize>,
    seconds: Arc<AtomicU64>,
}

impl App {
    /// Returns an issuer without delay. Each call returns a new token, which is valid for an hour.
    fn issuer(&self) -> Issuer {
        let calls = self.calls.clone();
        Issuer::new(move |_| {
            let number = calls.fetch_add(1, Ordering::SeqCst) + 1;
            async move { Ok::<_, io::Error>(IssuedToken::new(format!("token-{number}"), HOUR)) }
        })
    }

    /// Returns an issuer whose calls wait.
    ///
    /// Each call takes the next gate and returns its token after the gate has opened.
    fn waiting(&self, gates: impl IntoIterator<Item = oneshot::Receiver<()>>) -> Issuer {
        let (calls, gates) = (self.calls.clone(), Mutex::new(gates.into_iter().collect::<Vec<_>>()));
        Issuer::new(move |_| {
            calls.fetch_add(1, Ordering::SeqCst);
            let gate = lock(&gates).remove(0);
            async move {
                let _ = gate.await;
                Ok::<_, io::Error>(IssuedToken::new("token", HOUR))
            }
        })
    }

    fn clock(&self) -> Clock {
        let seconds = self.seconds.clone();
        Clock::new(move || UNIX_EPOCH + Duration::from_secs(seconds.load(Ordering::SeqCst)))
    }

    fn calls(&self) -> usize {
        self.calls.load(Ordering::SeqCst)
    }
}

fn person() -> Identity {
    Identity::new("user-1").with_email("user@example.com").with_name("The Name")
}

fn tokens(issuer: Issuer) -> Arc<IssuedTokens> {
    Arc::new(IssuedTokens::new(issuer))
}

fn text(token: Result<Token, IssueError>) -> Result<String, IssueError> {
    token.map(Token::into_string)
}

/// The sender that opens a gate, and the gate.
fn gate() -> (oneshot::Sender<()>, oneshot::Receiver<()>) {
    oneshot::channel()
}

// ---- joined calls -------------------------------------------------------------------------------------------------

#[test]
fn concurrent_calls_for_one_user_are_joined() {
    let app = App::default();
    let (open, closed) = gate();
    let tokens = tokens(app.waiting([closed]));
    let tabs: Vec<_> = (0..10).map(|_| tokens.obtain(person(), &app.clock())).collect();
    let all = join_all(tabs);
    let all = block_on(async {
        let mut all = Box::pin(all);
        assert!(poll_immediate(&mut all).await.is_none(), "the vendor has not responded");
        open.send(()).unwrap();
        all.await
    });
    assert_eq!(all.len(), 10);
    assert!(all.iter().all(|token| token.as_ref().is_ok_and(|token| token.as_str() == "token")));
    assert_eq!(app.calls(), 1);
    assert!(lock(&tokens.calls).is_empty(), "the call has left the map");
}

#[test]
fn dropped_request_does_not_cancel_the_call_of_another() {
    let app = App::default();
    let (open, closed) = gate();
    let tokens = tokens(app.waiting([closed]));
    block_on(async {
        let mut first = tokens.obtain(person(), &app.clock());
        let mut second = tokens.obtain(person(), &app.clock());
        assert!(poll_immediate(&mut first).await.is_none());
        assert!(poll_immediate(&mut second).await.is_none());
        drop(first);
        open.send(()).unwrap();
        assert_eq!(text(second.await), Ok("token".to_owned()));
    });
    assert_eq!(app.calls(), 1);
}

#[test]
fn dropping_all_requests_ends_the_call_and_frees_its_slot() {
    let app = App::default();
    let ((_never, first), (open, second)) = (gate(), gate());
    let tokens = tokens(app.waiting([first, second]).max_in_flight(1));
    block_on(async {
        let mut left = tokens.obtain(person(), &app.clock());
        assert!(poll_immediate(&mut left).await.is_none());
        drop(left);
        assert!(lock(&tokens.calls).is_empty());
        open.send(()).unwrap();
        assert_eq!(text(tokens.obtain(person(), &app.clock()).await), Ok("token".to_owned()));
    });
    assert_eq!(app.calls(), 2);
}

#[test]
fn single_use_tokens_are_neither_joined_nor_cached() {
    let calls = Arc::new(AtomicUsize::new(0));
    let counted = calls.clone();
    let issuer = Issuer::single_use(move |_| {
        let number = counted.fetch_add(1, Ordering::SeqCst);
        async move { Ok::<_, io::Error>(IssuedToken::new(format!("token-{number}"), HOUR)) }
    });
    let (app, tokens) = (App::default(), tokens(issuer));
    let tabs = join_all((0..10).map(|_| tokens.obtain(person(), &app.clock())));
    let mut texts: Vec<_> = block_on(tabs).into_iter().map(|token| text(token).unwrap()).collect();
    texts.dedup();
    assert_eq!(texts.len(), 10, "each page has a token of its own");
    assert!(tokens.cache.is_none());
}

// ---- the cache ------------------------------------------------------------------------------------------------------

#[test]
fn token_is_reused_until_a_tenth_of_its_lifetime_is_left() {
    let app = App::default();
    let tokens = tokens(app.issuer());
    for (second, expected, left) in [
        (0, "token-1", 3600),
        (1, "token-1", 3599),
        (3239, "token-1", 361),
        (3240, "token-2", 3600),
        (6000, "token-2", 840),
    ] {
        app.seconds.store(second, Ordering::SeqCst);
        let token = block_on(tokens.obtain(person(), &app.clock())).unwrap();
        assert_eq!((token.as_str(), token.lifetime()), (expected, Some(Duration::from_secs(left))), "at {second} s");
    }
    assert_eq!(app.calls(), 2);
}

#[test]
fn changed_data_yields_a_new_token_and_a_new_session_does_not() {
    let app = App::default();
    let tokens = tokens(app.issuer());
    let later = UNIX_EPOCH + 2 * HOUR;
    let same = [
        person(),
        person().with_session_expires(later),
        person().with_session_expires(later + HOUR),
        person().with_auth_token("crm", "another one each minute"),
    ];
    let others = [
        Identity::new("user-2").with_email("user@example.com").with_name("The Name"),
        person().with_email("new@example.com"),
        person().with_name("New Name"),
        person().with_attribute("plan", "pro"),
        person().with_unsigned("plan", "pro"),
        person().with_company(crate::Company::new("7")),
        person().with_company(crate::Company::new("7").with_name("Acme")),
        // The same letters, divided differently between two fields.
        Identity::new("user-1user@example.com").with_name("The Name"),
    ];
    for identity in same {
        block_on(tokens.obtain(identity, &app.clock())).unwrap();
    }
    assert_eq!(app.calls(), 1);
    for (number, identity) in others.into_iter().enumerate() {
        block_on(tokens.obtain(identity, &app.clock())).unwrap();
        assert_eq!(app.calls(), number + 2);
    }
}

#[test]
fn cache_is_bounded_and_drops_the_least_recently_used_token() {
    let app = App::default();
    let tokens = tokens(app.issuer().cache_capacity(2));
    let ask = |id: &str| text(block_on(tokens.obtain(Identity::new(id), &app.clock()))).unwrap();
    assert_eq!([ask("a"), ask("b"), ask("a"), ask("c")], ["token-1", "token-2", "token-1", "token-3"]);
    assert_eq!([ask("a"), ask("b")], ["token-1", "token-4"], "b was used least recently");
    assert_eq!(lock(tokens.cache.as_ref().unwrap()).len(), 2);
}

#[test]
fn capacity_zero_calls_the_function_each_time() {
    let app = App::default();
    let tokens = tokens(app.issuer().cache_capacity(0));
    for number in 1..=3 {
        block_on(tokens.obtain(person(), &app.clock())).unwrap();
        assert_eq!(app.calls(), number);
    }
}

// ---- the application's session --------------------------------------------------------------------------------------

#[test]
fn no_token_outlives_the_session() {
    let app = App::default();
    let tokens = tokens(app.issuer());
    let ends = |second| person().with_session_expires(UNIX_EPOCH + Duration::from_secs(second));
    let token = block_on(tokens.obtain(ends(60), &app.clock())).unwrap();
    assert_eq!(token.lifetime(), Some(Duration::from_secs(60)));
    assert_eq!(text(block_on(tokens.obtain(ends(0), &app.clock()))), Err(IssueError::SessionOver));
}

/// A person whose session ends at this second.
fn until(second: u64) -> Identity {
    person().with_session_expires(UNIX_EPOCH + Duration::from_secs(second))
}

#[test]
fn session_gets_no_cached_token_that_outlives_it() {
    let app = App::default();
    let tokens = tokens(app.issuer());
    let ask = |identity| text(block_on(tokens.obtain(identity, &app.clock()))).unwrap();
    for (identity, expected, why) in [
        (person(), "token-1", "the first"),
        (until(3600), "token-1", "the token ends with the session"),
        (until(3599), "token-2", "the first token outlives this session, and its issuer did not know the end"),
        (until(3599), "token-2", "the same session"),
        (until(4000), "token-2", "a longer session"),
        (person(), "token-2", "a session whose end is not known"),
        (until(10), "token-3", "the second token was issued for a longer session"),
        (until(3599), "token-3", "the third token was issued for a shorter one"),
    ] {
        assert_eq!(ask(identity), expected, "{why}");
    }
}

#[test]
fn issuer_gets_the_end_of_each_session() {
    let ends: Arc<Mutex<Vec<Option<SystemTime>>>> = Arc::default();
    let noted = ends.clone();
    let tokens = tokens(Issuer::new(move |identity: Identity| {
        lock(&noted).push(identity.session_expires());
        std::future::ready(Ok::<_, io::Error>(IssuedToken::new("token", HOUR)))
    }));
    for identity in [person(), until(10)] {
        block_on(tokens.obtain(identity, &App::default().clock())).unwrap();
    }
    assert_eq!(*lock(&ends), [None, Some(UNIX_EPOCH + Duration::from_secs(10))]);
}

#[test]
fn session_joins_no_call_for_a_longer_one() {
    let app = App::default();
    let gates = [gate(), gate()];
    let (open, closed): (Vec<_>, Vec<_>) = gates.into_iter().unzip();
    let tokens = tokens(app.waiting(closed));
    block_on(async {
        let mut longer = tokens.obtain(until(60), &app.clock());
        assert!(poll_immediate(&mut longer).await.is_none());
        let mut shorter = tokens.obtain(until(10), &app.clock());
        assert!(poll_immediate(&mut shorter).await.is_none());
        let mut joined = tokens.obtain(until(30), &app.clock());
        assert!(poll_immediate(&mut joined).await.is_none());
        open.into_iter().for_each(|open| open.send(()).unwrap());
        for waits in [longer, shorter, joined] {
            assert_eq!(text(waits.await), Ok("token".to_owned()));
        }
    });
    assert_eq!(app.calls(), 2);
    assert!(lock(&tokens.calls).is_empty(), "both calls have left the map");
}

/// A clock of the application that asks for a token itself would wait for its own lock.
#[test]
fn clock_is_read_without_a_lock() {
    let app = App::default();
    let tokens = tokens(app.issuer());
    let seen = tokens.clone();
    let clock = Clock::new(move || {
        assert!(seen.calls.try_lock().is_ok() && seen.cache.as_ref().unwrap().try_lock().is_ok());
        UNIX_EPOCH
    });
    for _ in 0..2 {
        block_on(tokens.obtain(person(), &clock)).unwrap();
    }
}

#[test]
fn ended_session_costs_no_call_and_session_that_ends_meanwhile_gets_no_token() {
    let app = App::default();
    let (open, closed) = gate();
    let tokens = tokens(app.waiting([closed]));
    let person = person().with_session_expires(UNIX_EPOCH + Duration::from_secs(60));
    block_on(async {
        let mut waits = tokens.obtain(person.clone(), &app.clock());
        assert!(poll_immediate(&mut waits).await.is_none());
        app.seconds.store(60, Ordering::SeqCst);
        assert_eq!(text(tokens.obtain(person, &app.clock()).await), Err(IssueError::SessionOver));
        open.send(()).unwrap();
        assert_eq!(text(waits.await), Err(IssueError::SessionOver));
    });
    assert_eq!(app.calls(), 1);
}

// ---- failures -------------------------------------------------------------------------------------------------------

#[test]
fn failure_reaches_all_waiting_requests_and_is_not_cached() {
    let app = App::default();
    let calls = app.calls.clone();
    let tokens = tokens(Issuer::new(move |_| {
        let number = calls.fetch_add(1, Ordering::SeqCst);
        async move { if number == 0 { Err("the vendor is down") } else { Ok(IssuedToken::new("token", HOUR)) } }
    }));
    let both = [tokens.obtain(person(), &app.clock()), tokens.obtain(person(), &app.clock())];
    let both: Vec<_> = block_on(join_all(both)).into_iter().map(text).collect();
    assert_eq!(both, [Err(IssueError::Failed), Err(IssueError::Failed)]);
    assert_eq!(app.calls(), 1);
    assert_eq!(text(block_on(tokens.obtain(person(), &app.clock()))), Ok("token".to_owned()));
}

#[test]
fn panic_does_not_affect_other_requests() {
    let app = App::default();
    let tokens = tokens(
        Issuer::new(|identity: Identity| {
            assert_ne!(identity.id(), "now", "on purpose");
            async move {
                assert_ne!(identity.id(), "later", "on purpose");
                Ok::<_, io::Error>(IssuedToken::new("token", HOUR))
            }
        })
        .max_in_flight(1),
    );
    for id in ["now", "later", "now"] {
        let outcome = block_on(tokens.obtain(Identity::new(id), &app.clock()));
        assert_eq!(text(outcome), Err(IssueError::Failed), "{id}");
        assert_eq!(text(block_on(tokens.obtain(person(), &app.clock()))), Ok("token".to_owned()));
    }
}

#[test]
fn slow_call_ends_at_the_time_limit() {
    let app = App::default();
    let slow = Issuer::new(|_| pending::<io::Result<IssuedToken>>()).time_limit(Duration::from_millis(20));
    let tokens = tokens(slow.max_in_flight(1));
    for _ in 0..2 {
        let start = Instant::now();
        assert_eq!(text(block_on(tokens.obtain(person(), &app.clock()))), Err(IssueError::Slow));
        assert!(start.elapsed() >= Duration::from_millis(20));
    }
}

#[test]
fn no_more_calls_run_than_allowed() {
    let app = App::default();
    let gates: Vec<_> = (0..3).map(|_| gate()).collect();
    let (open, closed): (Vec<_>, Vec<_>) = gates.into_iter().unzip();
    let tokens = tokens(app.waiting(closed).max_in_flight(2));
    block_on(async {
        let mut running = [Identity::new("a"), Identity::new("b")].map(|one| tokens.obtain(one, &app.clock()));
        for call in &mut running {
            assert!(poll_immediate(call).await.is_none());
        }
        assert_eq!(text(tokens.obtain(Identity::new("c"), &app.clock()).await), Err(IssueError::Busy));
        // A request that joins a call starts none.
        let mut joined = tokens.obtain(Identity::new("a"), &app.clock());
        assert!(poll_immediate(&mut joined).await.is_none());
        open.into_iter().for_each(|open| open.send(()).unwrap());
        for call in running.into_iter().chain([joined]) {
            assert_eq!(text(call.await), Ok("token".to_owned()));
        }
        assert_eq!(text(tokens.obtain(Identity::new("c"), &app.clock()).await), Ok("token".to_owned()));
    });
    assert_eq!(app.calls(), 3);
}

#[test]
fn unusable_token_is_a_failure() {
    let long = "a".repeat(crate::MAX_TOKEN_BYTES + 1);
    let fine = "a".repeat(crate::MAX_TOKEN_BYTES);
    for (text_issued, lifetime, expected) in [
        ("dal:A-b_c.d~e+f/g=", HOUR, Ok("dal:A-b_c.d~e+f/g=".to_owned())),
        (fine.as_str(), HOUR, Ok(fine.clone())),
        ("", HOUR, Err(IssueError::Failed)),
        (long.as_str(), HOUR, Err(IssueError::Failed)),
        ("</script>", HOUR, Err(IssueError::Failed)),
        ("a b", HOUR, Err(IssueError::Failed)),
        ("a\nb", HOUR, Err(IssueError::Failed)),
        ("tök", HOUR, Err(IssueError::Failed)),
        ("token", Duration::from_millis(999), Err(IssueError::Failed)),
        ("token", Duration::MAX, Err(IssueError::Failed)),
    ] {
        let issued = IssuedToken::new(text_issued, lifetime);
        let tokens = tokens(Issuer::new(move |_| std::future::ready(Ok::<_, io::Error>(issued.clone()))));
        let outcome = block_on(tokens.obtain(person(), &App::default().clock()));
        assert_eq!(text(outcome), expected, "{text_issued:.20} {lifetime:?}");
    }
}

#[test]
fn several_values_travel_as_one_token() {
    let issued = IssuedToken::of_parts(&json!({ "token": "dal:1", "entityId": "e-1" }), HOUR).unwrap();
    let tokens = tokens(Issuer::new(move |_| std::future::ready(Ok::<_, io::Error>(issued.clone()))));
    let token = block_on(tokens.obtain(person(), &App::default().clock())).unwrap();
    // Python: base64.urlsafe_b64encode(b'{"entityId":"e-1","token":"dal:1"}')
    assert_eq!(token.as_str(), "eyJlbnRpdHlJZCI6ImUtMSIsInRva2VuIjoiZGFsOjEifQ");
}

#[test]
fn debug_output_shows_no_token_and_no_user() {
    let app = App::default();
    let tokens = tokens(app.issuer());
    block_on(tokens.obtain(person(), &app.clock())).unwrap();
    let shown = format!("{tokens:?} {:?} {:?}", app.issuer(), IssuedToken::new("token-1", HOUR));
    for leak in ["token-1", "user", "Name"] {
        assert!(!shown.contains(leak), "{shown}");
    }
}
