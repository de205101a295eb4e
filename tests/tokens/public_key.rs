//! The service that responds with the public key of an RSA secret: alone, and as a route of axum.

use axum::{Router, body::Body};
use futures::executor::block_on;
use http::{HeaderMap, Method, Request, StatusCode, header};
use http_body_util::BodyExt;
use tower::ServiceExt;
use tower_widget_identity::{ConfigErrorKind, PublicKeyService, Secret, SecretRotation};

const RSA: &str = include_str!("../support/keys/rsa.pem");
const RSA_PKCS1: &str = include_str!("../support/keys/rsa_pkcs1.pem");
/// Made by `openssl rsa -pubout`, like the other one.
const RSA_PUBLIC: &str = include_str!("../support/keys/rsa_public.pem");
const NEXT: &str = include_str!("../support/keys/rsa_next.pem");
const NEXT_PUBLIC: &str = include_str!("../support/keys/rsa_next_public.pem");

fn rsa(pem: &str) -> Secret {
    Secret::rsa_pem(pem).expect("an RSA key")
}

fn service() -> PublicKeyService {
    PublicKeyService::new(rsa(RSA)).expect("an RSA key")
}

fn asked(service: &PublicKeyService, method: Method) -> (StatusCode, HeaderMap, String) {
    let request = Request::builder().method(method).body(()).unwrap();
    let (head, body) = block_on(service.clone().oneshot(request)).unwrap().into_parts();
    (head.status, head.headers, body)
}

#[test]
fn the_public_key_is_the_one_that_openssl_writes() {
    for (private, public) in [(RSA, RSA_PUBLIC), (RSA_PKCS1, RSA_PUBLIC), (NEXT, NEXT_PUBLIC)] {
        assert_eq!(rsa(private).rsa_public_pem().as_deref(), Some(public));
        assert_eq!(rsa(private).with_key_id("key-1").rsa_public_pem().as_deref(), Some(public));
    }
    assert_eq!(Secret::new("s3cret").unwrap().rsa_public_pem(), None);
}

#[test]
fn service_returns_the_public_key() {
    let (status, headers, body) = asked(&service(), Method::GET);
    assert_eq!((status, body.as_str()), (StatusCode::OK, RSA_PUBLIC));
    assert_eq!(headers[header::CONTENT_TYPE], "text/plain; charset=utf-8");
    assert_eq!(headers[header::CONTENT_LENGTH], RSA_PUBLIC.len().to_string().as_str());
    assert_eq!(headers[header::CACHE_CONTROL], "public, max-age=300");
    assert_eq!(headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
}

#[test]
fn head_has_the_headers_of_get_alone() {
    let (status, headers, body) = asked(&service(), Method::HEAD);
    assert_eq!((status, body.as_str()), (StatusCode::OK, ""));
    assert_eq!(headers, asked(&service(), Method::GET).1);
}

#[test]
fn other_methods_are_not_allowed() {
    for method in [Method::POST, Method::PUT, Method::DELETE, Method::OPTIONS] {
        let (status, headers, body) = asked(&service(), method);
        assert_eq!((status, body.as_str()), (StatusCode::METHOD_NOT_ALLOWED, ""));
        assert_eq!(headers[header::ALLOW], "GET, HEAD");
    }
}

#[test]
fn it_is_a_route_of_axum() {
    let router: Router = Router::new().route_service("/auth/publickey", service());
    let get = |path: &str| router.clone().oneshot(Request::get(path).body(Body::empty()).unwrap());
    let response = block_on(get("/auth/publickey")).unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    let body = block_on(response.into_body().collect()).unwrap().to_bytes();
    assert_eq!(body, RSA_PUBLIC);
    assert_eq!(block_on(get("/auth")).unwrap().status(), StatusCode::NOT_FOUND);
}

#[test]
fn rotation_changes_the_public_key() {
    let rotation = SecretRotation::new(rsa(RSA));
    let service = PublicKeyService::new(rotation.secret()).unwrap();
    assert_eq!(asked(&service, Method::GET).2, RSA_PUBLIC);
    rotation.replace(rsa(NEXT)).unwrap();
    assert_eq!(asked(&service, Method::GET).2, NEXT_PUBLIC);
}

#[test]
fn a_secret_without_a_public_half_is_refused() {
    let error = PublicKeyService::new(Secret::new("s3cret").unwrap()).unwrap_err();
    assert_eq!(error.kind(), ConfigErrorKind::Secret);
    assert!(error.to_string().contains("rsa_pem") && !error.to_string().contains("s3cret"), "{error}");
    assert_eq!(format!("{:?}", service()), "PublicKeyService(Secret(..))");
}
