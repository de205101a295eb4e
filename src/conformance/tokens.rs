//! The rules about tokens and what the page is told of a person.

use std::time::Duration;

use serde_json::{Value, json};

use super::{
    paper::{self, Claims, Minted, jwts, leaves, mint, minted, of_person, said},
    people::{self, NOW, PLAN, at},
    rule::{Finding, Rule},
};
use crate::{
    identity::Identity,
    sign::{self, Secret, Token},
    token_error::TokenError,
    widget::Widget,
};

/// 31 days: longer than any token should be good for.
const LONGEST: u64 = 31 * 24 * 60 * 60;
/// What a claim of time is called.
const TIMES: [&str; 4] = ["exp", "iat", "nbf", "auth_time"];
/// Claims that mean something to every reader of JWTs: <https://www.rfc-editor.org/rfc/rfc7519#section-4.1>.
const REGISTERED: [&str; 7] = ["exp", "iat", "nbf", "iss", "aud", "sub", "jti"];
/// The claim that differs from token to token.
const UNIQUE: &str = "jti";

pub(super) const RULES: [fn(&dyn Widget, &mut Vec<Finding>); 10] =
    [mints, subjects, string_ids, times, lifetimes, session_end, blank_ids, unaltered, attributes, unsigned];

fn mints(widget: &dyn Widget, findings: &mut Vec<Finding>) {
    let mut refuse = |what: String, error: TokenError| {
        let person = "a person with id, e-mail address, name and an attribute";
        findings.push(Finding::new(Rule::Mints, format!("{what} refuses {person}: {error}")));
    };
    for (name, token) in mint(widget, &people::ada()) {
        if let Err(error) = token {
            refuse(format!("the token `{name}`"), error);
        }
    }
    if let Err(error) = widget.boot_data(&people::ada(), at(NOW)) {
        refuse("boot_data()".to_owned(), error);
    }
}

fn subjects(widget: &dyn Widget, findings: &mut Vec<Finding>) {
    let (ada, bela) = (minted(widget, &people::ada()), minted(widget, &people::bela()));
    for (one, other) in ada.iter().zip(&bela) {
        let same = match &one.claims {
            Some(claims) => !names(claims, &people::ada()),
            None => one.token.as_str() == other.token.as_str(),
        };
        if same {
            let detail = format!("the token `{}` holds neither the id nor the e-mail address", one.name);
            findings.push(Finding::new(Rule::Subject, detail));
        }
    }
    let page = |identity| widget.boot_data(&identity, at(NOW)).map(|person| of_person(&person)).unwrap_or_default();
    let (ada, bela) = (page(people::ada()), page(people::bela()));
    if leaves(&ada).iter().any(|(_, leaf)| !leaf.is_null()) && ada == bela {
        findings.push(Finding::new(Rule::Subject, "boot_data() is the same for two persons"));
    }
}

fn names(claims: &Claims, identity: &Identity) -> bool {
    let value = claims.value();
    let facts = [Some(identity.id()), identity.email()];
    leaves(&value).iter().any(|(_, leaf)| leaf.is_string() && facts.contains(&leaf.as_str()))
}

fn string_ids(widget: &dyn Widget, findings: &mut Vec<Finding>) {
    for id in people::NUMERIC_IDS {
        let person = Identity::new(id).with_email("ada.q@one.conformance.example").with_name("Adelaide Quillfeather");
        for (place, value) in said(widget, &person) {
            let numbers = leaves(&value).into_iter().filter(|(_, leaf)| leaf.as_f64() == id.parse().ok());
            findings.extend(numbers.map(|(path, _)| {
                Finding::new(
                    Rule::StringIds,
                    format!("`{path}` in {place} is a number for the id {id:?}: write a string"),
                )
            }));
        }
    }
}

fn times(widget: &dyn Widget, findings: &mut Vec<Finding>) {
    for Minted { name, claims, .. } in minted(widget, &people::ada()) {
        let value = claims.map(|claims| claims.value()).unwrap_or_default();
        for (path, leaf) in leaves(&value) {
            if let Some(problem) = wrong_time(&path, leaf) {
                findings.push(Finding::new(Rule::Times, format!("`{path}` of the token `{name}` {problem}")));
            }
        }
    }
}

