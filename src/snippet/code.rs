//! The text of the code: the runtime, its constants and the adapters, in one piece or in two. Pure.

use bytes::Bytes;

use super::{ConstantData, Load, attribute_json};
use crate::{
    error::{ConfigError, ConfigErrorKind},
    sign,
    widget::ConfiguredWidget,
};

const CLOSING: &[u8] = b"</script>";
// Minified by `.ci/minify` from the scripts beside them.
const ELEMENT: &str = include_str!("element.min.js");
const LOADER: &str = include_str!("loader.min.js");
const RUNTIME: &str = include_str!("runtime.min.js");
/// The function of constants, adapters and gate. It runs at the place of `$START`, which is empty in the file at the
/// token path, and wherever a loader waits for the code. An element with the name of the loader's object is not an own
/// property.
const CODE: &str = include_str!("code.in");
/// How the element starts the code in a page.
const START: &str = include_str!("start.in");

/// The parts of the code. They depend on the crate's version and on the configuration, but neither on the order in which
/// the widgets were added nor on a secret.
pub(super) struct Code {
    constants: String,
    adapters: String,
    gate: Option<String>,
    iframes: bool,
}

impl Code {
    pub(super) fn build(
        constants: &ConstantData<'_>,
        widgets: &[ConfiguredWidget],
        load: Load,
    ) -> Result<Self, ConfigError> {
        let mut adapters = String::from("{");
        for widget in widgets {
            let adapter = compact(widget.manifest().adapter());
            check_adapter(widget.name(), &adapter)?;
            adapters.push_str(&format!("'{}':{adapter},", widget.name()));
        }
        adapters.push('}');
        let iframes = constants.iframes;
        Ok(Self { constants: json(constants)?, adapters, gate: load.gate().map(compact), iframes })
    }

    /// The whole code of an element, with its closing tag.
    pub(super) fn inline(&self) -> Bytes {
        let Self { constants, adapters, gate, .. } = self;
        let gate = gate.as_ref().map(|gate| format!(",{gate}")).unwrap_or_default();
        element(&format!("({})({constants},{adapters}{gate});", inline_function(self.iframes)))
    }

    /// The code of an element that loads the rest from `path`, with its closing tag.
    pub(super) fn loader(&self, path: &str) -> Bytes {
        let (first, loader) = (compact(ELEMENT), compact(LOADER));
        // As JSON, because a path may have quotes.
        let path = serde_json::Value::from(path);
        let start = match &self.gate {
            None => format!("({loader})({path})"),
            Some(gate) => format!("(r,p)=>({loader})({path},new Promise(n=>({gate})(n,r)))(r,p)"),
        };
        element(&format!("({first})({},{start});", frame(self.iframes)))
    }

    /// The rest of the code, which [`loader`](Self::loader) loads.
    pub(super) fn file(&self) -> String {
        format!("({})({},{});", code_function(""), self.constants, self.adapters)
    }
}

/// The function of constants, adapters and gate that runs in an element, as an expression.
pub(crate) fn inline_function(iframes: bool) -> String {
    code_function(&filled(START, [("$ELEMENT", &compact(ELEMENT)), ("$FRAME", frame(iframes))]))
}

fn code_function(start: &str) -> String {
    filled(CODE, [("$RUNTIME", &compact(RUNTIME)), ("$START", start)])
}

fn filled<const N: usize>(template: &str, parts: [(&str, &str); N]) -> String {
    parts.into_iter().fold(template.trim().to_owned(), |text, (name, part)| text.replacen(name, part, 1))
}

/// The expression that says whether the code may act in this frame.
fn frame(iframes: bool) -> &'static str {
    if iframes { "!0" } else { "top===window" }
}

/// The hash source of an element's code, which ends with the closing tag.
pub(super) fn hash(code: &[u8]) -> String {
    let code = code.strip_suffix(CLOSING).unwrap_or(code);
    format!("'sha256-{}'", sign::base64(&sign::sha256(code)))
}

fn element(code: &str) -> Bytes {
    [code.as_bytes(), CLOSING].concat().into()
}

fn json(constants: &ConstantData<'_>) -> Result<String, ConfigError> {
    let mut data = Vec::new();
    // Text that is safe in the attribute is also safe in a script, because the escapes are those of JSON.
    attribute_json(constants, &mut data)
        .map_err(|error| ConfigError::new(ConfigErrorKind::Setting, format!("settings: {error}")))?;
    let data = String::from_utf8_lossy(&data).into_owned();
    if data.contains(r#""__proto__":"#) {
        // In JSON this is an ordinary name. In a script it would set the object's prototype.
        return Err(ConfigError::new(ConfigErrorKind::Setting, "settings: a name must not be `__proto__`".to_owned()));
    }
    Ok(data)
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
