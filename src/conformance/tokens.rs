//! The rules for tokens and boot data.

use std::time::Duration;

use serde_json::{Value, json};

use super::{
    paper::{Claims, Minted, VALUES, has_issued_tokens, jwts, leaves, mint, mint_with_value, minted, of_person, said},
    people::{self, NOW, PLAN, at},
    rule::{Finding, Rule},
};
use crate::{
    identity::{Company, Identity},
    sign::{self, Secret, Token},
    token_error::TokenError,
    widget::Widget,
};

/// The longest plausible lifetime of a token: 31 days.
const LONGEST: u64 = 31 * 24 * 60 * 60;
/// The claims that are times.
const TIMES: [&str; 4] = ["exp", "iat", "nbf", "auth_time"];
/// The two claims of Zoho's tokens that are in milliseconds: the start and the end of the lifetime.
const BEGINS_IN_MS: &str = "not_before";
const ENDS_IN_MS: &str = "not_after";
/// Claims that every reader of JWTs understands: <https://www.rfc-editor.org/rfc/rfc7519#section-4.1>.
const REGISTERED: [&str; 7] = ["exp", "iat", "nbf", "iss", "aud", "sub", "jti"];
/// The claim that differs in every token.
const UNIQUE: &str = "jti";

pub(super) const RULES: [fn(&dyn Widget, &mut Vec<Finding>); 11] = [
    mints,
    subjects,
    string_ids,
    times,
    lifetimes,
    session_end,
    blank_ids,
    unaltered,
    attributes,
    unsigned,
    page_values,
];

fn mints(widget: &dyn Widget, findings: &mut Vec<Finding>) {
    let mut refuse = |what: String, error: TokenError| {
        let person = "a user with id, e-mail address, name and an attribute";
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
            let detail = format!("the token `{}` contains neither the id nor the e-mail address", one.name);
            findings.push(Finding::new(Rule::Subject, detail));
        }
    }
    let page = |identity| widget.boot_data(&identity, at(NOW)).map(|person| of_person(&person)).unwrap_or_default();
    let (ada, bela) = (page(people::ada()), page(people::bela()));
    if leaves(&ada).iter().any(|(_, leaf)| !leaf.is_null()) && ada == bela {
        findings.push(Finding::new(Rule::Subject, "boot_data() is the same for two users"));
    }
    findings.extend(signed_companies(widget).into_iter().map(|path| {
        let detail =
            format!("`{path}` of boot_data() is the token of another user, whose id is that of the user's company");
        Finding::new(Rule::Subject, detail)
    }));
}

/// Where the page of a company's member contains the token of a user with the company's id.
fn signed_companies(widget: &dyn Widget) -> Vec<String> {
    let company = people::bela();
    let member = people::ada().with_company(Company::new(company.id()));
    let tokens = minted(widget, &company);
    let Ok(page) = widget.boot_data(&member, at(NOW)) else { return Vec::new() };
    let page = of_person(&page);
    let is_token = |leaf: &Value| tokens.iter().any(|token| leaf.as_str() == Some(token.token.as_str()));
    leaves(&page).into_iter().filter(|(_, leaf)| is_token(leaf)).map(|(path, _)| path).collect()
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
    if [BEGINS_IN_MS, ENDS_IN_MS].contains(&path) {
        return wrong_milliseconds(path, leaf);
    }
    if leaf.as_f64().is_some_and(|number| near(number / 1000.0, NOW)) {
        return Some("is in milliseconds: write seconds");
    }
    if !TIMES.contains(&path) {
        let fraction = leaf.is_f64() && leaf.as_f64().is_some_and(|number| near(number, NOW));
        return fraction.then_some("has a fraction: write integer seconds");
    }
    let Some(time) = leaf.as_u64() else {
        return Some("is not an integer: write seconds since 1970, without a fraction");
    };
    match path {
        "exp" if time <= NOW => Some("is already over when the token is made: count from the `now` argument"),
        "exp" if time > NOW + LONGEST => Some("is more than 31 days away: count from the `now` argument, in seconds"),
        "exp" => None,
        _ if time > NOW => Some("is in the future: use the `now` argument"),
        _ if time + 3600 < NOW => Some("is long past: use the `now` argument"),
        _ => None,
    }
}

/// Checks a time in milliseconds by the rules for seconds.
fn wrong_milliseconds(path: &str, leaf: &Value) -> Option<&'static str> {
    let Some(time) = leaf.as_u64() else { return Some("is not an integer: write milliseconds since 1970") };
    if time / 1000 < NOW / 2 {
        return Some("is in seconds: this claim is in milliseconds");
    }
    wrong_time(if path == ENDS_IN_MS { "exp" } else { "nbf" }, &Value::from(time / 1000))
}

