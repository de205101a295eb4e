//! Each rule of the kit, and the widgets that break it.

use std::sync::atomic::AtomicU64;

use serde_json::{Value, json};
use tower_widget_identity::{
    ConfigError, ConfigErrorKind, CspSources, Identity, Secret, TokenError,
    conformance::{self, Rule},
    widget::{BootData, SessionArtifacts, Settings, Widget},
};

use super::bad::{
    ADAPTER, Acme, Mint, MintWithValue, Page, SECRET, WITH_DEVICE, at, expires, handing, hashed, resigned, secs,
};

#[rustfmt::skip]
fn configured() -> Vec<(Rule, Acme)> {
    let good = Acme::good;
    vec![
        (Rule::Check, Acme { check: Err(ConfigError::new(ConfigErrorKind::AppId, "acme: set the id")), ..good() }),
        (Rule::Names, Acme { name: "Acme", ..good() }),
        (Rule::Names, Acme { app_id: " ", ..good() }),
        (Rule::Names, Acme { token_names: vec!["acme", "acme"], ..good() }),
        (Rule::Names, Acme { token_names: vec!["acme", "page"], ..good() }),
        (Rule::Names, Acme { token_names: vec![], page: |acme, who, now| Ok(BootData::new().with_token("token", (acme.mint)(acme, who, now)?)), ..good() }),
        (Rule::Constant, Acme { counted: Some(AtomicU64::new(0)), ..good() }),
        (Rule::Constant, Acme { app_id: "ku7731adz", ..good() }),
        (Rule::Secret, Acme { settings: Settings::new().with("key", SECRET), ..good() }),
        (Rule::Secret, Acme { settings: Settings::new().with("key", hex(SECRET)), ..good() }),
        (Rule::Secret, Acme { library: "https://cdn.acme.example/widget.js?the secret of acme", ..good() }),
        (Rule::Secret, Acme { secret: Secret::new("short").unwrap(), ..good() }),
        (Rule::Secret, Acme::telling(|acme, who, now| Ok((Acme::good().page)(acme, who, now)?.with("key", SECRET)))),
        (Rule::Secret, Acme::saying(|acme, who, now| acme.sign(who, now, json!({ "sub": who.required_id()?, "key": SECRET })))),
        (Rule::Debug, Acme { shown: Some(SECRET.to_owned()), ..good() }),
        (Rule::Debug, Acme { shown: Some(format!("{:?}", SECRET.as_bytes())), ..good() }),
        (Rule::Debug, Acme { shown: Some("last: ada.q@one.conformance.example".to_owned()), ..good() }),
        (Rule::SessionArtifacts, Acme { artifacts: SessionArtifacts::new(), ..good() }),
        (Rule::SessionArtifacts, Acme::purging(SessionArtifacts::new().cookie("*"))),
        (Rule::SessionArtifacts, Acme::purging(SessionArtifacts::new().cookie("acme session"))),
        (Rule::SessionArtifacts, Acme::purging(SessionArtifacts::new().cookie("__Host-*"))),
        (Rule::SessionArtifacts, Acme::purging(SessionArtifacts::new().cookie("__Host-widget"))),
        (Rule::SessionArtifacts, Acme::purging(SessionArtifacts::new().cookie("__Host-widget-kept"))),
        (Rule::SessionArtifacts, Acme::purging(SessionArtifacts::new().storage(""))),
        (Rule::SessionArtifacts, Acme::purging(SessionArtifacts::new().storage("a*b"))),
        (Rule::SessionArtifacts, Acme::purging(SessionArtifacts::new().storage("#"))),
        (Rule::SessionArtifacts, Acme::purging(SessionArtifacts::new().session_storage("#.a"))),
        (Rule::SessionArtifacts, Acme::purging(SessionArtifacts::new().session_storage("acme.*.*"))),
        (Rule::SessionArtifacts, Acme::purging(SessionArtifacts::new().global("document.cookie"))),
        (Rule::SessionArtifacts, Acme::purging(SessionArtifacts::new().global("acme[0]"))),
        (Rule::Sources, Acme::allowing(CspSources::from_policy("script-scr https://other.example"))),
        (Rule::Sources, Acme::allowing(CspSources::new().script(["https://cdn.acme.example"]).img(["https:"]))),
        (Rule::AdapterText, Acme::acting("call('init', widget.settings)", "call('init', widget?.settings)")),
        (Rule::AdapterText, Acme::acting("call('init', widget.settings)", "call('init', widget.settings ?? {})")),
        (Rule::AdapterText, Acme::acting("call('init'", "call('\u{e9}'")),
        (Rule::AdapterText, Acme::acting("call('init'", "call('</script>'")),
        (Rule::AdapterText, Acme { adapter: format!("{ADAPTER} // acme's"), ..good() }),
    ]
}

