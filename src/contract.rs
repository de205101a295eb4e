//! Tests that Rust, `types.d.ts` and the scripts agree: what is written, declared and read.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
    time::SystemTime,
};

use futures::executor::block_on;
use http::Request;
use serde_json::{Value, json};
use tower::util::ServiceExt;

use crate::{
    Identity, Secret, Viewer, Widgets,
    protocol::{self, INTERFACES, PERSON},
    snippet::{ConstantData, CookieData, PageData, Snippet, widget_data},
    widget::{Canny, ConfiguredWidget, Ferndesk, Intercom, Widget},
};

const TYPES: &str = include_str!("snippet/types.d.ts");
const RUNTIME: &str = concat!(include_str!("snippet/element.js"), include_str!("snippet/runtime.js"));

type Members = BTreeMap<String, BTreeSet<String>>;

fn set<'a>(names: impl IntoIterator<Item = &'a str>) -> BTreeSet<String> {
    names.into_iter().map(str::to_owned).collect()
}

fn listed(interface: &str) -> BTreeSet<String> {
    let (_, members) = INTERFACES.iter().find(|(name, _)| *name == interface).expect("a listed interface");
    set(members.iter().copied())
}

fn keys(value: &Value) -> BTreeSet<String> {
    value.as_object().map(|members| members.keys().cloned().collect()).expect("an object")
}

// ---- what Rust writes -----------------------------------------------------------------------------------------------

fn secret() -> Secret {
    Secret::new("a secret of the test").unwrap()
}

fn ada() -> Identity {
    Identity::new("user-1").with_email("ada@example.com").with_name("Ada")
}

/// Returns the constants and the page data of a page's script element.
///
/// `all` selects whether every optional member is present or none.
fn element(widget: impl Widget, all: bool) -> (Value, Value) {
    let widgets = [ConfiguredWidget::new(widget)];
    let constants = ConstantData {
        cookie: CookieData { name: "m", attributes: "; Path=/" },
        tokens: "/widget-token",
        iframes: all,
        visitors: all,
        widgets: vec![widget_data(widgets[0].manifest())],
    };
    let snippet = Snippet::build(&constants, &widgets, crate::Load::AfterLoad, false).unwrap();
    let person = widgets[0].boot_data(&ada(), SystemTime::now()).unwrap();
    let people = [(widgets[0].name(), person)];
    let data = PageData { seen: "", fp: "", reset: all, trusted: all, people: &people };
    let element = String::from_utf8(snippet.parts(&data, false).unwrap().concat()).unwrap();
    let (opening, rest) = element.split_once('\'').unwrap();
    assert_eq!(opening, format!("<script data-cfasync=\"false\" {}=", protocol::DATA_ATTRIBUTE));
    let (attribute, code) = rest.split_once("'>").unwrap();
    let (_, after_the_runtime) = code.split_once(")({").unwrap();
    let constants = format!("{{{}", after_the_runtime.rsplit_once(",{'").unwrap().0);
    (serde_json::from_str(&constants).unwrap(), serde_json::from_str(attribute).unwrap())
}

/// Returns the JSON with which the token service responds to this viewer.
fn answer(widgets: &Widgets, path: &str, viewer: Viewer) -> Value {
    let request = Request::get(path).extension(viewer).body(()).unwrap();
    let mut body = block_on(widgets.token_service().oneshot(request)).unwrap().into_body();
    let frame = block_on(http_body_util::BodyExt::frame(&mut body)).unwrap().unwrap();
    serde_json::from_slice(&frame.into_data().unwrap()).unwrap()
}

/// Returns the members that Rust actually writes, by interface.
fn written(all: bool) -> Members {
    let (constants, page) = element(Canny::new("app", secret()), all);
    let widgets = Widgets::builder().widget(Intercom::new("app", secret())).token_path("/t").build().unwrap();
    let objects = [
        ("CookieData", keys(&constants["cookie"])),
        ("WidgetData", keys(&constants["widgets"][0])),
        ("SessionArtifacts", keys(&constants["widgets"][0]["residue"])),
        ("ErrorAnswer", keys(&answer(&widgets, "/t/intercom", Viewer::SignedOut))),
        ("ConstantData", keys(&constants)),
        ("PageData", keys(&page)),
    ];
    objects.map(|(name, members)| (name.to_owned(), members)).into()
}

