//! One policy: read as browsers read it, and extended by what is missing. Pure.

use std::borrow::Cow;

use super::{directive::Directive, needs::CspNeeds, source};
use crate::protocol::TRUSTED_TYPES_POLICY;

/// Why a policy rules the widget out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Impossible {
    /// A `sandbox` that lacks `allow-scripts` or `allow-same-origin`.
    Sandbox,
    /// Trusted types are required for scripts, and `trusted-types` does not allow our policy.
    TrustedTypes,
}

/// A directive and its position, in bytes from the start of the policy.
#[derive(Clone, Copy)]
struct Found<'a> {
    name: &'a str,
    value: &'a str,
    name_end: usize,
    end: usize,
}

impl<'a> Found<'a> {
    fn tokens(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        self.value.split_ascii_whitespace()
    }

    /// Returns the sources of the list.
    ///
    /// An empty list has none, and neither has `'none'`, which counts only if it stands alone.
    fn sources(&self) -> Vec<&'a str> {
        let tokens: Vec<_> = self.tokens().collect();
        match tokens.as_slice() {
            [none] if none.eq_ignore_ascii_case("'none'") => Vec::new(),
            _ => tokens,
        }
    }

    fn says(&self, token: &str) -> bool {
        self.tokens().any(|found| found.eq_ignore_ascii_case(token))
    }
}

/// Returns the directives of a policy, in order: <https://www.w3.org/TR/CSP3/#parse-serialized-policy>.
fn directives(policy: &str) -> impl Iterator<Item = Found<'_>> {
    let mut next = 0;
    policy.split(';').filter_map(move |part| {
        let start = next + part.len() - part.trim_start_matches(is_space).len();
        next += part.len() + 1;
        let trimmed = part.trim_matches(is_space);
        let (name, value) = trimmed.split_at(trimmed.find(is_space).unwrap_or(trimmed.len()));
        let (name_end, end) = (start + name.len(), start + trimmed.len());
        (!name.is_empty()).then_some(Found { name, value, name_end, end })
    })
}

/// Returns the first directive of that name; browsers ignore the others.
fn find<'a>(policy: &'a str, name: &str) -> Option<Found<'a>> {
    directives(policy).find(|directive| directive.name.eq_ignore_ascii_case(name))
}

/// Checks that these enforced policies do not rule the widget out.
pub(super) fn check(policies: &[&str]) -> Result<(), Impossible> {
    let boxed = |sandbox: Found<'_>| !sandbox.says("allow-scripts") || !sandbox.says("allow-same-origin");
    if policies.iter().any(|policy| find(policy, "sandbox").is_some_and(boxed)) {
        return Err(Impossible::Sandbox);
    }
    // If one policy requires trusted types, the `trusted-types` lists of all policies restrict who may create them.
    if require_trusted_types(policies) && !policies.iter().all(|policy| lets_us_make_trusted_types(policy)) {
        return Err(Impossible::TrustedTypes);
    }
    Ok(())
}

/// Returns whether one of these policies requires trusted types for scripts.
pub(super) fn require_trusted_types(policies: &[&str]) -> bool {
    let demands = |demand: Found<'_>| demand.says("'script'");
    policies.iter().any(|policy| find(policy, "require-trusted-types-for").is_some_and(demands))
}

fn lets_us_make_trusted_types(policy: &str) -> bool {
    let ours = |types: Found<'_>| types.tokens().any(|token| token == TRUSTED_TYPES_POLICY || token == "*");
    find(policy, "trusted-types").is_none_or(ours)
}

/// Returns the policy with what the widget needs added; `None` if it allows that already.
pub(super) fn patch(policy: &str, needs: &CspNeeds, host: Option<&str>) -> Option<String> {
    let edits: Vec<_> =
        Directive::ALL.into_iter().filter_map(|directive| edit(policy, directive, needs, host)).collect();
    if edits.is_empty() { None } else { Some(apply(policy, edits)) }
}

/// A change to a policy.
enum Edit {
    /// Gives this value to the directive that ends at `end`, which allowed nothing; its name ends at `from`.
    Replace { from: usize, end: usize, value: String },
    /// Continues the directive that ends at `end`.
    Extend { end: usize, more: String },
    /// Adds a directive that the policy lacks.
    Add(String),
}

