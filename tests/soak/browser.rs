//! A browser that behaves at random: its user, its marker, its requests, and when it disconnects.

use std::net::SocketAddr;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::{
    application::{KINDS, bare},
    support::{
        MARKER, SECRET, cut, snippet,
        socket::{Answer, Client, request},
        verify,
    },
};

const PEOPLE: u64 = 40;

/// The sum of what happened.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Tally {
    pub(crate) asked: usize,
    /// Tokens whose signature is right and whose user is the one who asked.
    own_tokens: usize,
    shutdowns: usize,
    without: usize,
    failed_pages: usize,
    hung_up: usize,
    logouts: usize,
}

impl std::ops::AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.asked += other.asked;
        self.own_tokens += other.own_tokens;
        self.shutdowns += other.shutdowns;
        self.without += other.without;
        self.failed_pages += other.failed_pages;
        self.hung_up += other.hung_up;
        self.logouts += other.logouts;
    }
}

impl Tally {
    /// Asserts that each kind of problem has occurred often enough.
    pub(crate) fn proves_something(&self, requests: usize) {
        assert!(self.asked >= requests - 16, "{self:?}");
        for part in [self.shutdowns, self.without, self.failed_pages, self.hung_up, self.logouts] {
            assert!(part >= requests / 100, "{self:?}");
        }
        assert!(self.own_tokens >= requests / 4, "{self:?}");
    }
}

/// xorshift64*: the same random numbers in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) % sides
    }
}

#[derive(Clone, Debug, PartialEq)]
enum Who {
    Person(String),
    Nobody,
    Unknown,
}

/// A request, and what the test needs to check the response.
#[derive(Debug)]
struct Visit {
    who: Who,
    marker: String,
    kind: &'static str,
    method: &'static str,
}

pub(crate) struct Browser {
    server: SocketAddr,
    dice: Dice,
    tally: Tally,
}

impl Browser {
    pub(crate) fn new(server: SocketAddr, seed: u64) -> Self {
        Self { server, dice: Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1), tally: Tally::default() }
    }

    pub(crate) async fn browse(mut self, requests: usize) -> Tally {
        let mut client = Client::of(self.server).await;
        for _ in 0..requests {
            let visit = self.visit();
            client.send(visit.request().as_bytes()).await;
            self.tally.asked += 1;
            if self.hangs_up(&mut client, &visit).await {
                self.tally.hung_up += 1;
                client = Client::of(self.server).await;
                continue;
            }
            let answer = client.any_answer(visit.method == "HEAD").await;
            if visit.fails() {
                assert!(
                    !answer.as_ref().is_some_and(|answer| answer.whole),
                    "{visit:?}: a page that failed looks whole"
                );
                self.tally.failed_pages += 1;
                client = Client::of(self.server).await;
            }
            if let Some(answer) = answer {
                visit.judge(&answer, &mut self.tally);
            } else {
                assert!(visit.fails(), "{visit:?}: no answer");
            }
        }
        self.tally
    }

    fn person(&mut self) -> String {
        format!("user-{}", self.dice.below(PEOPLE))
    }

    fn visit(&mut self) -> Visit {
        let who = match self.dice.below(10) {
            0 => Who::Unknown,
            1..4 => Who::Nobody,
            _ => Who::Person(self.person()),
        };
        let marker = match self.dice.below(5) {
            0 => "out".to_owned(),
            1 => fingerprint(&self.person()),
            2 if matches!(who, Who::Person(_)) => fingerprint(who.id()),
            _ => String::new(),
        };
        let (kind, method) = match self.dice.below(20) {
            0 => ("logout", "POST"),
            1 | 2 => ("token", "GET"),
            3 => ("exact", "HEAD"),
            _ => (KINDS[self.dice.below(KINDS.len() as u64) as usize], "GET"),
        };
        Visit { who, marker, kind, method }
    }

    /// Disconnects at once, after the head, or in the middle of the body. Returns whether it did.
    async fn hangs_up(&mut self, client: &mut Client, visit: &Visit) -> bool {
        match self.dice.below(60) {
            0 => true,
            1 if !visit.fails() => {
                client.head().await;
                true
            }
            2 if !visit.fails() && visit.method == "GET" && visit.kind == "long" => {
                client.head().await;
                client.exactly(100).await;
                true
            }
            _ => false,
        }
    }
}

impl Who {
    fn id(&self) -> &str {
        match self {
            Self::Person(id) => id,
            Self::Nobody => "",
            Self::Unknown => "?",
        }
    }
}

