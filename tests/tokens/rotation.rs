//! A secret is replaced while the service runs: every response is signed by one key from the header to the signature.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use futures::FutureExt;
use hmac::{Hmac, KeyInit, Mac};
use http::{Request, StatusCode};
use sha2::Sha256;
use tower::Service;
use tower_widget_identity::{Identity, Secret, SecretRotation, Widgets, widget::ZendeskMessaging};

const KEYS: usize = 7;
const REPLACEMENTS: usize = 500;
const READERS: usize = 3;

fn key(number: usize) -> Secret {
    Secret::new(secret(number)).unwrap().with_key_id(id(number))
}

fn secret(number: usize) -> String {
    format!("the secret number {number}")
}

fn id(number: usize) -> String {
    format!("app_{number}")
}

/// The number of the key that signed, if header and signature agree.
fn signer(token: &str) -> Option<usize> {
    let (signed, signature) = token.rsplit_once('.')?;
    let header = URL_SAFE_NO_PAD.decode(signed.split('.').next()?).ok()?;
    let header: serde_json::Value = serde_json::from_slice(&header).ok()?;
    let number = (0..KEYS).find(|number| header["kid"] == id(*number))?;
    let mac = Hmac::<Sha256>::new_from_slice(secret(number).as_bytes()).ok()?.chain_update(signed);
    mac.verify_slice(&URL_SAFE_NO_PAD.decode(signature).ok()?).ok()?;
    Some(number)
}

fn token(widgets: &Widgets) -> String {
    let request = Request::get("/widget-token/zendesk-messaging").header("sec-fetch-site", "same-origin");
    let answer = widgets.token_service().call(request.body(()).unwrap()).now_or_never().unwrap().unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    let body = http_body_util::BodyExt::collect(answer.into_body()).now_or_never().unwrap().unwrap();
    String::from_utf8(body.to_bytes().to_vec()).unwrap()
}

#[test]
fn no_request_fails_and_no_token_is_torn_while_a_secret_is_replaced() {
    let rotation = SecretRotation::new(key(0));
    let widgets = Widgets::builder()
        .widget(ZendeskMessaging::new("key-1", rotation.secret()))
        .identify(|_| Some(Identity::new("user-1").with_email("user@example.test")))
        .token_path("/widget-token")
        .build()
        .unwrap();
    let (over, seen) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let readers = [(); READERS].map(|()| {
        let (widgets, over, seen) = (widgets.clone(), over.clone(), seen.clone());
        thread::spawn(move || {
            let mut signers = [0_usize; KEYS];
            while !over.load(Ordering::Relaxed) {
                signers[signer(&token(&widgets)).expect("one key for header and signature")] += 1;
                seen.fetch_add(1, Ordering::Relaxed);
            }
            signers
        })
    });
    for number in 1..=REPLACEMENTS {
        // Each key signs some requests before the next one comes.
        let before = seen.load(Ordering::Relaxed);
        while seen.load(Ordering::Relaxed) == before && !readers.iter().any(thread::JoinHandle::is_finished) {
            thread::yield_now();
        }
        rotation.replace(key(number % KEYS)).unwrap();
        assert_eq!(signer(&token(&widgets)), Some(number % KEYS), "from now on the new one signs");
    }
    over.store(true, Ordering::Relaxed);
    let signers = readers.map(|reader| reader.join().unwrap());
    for number in 0..KEYS {
        assert!(signers.iter().any(|signers| signers[number] > 0), "key {number} was never seen at work");
    }
    assert!(seen.load(Ordering::Relaxed) >= REPLACEMENTS);
}
