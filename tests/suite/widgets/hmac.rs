//! The vendors that check an HMAC of one field: whose hash it is, what stands beside it, and what is never said.

use super::*;
use crate::mint::example;
use tower_widget_identity::widget::{
    Canny, Chatwoot, Crisp, Front, Gist, Gleap, HelpScout, Plain, Pylon, Tawk, Userflow,
};

pub(super) const KEY: &str = "hmac secret";
/// As Pylon's dashboard shows one: digits of both cases, a byte that is no UTF-8, and a zero in front.
pub(super) const HEX: &str = "00ff10a1B2C3d4e5f60718293a4b5c6d";

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Signed {
    Id,
    Email,
}

/// A vendor, the field that is signed, its name in the page, that of the hash, and what else the page is told.
pub(super) struct Case {
    name: String,
    pub(super) widget: Box<dyn Widget>,
    signed: Signed,
    message: &'static str,
    proof: &'static str,
    beside: &'static [&'static str],
}

fn case(
    widget: impl Widget,
    signed: Signed,
    message: &'static str,
    proof: &'static str,
    beside: &'static [&'static str],
) -> Case {
    Case { name: widget.manifest().name().to_owned(), widget: Box::new(widget), signed, message, proof, beside }
}

pub(super) fn cases() -> [Case; 11] {
    use Signed::{Email, Id};
    let key = || secret(KEY);
    [
        case(HelpScout::new("app-1", key()), Email, "email", "signature", &["name"]),
        case(Crisp::new("app-1", key()), Email, "email", "signature", &[]),
        case(Chatwoot::new("app-1", key()), Id, "identifier", "identifier_hash", &["email", "name"]),
        case(Front::new("app-1", key()), Email, "email", "userHash", &[]),
        case(Pylon::new("app-1", Secret::from_hex(HEX).unwrap()), Email, "email", "email_hash", &["name"]),
        case(Plain::new("app-1", key()), Email, "email", "emailHash", &["fullName"]),
        case(Tawk::new("app-1", key()), Id, "userId", "hash", &["email", "name"]),
        case(Gleap::new("app-1", key()), Id, "userId", "hash", &["email", "name"]),
        case(Userflow::new("app-1", key()), Id, "userId", "signature", &["email", "name"]),
        case(Canny::new("app-1", key()), Id, "id", "hash", &["email", "name"]),
        case(Gist::new("app-1", key()), Id, "user_id", "user_hash", &["email", "name"]),
    ]
}

impl Case {
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    fn hash(&self, identity: &Identity) -> Result<String, TokenError> {
        self.widget.mint(self.name(), identity, at(NOW)).map(|token| token.into_string())
    }

    fn boot_data(&self, identity: &Identity) -> Value {
        json_of(self.widget.boot_data(identity, at(NOW)).unwrap_or_else(|refusal| panic!("{}: {refusal}", self.name())))
    }
}

