//! Every widget of the catalog, compared with the data of its folder in `tests/widgets`.

use tower_widget_identity::{ConfigError, ConfigErrorKind};

use super::*;
use crate::support::golden::{self, Fact, Golden, Signs};

pub(super) fn build(widget: impl Widget) -> Result<Widgets, ConfigError> {
    Widgets::builder().widget(widget).clock(|| at(NOW)).token_path("/widget-token").build()
}

pub(super) fn assert_refused(built: Result<Widgets, ConfigError>, kind: ConfigErrorKind, words: &[&str]) {
    let error = built.expect_err("a refusal");
    assert_eq!(error.kind(), kind, "{error}");
    for word in words {
        assert!(error.to_string().contains(word), "{word:?} in {error}");
    }
}

// ---- folders --------------------------------------------------------------------------------------------------------

#[test]
fn every_widget_has_its_folder_and_every_folder_its_widget() {
    let mut names: Vec<_> = tower_widget_identity::widget::catalog().iter().map(|entry| entry.name()).collect();
    names.sort_unstable();
    assert_eq!(golden::folders(), names);
}

/// The sections of the guide's page on widgets, by their cells: the type, then the text of each point. The point "From
/// public code" is left out, because only some sections have it.
fn rows_of_the_guide() -> Vec<Vec<&'static str>> {
    let sections = include_str!("../../../docs/widgets.md").split("\n### ").skip(1);
    let sections = sections.map(|section| section.split("\n## ").next().expect("a section").lines());
    let is_cell = |line: &&str| !line.starts_with("* **From public code:**");
    let cell = |line: &'static str| Some(line.strip_prefix("* **")?.split_once(":** ")?.1);
    sections.map(|mut lines| lines.next().into_iter().chain(lines.filter(is_cell).filter_map(cell)).collect()).collect()
}

