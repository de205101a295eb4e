//! What the browser gets: one element whose code is the same for everybody, with the data in its attribute.

mod data;
mod escape;

use bytes::Bytes;
use serde::Serialize;

use crate::{
    error::{ConfigError, ConfigErrorKind},
    sign,
    vendor::{Residue, Settings, Vendor},
};

pub(crate) use data::{PageData, People};
pub(crate) use escape::attribute_json;

const OPENING: &[u8] = b"<script data-widget='";
const CLOSING: &[u8] = b"</script>";

/// What every page of a configuration has in common, prepared once.
pub(crate) struct Snippet {
    /// The element's opening and the beginning of its data, as far as it is the same for everybody.
    opening: Bytes,
    /// The code and the closing tag: shared by all pages, never copied.
    code: Bytes,
}

/// The marker cookie as the runtime writes it.
#[derive(Serialize)]
pub(crate) struct CookieData<'a> {
    pub(crate) name: &'a str,
    pub(crate) attributes: &'a str,
}

#[derive(Serialize)]
struct ConstantData<'a> {
    cookie: CookieData<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tokens: Option<&'a str>,
    widgets: Vec<WidgetData<'a>>,
}

#[derive(Serialize)]
struct WidgetData<'a> {
    name: &'a str,
    token: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    library: Option<String>,
    settings: Settings,
    residue: Residue,
}

impl Snippet {
    pub(crate) fn build(
        vendors: &[Box<dyn Vendor>],
        cookie: CookieData<'_>,
        tokens: Option<&str>,
    ) -> Result<Self, ConfigError> {
        let widgets = vendors.iter().map(|vendor| widget_data(vendor.as_ref())).collect();
        let mut opening = OPENING.to_vec();
        attribute_json(&ConstantData { cookie, tokens, widgets }, &mut opening)
            .map_err(|error| ConfigError::new(ConfigErrorKind::Setting, format!("settings: {error}")))?;
        // Each page's own data goes on in place of the closing brace.
        opening.pop();
        opening.push(b',');
        Ok(Self { opening: opening.into(), code: code(vendors)? })
    }

    /// The hash by which a policy allows the element: over the very bytes that are sent.
    pub(crate) fn hash(&self) -> Result<String, ConfigError> {
        let code = self.code.strip_suffix(CLOSING).unwrap_or(&self.code);
        Ok(format!("'sha256-{}'", sign::base64(&sign::sha256(code)?)))
    }

    /// The element for one page, in the parts that go out one after the other; nothing if the data cannot be written.
    pub(crate) fn parts(&self, data: &PageData<'_>) -> Option<[Bytes; 3]> {
        let mut members = Vec::with_capacity(data.usual_length());
        data.write_members(&mut members).ok()?;
        members.extend_from_slice(b"}'>");
        Some([self.opening.clone(), members.into(), self.code.clone()])
    }
}

fn widget_data(vendor: &dyn Vendor) -> WidgetData<'_> {
    WidgetData {
        name: vendor.name(),
        token: vendor.token_names().first().copied().unwrap_or_default(),
        library: vendor.library_url(),
        settings: vendor.settings(),
        residue: vendor.residue(),
    }
}

/// Runtime and adapters in one expression; it depends on the crate's version and the set of vendors, on nothing else.
fn code(vendors: &[Box<dyn Vendor>]) -> Result<Bytes, ConfigError> {
    let mut code = format!("({})({{", compact(include_str!("runtime.js")));
    for vendor in vendors {
        let adapter = compact(vendor.adapter());
        check_adapter(vendor.name(), &adapter)?;
        code.push_str(&format!("\n'{}': {adapter},", vendor.name()));
    }
    code.push_str("\n});");
    Ok([code.as_bytes(), CLOSING].concat().into())
}

/// The script without its comments and indentation. Line by line: the scripts have no multi-line strings.
pub(crate) fn compact(script: &str) -> String {
    let lines = script.lines().map(str::trim);
    lines.filter(|line| !line.is_empty() && !line.starts_with("//")).collect::<Vec<_>>().join("\n")
}

/// What the HTML tokenizer or a page in another encoding would read differently cannot stand in a script element:
/// <https://html.spec.whatwg.org/multipage/scripting.html#restrictions-for-contents-of-script-elements>.
pub(crate) fn check_adapter(vendor: &str, script: &str) -> Result<(), ConfigError> {
    let lower = script.to_ascii_lowercase();
    let problem = if !script.is_ascii() || script.contains('\r') {
        "holds a character that is not ASCII, or a carriage return"
    } else if ["</script", "<script", "<!--"].iter().any(|end| lower.contains(end)) {
        "holds `</script`, `<script` or `<!--`"
    } else {
        return Ok(());
    };
    Err(ConfigError::new(ConfigErrorKind::Adapter, format!("{vendor}: the adapter script {problem}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_own_scripts_can_stand_in_any_page() {
        for (name, script) in [
            ("runtime", include_str!("runtime.js")),
            ("canny", include_str!("canny.js")),
            ("chatwoot", include_str!("chatwoot.js")),
            ("crisp", include_str!("crisp.js")),
            ("front", include_str!("front.js")),
            ("gist", include_str!("gist.js")),
            ("gleap", include_str!("gleap.js")),
            ("help_scout", include_str!("help_scout.js")),
            ("intercom", include_str!("intercom.js")),
            ("plain", include_str!("plain.js")),
            ("pylon", include_str!("pylon.js")),
            ("tawk", include_str!("tawk.js")),
            ("userflow", include_str!("userflow.js")),
            ("ferndesk", include_str!("ferndesk.js")),
            ("zendesk_classic", include_str!("zendesk_classic.js")),
            ("featurebase", include_str!("featurebase.js")),
            ("kustomer", include_str!("kustomer.js")),
            ("freshchat", include_str!("freshchat.js")),
            ("freshdesk_help_widget", include_str!("freshdesk_help_widget.js")),
            ("drift", include_str!("drift.js")),
            ("chatbase", include_str!("chatbase.js")),
            ("userjot", include_str!("userjot.js")),
            ("zendesk_messaging", include_str!("zendesk_messaging.js")),
            ("salesforce", include_str!("salesforce.js")),
        ] {
            assert_eq!(check_adapter(name, script), Ok(()), "{name}");
            assert!(compact(script).len() < script.len(), "{name} has comments to leave out");
        }
    }

    #[test]
    fn scripts_that_would_end_the_element_are_refused() {
        for hostile in ["'</SCRIPT>'", "'<!--'", "'<Script'", "a\rb", "'\u{e9}'"] {
            let error = check_adapter("acme", hostile).unwrap_err();
            assert_eq!(error.kind(), ConfigErrorKind::Adapter, "{hostile:?}");
        }
    }

    #[test]
    fn compacting_keeps_code_and_addresses() {
        assert_eq!(compact("  // why\n\n  a('https://x'); \n"), "a('https://x');");
    }
}