fn wrong_time(path: &str, leaf: &Value) -> Option<&'static str> {
    let near = |number: f64, now: u64| (number - now as f64).abs() < (LONGEST * 100) as f64;
    if leaf.as_f64().is_some_and(|number| near(number / 1000.0, NOW)) {
        return Some("is in milliseconds: write seconds");
    }
    if !TIMES.contains(&path) {
        let fraction = leaf.is_f64() && leaf.as_f64().is_some_and(|number| near(number, NOW));
        return fraction.then_some("has a fraction: write integer seconds");
    }
    let Some(time) = leaf.as_u64() else { return Some("is no integer: write seconds since 1970, without a fraction") };
    match path {
        "exp" if time <= NOW => Some("is over when it is made: count from the `now` that is given"),
        "exp" if time > NOW + LONGEST => Some("is over 31 days away: count from the `now` that is given, in seconds"),
        "exp" => None,
        _ if time > NOW => Some("is in the future: take the `now` that is given"),
        _ if time + 3600 < NOW => Some("is long past: take the `now` that is given"),
        _ => None,
    }
}

fn lifetimes(widget: &dyn Widget, findings: &mut Vec<Finding>) {
    let mut tell = |detail| findings.push(Finding::new(Rule::Lifetime, detail));
    for Minted { name, token, claims } in minted(widget, &people::ada()) {
        let timed = claims.as_ref().is_some_and(|claims| TIMES.iter().any(|time| claims.get(time).is_some()));
        match (seconds_left(claims.as_ref()), lifetime(&token)) {
            (Some(left), None) => {
                tell(format!("the token `{name}` expires in {left} s and says none: note it `with_lifetime`"))
            }
            (Some(left), Some(said)) if left != said => {
                tell(format!("the token `{name}` says {said} s, and its `exp` {left} s"));
            }
            (None, Some(said)) if !timed => tell(format!("the token `{name}` says {said} s and never expires")),
            _ => {}
        }
    }
    let Ok(person) = widget.boot_data(&people::ada(), at(NOW)) else { return };
    for (path, claims) in jwts(&of_person(&person)) {
        if let Some(left) =
            seconds_left(Some(&claims)).filter(|left| person.lifetime() != Some(Duration::from_secs(*left)))
        {
            tell(format!(
                "`{path}` of boot_data() expires in {left} s, and the page does not know: add it by `with_token`"
            ));
        }
    }
}

fn lifetime(token: &Token) -> Option<u64> {
    token.lifetime().map(|lifetime| lifetime.as_secs())
}

/// `None` where the time is none: `Times` tells.
fn seconds_left(claims: Option<&Claims>) -> Option<u64> {
    claims?.get("exp")?.as_u64()?.checked_sub(NOW).filter(|left| *left < NOW)
}

fn session_end(widget: &dyn Widget, findings: &mut Vec<Finding>) {
    let mut tell = |detail| findings.push(Finding::new(Rule::SessionEnd, detail));
    for seconds in [1, 30] {
        let person = people::ada().with_session_expires(at(NOW + seconds));
        for Minted { name, token, claims } in minted(widget, &person) {
            let left = [seconds_left(claims.as_ref()), lifetime(&token)];
            if left.into_iter().flatten().any(|left| left > seconds) {
                tell(format!("the token `{name}` outlives a session of {seconds} s: take `Identity::validity`"));
            }
        }
        let Ok(page) = widget.boot_data(&person, at(NOW)) else { continue };
        let jwts = jwts(&of_person(&page)).into_iter().filter_map(|(_, claims)| seconds_left(Some(&claims)));
        if jwts.chain(page.lifetime().map(|lifetime| lifetime.as_secs())).any(|left| left > seconds) {
            tell(format!("boot_data() outlives a session of {seconds} s"));
        }
    }
    for end in [NOW, NOW - 1, 0] {
        let person = people::ada().with_session_expires(at(end));
        for (name, token) in mint(widget, &person) {
            if token.err() != Some(TokenError::SessionOver) {
                tell(format!(
                    "the token `{name}` is not refused as `session-over` after the session: ask `Identity::validity`"
                ));
            }
        }
        if widget.boot_data(&person, at(NOW)).err() != Some(TokenError::SessionOver) {
            tell("boot_data() does not refuse as `session-over` after the session".to_owned());
        }
    }
}