#[test]
fn rust_writes_exactly_the_listed_members() {
    let written = written(true);
    for (interface, members) in INTERFACES {
        assert_eq!(written[*interface], set(members.iter().copied()), "{interface}");
    }
    assert_eq!(written.len(), INTERFACES.len());
}

#[test]
fn page_response_has_only_page_data_members() {
    let widgets = Widgets::builder().widget(Ferndesk::new("app", secret())).token_path("/t").build().unwrap();
    let answer = answer(&widgets, &format!("/t/{}", protocol::PAGE), Viewer::SignedIn(ada()));
    assert!(keys(&answer).is_subset(&listed("PageData")), "{answer}");
    assert_eq!(keys(&answer[protocol::PEOPLE]), set(["ferndesk"]));
    assert_eq!(keys(&answer[protocol::LIFETIMES]), set(["ferndesk"]));
}

#[test]
fn unset_flags_are_omitted() {
    let (_, page) = element(Canny::new("app", secret()), false);
    assert_eq!(page[protocol::RESET], Value::Null);
    assert_eq!((&page[protocol::SEEN], &page[protocol::FP]), (&json!(""), &json!("")));
}

// ---- what types.d.ts declares ---------------------------------------------------------------------------------------

struct Declared {
    all: Members,
    optional: BTreeSet<(String, String)>,
}

/// Parses the data interfaces of `types.d.ts`.
///
/// It is strict: it panics on a line that is neither a comment nor one member.
fn declared() -> Declared {
    let (data, _) = TYPES.split_once("// ---- the adapter's interface").expect("the data interfaces come first");
    let mut declared = Declared { all: Members::new(), optional: BTreeSet::new() };
    let mut interface: Option<String> = None;
    for line in data.lines() {
        let line = line.trim();
        if line.is_empty() || ["//", "/*", "*"].iter().any(|comment| line.starts_with(comment)) {
            continue;
        }
        match &interface {
            None if line.starts_with("export type ") => {}
            None => {
                let name = line.strip_prefix("export interface ").and_then(|rest| rest.strip_suffix(" {"));
                let name = name.unwrap_or_else(|| panic!("not an interface: {line}")).to_owned();
                assert!(declared.all.insert(name.clone(), BTreeSet::new()).is_none(), "{name} is declared twice");
                interface = Some(name);
            }
            Some(_) if line == "}" => interface = None,
            Some(name) => {
                let member = line.strip_suffix(';').and_then(|line| line.split_once(": "));
                let (member, _) = member.unwrap_or_else(|| panic!("not a member of {name}: {line}"));
                let bare = member.trim_end_matches('?').to_owned();
                if bare != member {
                    declared.optional.insert((name.clone(), bare.clone()));
                }
                assert!(declared.all.get_mut(name).unwrap().insert(bare), "{name} declares {member} twice");
            }
        }
    }
    declared
}

#[test]
fn types_declare_exactly_the_listed_members() {
    let listed: Members =
        INTERFACES.iter().map(|(name, members)| ((*name).to_owned(), set(members.iter().copied()))).collect();
    assert_eq!(declared().all, listed);
}

#[test]
fn members_that_may_be_omitted_are_declared_optional() {
    let (all, least) = (written(true), written(false));
    let missing = |(interface, members): (&String, &BTreeSet<String>)| {
        let missing: Vec<_> = members.difference(&least[interface]).cloned().collect();
        missing.into_iter().map(|member| (interface.clone(), member)).collect::<Vec<_>>()
    };
    let mut sometimes: BTreeSet<_> = all.iter().flat_map(missing).collect();
    // A widget without a library omits this member, but every built-in widget has one.
    sometimes.insert(("WidgetData".to_owned(), "library".to_owned()));
    assert_eq!(declared().optional, sometimes);
}

// ---- what the scripts read ------------------------------------------------------------------------------------------

