//! The snippet: one script element for the browser.
//!
//! The element's code is the same on every page and contains everything that the pages of a configuration have in
//! common. Its attribute contains the data of one page.
//!
//! A policy that allows the code by its hash also allows a copy of the element with another attribute, and anyone who
//! can inject markup can write such a copy. So the attribute must not name addresses, cookies or anything that is
//! deleted.

mod escape;
mod load;
mod page_data;

use bytes::Bytes;
use serde::Serialize;

use crate::{
    error::{ConfigError, ConfigErrorKind},
    protocol::DATA_ATTRIBUTE,
    sign,
    widget::{ConfiguredWidget, Manifest, SessionArtifacts, Settings},
};

pub(crate) use escape::attribute_json;
pub use load::Load;
pub(crate) use page_data::{BootDataSet, PageData};

const CLOSING: &[u8] = b"</script>";
/// The runtime, minified from `runtime.js` by `.ci/minify`.
pub(crate) const RUNTIME: &str = include_str!("runtime.min.js");

/// The code of every page of a configuration, prepared once.
pub(crate) struct Snippet {
    /// The element's opening tag up to the opening brace of the data.
    opening: String,
    /// The code with the closing tag. All pages share it without copying.
    code: Bytes,
}

/// The marker cookie as the runtime writes it.
#[derive(Serialize)]
pub(crate) struct CookieData<'a> {
    pub(crate) name: &'a str,
    pub(crate) attributes: &'a str,
}

/// The data that all pages of a configuration have in common.
#[derive(Serialize)]
pub(crate) struct ConstantData<'a> {
    pub(crate) cookie: CookieData<'a>,
    /// The path of the token service.
    pub(crate) tokens: &'a str,
    #[serde(skip_serializing_if = "is_false")]
    pub(crate) iframes: bool,
    #[serde(skip_serializing_if = "is_false")]
    pub(crate) visitors: bool,
    pub(crate) widgets: Vec<WidgetData<'a>>,
}

fn is_false(flag: &bool) -> bool {
    !flag
}

/// The data about one widget that every page has.
#[derive(Serialize)]
pub(crate) struct WidgetData<'a> {
    pub(crate) name: &'a str,
    pub(crate) token: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) library: Option<&'a str>,
    settings: &'a Settings,
    residue: &'a SessionArtifacts,
}

impl Snippet {
    /// Builds the code. `constants` contains the data of these `widgets`.
    pub(crate) fn build(
        constants: &ConstantData<'_>,
        widgets: &[ConfiguredWidget],
        load: Load,
    ) -> Result<Self, ConfigError> {
        // Without the attribute, Cloudflare's Rocket Loader would run the code later, when `document.currentScript` is
        // no longer the element:
        // <https://developers.cloudflare.com/speed/optimization/content/rocket-loader/ignore-javascripts/>.
        let opening = format!("<script data-cfasync=\"false\" {DATA_ATTRIBUTE}='{{");
        Ok(Self { opening, code: code(constants, widgets, load)? })
    }

    /// The hash by which a policy allows the element, over exactly the bytes that are sent.
    pub(crate) fn hash(&self) -> String {
        let code = self.code.strip_suffix(CLOSING).unwrap_or(&self.code);
        format!("'sha256-{}'", sign::base64(&sign::sha256(code)))
    }

    /// The element for one page, in two consecutive parts; `None` if the data cannot be written.
    pub(crate) fn parts(&self, data: &PageData<'_>) -> Option<[Bytes; 2]> {
        let mut opening = Vec::with_capacity(self.opening.len() + data.usual_length());
        opening.extend_from_slice(self.opening.as_bytes());
        data.write_members(&mut opening).ok()?;
        opening.extend_from_slice(b"}'>");
        Some([opening.into(), self.code.clone()])
    }
}

pub(crate) fn widget_data(manifest: &Manifest) -> WidgetData<'_> {
    WidgetData {
        name: manifest.name(),
        token: manifest.tokens().next().unwrap_or_default(),
        library: manifest.library(),
        settings: manifest.settings(),
        residue: manifest.artifacts(),
    }
}

/// The runtime, the constants and the adapters as one expression.
///
/// It depends on the crate's version and on the configuration, but neither on the order in which the widgets were added
/// nor on a secret.
fn code(constants: &ConstantData<'_>, widgets: &[ConfiguredWidget], load: Load) -> Result<Bytes, ConfigError> {
    let mut data = Vec::new();
    // Text that is safe in the attribute is also safe in a script, because the escapes are those of JSON.
    attribute_json(constants, &mut data)
        .map_err(|error| ConfigError::new(ConfigErrorKind::Setting, format!("settings: {error}")))?;
    let data = String::from_utf8_lossy(&data);
    if data.contains(r#""__proto__":"#) {
        // In JSON this is an ordinary name. In a script it would set the object's prototype.
        return Err(ConfigError::new(ConfigErrorKind::Setting, "settings: a name must not be `__proto__`".to_owned()));
    }
    let mut code = format!("({})({data},{{", compact(RUNTIME));
    for widget in widgets {
        let adapter = compact(widget.manifest().adapter());
        check_adapter(widget.name(), &adapter)?;
        code.push_str(&format!("'{}':{adapter},", widget.name()));
    }
    code.push('}');
    if let Some(gate) = load.gate() {
        code.push(',');
        code.push_str(&compact(gate));
    }
    code.push_str(");");
    Ok([code.as_bytes(), CLOSING].concat().into())
}

