//! HTML templates with `{{fields}}`.

/// Fills the `{{fields}}` of a template with values, escaped for text and quoted attributes.
pub(crate) fn fill(template: &str, fields: &[(&str, &str)]) -> String {
    fields
        .iter()
        .fold(template.to_owned(), |page, (field, value)| page.replace(&format!("{{{{{field}}}}}"), &escape(value)))
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&#39;")
}