impl Visit {
    fn request(&self) -> String {
        let path = match self.kind {
            "logout" => "/logout".to_owned(),
            "token" => "/tokens/intercom".to_owned(),
            kind => format!("/pages/{kind}"),
        };
        let session = if self.who == Who::Nobody { "theme=dark".to_owned() } else { format!("sid={}", self.who.id()) };
        let marker = if self.marker.is_empty() { String::new() } else { format!("; {MARKER}={}", self.marker) };
        request(self.method, &path, &[("cookie", &(session + &marker)), ("content-length", "0")])
    }

    /// `None` if it depends on when the application is asked. Without a session of the widget, what the application
    /// says before or after the handler counts; and after this logout the application still names the user.
    fn ends_a_session(&self) -> Option<bool> {
        match &self.who {
            Who::Unknown => Some(!self.marker.is_empty()),
            Who::Nobody => (!self.marker.is_empty()).then_some(true),
            Who::Person(id) => (self.marker == fingerprint(id)).then_some(true),
        }
    }

    fn fails(&self) -> bool {
        self.method == "GET" && self.kind.starts_with("fails")
    }

    fn judge(&self, answer: &Answer, tally: &mut Tally) {
        let body = answer.page();
        match self.kind {
            "logout" => {
                let out = format!("{MARKER}=out;");
                let is_out = answer.all("set-cookie").iter().any(|line| line.starts_with(&out));
                assert_eq!(answer.status, 303);
                assert!(self.ends_a_session().is_none_or(|ends| ends == is_out), "{self:?}: {is_out}");
                tally.logouts += 1;
            }
            "token" => self.judge_token(answer.status, &body, tally),
            _ if self.method == "HEAD" => assert_eq!(body, ""),
            _ => self.judge_page(answer, &body, tally),
        }
    }

    fn judge_token(&self, status: u16, body: &str, tally: &mut Tally) {
        match self.who {
            Who::Person(_) => self.judge_own(body, tally),
            Who::Nobody => assert_eq!((status, body.contains("eyJ")), (401, false)),
            Who::Unknown => assert_eq!((status, body.contains("eyJ")), (503, false)),
        }
    }

    fn judge_own(&self, token: &str, tally: &mut Tally) {
        let claims = verify(SECRET, token).expect("a token with our signature").claims;
        assert_eq!(claims["user_id"], self.who.id(), "{self:?}");
        assert_eq!(claims["email"], format!("{}@example.com", self.who.id()));
        tally.own_tokens += 1;
    }

    fn judge_page(&self, answer: &Answer, body: &str, tally: &mut Tally) {
        let is_page = self.kind != "json" && self.kind != "fails-before";
        let speaks =
            is_page && (matches!(self.who, Who::Person(_)) || (self.who == Who::Nobody && !self.marker.is_empty()));
        if !speaks {
            assert!(!body.contains("data-widget") && !body.contains("eyJ"), "{self:?}: {body}");
            assert!(bare(self.kind).is_none_or(|page| page == body), "{self:?}: {body}");
            assert_ne!(answer.header("cache-control"), Some("private, no-store"));
            tally.without += 1;
            return;
        }
        assert_eq!(answer.header("cache-control"), Some("private, no-store"), "{self:?}");
        if self.fails() && !body.contains("</script>") {
            return; // cut off within the snippet
        }
        let (before, element, after) = cut(body);
        assert!(bare(self.kind).is_none_or(|page| page == format!("{before}{after}")), "{self:?}");
        let data = snippet(element);
        assert_eq!(data["seen"], self.marker, "{self:?}");
        match &self.who {
            Who::Person(id) => {
                assert_eq!(data["fp"], fingerprint(id));
                self.judge_own(data["people"]["intercom"]["intercom_user_jwt"].as_str().unwrap(), tally);
            }
            _ => {
                assert_eq!((data["fp"].as_str(), body.contains("eyJ")), (Some(""), false), "{self:?}");
                tally.shutdowns += 1;
            }
        }
    }
}

/// The fingerprint as the documentation defines it, without any code of the library.
fn fingerprint(id: &str) -> String {
    let digest = |key: &[u8], message: &[u8]| {
        let mac = Hmac::<Sha256>::new_from_slice(key).unwrap().chain_update(message);
        mac.finalize().into_bytes()
    };
    let key = digest(SECRET.as_bytes(), b"tower-widget-identity/marker/v1\xff");
    URL_SAFE_NO_PAD.encode(digest(&key, id.as_bytes()))[..22].to_owned()
}
