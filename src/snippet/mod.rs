//! What the browser gets: one element. Its code is the same on every page, and holds all that the pages of a
//! configuration have in common; its attribute holds one page's data.
//!
//! A policy that allows the code by its hash also allows a copy of the element with another attribute, which whoever can
//! inject markup can write. So the attribute names no address, no cookie and nothing that is deleted.

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
/// What `.ci/minify` makes of `runtime.js`.
pub(crate) const RUNTIME: &str = include_str!("runtime.min.js");

/// The code that every page of a configuration gets, prepared once.
pub(crate) struct Snippet {
    /// As far as the data's opening brace.
    opening: String,
    /// With the closing tag: shared by all pages, never copied.
    code: Bytes,
}

/// The marker cookie as the runtime writes it.
#[derive(Serialize)]
pub(crate) struct CookieData<'a> {
    pub(crate) name: &'a str,
    pub(crate) attributes: &'a str,
}

/// What every page of a configuration has in common.
#[derive(Serialize)]
pub(crate) struct ConstantData<'a> {
    pub(crate) cookie: CookieData<'a>,
    /// The token service's path.
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

/// What the runtime knows of one vendor on every page.
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
    /// `constants` has the data of these widgets.
    pub(crate) fn build(
        constants: &ConstantData<'_>,
        widgets: &[ConfiguredWidget],
        load: Load,
    ) -> Result<Self, ConfigError> {
        // Cloudflare's Rocket Loader would run the code later, when `document.currentScript` is not the element any more:
        // <https://developers.cloudflare.com/speed/optimization/content/rocket-loader/ignore-javascripts/>.
        let opening = format!("<script data-cfasync=\"false\" {DATA_ATTRIBUTE}='{{");
        Ok(Self { opening, code: code(constants, widgets, load)? })
    }

    /// The hash by which a policy allows the element: over the very bytes that are sent.
    pub(crate) fn hash(&self) -> String {
        let code = self.code.strip_suffix(CLOSING).unwrap_or(&self.code);
        format!("'sha256-{}'", sign::base64(&sign::sha256(code)))
    }

    /// The element for one page, in the parts that go out one after the other; `None` if the data cannot be written.
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

/// Runtime, constants and adapters in one expression; it depends on the crate's version and the configuration, not on the
/// order in which that was written, and on no secret.
fn code(constants: &ConstantData<'_>, widgets: &[ConfiguredWidget], load: Load) -> Result<Bytes, ConfigError> {
    let mut data = Vec::new();
    // What can stand in an attribute can also stand in a script: the escapes are those of JSON.
    attribute_json(constants, &mut data)
        .map_err(|error| ConfigError::new(ConfigErrorKind::Setting, format!("settings: {error}")))?;
    let data = String::from_utf8_lossy(&data);
    if data.contains(r#""__proto__":"#) {
        // In JSON a name like others; in a script it would be the object's prototype.
        return Err(ConfigError::new(ConfigErrorKind::Setting, "settings: no name can be `__proto__`".to_owned()));
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

/// The script without its comments and indentation, for vendors of one's own: ours are minified already. Line by line:
/// a script has no multi-line strings.
pub(crate) fn compact(script: &str) -> String {
    let lines = script.lines().map(str::trim);
    lines.filter(|line| !line.is_empty() && !line.starts_with("//")).collect::<Vec<_>>().join("\n")
}

/// What the HTML tokenizer or a page in another encoding would read differently cannot stand in a script element:
/// <https://html.spec.whatwg.org/multipage/scripting.html#restrictions-for-contents-of-script-elements>.
pub(crate) fn check_adapter(widget: &str, script: &str) -> Result<(), ConfigError> {
    let lower = script.to_ascii_lowercase();
    let problem = if !script.is_ascii() || script.contains('\r') {
        "holds a character that is not ASCII, or a carriage return"
    } else if ["</script", "<script", "<!--"].iter().any(|end| lower.contains(end)) {
        "holds `</script`, `<script` or `<!--`"
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

    /// Every script by its path: as it is written, and as pages get it.
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
    fn our_own_scripts_can_stand_in_any_page() {
        let scripts = scripts();
        assert!(scripts.len() > 20, "every folder was read");
        for (path, written, sent) in &scripts {
            let name = path.display();
            assert_eq!(check_adapter("acme", sent), Ok(()), "{name}");
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
    fn the_code_for_three_widgets_stays_small() {
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
        assert!((1000..4400).contains(&size), "{size} bytes, {} before gzip", code.len());
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
