//! A widget with one wrong detail.

use std::{
    fmt,
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use serde_json::{Value, json};
use tower_widget_identity::{
    ConfigError, CspSources, Identity, Secret, Token, TokenError,
    widget::{BootData, Manifest, PageValue, SessionArtifacts, Settings, Widget},
};

pub(crate) const SECRET: &str = "the secret of acme";

pub(crate) const ADAPTER: &str = "tools => {
    const acme = () => tools.global('Acme');
    const call = (...args) => {
        if (typeof acme() !== 'function') {
            const stub = window.Acme = (...queued) => stub.q.push(queued);
            stub.q = [];
        }
        window.Acme(...args);
    };
    const ask = widget => callback => tools.token('acme', callback);
    return {
        boot(widget) {
            call('init', widget.settings);
            if (widget.person) call('identify', widget.person.token, ask(widget));
            tools.load(widget.library);
        },
        refresh(widget, token) {
            tools.renew(widget, token, renewed => call('identify', renewed));
        },
        shutdown(widget, load) {
            tools.emptyQueue(acme() && acme().q);
            if (acme()) acme()('logout');
        }
    };
}";

/// The passage of the adapter that hands the user over.
pub(crate) const BOOTS: &str = "if (widget.person) call('identify', widget.person.token, ask(widget));";

/// The same, followed by a request for a token that the library gets as well.
pub(crate) fn asking(token: &str) -> String {
    format!("{BOOTS} const hand = text => call('device', text); if (widget.person) {token};")
}

pub(crate) type Mint = fn(&Acme, &Identity, u64) -> Result<Token, TokenError>;
pub(crate) type MintWithValue = fn(&Acme, &Identity, u64, &str) -> Result<Token, TokenError>;
pub(crate) type Page = fn(&Acme, &Identity, u64) -> Result<BootData, TokenError>;

/// A widget with every part replaceable.
pub(crate) struct Acme {
    pub(crate) secret: Secret,
    pub(crate) name: &'static str,
    pub(crate) app_id: &'static str,
    pub(crate) token_names: Vec<&'static str>,
    pub(crate) check: Result<(), ConfigError>,
    pub(crate) mint: Mint,
    /// Mints the token `acme-device`.
    pub(crate) mint_with_value: Option<MintWithValue>,
    pub(crate) page: Page,
    pub(crate) settings: Settings,
    pub(crate) library: &'static str,
    pub(crate) adapter: String,
    pub(crate) artifacts: SessionArtifacts,
    pub(crate) sources: CspSources,
    pub(crate) cookie: Option<String>,
    pub(crate) shown: Option<String>,
    pub(crate) counted: Option<AtomicU64>,
}

impl Acme {
    pub(crate) fn good() -> Self {
        Self {
            secret: Secret::new(SECRET).unwrap(),
            name: "acme",
            app_id: "acme-1",
            token_names: vec!["acme"],
            check: Ok(()),
            mint: |acme, who, now| acme.sign(who, now, json!({ "sub": who.required_id()?, "email": who.email() })),
            mint_with_value: None,
            page: |acme, who, now| Ok(BootData::new().with_token("token", acme.mint("acme", who, at(now))?)),
            settings: Settings::new().with("app", "acme-1"),
            library: "https://cdn.acme.example/widget.js",
            adapter: ADAPTER.to_owned(),
            artifacts: SessionArtifacts::new().cookie("acme_*").storage("acme").global("acmeSettings"),
            sources: CspSources::new().script(["https://cdn.acme.example"]),
            cookie: Some("acme_session".to_owned()),
            shown: None,
            counted: None,
        }
    }

    /// Signs the claims, with the times and the name that every token has.
    pub(crate) fn sign(&self, who: &Identity, now: u64, mut claims: Value) -> Result<Token, TokenError> {
        let exp = expires(who, now, 600)?;
        claims["iat"] = json!(now);
        claims["exp"] = json!(exp);
        claims["name"] = json!(who.name());
        Ok(self.secret.jwt(&claims)?.with_lifetime(secs(exp - now)))
    }

    pub(crate) fn saying(mint: Mint) -> Self {
        Self { mint, ..Self::good() }
    }

    /// A widget with a second token, which signs a value of the page, and an adapter that asks for it.
    pub(crate) fn signing_values(mint: MintWithValue) -> Self {
        Self {
            mint_with_value: Some(mint),
            ..Self::acting(BOOTS, &asking("tools.token('acme-device', hand, 'device-1')"))
        }
    }