/// Removes comment lines and indentation from a user's own adapter.
///
/// The crate's adapters are minified already.
///
/// It works line by line, so a script must not have multi-line strings.
pub(crate) fn compact(script: &str) -> String {
    let lines = script.lines().map(str::trim);
    lines.filter(|line| !line.is_empty() && !line.starts_with("//")).collect::<Vec<_>>().join("\n")
}

/// Refuses a script that the HTML tokenizer, or a page in another encoding, would read differently.
///
/// See <https://html.spec.whatwg.org/multipage/scripting.html#restrictions-for-contents-of-script-elements>.
pub(crate) fn check_adapter(widget: &str, script: &str) -> Result<(), ConfigError> {
    let lower = script.to_ascii_lowercase();
    let problem = if !script.is_ascii() || script.contains('\r') {
        "contains a character that is not ASCII, or a carriage return"
    } else if ["</script", "<script", "<!--"].iter().any(|end| lower.contains(end)) {
        "contains `</script`, `<script` or `<!--`"
    } else {
        return Ok(());
    };
    Err(ConfigError::new(ConfigErrorKind::Adapter, format!("{widget}: the adapter script {problem}")))
}

#[cfg(test)]
mod tests {
    use std::{
        fs,
        path::{Path, PathBuf},
    };

    use super::*;

    /// Every script: its path, its source, and its minified form.
    fn scripts() -> Vec<(PathBuf, String, String)> {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        let folders = fs::read_dir(source.join("widget")).unwrap().map(|entry| entry.unwrap().path());
        let adapters = folders.filter(|path| path.is_dir()).map(|folder| folder.join("adapter.js"));
        let paths = adapters.chain(["snippet/runtime.js", "widget/read_json.js"].map(|name| source.join(name)));
        let read = |path: &Path| fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        paths
            .map(|path| (read(&path), read(&path.with_extension("min.js")), path))
            .map(|(a, b, path)| (path, a, b))
            .collect()
    }

    #[test]
    fn own_scripts_are_minified_and_safe_in_any_page() {
        let scripts = scripts();
        assert!(scripts.len() > 20, "every folder was read");
        for (path, written, sent) in &scripts {
            let name = path.display();
            assert_eq!(check_adapter("acme", sent), Ok(()), "{name}");
            let code = compact(sent);
            assert_eq!(
                (code.as_str(), code.lines().count()),
                (sent.trim_end(), 1),
                "{name}: one line without comments"
            );
            assert!(code.len() < compact(written).len(), "{name} is minified");
        }
    }

    /// Gzips the code as a server would. docs/what-is-injected.md names the size.
    #[test]
    fn code_for_three_widgets_stays_small() {
        use crate::{
            sign::Secret,
            widget::{Ferndesk, Intercom, ZendeskClassic},
        };
        use std::io::Write;

        let secret = || Secret::new("a secret for the size of the code").unwrap();
        let widgets = [
            ConfiguredWidget::new(Intercom::new("app", secret())),
            ConfiguredWidget::new(Ferndesk::new("app", secret())),
            ConfiguredWidget::new(ZendeskClassic::chat("app", secret())),
        ];
        let constants = ConstantData {
            cookie: CookieData { name: "__Host-widget", attributes: "; Path=/; Secure; SameSite=Lax" },
            tokens: "/widget-token",
            iframes: false,
            visitors: false,
            widgets: widgets.iter().map(|widget| widget_data(widget.manifest())).collect(),
        };
        let code = code(&constants, &widgets, Load::AfterLoad).unwrap();
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        gzip.write_all(&code).unwrap();
        let size = gzip.finish().unwrap().len();
        assert!((1000..4500).contains(&size), "{size} bytes, {} before gzip", code.len());
    }

    #[test]
    fn scripts_that_html_would_misread_are_refused() {
        for hostile in ["'</SCRIPT>'", "'<!--'", "'<Script'", "a\rb", "'\u{e9}'"] {
            let error = check_adapter("acme", hostile).unwrap_err();
            assert_eq!(error.kind(), ConfigErrorKind::Adapter, "{hostile:?}");
        }
    }

    #[test]
    fn compacting_keeps_code_and_urls() {
        assert_eq!(compact("  // why\n\n  a('https://x'); \n"), "a('https://x');");
    }
}