/// The type's name.
fn type_of(row: &[&'static str]) -> &'static str {
    row[0]
}

/// A section begins with the type, which is the widget's name without hyphens.
#[test]
fn every_widget_has_its_row_in_the_guide() {
    let mut rows: Vec<_> = rows_of_the_guide().iter().map(|row| type_of(row).to_lowercase()).collect();
    rows.sort_unstable();
    let names = tower_widget_identity::widget::catalog().iter().map(|entry| entry.name().replace('-', ""));
    // Widgets whose tokens are issued are not in the catalog.
    let mut names: Vec<_> = names.chain(["ada", "hubspot", "livechat", "sendbird"].map(str::to_owned)).collect();
    names.sort_unstable();
    assert_eq!(rows, names);
}

/// Each section has `[mark](URL)`, and the type's own documentation has the same URL.
#[test]
fn every_row_of_the_guide_has_its_mark_and_its_source() {
    let folders = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/src/widget")).unwrap();
    let files = folders.filter_map(|entry| std::fs::read_to_string(entry.unwrap().path().join("mod.rs")).ok());
    let files: Vec<_> = files.collect();
    for row in rows_of_the_guide() {
        let name = type_of(&row);
        assert_eq!(row.len(), 7, "{name}: {row:?}");
        assert!(row.iter().all(|cell| !cell.is_empty()), "{name}: {row:?}");
        let (mark, source) = row[1].split_once("](").unwrap_or_else(|| panic!("{name}: {}", row[1]));
        assert!(["[sure", "[documented", "[not confirmed"].contains(&mark), "{name}: {mark}");
        let source = source.strip_suffix(')').expect("one link");
        assert!(source.starts_with("https://"), "{name}: {source}");
        let file = files.iter().find(|file| file.contains(&format!("pub struct {name} {{"))).expect("the type's file");
        assert!(file.contains(&format!("<{source}>")), "{name}: {source} is not in the type's documents");
    }
}

#[test]
fn the_changelog_has_one_line_for_each_widget() {
    let changelog = include_str!("../../../CHANGELOG.md");
    let (_, lists) = changelog.split_once("Widgets with JWTs:").unwrap();
    let (lists, _) = lists.split_once("Everything else:").unwrap();
    assert_eq!(lists.lines().filter(|line| line.starts_with("* ")).count(), rows_of_the_guide().len());
}

#[test]
fn every_folder_has_a_user_with_a_golden_token() {
    for golden in golden::every() {
        assert!(golden.data.people.iter().any(|case| case.token.is_some()), "{}", golden.name());
    }
}

// ---- manifests ------------------------------------------------------------------------------------------------------

#[test]
fn each_manifest_matches_its_golden_file() {
    for golden in golden::every() {
        let (name, expected, manifest) = (golden.name(), &golden.data.manifest, golden.widget().manifest());
        assert_eq!(golden.widget().check(), Ok(()), "{name}");
        assert_eq!((manifest.name(), manifest.app_id()), (name, golden.data.app_id.as_str()));
        assert_eq!(manifest.token_names(), [golden.token_name()], "{name}");
        assert_eq!(manifest.library(), Some(expected.library.as_str()), "{name}");
        assert_eq!(json_of(manifest.settings()), expected.settings, "{name}");
        assert_eq!(json_of(manifest.artifacts()), expected.artifacts, "{name}");
        assert_eq!(manifest.identified_cookie(), expected.identified_cookie.as_deref(), "{name}");
        assert_eq!(manifest.requires_token_path(), expected.token_path, "{name}");
        assert_eq!(manifest.has_costly_tokens(), expected.costly, "{name}");
    }
}

#[test]
fn each_policy_matches_its_golden_file_and_allows_the_library() {
    for golden in golden::every() {
        let widgets = build(golden.widget()).unwrap();
        let needs = widgets.csp().unwrap();
        let policy = needs.to_string().replacen(&format!("{} ", needs.hash()), "", 1);
        assert_eq!(policy, golden.data.manifest.policy, "{}", golden.name());
        let scripts = policy.split("; ").find(|directive| directive.starts_with("script-src-elem ")).unwrap();
        let origin = golden.data.manifest.library.split('/').take(3).collect::<Vec<_>>().join("/");
        assert!(scripts.split(' ').any(|source| source == origin), "{}: {scripts}", golden.name());
    }
}

#[test]
fn the_cookies_of_each_session_are_known_by_name_and_no_others() {
    let every = golden::every();
    let owned = every.iter().flat_map(|golden| &golden.data.cookies.owned);
    let others = every.iter().flat_map(|golden| &golden.data.cookies.others);
    let cookies: Vec<_> = owned.chain(others).map(String::as_str).chain(["", "sid", "ss", "*"]).collect();
    for golden in &every {
        let manifest = golden.widget().manifest();
        for cookie in &cookies {
            let expected = golden.data.cookies.owned.iter().any(|owned| owned == cookie);
            assert_eq!(manifest.artifacts().owns_cookie(cookie), expected, "{}: {cookie}", golden.name());
        }
    }
}

#[test]
fn manifest_names_no_user_and_no_secret() {
    for golden in golden::every() {
        let manifest = golden.widget().manifest();
        let said = format!("{}{}", json_of(manifest.settings()), json_of(manifest.artifacts()));
        for leak in ["user-123", "user@example.com", "Näme", "\"pro\"", "secret", "PRIVATE", golden.secret_text()] {
            assert!(!said.contains(leak), "{}: {said}", golden.name());
        }
    }
}

// ---- configurations -------------------------------------------------------------------------------------------------

#[test]
fn an_id_that_no_vendor_issues_cannot_reach_an_address() {
    let no_ids = ["", " ", "-", "..", "a b", "a/b", "a/../b", "a'", "a'><script>", "a?b", "a#b", "é", "a\n", "a\0"];
    for golden in golden::every() {
        for id in no_ids {
            let error = golden.called(id).check().unwrap_err();
            assert_eq!(error.kind(), ConfigErrorKind::AppId, "{}: {id:?}", golden.name());
            assert!(error.to_string().starts_with(golden.name()), "{error}");
            assert_refused(build(golden.called(id)), ConfigErrorKind::AppId, &[golden.name()]);
        }
    }
}

#[test]
fn every_widget_can_do_without_a_token_path_of_its_own() {
    for golden in golden::every() {
        assert!(Widgets::builder().widget(golden.widget()).build().is_ok(), "{}", golden.name());
    }
}

#[test]
fn a_key_must_have_its_name_where_there_are_several() {
    let named: Vec<_> = golden::every().into_iter().filter(|golden| golden.key_id().is_some()).collect();
    assert!(!named.is_empty());
    for golden in named {
        let bare = golden.signing_with(golden.bare_secret());
        assert_refused(build(bare), ConfigErrorKind::Secret, &[golden.name(), "key's id", "with_key_id"]);
    }
}

#[test]
fn an_rsa_key_is_no_secret_of_another_widgets() {
    let rsa = || Secret::rsa_pem(golden::RSA).unwrap();
    assert_eq!(rsa().hmac_hex("message").err(), Some(TokenError::Signing));
    for golden in golden::every().into_iter().filter(|golden| !golden.is_rsa()) {
        let signing_with_it = golden.signing_with(rsa().with_key_id("key-1"));
        assert_refused(build(signing_with_it), ConfigErrorKind::Secret, &[golden.name(), "RSA"]);
    }
}

#[test]
fn a_name_that_is_no_tokens_is_unknown() {
    for golden in golden::every() {
        let widgets = alone(golden.widget());
        let (name, mut capital) = (golden.token_name(), golden.token_name().to_owned());
        capital[..1].make_ascii_uppercase();
        for unknown in ["", "page", "tokens", "é", &capital, &format!("{name} "), &format!("{name}\0")] {
            assert_eq!(widgets.mint(unknown, &person()).err(), Some(TokenError::UnknownToken), "{unknown:?}");
        }
        for other in golden::every().iter().filter(|other| other.name() != golden.name()) {
            assert_eq!(widgets.mint(other.token_name(), &person()).err(), Some(TokenError::UnknownToken));
        }
    }
}

// ---- users ----------------------------------------------------------------------------------------------------------

#[test]
fn each_token_matches_an_independent_implementation_or_its_expected_refusal() {
    for golden in golden::every() {
        let widget = golden.widget();
        for case in &golden.data.people {
            let (identity, why) = (case.identity(), format!("{}: {}", golden.name(), case.why));
            let minted = widget.mint(golden.token_name(), &identity, at(NOW));
            let told = widget.boot_data(&identity, at(NOW));
            if let Some(refusal) = &case.refused {
                assert_eq!(minted.err().map(|error| error.as_str()), Some(refusal.as_str()), "{why}");
                assert_eq!(told.err().map(|error| error.as_str()), Some(refusal.as_str()), "{why}");
                continue;
            }
            let (token, told) = (minted.expect(&why), json_of(told.expect(&why)));
            if let Some(expected) = &case.token {
                assert_eq!(token.as_str(), expected, "{why}");
            }
            let expected = match &golden.data.signs {
                Signs::Hash(_) => case.boot_data.clone().expect("the page data of a hash"),
                Signs::Record(record) => {
                    let said = super::record::read(&golden, record, token.as_str());
                    assert_eq!(case.claims.as_ref().unwrap_or(&said), &said, "{why}");
                    json!({})
                }
                Signs::Jwt(jwt) => {
                    let claims = super::jwt::read(&golden, token.as_str());
                    assert_eq!(case.claims.as_ref().unwrap_or(&claims), &claims, "{why}");
                    // A signed fact is nowhere unsigned: the page gets the exact token, and only facts that are not in
                    // it.
                    let mut expected = case.boot_data.clone().unwrap_or_else(|| json!({}));
                    jwt.in_page_as.iter().for_each(|key| expected[key] = token.as_str().into());
                    expected
                }
            };
            assert_eq!(told, expected, "{why}");
        }
    }
}

#[test]
fn blank_id_gets_no_token() {
    for id in ["", " ", "\t\r\n", BLANK] {
        let nameless = Identity::new(id).with_email("user@example.com").with_name("The Name");
        assert_all_refuse(&nameless, TokenError::MissingId);
    }
}

#[test]
fn user_whose_session_is_over_gets_no_token() {
    for ends in [0, 1, NOW - 1, NOW] {
        assert_all_refuse(&person().with_session_expires(at(ends)), TokenError::SessionOver);
    }
}

fn assert_all_refuse(identity: &Identity, refusal: TokenError) {
    for golden in golden::every() {
        let widget = golden.widget();
        assert_eq!(widget.mint(golden.token_name(), identity, at(NOW)).err(), Some(refusal), "{}", golden.name());
        assert_eq!(widget.boot_data(identity, at(NOW)).err(), Some(refusal), "{}", golden.name());
    }
}

#[test]
fn without_an_email_those_that_need_one_refuse() {
    let id = Identity::new("user-123");
    for identity in [id.clone(), id.clone().with_email(""), id.clone().with_email("  "), id.with_email(BLANK)] {
        for golden in golden::every() {
            let (widget, refusal) = (golden.widget(), golden.data.needs_email.then_some(TokenError::MissingEmail));
            assert_eq!(widget.mint(golden.token_name(), &identity, at(NOW)).err(), refusal, "{}", golden.name());
            assert_eq!(widget.boot_data(&identity, at(NOW)).err(), refusal, "{}", golden.name());
        }
    }
}

#[test]
fn clock_at_its_limits_causes_no_panic() {
    for now in [0, 1, i64::MAX as u64 - 1, i64::MAX as u64] {
        for golden in golden::every() {
            let token = golden.widget().mint(golden.token_name(), &person(), at(now)).unwrap();
            if let Signs::Jwt(jwt) = &golden.data.signs {
                let claims = super::jwt::read(&golden, token.as_str());
                assert!(jwt.end(&claims) >= Some(now), "{}", golden.name());
            }
        }
    }
}

#[test]
fn secrets_for_an_agent_reach_intercom_alone() {
    let identity = whole_person().with_auth_token("billing", "agent-secret-1").with_auth_token("blank", " ");
    for golden in golden::every() {
        let (name, widget) = (golden.name(), golden.widget());
        let told = json_of(widget.boot_data(&identity, at(NOW)).unwrap());
        let expected = (name == "intercom").then(|| json!({ "billing": "agent-secret-1" }));
        assert_eq!(told.get("auth_tokens"), expected.as_ref(), "{name}");
        assert_eq!(told.to_string().matches("agent-secret-1").count(), usize::from(name == "intercom"), "{name}");
        let token = widget.mint(golden.token_name(), &identity, at(NOW)).unwrap();
        if matches!(golden.data.signs, Signs::Jwt(_)) {
            assert!(!super::jwt::read(&golden, token.as_str()).to_string().contains("agent-secret"), "{name}");
        }
    }
    assert_eq!(json_of(intercom().legacy_user_hash().boot_data(&identity, at(NOW)).unwrap()).get("auth_tokens"), None);
}

/// The user's part of the element in the page.
fn in_the_page(golden: &Golden, identity: Identity) -> (String, Value) {
    let widgets = build(golden.widget()).unwrap();
    let page = service_fn(async |_: Request<Body>| {
        let page = Response::builder().header("content-type", "text/html");
        page.body(Body::from("<!doctype html><p>Hello"))
    });
    let request = Request::get("/").header("sec-fetch-dest", "document").extension(Viewer::SignedIn(identity));
    let response = block_on(widgets.layer().layer(page).oneshot(request.body(Body::empty()).unwrap())).unwrap();
    let body = block_on(response.into_body().collect()).unwrap().to_bytes();
    let html = String::from_utf8(body.to_vec()).unwrap();
    let element = crate::support::cut(&html).1.to_owned();
    let data = crate::support::snippet(&element);
    (element, data)
}

#[test]
fn hostile_users_stay_inside_the_attribute() {
    let hostile = Identity::new("näme </script> 😀").with_email("\"a'b</script>&\"@example.com").with_name(NAME);
    for golden in golden::every() {
        let name = golden.name();
        let expected = json_of(golden.widget().boot_data(&hostile, at(NOW)).unwrap());
        let (element, data) = in_the_page(&golden, hostile.clone());
        assert_eq!(data["people"][name], expected, "{name}");
        assert_eq!(element.matches("</script>").count(), 1, "{name}");
        assert!(element.is_ascii() && !element.contains(golden.secret_text()), "{name}");
    }
}

#[test]
fn debug_of_tokens_and_boot_data_shows_nothing() {
    for golden in golden::every() {
        let widget = golden.widget();
        let (boot_data, token) = (
            widget.boot_data(&whole_person(), at(NOW)),
            widget.mint(golden.token_name(), &whole_person(), at(NOW)).unwrap(),
        );
        assert_eq!(format!("{boot_data:?}"), "Ok(BootData { .. })", "{}", golden.name());
        assert!(!format!("{token:?}").contains(&token.as_str()[..8]), "{}", golden.name());
        assert!(!format!("{:?}", widget.manifest()).contains(golden.secret_text()), "{}", golden.name());
    }
}

#[test]
fn whichever_fact_is_hashed_needs_that_fact() {
    for (golden, hash) in golden::every_hash() {
        let of_id = hash.facts().iter().all(|(fact, _)| *fact == Fact::Id);
        assert!(of_id || golden.data.needs_email, "{}", golden.name());
    }
}
