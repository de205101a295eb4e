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
/// What `.ci/minify` makes of `runtime.js`.
pub(crate) const RUNTIME: &str = include_str!("min/runtime.js");

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

/// What the runtime knows of one vendor on every page.
#[derive(Serialize)]
pub(crate) struct WidgetData<'a> {
    pub(crate) name: &'a str,
    pub(crate) token: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) library: Option<String>,
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

pub(crate) fn widget_data(vendor: &dyn Vendor) -> WidgetData<'_> {
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
    let mut code = format!("({})({{", compact(RUNTIME));
    for vendor in vendors {
        let adapter = compact(vendor.adapter());
        check_adapter(vendor.name(), &adapter)?;
        code.push_str(&format!("'{}':{adapter},", vendor.name()));
    }
    code.push_str("});");
    Ok([code.as_bytes(), CLOSING].concat().into())
}

/// The script without its comments and indentation, for vendors of one's own: ours are minified already. Line by line:
/// a script has no multi-line strings.
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

    /// Each script by its name: as it is written, and as pages get it.
    macro_rules! scripts {
        ($($name:literal),* $(,)?) => {
            [$(($name, include_str!(concat!($name, ".js")), include_str!(concat!("min/", $name, ".js")))),*]
        };
    }

    const SCRIPTS: [(&str, &str, &str); 24] = scripts![
        "runtime",
        "canny",
        "chatwoot",
        "crisp",
        "front",
        "gist",
        "gleap",
        "help_scout",
        "intercom",
        "plain",
        "pylon",
        "tawk",
        "userflow",
        "ferndesk",
        "zendesk_classic",
        "featurebase",
        "kustomer",
        "freshchat",
        "freshdesk_help_widget",
        "drift",
        "chatbase",
        "userjot",
        "zendesk_messaging",
        "salesforce",
    ];

    #[test]
    fn our_own_scripts_can_stand_in_any_page() {
        for (name, written, sent) in SCRIPTS {
            assert_eq!(check_adapter(name, sent), Ok(()), "{name}");
            let code = compact(sent);
            assert_eq!(
                (code.as_str(), code.lines().count()),
                (sent.trim_end(), 1),
                "{name}: a line and nothing to leave out"
            );
            assert!(code.len() < compact(written).len(), "{name} is minified");
        }
    }

    /// Gzipped as a server in front would. The README names the size.
    #[test]
    fn the_code_for_three_vendors_stays_below_two_and_a_half_kilobytes() {
        use crate::{
            sign::Secret,
            vendor::{Ferndesk, Intercom, ZendeskClassic},
        };
        use std::io::Write;

        let secret = || Secret::new("a secret for the size of the code").unwrap();
        let vendors: [Box<dyn Vendor>; 3] = [
            Box::new(Intercom::new("app", secret())),
            Box::new(Ferndesk::new("app", secret())),
            Box::new(ZendeskClassic::chat("app", secret())),
        ];
        let code = code(&vendors).unwrap();
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        gzip.write_all(&code).unwrap();
        let size = gzip.finish().unwrap().len();
        assert!((1000..2500).contains(&size), "{size} bytes, {} before gzip", code.len());
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