fn hex(text: &str) -> String {
    text.bytes().map(|byte| format!("{byte:02x}")).collect()
}

#[rustfmt::skip]
fn signing() -> Vec<(Rule, Acme)> {
    vec![
        (Rule::NoPanic, Acme::saying(|acme, who, now| acme.sign(who, now, json!({ "sub": who.required_id()?, "initial": &who.id()[..2] })))),
        (Rule::Mints, Acme::saying(|acme, who, now| match who.attributes().is_empty() {
            true => (Acme::good().mint)(acme, who, now),
            false => expires(who, now, 1).and(who.required_id()).and(Err(TokenError::TooLarge)),
        })),
        (Rule::Subject, Acme::saying(|acme, who, now| { who.required_id()?; acme.sign(who, now, json!({ "plan": who.attributes() })) })),
        (Rule::StringIds, Acme::saying(|acme, who, now| {
            let id = who.required_id()?;
            acme.sign(who, now, json!({ "sub": id.parse::<u64>().map_or(json!(id), Value::from) }))
        })),
        (Rule::StringIds, Acme::saying(|acme, who, now| {
            let id = who.required_id()?;
            acme.sign(who, now, json!({ "sub": id, "user": { "number": id.parse::<f64>().unwrap_or_default() } }))
        })),
        (Rule::Times, Acme::saying(|acme, who, now| resigned(acme, who, now, "exp", json!(expires(who, now, 600)? as f64 + 0.5)))),
        (Rule::Times, Acme::saying(|acme, who, now| resigned(acme, who, now, "exp", json!(expires(who, now, 600)? * 1000)))),
        (Rule::Times, Acme::saying(|acme, who, now| resigned(acme, who, now, "exp", json!(expires(who, now, 600)?.to_string())))),
        (Rule::Times, Acme::saying(|acme, who, now| resigned(acme, who, now, "exp", json!(now - 1)))),
        (Rule::Times, Acme::saying(|acme, who, now| resigned(acme, who, now, "iat", json!(now + 60)))),
        (Rule::Times, Acme::saying(|acme, who, now| resigned(acme, who, now, "iat", json!(now - 86_400)))),
        (Rule::Times, Acme::saying(|acme, who, now| resigned(acme, who, now, "signed_at", json!(now * 1000)))),
        (Rule::Times, Acme::saying(|acme, who, now| resigned(acme, who, now, "signed_at", json!(now as f64 + 0.25)))),
        (Rule::Times, Acme::saying(|acme, who, now| resigned(acme, who, now, "not_after", json!(expires(who, now, 600)?)))),
        (Rule::Times, Acme::saying(|acme, who, now| resigned(acme, who, now, "not_before", json!((now + 60) * 1000)))),
        (Rule::Lifetime, Acme::saying(|acme, who, now| Ok((Acme::good().mint)(acme, who, now)?.with_lifetime(secs(1))))),
        (Rule::Lifetime, Acme::saying(|acme, who, now| {
            let exp = expires(who, now, 600)?;
            acme.secret.jwt(&json!({ "sub": who.required_id()?, "exp": exp }))
        })),
        (Rule::Lifetime, Acme::saying(|acme, who, now| {
            let end = expires(who, now, 600)? * 1000;
            acme.secret.jwt(&json!({ "sub": who.required_id()?, "not_after": end }))
        })),
        (Rule::Lifetime, Acme::telling(|acme, who, now| Ok(BootData::new().with("token", acme.mint("acme", who, at(now))?.into_string())))),
        (Rule::SessionEnd, Acme::saying(|acme, who, now| {
            expires(who, now, 600)?;
            Ok(acme.secret.jwt(&json!({ "sub": who.required_id()?, "exp": now + 600 }))?.with_lifetime(secs(600)))
        })),
        (Rule::SessionEnd, Acme::saying(|acme, who, now| {
            let exp = expires(who, now, 600).unwrap_or(now + 1);
            Ok(acme.secret.jwt(&json!({ "sub": who.required_id()?, "exp": exp }))?.with_lifetime(secs(exp - now)))
        })),
        (Rule::BlankId, Acme::saying(|acme, who, now| acme.sign(who, now, json!({ "sub": who.id() })))),
        (Rule::Unaltered, Acme::saying(|acme, who, now| acme.sign(who, now, json!({ "sub": who.required_id()?.trim() })))),
        (Rule::Unaltered, Acme::saying(|acme, who, now| {
            acme.sign(who, now, json!({ "sub": who.required_id()?, "email": who.required_email()?.to_lowercase() }))
        })),
        (Rule::Unaltered, Acme::saying(|acme, who, now| {
            let plan = who.attributes().get("plan").map(|plan| plan.as_str().unwrap_or_default().replace('<', "&lt;"));
            acme.sign(who, now, json!({ "sub": who.required_id()?, "custom": { "plan": plan } }))
        })),
        (Rule::Attributes, Acme::saying(|acme, who, now| {
            let exp = expires(who, now, 600)?;
            let mut claims = json!({ "sub": who.required_id()?, "exp": exp });
            claims.as_object_mut().into_iter().for_each(|claims| claims.extend(who.attributes().clone()));
            Ok(acme.secret.jwt(&claims)?.with_lifetime(secs(exp - now)))
        })),
        (Rule::Attributes, Acme::saying(|acme, who, now| acme.sign(who, now, {
            let mut claims = json!({ "sub": who.required_id()? });
            claims["aud"] = who.attributes().get("aud").cloned().unwrap_or_default();
            claims
        }))),
        (Rule::Attributes, Acme::telling(|acme, who, now| {
            let page = (Acme::good().page)(acme, who, now)?.with("theme", "dark");
            Ok(page.with_some("theme", who.attributes().get("theme").cloned()))
        })),
        (Rule::Mints, Acme::signing_values(|_, who, now, _| expires(who, now, 1).and(who.required_id()).and(Err(TokenError::UnknownToken)))),
        (Rule::PageValue, Acme::signing_values(|acme, who, now, _| acme.mint("acme", who, at(now)))),
        (Rule::PageValue, Acme::signing_values(|acme, who, now, _| {
            expires(who, now, 1)?;
            acme.secret.hmac_hex(who.required_id()?)
        })),
        (Rule::PageValue, Acme::signing_values(|acme, who, now, value| {
            acme.sign(who, now, json!({ "sub": value, "id": who.required_id()?, "email": who.email() }))
        })),
        (Rule::PageValue, Acme::signing_values(|acme, who, now, value| {
            acme.sign(who, now, json!({ "sub": who.required_id()?, "device": value, "user": { "device": value } }))
        })),
        (Rule::Unsigned, Acme::telling(|acme, who, now| hashed((Acme::good().page)(acme, who, now)?, who))),
        (Rule::Unsigned, Acme::telling(|acme, who, now| {
            let person = (Acme::good().page)(acme, who, now)?.with_some("greeting", who.name().map(|name| format!("Hello {name}!")));
            Ok(person)
        })),
    ]
}

