//! The contestants: the bare service, the layer, and two other ways to put a script into a page.

mod by_hand;
mod prepared;
mod rewriter;

use std::{
    cell::RefCell,
    convert::Infallible,
    future::{Future, Ready, ready},
    pin::pin,
    rc::Rc,
    task::{Context, Poll, Waker},
    time::Duration,
};

use bytes::{Buf, Bytes};
use http::{Request, Response};
use http_body::Body;
use jsonwebtoken::{DecodingKey, EncodingKey, Header, Validation};
use serde::Serialize;
use serde_json::{Map, Value};
use tower::{Layer, Service};
use tower_widget_identity::{Identity, Secret, Widgets, widget::Intercom};

use self::prepared::Prepared;
use crate::{
    pages::{Frames, Page},
    timing::Job,
};

pub(crate) const SECRET: &str = "kJ4vQ0YbZt1mWc8sXg2nUe5rHd7pLa9fTiOo6yVx3zB";
const LIFETIME: u64 = 3600;

/// The signed-in user, with the claims that all contestants sign.
#[derive(Clone)]
pub(crate) struct Person {
    identity: Identity,
    key: EncodingKey,
}

#[derive(Serialize)]
pub(crate) struct Claims<'a> {
    user_id: &'a str,
    email: &'a str,
    name: &'a str,
    plan: &'a str,
    exp: u64,
}

impl Person {
    pub(crate) fn new() -> Self {
        let identity = Identity::new("user-123456").with_email("person@example.com").with_name("A Person");
        Self { identity: identity.with_attribute("plan", "pro"), key: EncodingKey::from_secret(SECRET.as_bytes()) }
    }

    pub(crate) fn widgets(&self) -> Widgets {
        let person = self.identity.clone();
        let intercom =
            Intercom::new("abcd1234", Secret::new(SECRET).expect("a secret")).lifetime(Duration::from_secs(LIFETIME));
        let widgets = Widgets::builder().widget(intercom);
        widgets.identify(move |parts| is_orders(parts).then(|| person.clone())).build().expect("widgets")
    }

    fn claims() -> Claims<'static> {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("a clock after 1970");
        let exp = now.as_secs() + LIFETIME;
        Claims { user_id: "user-123456", email: "person@example.com", name: "A Person", plan: "pro", exp }
    }

    /// Signs the token of the other contestants, as in jsonwebtoken's documentation.
    fn encode(&self) -> String {
        jsonwebtoken::encode(&Header::default(), &Self::claims(), &self.key).expect("a token")
    }

    pub(crate) fn mint_job(&self) -> Job<'_> {
        let widgets = self.widgets();
        Job::new("mint".to_owned(), || (), move |()| drop(widgets.mint("intercom", &self.identity).expect("a token")))
    }

    pub(crate) fn encode_job(&self) -> Job<'_> {
        Job::new("encode".to_owned(), || (), |()| drop(self.encode()))
    }

    pub(crate) fn prepared_job() -> Job<'static> {
        let prepared = Prepared::new();
        Job::new("prepared token".to_owned(), || (), move |()| drop(prepared.sign(&Self::claims())))
    }

    /// Checks that all tokens are signed with the same key and have the same claims.
    pub(crate) fn check(&self) {
        let minted = self.widgets().mint("intercom", &self.identity).expect("a token");
        let tokens = [minted.as_str().to_owned(), self.encode(), Prepared::new().sign(&Self::claims())];
        let key = DecodingKey::from_secret(SECRET.as_bytes());
        let claims = tokens.map(|token| {
            let decoded = jsonwebtoken::decode::<Map<String, Value>>(&token, &key, &Validation::default());
            let mut claims = decoded.expect("a valid token").claims;
            // The clock may have advanced between two tokens.
            assert!(claims.remove("exp").is_some_and(|exp| exp.is_u64()), "a token expires");
            claims
        });
        assert_eq!(claims[0], claims[1], "the layer and jsonwebtoken");
        assert_eq!(claims[1], claims[2], "jsonwebtoken and the prepared key");
    }
}

pub(crate) fn is_orders(parts: &http::request::Parts) -> bool {
    parts.uri.path() == "/orders"
}

/// The application, which returns a prepared page.
#[derive(Clone)]
pub(crate) struct Application(pub(crate) Rc<Page>);

impl<T> Service<Request<T>> for Application {
    type Response = Response<Frames>;
    type Error = Infallible;
    type Future = Ready<Result<Response<Frames>, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Request<T>) -> Self::Future {
        ready(Ok(self.0.response()))
    }
}

pub(crate) type Answer = dyn Fn(Request<()>, &mut dyn FnMut(&[u8]));

/// One way to put the widget into a page.
pub(crate) struct Contestant {
    name: &'static str,
    /// A text that occurs in this contestant's pages, but not in the bare page.
    sign: &'static str,
    around: Box<dyn Fn(Rc<Page>) -> Box<Answer>>,
}

impl Contestant {
    pub(crate) fn every(person: &Person) -> [Self; 4] {
        let [rewriter, by_hand] = Self::peers(person);
        [Self::bare(), Self::ours(person), rewriter, by_hand]
    }

    /// The other ways to put a widget into a page.
    pub(crate) fn peers(person: &Person) -> [Self; 2] {
        [Self::rewriter(person), Self::by_hand(person)]
    }

