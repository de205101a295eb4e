//! The snippet: one script element for the browser.
//!
//! The element's code is the same on every page and contains everything that the pages of a configuration have in
//! common. Its attribute contains the data of one page.
//!
//! A policy that allows the code by its hash also allows a copy of the element with another attribute, and anyone who
//! can inject markup can write such a copy. So the attribute must not name addresses, cookies or anything that is
//! deleted.

mod code;
mod escape;
mod load;
mod page_data;

use bytes::Bytes;
use serde::Serialize;

use crate::{
    error::ConfigError,
    protocol::DATA_ATTRIBUTE,
    sign,
    widget::{ConfiguredWidget, Manifest, SessionArtifacts, Settings},
};

use code::Code;
#[cfg(feature = "conformance")]
pub(crate) use code::{check_adapter, compact, inline_function};
pub(crate) use escape::attribute_json;
pub use load::Load;
pub(crate) use page_data::{BootDataSet, PageData};

/// The code of every page of a configuration, prepared once.
pub(crate) struct Snippet {
    /// The element's opening tag up to the opening brace of the data.
    opening: String,
    /// The whole code, with the closing tag. Pages share it without copying.
    inline: Bytes,
    /// The code of pages that load the rest from the token path, if the configuration has such pages.
    external: Option<External>,
}

/// The code in two parts: the loader in the page, and the rest as a file that the browser caches.
struct External {
    /// With the closing tag.
    loader: Bytes,
    file: ScriptFile,
}

/// The script at the token path: the same for every user, and without a secret.
pub(crate) struct ScriptFile {
    /// Changes with the text.
    pub(crate) name: String,
    pub(crate) text: Bytes,
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
    /// Whether pages in iframes of the same origin have the widgets. The element's code alone depends on it.
    #[serde(skip)]
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
    /// Builds the code. `constants` contains the data of these `widgets`. With `external`, pages may load most of the code
    /// from the token path.
    pub(crate) fn build(
        constants: &ConstantData<'_>,
        widgets: &[ConfiguredWidget],
        load: Load,
        external: bool,
    ) -> Result<Self, ConfigError> {
        // Without the attribute, Cloudflare's Rocket Loader would run the code later, when `document.currentScript` is
        // no longer the element:
        // <https://developers.cloudflare.com/speed/optimization/content/rocket-loader/ignore-javascripts/>.
        let opening = format!("<script data-cfasync=\"false\" {DATA_ATTRIBUTE}='{{");
        let code = Code::build(constants, widgets, load)?;
        let external = external.then(|| External::of(&code, constants));
        Ok(Self { opening, inline: code.inline(), external })
    }

    /// The hashes by which a policy allows the element, over exactly the bytes that are sent: of the whole code, and of the
    /// loader.
    pub(crate) fn hashes(&self) -> (String, Option<String>) {
        (code::hash(&self.inline), self.external.as_ref().map(|external| code::hash(&external.loader)))
    }

    /// The script at the token path, if there is one.
    pub(crate) fn file(&self) -> Option<&ScriptFile> {
        self.external.as_ref().map(|external| &external.file)
    }

    /// The element for one page, in two consecutive parts; `None` if the data cannot be written.
    ///
    /// With `may_load`, the page may load most of the code, if the configuration says so.
    pub(crate) fn parts(&self, data: &PageData<'_>, may_load: bool) -> Option<[Bytes; 2]> {
        const END: &[u8] = b"}'>";
        let mut opening = Vec::with_capacity(self.opening.len() + data.length().ok()? + END.len());
        opening.extend_from_slice(self.opening.as_bytes());
        data.write_members(&mut opening).ok()?;
        opening.extend_from_slice(END);
        let external = self.external.as_ref().filter(|_| may_load);
        let code = external.map_or(&self.inline, |external| &external.loader);
        // Without spare capacity, `Bytes` takes the vector as it is.
        Some([opening.into(), code.clone()])
    }
}

impl External {
    fn of(code: &Code, constants: &ConstantData<'_>) -> Self {
        let text = code.file();
        // 128 bits are enough for a name that changes with the text.
        let name = format!("{}.js", &sign::base64url(&sign::sha256(text.as_bytes()))[..22]);
        let loader = code.loader(&format!("{}/{name}", constants.tokens));
        Self { loader, file: ScriptFile { name, text: text.into() } }
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

#[cfg(test)]
mod tests {
    use std::{
        fs,
        path::{Path, PathBuf},
    };

    use super::{
        code::{check_adapter, compact},
        *,
    };
    use crate::error::ConfigErrorKind;

    /// Every script: its path, its source, and its minified form.
    fn scripts() -> Vec<(PathBuf, String, String)> {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        let folders = fs::read_dir(source.join("widget")).unwrap().map(|entry| entry.unwrap().path());
        let adapters = folders.filter(|path| path.is_dir()).map(|folder| folder.join("adapter.js"));
        let ours = fs::read_dir(source.join("snippet")).unwrap().map(|entry| entry.unwrap().path());
        let is_source =
            |path: &Path| path.to_string_lossy().ends_with(".js") && !path.to_string_lossy().ends_with(".min.js");
        let ours = ours.filter(|path| is_source(path)).chain([source.join("widget/read_json.js")]);
        let read = |path: &Path| fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let versions = |path: PathBuf| {
            let (written, sent) = (read(&path), read(&path.with_extension("min.js")));
            (path, written, sent)
        };
        adapters.chain(ours).map(versions).collect()
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
    ///
    /// The limit is close to the size, so that a change that adds code shows its price. The last one to raise it was the
    /// protection from markup that shadows globals, in the runtime and in each adapter.
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
        let code = Code::build(&constants, &widgets, Load::AfterLoad).unwrap().inline();
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        gzip.write_all(&code).unwrap();
        let size = gzip.finish().unwrap().len();
        assert!((1000..4750).contains(&size), "{size} bytes, {} before gzip", code.len());
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