/// A vendor that signs a hash. The hashed facts may stand beside the hash, but not without it.
fn hashing(page: Page) -> Acme {
    let mint: Mint = |acme, who, now| expires(who, now, 600).and_then(|_| acme.secret.hmac_hex(who.required_id()?));
    let adapter = ADAPTER
        .replace("widget.person.token, ask(widget)", "widget.person")
        .replace("renewed => call('identify', renewed)", "() => call('identify', widget.person)");
    Acme { mint, page, adapter, ..Acme::good() }
}

/// Returns the minted hash with the id and the e-mail address.
fn beside_a_hash(acme: &Acme, who: &Identity, now: u64) -> Result<BootData, TokenError> {
    hashed(BootData::new().with_token("hash", acme.mint("acme", who, at(now))?), who)
}

#[rustfmt::skip]
fn hashes() -> Vec<(Option<Rule>, Acme)> {
    vec![
        (None, hashing(|acme, who, now| hashed(BootData::new().with_token("hash", acme.mint("acme", who, at(now))?), who))),
        (None, Acme {
            mint: |acme, who, now| {
                let message = format!("{}:{}", who.required_id()?, who.email().unwrap_or_default());
                expires(who, now, 600).and_then(|_| acme.secret.hmac_hex(&message))
            },
            ..hashing(beside_a_hash)
        }),
        (None, Acme {
            mint: |acme, who, now| {
                let validity = who.validity(at(now), secs(60))?;
                let message = format!("{} {}", who.required_id()?, validity.exp());
                Ok(acme.secret.hmac_hex(&message)?.with_lifetime(validity.lifetime()))
            },
            ..hashing(beside_a_hash)
        }),
        // The vendor gets no name, so it cannot check the hash.
        (Some(Rule::Unsigned), Acme {
            mint: |acme, who, now| {
                let message = format!("{}:{}", who.required_id()?, who.name().unwrap_or_default());
                expires(who, now, 600).and_then(|_| acme.secret.hmac_hex(&message))
            },
            ..hashing(beside_a_hash)
        }),
        (Some(Rule::Unsigned), hashing(|acme, who, now| { acme.mint("acme", who, at(now))?; hashed(BootData::new(), who) })),
        (Some(Rule::Unsigned), hashing(|acme, who, now| {
            acme.mint("acme", who, at(now))?;
            hashed(BootData::new().with_token("hash", acme.secret.hmac_hex("everybody")?), who)
        })),
        (Some(Rule::Subject), hashing(|acme, who, now| {
            let company = who.company().map(|company| acme.secret.hmac_hex(company.id())).transpose()?;
            Ok(beside_a_hash(acme, who, now)?.with_some("company", company.map(|hash| hash.as_str().to_owned())))
        })),
        (Some(Rule::Lifetime), Acme {
            mint: |acme, who, now| expires(who, now, 600).and_then(|exp| Ok(acme.secret.hmac_hex(who.required_id()?)?.with_lifetime(secs(exp - now)))),
            ..hashing(|acme, who, _| hashed(BootData::new().with("hash", acme.secret.hmac_hex(who.required_id()?)?.into_string()), who).and_then(|page| expires(who, 1_800_000_000, 1).map(|_| page)))
        }),
        (Some(Rule::Subject), Acme {
            mint: |acme, who, now| expires(who, now, 600).and_then(|_| who.required_id()).and_then(|_| acme.secret.hmac_hex("everybody")),
            ..hashing(|acme, who, now| hashed(BootData::new().with("hash", acme.secret.hmac_hex(who.required_id()?)?.into_string()), who).and_then(|page| expires(who, now, 1).map(|_| page)))
        }),
    ]
}