    pub(crate) fn telling(page: Page) -> Self {
        Self { page, ..Self::good() }
    }

    /// A widget whose adapter has one passage replaced.
    pub(crate) fn acting(passage: &str, other: &str) -> Self {
        assert_eq!(ADAPTER.matches(passage).count(), 1, "{passage}");
        Self { adapter: ADAPTER.replace(passage, other), ..Self::good() }
    }

    /// Replaces another passage.
    pub(crate) fn then(self, passage: &str, other: &str) -> Self {
        assert_eq!(self.adapter.matches(passage).count(), 1, "{passage}");
        Self { adapter: self.adapter.replace(passage, other), ..self }
    }

    pub(crate) fn purging(artifacts: SessionArtifacts) -> Self {
        Self { artifacts, cookie: None, ..Self::good() }
    }

    pub(crate) fn allowing(sources: CspSources) -> Self {
        Self { sources, ..Self::good() }
    }
}

impl fmt::Debug for Acme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Acme").field("secret", &self.secret).field("shown", &self.shown).finish_non_exhaustive()
    }
}

impl Widget for Acme {
    fn manifest(&self) -> Manifest {
        let count = self.counted.as_ref().map(|count| count.fetch_add(1, Ordering::Relaxed));
        let manifest = Manifest::new(self.name, self.app_id, self.adapter.clone())
            .with_token_names(self.token_names.clone())
            .with_settings(self.settings.clone().with_some("count", count))
            .with_library(self.library)
            .with_artifacts(self.artifacts.clone())
            .with_csp_sources(self.sources.clone())
            .with_value_token_names(self.mint_with_value.map(|_| "acme-device"));
        match &self.cookie {
            Some(cookie) => manifest.with_identified_cookie(cookie),
            None => manifest,
        }
    }
    fn secret(&self) -> Option<&Secret> {
        Some(&self.secret)
    }
    fn check(&self) -> Result<(), ConfigError> {
        self.check.clone()
    }
    fn mint(&self, _: &str, who: &Identity, now: SystemTime) -> Result<Token, TokenError> {
        (self.mint)(self, who, seconds_since_1970(now))
    }
    fn mint_with_value(
        &self,
        _: &str,
        value: &PageValue,
        who: &Identity,
        now: SystemTime,
    ) -> Result<Token, TokenError> {
        self.mint_with_value.unwrap()(self, who, seconds_since_1970(now), value.as_str())
    }
    fn boot_data(&self, who: &Identity, now: SystemTime) -> Result<BootData, TokenError> {
        (self.page)(self, who, seconds_since_1970(now))
    }
}

pub(crate) const WITH_DEVICE: MintWithValue =
    |acme, who, now, value| acme.sign(who, now, json!({ "sub": who.required_id()?, "device": value }));

/// A widget whose adapter asks for a token in this way.
pub(crate) fn handing(token: &str) -> Acme {
    Acme { mint_with_value: Some(WITH_DEVICE), ..Acme::acting(BOOTS, &asking(token)) }
}

pub(crate) fn seconds_since_1970(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH).unwrap().as_secs()
}

pub(crate) fn at(seconds: u64) -> SystemTime {
    UNIX_EPOCH + secs(seconds)
}

pub(crate) fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// When a token of this lifetime expires.
pub(crate) fn expires(who: &Identity, now: u64, lifetime: u64) -> Result<u64, TokenError> {
    who.validity(at(now), secs(lifetime)).map(|validity| validity.exp())
}

/// The token, signed with one claim replaced.
pub(crate) fn resigned(acme: &Acme, who: &Identity, now: u64, claim: &str, value: Value) -> Result<Token, TokenError> {
    let exp = expires(who, now, 600)?;
    let mut claims = json!({ "sub": who.required_id()?, "email": who.email(), "iat": now, "exp": exp });
    claims[claim] = value;
    Ok(acme.secret.jwt(&claims)?.with_lifetime(secs(exp - now)))
}

/// Adds the facts, as a vendor with `user_hash` does. The caller chooses the hash and the facts.
pub(crate) fn hashed(person: BootData, who: &Identity) -> Result<BootData, TokenError> {
    Ok(person.with("id", who.required_id()?).with_some("mail", who.email()))
}