/// A hash over the e-mail address needs no id, and can be told by its value.
fn blank_ids(widget: &dyn Widget, findings: &mut Vec<Finding>) {
    let secret = widget.secret();
    let mut tell = |what: &str, id: &str| {
        let detail = format!("{what} takes the blank id {id:?}: ask `Identity::required_id`");
        findings.push(Finding::new(Rule::BlankId, detail));
    };
    for id in ["", " ", "\u{a0}\u{2003}"] {
        let bare = Identity::new(id);
        let whole = bare.clone().with_email("ada.q@one.conformance.example").with_name("Adelaide Quillfeather");
        for person in [&bare, &whole] {
            let email = person.email();
            let of_email =
                |text: &str| email.is_some_and(|email| hashes(secret, email).iter().any(|hash| hash == text));
            for Minted { name, .. } in minted(widget, person).iter().filter(|minted| !of_email(minted.token.as_str())) {
                tell(&format!("the token `{name}`"), id);
            }
            if let Ok(page) = widget.boot_data(person, at(NOW)) {
                let page = of_person(&page);
                if !leaves(&page).iter().any(|(_, leaf)| leaf.as_str().is_some_and(of_email)) {
                    tell("boot_data()", id);
                }
            }
        }
    }
}

/// The forms in which vendors take an HMAC-SHA256.
fn hashes(secret: &Secret, message: &str) -> Vec<String> {
    let Ok(digest) = secret.hmac(message.as_bytes()) else { return Vec::new() };
    vec![sign::hex(&digest), sign::base64(&digest), sign::base64url(&digest)]
}

/// Where a plain person's fact stands, the hostile one's must stand, to the letter.
fn unaltered(widget: &dyn Widget, findings: &mut Vec<Finding>) {
    let ada = people::ada();
    let plain = said(widget, &ada);
    for text in people::hostile_texts() {
        for (what, person) in people::hostile(&text) {
            let (usual, hostile) = (people::fact(&ada, what), people::fact(&person, what));
            let answers = said(widget, &person);
            for (place, value) in &plain {
                // Or no token at all, which is right too.
                let Some((_, answer)) = answers.iter().find(|(other, _)| other == place) else { continue };
                let places = leaves(value).into_iter().filter(|(_, leaf)| leaf.is_string() && leaf.as_str() == usual);
                for (path, _) in places {
                    let now = leaves(answer).into_iter().find(|(other, _)| *other == path);
                    if now.and_then(|(_, leaf)| leaf.as_str()) != hostile {
                        let shown: String = text.chars().take(20).collect();
                        let detail = format!("`{path}` in {place} does not hold the {what} {shown:?}... as it is");
                        findings.push(Finding::new(Rule::Unaltered, detail));
                    }
                }
            }
        }
    }
}