#[rustfmt::skip]
fn acting() -> Vec<(Rule, Acme)> {
    let act = Acme::acting;
    vec![
        (Rule::Shape, Acme { adapter: "({ boot() {}, refresh() {}, shutdown() {} })".to_owned(), ..Acme::good() }),
        (Rule::Shape, Acme { adapter: "tools => {".to_owned(), ..Acme::good() }),
        (Rule::Shape, act("boot(widget) {", "destroy() {}, boot(widget) {")),
        (Rule::Shape, act("refresh(widget, token) {", "renew(widget, token) {")),
        (Rule::Shape, act("const ask =", "window.Acme.ready; const ask =")),
        (Rule::Order, act("if (acme()) acme()('logout')", "window.Acme('logout')")),
        (Rule::Order, act("if (acme()) acme()('logout')", "while (!window.Acme.gone);")),
        (Rule::Order, act("if (acme()) acme()('logout')", "if (acme()) acme()('logout'); setTimeout(() => window.Acme('logout'), 10)")),
        (Rule::Order, act("if (acme()) acme()('logout')", "if (acme()) acme()('logout'); Object.hasOwn(widget, 'name')")),
        (Rule::Library, act("tools.load(widget.library);", "")),
        (Rule::Library, act("tools.load(widget.library);", "tools.load(widget.library); tools.load(widget.library + '?' + Date.now() * 0); document.head.append(document.createElement('script'));")),
        (Rule::Library, act("tools.load(widget.library);", "tools.load(widget.library); const again = document.createElement('script'); again.src = widget.library; document.head.appendChild(again);")),
        (Rule::Library, act("if (acme()) acme()('logout')", "if (acme()) acme()('logout'); tools.load(widget.library)")),
        (Rule::Library, act("const ask =", "tools.load('https://cdn.acme.example/widget.js'); const ask =")),
        (Rule::Boot, act("if (widget.person) call('identify', widget.person.token, ask(widget));", "if (widget.person && window.Acme && !window.Acme.q) call('identify', widget.person.token);")),
        (Rule::Fresh, act("renewed => call('identify', renewed)", "() => {}").then(", ask(widget)", "")),
        (Rule::Left, act("tools.emptyQueue(acme() && acme().q);", "")),
        (Rule::Left, act("call('init', widget.settings);", "call('init', widget.settings); if (widget.person) window.acme_person = { now: widget.person };")),
        (Rule::Left, act("call('init', widget.settings);", "call('init', widget.settings); if (widget.person) localStorage.setItem('acme-token', widget.person.token);")),
        (Rule::Left, act("call('init', widget.settings);", "call('init', widget.settings); if (widget.person) document.cookie = 'acmetoken=' + widget.person.token;")),
        (Rule::Left, act("call('init', widget.settings);", "call('init', widget.settings); if (widget.person) document.body.dataset.acme = widget.person.token;")),
        (Rule::Late, act("tools.load(widget.library)", "const who = widget.person; tools.load(widget.library, { onload: () => { if (who && !tools.alive()) window.Acme('identify', who.token); } })")),
        (Rule::Late, act("call('init', widget.settings);", "call('init', widget.settings); const who = widget.person; tools.on('acme:ready', () => { if (who && !tools.alive()) window.Acme('identify', who.token); }, true);")),
        (Rule::Callback, act("callback => tools.token('acme', callback)", "{ const { token } = widget.person; return callback => tools.alive() ? tools.token('acme', callback) : callback(token); }")),
        (Rule::Refresh, act("tools.renew(widget, token, renewed => call('identify', renewed));", "if (widget.person) call('identify', widget.person.token);")),
        (Rule::Second, act("call('identify', widget.person.token, ask(widget))", "call('identify', first = first || widget.person.token, ask(widget))").then("const ask =", "let first; const ask =")),
        (Rule::Second, act("if (widget.person) call('identify'", "if (widget.person && !document.acmeGone) call('identify'")
            .then("if (acme()) acme()('logout')", "if (acme()) acme()('logout'); document.acmeGone = document.acmeWas")
            .then("tools.load(widget.library);", "tools.load(widget.library); if (widget.person) document.acmeWas = true;")),
        (Rule::Second, act("if (acme()) acme()('logout')", "if (acme()) acme()('logout'); delete window.Acme")
            .then(", ask(widget)", "")),
        (Rule::Visitor, act("if (widget.person) call('identify'", "call('identify'")),
        (Rule::Shadowed, act("tools.global('Acme')", "window.Acme")),
        (Rule::Shadowed, act("if (acme()) acme()('logout')", "if (window.Acme) window.Acme('logout')")),
        (Rule::Shadowed, act("if (acme()) acme()('logout')", "if (acme()) acme()('logout'); else if (load && !window.Acme) tools.load(widget.library)")),
        (Rule::Shadowed, act("call('init', widget.settings);", "call('init', widget.settings); addEventListener('acme:ready', () => {});")),
        (Rule::PageValue, handing("tools.token('acme-device', hand)")),
        (Rule::PageValue, handing("tools.token('acme-device', hand, 'device 1')")),
        (Rule::PageValue, handing("tools.token('acme', hand, 'device-1')")),
    ]
}