fn edit(policy: &str, directive: Directive, needs: &CspNeeds, host: Option<&str>) -> Option<Edit> {
    let governing = directive.chain().iter().find_map(|name| find(policy, name))?;
    let sources = governing.sources();
    // With `'strict-dynamic'`, scripts that are allowed may start any worker. A `worker-src` of its own would end that
    // for the application's scripts. Of the lists that `worker-src` falls back to, only `script-src` gives the keyword
    // this meaning: <https://www.w3.org/TR/CSP3/#script-pre-request>.
    let is_of_scripts = governing.name.eq_ignore_ascii_case("script-src");
    let is_dynamic = |token: &&str| token.eq_ignore_ascii_case("'strict-dynamic'");
    if directive == Directive::Worker && is_of_scripts && sources.iter().any(is_dynamic) {
        return None;
    }
    let missing = missing(directive, &sources, needs, host);
    if missing.is_empty() {
        return None;
    }
    let missing = missing.join(" ");
    if !governing.name.eq_ignore_ascii_case(directive.name()) {
        // Copy the list, so that the other directives that fall back to it stay as they are.
        let list = sources.into_iter().chain([missing.as_str()]).collect::<Vec<_>>().join(" ");
        return Some(Edit::Add(format!("{} {list}", directive.name())));
    }
    Some(if sources.is_empty() {
        Edit::Replace { from: governing.name_end, end: governing.end, value: format!(" {missing}") }
    } else {
        Edit::Extend { end: governing.end, more: format!(" {missing}") }
    })
}

fn missing<'a>(directive: Directive, list: &[&str], needs: &'a CspNeeds, host: Option<&str>) -> Vec<Cow<'a, str>> {
    let has = |keyword: &str| list.iter().any(|token| token.eq_ignore_ascii_case(keyword));
    let mut missing = Vec::new();
    if directive == Directive::Script {
        if !allows_inline(list) {
            missing.extend(needs.hashes().filter(|hash| !list.contains(hash)).map(Cow::Borrowed));
        }
        // With `'strict-dynamic'`, an allowed script may load others, and hosts in the list do not count.
        if has("'strict-dynamic'") {
            return missing;
        }
    }
    let wanted = needs.sources.of(directive).filter_map(|source| resolve(source, host));
    let allowed = |source: &str| source::covers(list, source) || (has("'self'") && is_own(source, host));
    missing.extend(wanted.filter(|source| !allowed(source)));
    missing
}

/// Resolves a path to a source of exactly that path on the page's own host.
///
/// `'self'` would allow the whole host. It returns `None` for a path if the host is not known.
fn resolve<'a>(source: &'a str, host: Option<&str>) -> Option<Cow<'a, str>> {
    if source::is_path(source) { host.map(|host| format!("{host}{source}").into()) } else { Some(source.into()) }
}

fn is_own(source: &str, host: Option<&str>) -> bool {
    host.and_then(|host| source.strip_prefix(host)).is_some_and(|path| path.starts_with('/'))
}

/// Returns whether the list allows every inline script.
///
/// Adding a hash would end that: <https://www.w3.org/TR/CSP3/#allow-all-inline>.
fn allows_inline(list: &[&str]) -> bool {
    let has = |keyword: &str| list.iter().any(|token| token.eq_ignore_ascii_case(keyword));
    let strict = has("'strict-dynamic'") || list.iter().any(|token| source::is_nonce_or_hash(token));
    has("'unsafe-inline'") && !strict
}

fn apply(policy: &str, edits: Vec<Edit>) -> String {
    let mut patched = policy.to_owned();
    let mut added = Vec::new();
    let mut places: Vec<(usize, usize, String)> = Vec::new();
    for edit in edits {
        match edit {
            Edit::Replace { from, end, value } => places.push((from, end, value)),
            Edit::Extend { end, more } => places.push((end, end, more)),
            Edit::Add(directive) => added.push(directive),
        }
    }
    // Edit from the end, so that the earlier positions stay valid.
    places.sort_by_key(|(from, ..)| std::cmp::Reverse(*from));
    for (from, end, text) in places {
        patched.replace_range(from..end, &text);
    }
    for directive in added {
        let trimmed = patched.trim_end_matches(is_space).len();
        patched.truncate(trimmed);
        patched.push_str(if patched.ends_with(';') { " " } else { "; " });
        patched.push_str(&directive);
    }
    patched
}

fn is_space(char: char) -> bool {
    char.is_ascii_whitespace()
}