    fn new<S, B>(name: &'static str, sign: &'static str, around: impl Fn(Application) -> S + 'static) -> Self
    where
        S: Service<Request<()>, Response = Response<B>> + 'static,
        B: Body<Error: std::fmt::Debug> + 'static,
    {
        let around = move |page: Rc<Page>| -> Box<Answer> {
            let service = RefCell::new(around(Application(page)));
            Box::new(move |request, sink| drain(&mut *service.borrow_mut(), request, sink))
        };
        Self { name, sign, around: Box::new(around) }
    }

    pub(crate) fn bare() -> Self {
        Self::new("bare", "", |application| application)
    }

    pub(crate) fn ours(person: &Person) -> Self {
        Self::with_widgets(person.widgets())
    }

    pub(crate) fn with_widgets(widgets: Widgets) -> Self {
        Self::new("ours", "data-widget=", move |application| widgets.layer().layer(application))
    }

    fn rewriter(person: &Person) -> Self {
        let person = person.clone();
        Self::new("lol_html", "data-widget=", move |inner| rewriter::Rewriting::new(inner, person.clone()))
    }

    fn by_hand(person: &Person) -> Self {
        let person = person.clone();
        Self::new("by hand", "intercomSettings", move |inner| by_hand::ByHand::new(inner, person.clone()))
    }

    pub(crate) fn name(&self) -> &'static str {
        self.name
    }

    pub(crate) fn job(&self, name: String, page: Page) -> Job<'static> {
        let answer = (self.around)(Rc::new(page.clone()));
        Job::new(
            name,
            move || page.request(),
            move |request| {
                answer(request, &mut |data| {
                    std::hint::black_box(data);
                })
            },
        )
    }

    pub(crate) fn answering(&self, page: &Page) -> Box<Answer> {
        (self.around)(Rc::new(page.clone()))
    }

    pub(crate) fn answer(&self, page: &Page) -> String {
        let mut bytes = Vec::new();
        (self.around)(Rc::new(page.clone()))(page.request(), &mut |data| bytes.extend_from_slice(data));
        String::from_utf8(bytes).expect("a page of ASCII")
    }

    pub(crate) fn injects(&self, page: &Page) -> bool {
        self.answer(page).contains(self.sign)
    }

    /// Checks that the page is complete and that it contains this contestant's addition exactly once.
    pub(crate) fn check(&self, html: &str, page: &Page) {
        let page = page.text();
        if self.sign.is_empty() {
            assert_eq!(html, page, "{}", self.name);
        } else {
            assert!(html.contains(self.sign), "{} did not inject", self.name);
            let at = html.bytes().zip(page.bytes()).take_while(|(a, b)| a == b).count();
            let after = html.len() - (page.len() - at);
            assert_eq!(html[after..], page[at..], "{} changed the page", self.name);
        }
    }
}

/// Calls the service and passes each piece of data to `sink`.
///
/// All data is ready at once, so no runtime is measured.
fn drain<S, B>(service: &mut S, request: Request<()>, sink: &mut dyn FnMut(&[u8]))
where
    S: Service<Request<()>, Response = Response<B>>,
    B: Body<Error: std::fmt::Debug>,
{
    let mut context = Context::from_waker(Waker::noop());
    let Poll::Ready(Ok(())) = service.poll_ready(&mut context) else { panic!("not ready") };
    let future = pin!(service.call(request));
    let Poll::Ready(Ok(response)) = future.poll(&mut context) else { panic!("the response is not ready") };
    let (_, body) = response.into_parts();
    let mut body = pin!(body);
    while let Poll::Ready(Some(frame)) = body.as_mut().poll_frame(&mut context) {
        if let Ok(mut data) = frame.expect("a frame").into_data() {
            while data.has_remaining() {
                let length = data.chunk().len();
                sink(data.chunk());
                data.advance(length);
            }
        }
    }
}

/// The element that the peers with a snippet insert: the layer's own code, after their own token.
fn element(code: &str, token: &str) -> String {
    format!(
        r#"<script data-cfasync="false" data-widget='{{"people":{{"intercom":{{"intercom_user_jwt":"{token}"}}}}}}'>{code}"#
    )
}

/// The code and closing tag of the layer's own element.
fn code(person: &Person) -> String {
    let page = Contestant::ours(person).answer(&Page::whole(crate::pages::EIGHT_KIB));
    let element = page.split_once("data-widget='").expect("the element").1;
    let code = element.split_once("'>").expect("the code").1;
    let end = code.find("</script>").expect("the closing tag") + "</script>".len();
    code[..end].to_owned()
}

/// Sets the headers that a response with a token needs.
fn make_private(headers: &mut http::HeaderMap) {
    headers.remove(http::header::ETAG);
    headers.remove(http::header::LAST_MODIFIED);
    headers.insert(http::header::CACHE_CONTROL, http::HeaderValue::from_static("private, no-store"));
    headers.append(http::header::VARY, http::HeaderValue::from_static("Cookie"));
}

fn is_html(headers: &http::HeaderMap) -> bool {
    headers.get(http::header::CONTENT_TYPE).is_some_and(|value| value.as_bytes().starts_with(b"text/html"))
}

/// A body of one frame, for peers that return the page in one piece.
pub(crate) type Whole = http_body_util::Full<Bytes>;