/// Returns the path and the code of each script, without comments: the runtime and every adapter.
fn scripts() -> Vec<(String, String)> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let folders = fs::read_dir(source.join("widget")).unwrap().map(|entry| entry.unwrap().path());
    let paths = folders.filter(|path| path.is_dir()).map(|folder| folder.join("adapter.js"));
    let all = paths.chain([source.join("snippet/runtime.js")]);
    all.map(|path| (path.display().to_string(), without_comments(&fs::read_to_string(&path).unwrap()))).collect()
}

fn without_comments(script: &str) -> String {
    let mut code = String::new();
    let mut rest = script;
    while let Some((before, comment)) = rest.split_once("/*") {
        code.push_str(before);
        rest = comment.split_once("*/").map_or("", |(_, after)| after);
    }
    code.push_str(rest);
    let lines = code.lines().filter(|line| !line.trim_start().starts_with("//"));
    lines.collect::<Vec<_>>().join("\n")
}

/// Splits every member expression, such as `a.b.c`, into its names.
fn chains(code: &str) -> Vec<Vec<&str>> {
    let is_part = |sign: char| sign.is_ascii_alphanumeric() || "_$.".contains(sign);
    code.split(|sign| !is_part(sign)).filter(|text| !text.is_empty()).map(|text| text.split('.').collect()).collect()
}

/// Returns the members that a script reads, by interface.
///
/// It relies on names: `constants` and `page` hold the data of those names, and a variable that holds a widget is
/// called `widget` or ends in `Widget`.
fn read(code: &str) -> Members {
    let mut read = Members::new();
    let mut add = |interface: &str, member: Option<&&str>| {
        if let Some(member) = member {
            read.entry(interface.to_owned()).or_default().insert((*member).to_owned());
        }
    };
    for chain in chains(code) {
        let is_widget = chain[0] == "widget" || chain[0].ends_with("Widget");
        if ["page", "constants"].contains(&chain[0]) {
            add(chain[0], chain.get(1));
        } else if is_widget {
            add("widget", chain.get(1));
        }
        match chain.get(1) {
            Some(&"cookie") if chain[0] == "constants" => add("CookieData", chain.get(2)),
            Some(&"residue") if is_widget => add("SessionArtifacts", chain.get(2)),
            _ => {}
        }
    }
    read
}

#[test]
fn runtime_reads_exactly_the_page_members() {
    let read = read(&without_comments(RUNTIME));
    assert_eq!(read["constants"], listed("ConstantData"));
    assert_eq!(read["page"], listed("PageData"));
    assert_eq!(read["CookieData"], listed("CookieData"));
    assert_eq!(read["SessionArtifacts"], listed("SessionArtifacts"));
}

#[test]
fn scripts_read_exactly_the_widget_members() {
    let scripts = scripts();
    let mut all = BTreeSet::new();
    let known: BTreeSet<_> = listed("WidgetData").union(&set([PERSON])).cloned().collect();
    for (name, code) in &scripts {
        let members = read(code).remove("widget").unwrap_or_default();
        assert!(members.is_subset(&known), "{name} reads {members:?}");
        all.extend(members);
        for holder in ["page", "constants", "widget"] {
            let destructuring = format!("}} = {holder};");
            assert!(!code.contains(&destructuring), "{name}: this test cannot see what `{destructuring}` reads");
        }
    }
    assert_eq!(all, known);
}

#[test]
fn runtime_uses_the_shared_headers_and_constants() {
    let code = without_comments(RUNTIME);
    let headers: BTreeSet<_> = code.split('\'').filter(|text| text.starts_with("x-widget-")).collect();
    assert_eq!(headers, BTreeSet::from([protocol::PAGE_HEADER, protocol::VALUE_HEADER, protocol::LIFETIME_HEADER]));
    let attribute = protocol::DATA_ATTRIBUTE.strip_prefix("data-").unwrap();
    for part in [
        format!("script.dataset.{attribute}"),
        format!("request('{}')", protocol::PAGE),
        format!("OUT = '{}'", protocol::OUT),
        format!("KEPT = MARKER + '{}'", protocol::KEPT_SUFFIX),
        format!("createPolicy('{}'", protocol::TRUSTED_TYPES_POLICY),
    ] {
        assert!(code.contains(&part), "{part}");
    }
}