#[test]
fn widget_that_conforms_passes() {
    assert_eq!(conformance::check_debug(&Acme::good()), Ok(()));
}

/// The value may stand in a JWT under a name of its own, or be part of what is hashed.
#[test]
fn widget_that_signs_a_page_value_passes() {
    let in_a_hash: MintWithValue = |acme, who, now, value| {
        expires(who, now, 1)?;
        acme.secret.hmac_hex(&format!("{}:{value}", who.required_id()?))
    };
    for mint in [WITH_DEVICE, in_a_hash] {
        assert_eq!(conformance::check_debug(&Acme::signing_values(mint)), Ok(()));
    }
}

fn assert_found(table: Vec<(Rule, Acme)>) {
    for (at, (rule, acme)) in table.into_iter().enumerate() {
        let findings = conformance::check_debug(&acme).expect_err(&format!("{rule:?}, case {at}"));
        assert_eq!(findings.rules(), [rule], "case {at}: {findings}");
        assert!(!findings.to_string().contains(SECRET), "case {at}");
    }
}

#[test]
fn wrong_configuration_is_found() {
    assert_found(configured());
}

#[test]
fn wrong_signature_is_found() {
    assert_found(signing());
}

#[test]
fn hash_allows_the_facts_that_it_covers() {
    for (at, (rule, acme)) in hashes().into_iter().enumerate() {
        let rules = conformance::check_debug(&acme).map_or_else(|findings| findings.rules(), |()| Vec::new());
        assert_eq!(rules, Vec::from_iter(rule), "case {at}");
    }
}

#[test]
fn wrong_adapter_is_found() {
    assert_found(acting());
}

#[test]
fn every_rule_can_fail() {
    let tables = [configured(), signing(), acting()];
    let broken: Vec<_> = tables.iter().flatten().map(|(rule, _)| *rule).collect();
    for rule in Rule::ALL {
        assert!(broken.contains(&rule), "{rule:?} has no vendor that breaks it");
    }
}