fn attributes(widget: &dyn Widget, findings: &mut Vec<Finding>) {
    let bare = people::bare_ada();
    let plain = minted(widget, &bare);
    let page = widget.boot_data(&bare, at(NOW)).map(|person| of_person(&person)).unwrap_or_default();
    let claimed = plain.iter().flat_map(|minted| minted.claims.iter()).flat_map(|claims| claims.0.iter());
    let mut keys: Vec<String> = claimed.map(|(key, _)| key.clone()).chain(REGISTERED.map(str::to_owned)).collect();
    keys.extend(page.as_object().into_iter().flatten().map(|(key, _)| key.clone()));
    for forged in [json!("conformance-forged"), json!(9_999_999_999_u64), json!(null), json!({ "forged": "forged" })] {
        let person = keys.iter().fold(bare.clone(), |person, key| person.with_attribute(key, forged.clone()));
        for Minted { name, claims, .. } in minted(widget, &person) {
            let before = plain.iter().find(|minted| minted.name == name).and_then(|minted| minted.claims.as_ref());
            let (Some(before), Some(after)) = (before, claims) else { continue };
            if let Some(key) = after.doubled().or(replaced(before, &after, &keys)) {
                let detail =
                    format!("an attribute `{key}` takes the place of the claim in the token `{name}`: leave it out");
                findings.push(Finding::new(Rule::Attributes, detail));
            }
        }
        let told = widget.boot_data(&person, at(NOW)).map(|person| of_person(&person)).unwrap_or_default();
        let keys = page.as_object().into_iter().flatten().map(|(key, _)| key);
        for key in keys.filter(|key| told.get(*key) == Some(&forged) && page.get(*key) != Some(&forged)) {
            let detail = format!("an attribute `{key}` takes the place of what boot_data() says");
            findings.push(Finding::new(Rule::Attributes, detail));
        }
    }
}

/// A claim that is another one now, or a registered claim that appeared.
fn replaced<'a>(before: &Claims, after: &'a Claims, keys: &[String]) -> Option<&'a str> {
    let changed = |key: &str, value: &Value| match before.get(key) {
        Some(was) if key == UNIQUE => was.is_string() != value.is_string() || value == "conformance-forged",
        // A list or an object may be the place for attributes.
        Some(was) => was != value && !(both(Value::is_object, was, value) || both(Value::is_array, was, value)),
        None => REGISTERED.contains(&key) && keys.iter().any(|known| known == key),
    };
    after.0.iter().find(|(key, value)| changed(key, value)).map(|(key, _)| key.as_str())
}

fn both(is: fn(&Value) -> bool, one: &Value, other: &Value) -> bool {
    is(one) && is(other)
}

/// Beside a JWT nothing of what it signs; without one, facts only where there is a hash over one of them.
fn unsigned(widget: &dyn Widget, findings: &mut Vec<Finding>) {
    let strange =
        Identity::new("\u{e4} \"7731\"").with_email("ada.q@one.conformance.example").with_name("Adelaide Quillfeather");
    for person in [people::ada(), strange.with_attribute(PLAN, "quillplan-5108")] {
        let Ok(page) = widget.boot_data(&person, at(NOW)) else { continue };
        let page = of_person(&page);
        let facts: Vec<_> = people::facts(&person).collect();
        let plain: Vec<_> = leaves(&page)
            .into_iter()
            .filter_map(|(path, leaf)| Some((path, leaf.as_str()?)))
            .filter(|(_, text)| facts.iter().any(|(_, fact)| text.contains(fact)))
            .collect();
        if plain.is_empty() || is_hashed(widget.secret(), &page, &plain) {
            continue;
        }
        let has_claims = |minted: &Minted| minted.claims.is_some();
        let remedy = if minted(widget, &person).iter().any(has_claims) {
            "it stands unsigned beside the token that signs it: leave it out"
        } else {
            "it stands unsigned, and no hash over it or over another of these facts beside it"
        };
        findings.extend(
            plain.iter().map(|(path, _)| Finding::new(Rule::Unsigned, format!("`{path}` of boot_data(): {remedy}"))),
        );
    }
}

/// Whether the page is told a hash over one of the facts that stand there.
fn is_hashed(secret: &Secret, page: &Value, plain: &[(String, &str)]) -> bool {
    let hashes: Vec<_> = plain.iter().flat_map(|(_, fact)| hashes(secret, fact)).collect();
    let leaves = paper::leaves(page);
    let is_hash = |leaf: &Value| leaf.as_str().is_some_and(|text| hashes.iter().any(|hash| hash == text));
    jwts(page).is_empty() && leaves.iter().any(|(_, leaf)| is_hash(leaf))
}