fn lifetimes(widget: &dyn Widget, findings: &mut Vec<Finding>) {
    if has_issued_tokens(widget) {
        return;
    }
    let mut tell = |detail| findings.push(Finding::new(Rule::Lifetime, detail));
    for Minted { name, token, claims } in minted(widget, &people::ada()) {
        let timed = claims.as_ref().is_some_and(|claims| TIMES.iter().any(|time| claims.get(time).is_some()));
        match (seconds_left(claims.as_ref()), lifetime(&token)) {
            (Some(left), None) => tell(format!(
                "the token `{name}` expires in {left} s but has no lifetime: set it using `with_lifetime`"
            )),
            (Some(left), Some(said)) if left != said => {
                tell(format!("the token `{name}` has a lifetime of {said} s, but expires in {left} s"));
            }
            (None, Some(said)) if !timed && !changes(widget, &name, &token, NOW + said) => {
                tell(format!("the token `{name}` has a lifetime of {said} s but never expires"));
            }
            _ => {}
        }
    }
    let Ok(person) = widget.boot_data(&people::ada(), at(NOW)) else { return };
    for (path, claims) in jwts(&of_person(&person)) {
        if let Some(left) =
            seconds_left(Some(&claims)).filter(|left| person.lifetime() != Some(Duration::from_secs(*left)))
        {
            tell(format!(
                "`{path}` of boot_data() expires in {left} s, but the page does not know this: add it using `with_token`"
            ));
        }
    }
}

/// Whether the same user gets another token at that time, because a hash can cover the time.
fn changes(widget: &dyn Widget, name: &str, token: &Token, then: u64) -> bool {
    widget.mint(name, &people::ada(), at(then)).is_ok_and(|later| later.as_str() != token.as_str())
}

fn lifetime(token: &Token) -> Option<u64> {
    token.lifetime().map(|lifetime| lifetime.as_secs())
}

/// Returns `None` if the time is invalid, which `Times` reports.
fn seconds_left(claims: Option<&Claims>) -> Option<u64> {
    let claims = claims?;
    let in_ms = || claims.get(ENDS_IN_MS)?.as_u64().map(|end| end / 1000);
    let end = claims.get("exp").map_or_else(in_ms, Value::as_u64)?;
    end.checked_sub(NOW).filter(|left| *left < NOW)
}

fn session_end(widget: &dyn Widget, findings: &mut Vec<Finding>) {
    let mut tell = |detail| findings.push(Finding::new(Rule::SessionEnd, detail));
    for seconds in [1, 30] {
        let person = people::ada().with_session_expires(at(NOW + seconds));
        for Minted { name, token, claims } in minted(widget, &person) {
            let left = [seconds_left(claims.as_ref()), lifetime(&token)];
            if left.into_iter().flatten().any(|left| left > seconds) {
                tell(format!("the token `{name}` outlives a session of {seconds} s: use `Identity::validity`"));
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
                    "the token `{name}` is not refused as `session-over` after the session: use `Identity::validity`"
                ));
            }
        }
        if widget.boot_data(&person, at(NOW)).err() != Some(TokenError::SessionOver) {
            tell("boot_data() is not refused as `session-over` after the session".to_owned());
        }
    }
}