/// An HMAC of another make.
pub(super) fn digest(key: &[u8], message: &str) -> String {
    use ::hmac::{Hmac, KeyInit, Mac};
    let mac = Hmac::<sha2::Sha256>::new_from_slice(key).unwrap().chain_update(message).finalize().into_bytes();
    mac.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Computed with Python 3.11's own `hmac` and, with the same result, by OpenSSL 3.0:
///
/// ```python
/// hmac.new(b"hmac secret", message.encode(), "sha256").hexdigest()
/// hmac.new(bytes.fromhex(HEX), message.encode(), "sha256").hexdigest()  # Pylon
/// ```
///
/// ```sh
/// printf %s "$message" | openssl dgst -sha256 -mac HMAC -macopt hexkey:"$key_in_hex"
/// ```
///
/// By row: the id, the e-mail address, the hash of either, and Pylon's of the address.
const GOLDEN: [(&str, &str, &str, &str, &str); 3] = [
    (
        "user-123",
        "user@example.com",
        "d1f4b1119802c9e68c5c297c8a6ef91e6769a910ba85d68d6b827d2da924eecb",
        "a133ba92de45a482f365db607f29f588e8aba217582bbebe3f61214edb26900d",
        "add6d2166bc7757cc01e0f0390f8b66e3604dcd966f4b85468cceee458dff299",
    ),
    (
        "0042",
        " Üser+Tag@Example.COM ",
        "26d659102e77fe8f8c2c8e965e1fba47400ac846e5372021c2a3b8b2d3019413",
        "c364d1913c373d3b5359b727ec48db1cdfff808e0b77a32b1b8b021b8d0a2173",
        "b2213de32516547f96f461e982cb8c62dbaad0540027f2013f39dee69fe0f025",
    ),
    (
        "näme </script> 😀",
        "\"a'b</script>&\"@example.com",
        "8961be4bc656202ac7de07b1179b8382df386cd176aae4dfa1384f0510716b25",
        "5dbe91af2aad33c1c1a2ea95a8c742d92f87c52c017beb5f260b785d02da9627",
        "af1c085928e4043dd58c75f63832f9212770d9128845641a829f8e124c64b214",
    ),
];

#[test]
fn hashes_are_those_of_an_independent_implementation() {
    for (id, email, of_id, of_email, of_email_by_hex) in GOLDEN {
        let identity = Identity::new(id).with_email(email).with_name(NAME);
        for case in cases() {
            let (message, golden) = match case.signed {
                Signed::Id => (id, of_id),
                Signed::Email if case.name() == "pylon" => (email, of_email_by_hex),
                Signed::Email => (email, of_email),
            };
            assert_eq!(case.hash(&identity).as_deref(), Ok(golden), "{}: {message:?}", case.name());
            let person = case.boot_data(&identity);
            assert_eq!(person[case.proof], golden, "{}", case.name());
            assert_eq!(person[case.message], message, "{}: an HMAC proves only what stands beside it", case.name());
        }
    }
}

#[test]
fn the_page_is_told_what_the_vendor_needs_and_nothing_else() {
    for case in cases() {
        let person = case.boot_data(&whole_person());
        let mut keys: Vec<_> = [case.message, case.proof].into_iter().chain(case.beside.iter().copied()).collect();
        keys.sort_unstable();
        assert_eq!(person.as_object().unwrap().keys().collect::<Vec<_>>(), keys, "{}", case.name());
        for key in case.beside {
            let expected = if *key == "email" { "user@example.com" } else { NAME };
            assert_eq!(person[key], expected, "{}: {key}", case.name());
        }
        let settings = json_of(case.widget.manifest().settings()).to_string();
        for said in ["user-123", "user@example.com", "\"pro\"", KEY, HEX] {
            assert!(!settings.contains(said), "{}: {settings}", case.name());
        }
    }
}

#[test]
fn a_missing_name_is_left_out_or_the_email_stands_for_it() {
    for case in cases() {
        let person = case.boot_data(&person().with_name(" "));
        let name = match case.name() {
            "pylon" | "canny" => json!("user@example.com"),
            _ => Value::Null,
        };
        assert_eq!(person["name"], name, "{}", case.name());
        assert_eq!(person.get("fullName"), None, "{}", case.name());
    }
}

#[test]
fn ids_stay_the_strings_that_they_are() {
    for id in ["123", "0", "-1", "1e9", "007", "null", "true", " padded ", "\"}", "näme", "😀", "a\0b\n", "</script>"]
    {
        let identity = Identity::new(id).with_email("user@example.com");
        for case in cases().into_iter().filter(|case| case.signed == Signed::Id) {
            assert_eq!(case.boot_data(&identity)[case.message], json!(id), "{}", case.name());
            assert_eq!(case.hash(&identity), Ok(digest(KEY.as_bytes(), id)), "{}: {id:?}", case.name());
        }
    }
}

#[test]
fn nobody_and_those_whose_session_is_over_get_no_hash() {
    let blank =
        ["", " ", "\t\r\n", BLANK].map(|id| (Identity::new(id).with_email("user@example.com"), TokenError::MissingId));
    let over = [0, 1, NOW - 1, NOW].map(|ends| (person().with_session_expires(at(ends)), TokenError::SessionOver));
    for (identity, refusal) in blank.into_iter().chain(over) {
        for case in cases() {
            assert_eq!(case.hash(&identity).err(), Some(refusal), "{}", case.name());
            assert_eq!(case.widget.boot_data(&identity, at(NOW)).err(), Some(refusal), "{}", case.name());
        }
    }
    for case in cases() {
        let ending = person().with_session_expires(at(NOW + 1));
        assert_eq!(case.hash(&ending), case.hash(&person()), "{}: until the last second", case.name());
        let token = case.widget.mint(case.name(), &ending, at(NOW)).unwrap();
        assert_eq!(token.lifetime(), None, "{}: a hash never expires", case.name());
    }
}

#[test]
fn without_an_email_those_that_need_one_refuse() {
    let id = Identity::new("user-123");
    for identity in [id.clone(), id.clone().with_email(""), id.clone().with_email("  "), id.with_email(BLANK)] {
        for case in cases() {
            let needed = case.signed == Signed::Email || ["chatwoot", "canny", "gist"].contains(&case.name());
            let refusal = needed.then_some(TokenError::MissingEmail);
            assert_eq!(case.hash(&identity).err(), refusal, "{}", case.name());
            assert_eq!(case.widget.boot_data(&identity, at(NOW)).err(), refusal, "{}", case.name());
        }
    }
    let named = Identity::new("user-123").with_name("The Name");
    assert!(cases()[2].hash(&named).is_ok(), "Chatwoot takes a name as well");
}

#[test]
fn a_name_that_is_not_the_tokens_is_refused() {
    for case in cases() {
        assert_eq!(case.widget.manifest().token_names(), [case.name()]);
        assert!(!case.widget.manifest().needs_token_path(), "{}", case.name());
        let widgets = alone(case.widget);
        for name in ["", "page", "intercom", "Crisp", "crisp "] {
            assert_eq!(widgets.mint(name, &person()).err(), Some(TokenError::UnknownToken), "{}", case.name);
        }
    }
}

/// The person's part of the element that a page gets.
fn in_the_page(widget: impl Widget, identity: Identity) -> (String, Value) {
    let widgets = Widgets::builder().widget(widget).clock(|| at(NOW)).build().unwrap();
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
fn hostile_people_stay_inside_the_attribute() {
    let (id, email, ..) = GOLDEN[2];
    for case in cases() {
        let name = case.name().to_owned();
        let expected = case.boot_data(&Identity::new(id).with_email(email).with_name(NAME));
        let (element, data) = in_the_page(case.widget, Identity::new(id).with_email(email).with_name(NAME));
        assert_eq!(data["people"][&name], expected, "{name}");
        assert_eq!(element.matches("</script>").count(), 1, "{name}");
        assert!(element.is_ascii() && !element.contains(KEY), "{name}");
    }
}

// ---- mint -----------------------------------------------------------------------------------------------------------

fn minted(name: &str, secret: &str, identity: [&str; 2]) -> Result<Value, example::failure::Failure> {
    let [id, email] = identity;
    let arguments = [name.to_owned(), "--app-id=app-1".to_owned(), format!("--secret={secret}")];
    let person = [format!("--user-id={id}"), format!("--email={email}"), format!("--name={NAME}")];
    example::run(arguments.into_iter().chain(person))
}

#[test]
fn what_mint_prints_verifies_outside_the_crate() {
    for case in cases() {
        for (id, email, ..) in GOLDEN {
            let by_hex = case.name() == "pylon";
            let answer = minted(case.name(), if by_hex { HEX } else { KEY }, [id, email]).unwrap();
            let key = if by_hex {
                (0..16).map(|at| u8::from_str_radix(&HEX[2 * at..][..2], 16).unwrap()).collect()
            } else {
                KEY.as_bytes().to_vec()
            };
            let claims = answer["claims"].as_object().unwrap();
            let (field, message) = claims.iter().next().unwrap();
            assert_eq!((claims.len(), field.as_str()), (1, case.message), "{}", case.name());
            assert_eq!(message, if case.signed == Signed::Id { id } else { email }, "{}", case.name());
            assert_eq!(answer["hash"], digest(&key, message.as_str().unwrap()), "{}", case.name());
            assert_eq!(answer.get("token"), None, "{}", case.name());
            assert_eq!(answer["vendor"], case.name());
            assert_eq!(answer["settings"][case.proof], answer["hash"], "{}", case.name());
            assert_eq!(&answer["settings"][case.message], message, "{}", case.name());
            assert!(!answer.to_string().contains(KEY) && !answer.to_string().contains(HEX), "{}", case.name());
        }
    }
}

#[test]
fn mint_tells_what_is_wrong() {
    for case in cases() {
        let refused = minted(case.name(), "ab", [" ", "user@example.com"]).unwrap_err();
        assert!(refused.to_string().starts_with(&format!("{}: ", case.name())), "{refused}");
        let Err(blank) = minted(case.name(), " ", ["1", "user@example.com"]) else { panic!("{}", case.name()) };
        assert!(blank.to_string().contains("secret is empty"), "{blank}");
        let arguments = [case.name(), "--ttl=60", "--app-id=a", "--secret=ab", "--user-id=1"].map(str::to_owned);
        let failure = example::run(arguments).unwrap_err();
        assert!(failure.to_string().starts_with(&format!("{} takes no --ttl", case.name())), "{failure}");
    }
    let failure = minted("pylon", "s3cret", ["1", "user@example.com"]).unwrap_err();
    assert!(failure.to_string().contains("hexadecimal") && !failure.to_string().contains("s3cret"), "{failure}");
}
