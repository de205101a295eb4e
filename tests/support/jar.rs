//! The cookies of a browser that keeps each under its name.

use std::collections::BTreeMap;

use super::http::{NAVIGATION, Response, get, send};

#[derive(Default)]
pub(crate) struct Jar(BTreeMap<String, String>);

impl Jar {
    /// Stores the cookies that the response sets, and removes those that it expires.
    pub(crate) fn keep(&mut self, answer: &Response) {
        for line in answer.all("set-cookie") {
            let mut parts = line.split(';').map(str::trim);
            let (name, value) = parts.next().and_then(|pair| pair.split_once('=')).expect("a cookie");
            if parts.any(|attribute| attribute.eq_ignore_ascii_case("max-age=0")) {
                self.0.remove(name);
            } else {
                self.set(name, value);
            }
        }
    }

    pub(crate) fn set(&mut self, name: &str, value: &str) {
        self.0.insert(name.to_owned(), value.to_owned());
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// The value of `Cookie`.
    pub(crate) fn header(&self) -> String {
        self.0.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
    }

    /// A navigation with these cookies.
    pub(crate) fn page(&mut self, port: u16, path: &str) -> Response {
        let page = get(port, path, &[&NAVIGATION[..], &[("Cookie", &self.header())]].concat());
        self.keep(&page);
        page
    }

    /// The submission of a form.
    pub(crate) fn post(&mut self, port: u16, path: &str, form: &str) -> Response {
        let content_type = ("Content-Type", "application/x-www-form-urlencoded");
        let cookies = self.header();
        let headers = [&NAVIGATION[..], &[("Cookie", &cookies), content_type]].concat();
        let answer = send(port, "POST", path, &headers, form);
        self.keep(&answer);
        answer
    }
}