/// Checks blank ids. A hash over the e-mail address needs no id, and is recognised by its value.
fn blank_ids(widget: &dyn Widget, findings: &mut Vec<Finding>) {
    let secret = widget.secret();
    let mut tell = |what: &str, id: &str| {
        let detail = format!("{what} accepts the blank id {id:?}: use `Identity::required_id`");
        findings.push(Finding::new(Rule::BlankId, detail));
    };
    for id in ["", " ", "\u{a0}\u{2003}"] {
        let bare = Identity::new(id);
        let whole = bare.clone().with_email("ada.q@one.conformance.example").with_name("Adelaide Quillfeather");
        for person in [&bare, &whole] {
            let email = person.email();
            let of_email = |text: &str| {
                let both = secret.zip(email);
                both.is_some_and(|(secret, email)| hashes(secret, email).iter().any(|hash| hash == text))
            };
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

/// The encodings in which vendors accept an HMAC-SHA256.
fn hashes(secret: &Secret, message: &str) -> Vec<String> {
    let Ok(digest) = secret.hmac(message.as_bytes()) else { return Vec::new() };
    vec![sign::hex(&digest), sign::base64(&digest), sign::base64url(&digest)]
}

/// Checks that hostile data is unchanged wherever plain data of the same kind is.
fn unaltered(widget: &dyn Widget, findings: &mut Vec<Finding>) {
    let ada = people::ada();
    let plain = said(widget, &ada);
    for text in people::hostile_texts() {
        for (what, person) in people::hostile(&text) {
            let (usual, hostile) = (people::fact(&ada, what), people::fact(&person, what));
            let answers = said(widget, &person);
            for (place, value) in &plain {
                // The hostile user may also have no token.
                let Some((_, answer)) = answers.iter().find(|(other, _)| other == place) else { continue };
                let places = leaves(value).into_iter().filter(|(_, leaf)| leaf.is_string() && leaf.as_str() == usual);
                for (path, _) in places {
                    let now = leaves(answer).into_iter().find(|(other, _)| *other == path);
                    if now.and_then(|(_, leaf)| leaf.as_str()) != hostile {
                        let shown: String = text.chars().take(20).collect();
                        let detail = format!("`{path}` in {place} does not contain the {what} {shown:?}... unchanged");
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
                let detail = format!("an attribute `{key}` replaces the claim in the token `{name}`: omit it");
                findings.push(Finding::new(Rule::Attributes, detail));
            }
        }
        let told = widget.boot_data(&person, at(NOW)).map(|person| of_person(&person)).unwrap_or_default();
        let keys = page.as_object().into_iter().flatten().map(|(key, _)| key);
        for key in keys.filter(|key| told.get(*key) == Some(&forged) && page.get(*key) != Some(&forged)) {
            let detail = format!("an attribute `{key}` replaces a value of boot_data()");
            findings.push(Finding::new(Rule::Attributes, detail));
        }
    }
}

/// A claim with another value than before, or a registered claim that is new.
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

/// Beside a JWT, the page must not repeat what it signs. Without one, data needs a hash that covers it.
fn unsigned(widget: &dyn Widget, findings: &mut Vec<Finding>) {
    if has_issued_tokens(widget) {
        return;
    }
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
        if plain.is_empty() || (jwts(&page).is_empty() && is_hashed(widget, &person, &page, &plain)) {
            continue;
        }
        let has_claims = |minted: &Minted| minted.claims.is_some();
        let remedy = if minted(widget, &person).iter().any(has_claims) {
            "it is unsigned, beside the token that signs it: omit it"
        } else {
            "it is unsigned, and the page has no hash that covers it or several of these values"
        };
        findings.extend(
            plain.iter().map(|(path, _)| Finding::new(Rule::Unsigned, format!("`{path}` of boot_data(): {remedy}"))),
        );
    }
}

/// Whether the page contains a hash over one or several of its plain values.
fn is_hashed(widget: &dyn Widget, person: &Identity, page: &Value, plain: &[(String, &str)]) -> bool {
    let texts: Vec<_> = leaves(page).into_iter().filter_map(|(_, leaf)| leaf.as_str()).collect();
    let of_one =
        widget.secret().into_iter().flat_map(|secret| plain.iter().flat_map(move |(_, fact)| hashes(secret, fact)));
    of_one.into_iter().any(|hash| texts.contains(&hash.as_str()))
        || minted(widget, person)
            .iter()
            .any(|minted| texts.contains(&minted.token.as_str()) && covers(widget, person, minted, plain))
}

/// Whether this is a hash over values that are all in the page.
///
/// The format of the hashed message is the vendor's choice: every value whose change alters the hash is covered, and
/// the vendor cannot check a hash over a value that it does not get.
fn covers(widget: &dyn Widget, person: &Identity, minted: &Minted, plain: &[(String, &str)]) -> bool {
    let mint = |person: &Identity| widget.mint(&minted.name, person, at(NOW)).ok();
    let changes = |person: &Identity| mint(person).as_ref() != Some(&minted.token);
    let covered: Vec<_> = people::others(person).into_iter().filter(|(_, other)| changes(other)).collect();
    let told = |fact: &str| plain.iter().any(|(_, text)| *text == fact);
    !changes(person) && !covered.is_empty() && covered.iter().all(|(fact, _)| told(fact))
}

/// Checks tokens that sign a value from the page.
///
/// A hash must depend on the value, and a JWT must contain it in one place.
fn page_values(widget: &dyn Widget, findings: &mut Vec<Finding>) {
    for name in widget.manifest().value_tokens() {
        let tokens = VALUES.map(|value| mint_with_value(widget, name, value, &people::ada(), at(NOW)));
        // `Mints` reports a token that is refused.
        let [Ok(one), Ok(other)] = tokens else { continue };
        let [first, second] = [&one, &other].map(|token| Claims::read(token.as_str()));
        let places = first.as_ref().map(places_of_the_value).unwrap_or_default();
        let same = match first.as_ref().zip(second.as_ref()) {
            Some((first, second)) => lasting(first) == lasting(second),
            None => one == other,
        };
        let problem = match places.as_slice() {
            _ if same => "is the same for two values from the page: sign the value".to_owned(),
            [place] if REGISTERED.contains(&place.as_str()) => {
                format!("contains the value from the page in `{place}`: identify the user by the identity alone")
            }
            [] | [_] => continue,
            several => {
                format!("contains the value from the page in `{}`: sign it under one name", several.join("` and `"))
            }
        };
        findings.push(Finding::new(Rule::PageValue, format!("the token `{name}` {problem}")));
    }
}

fn places_of_the_value(claims: &Claims) -> Vec<String> {
    let value = claims.value();
    let holds = |leaf: &Value| leaf.as_str().is_some_and(|text| text.contains(VALUES[0]));
    leaves(&value).into_iter().filter(|(_, leaf)| holds(leaf)).map(|(path, _)| path).collect()
}

/// The claims without the one that differs in every token.
fn lasting(claims: &Claims) -> Vec<&(String, Value)> {
    claims.0.iter().filter(|(key, _)| key != UNIQUE).collect()
}
