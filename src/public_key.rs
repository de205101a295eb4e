//! The public key of an RSA secret, for vendors that fetch it from the application.
//!
//! ```no_run
//! use axum::Router;
//! use tower_widget_identity::{PublicKeyService, Secret};
//!
//! let secret = Secret::rsa_pem(std::env::var("CHAT_PRIVATE_KEY")?)?;
//! let router: Router = Router::new().route_service("/auth/publickey", PublicKeyService::new(secret)?);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use std::{
    convert::Infallible,
    future::{Ready, ready},
    task::{Context, Poll},
};

use http::{
    HeaderValue, Method, Request, Response, StatusCode,
    header::{ALLOW, CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS},
};
use tower::Service;

use crate::{
    error::{ConfigError, ConfigErrorKind},
    sign::Secret,
};

/// A service that returns the public key of an RSA secret. Needs the feature `rsa`.
///
/// Some vendors fetch the key from a URL of the application, as [Dynamics 365](crate::widget::Dynamics365) does.
///
/// `GET` and `HEAD` return 200 with the key as SubjectPublicKeyInfo in PEM, as `text/plain`; other methods return 405.
/// For a [rotating](crate::SecretRotation) secret, it is the current key. Caches may keep it for five minutes.
///
/// The key is public: mount the service where the vendor's servers reach it without a session, outside the layers that
/// require one.
#[derive(Clone, Debug)]
#[must_use = "services do nothing unless they are called"]
pub struct PublicKeyService(Secret);

impl PublicKeyService {
    /// Creates a service for the public half of this secret.
    ///
    /// # Errors
    ///
    /// [`ConfigErrorKind::Secret`] if it is not an RSA key.
    pub fn new(secret: Secret) -> Result<Self, ConfigError> {
        if secret.is_rsa() {
            return Ok(Self(secret));
        }
        let message = "the secret is not an RSA key, so it has no public half: read it with Secret::rsa_pem(..)";
        Err(ConfigError::new(ConfigErrorKind::Secret, message))
    }

    fn respond(&self, method: &Method) -> Response<String> {
        if ![Method::GET, Method::HEAD].contains(method) {
            let mut response = Response::new(String::new());
            *response.status_mut() = StatusCode::METHOD_NOT_ALLOWED;
            response.headers_mut().insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
            return response;
        }
        let pem = self.0.rsa_public_pem().unwrap_or_default();
        let length = HeaderValue::from(pem.len());
        let mut response = Response::new(if method == Method::HEAD { String::new() } else { pem });
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
        headers.insert(CONTENT_LENGTH, length);
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("public, max-age=300"));
        headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        response
    }
}

impl<B> Service<Request<B>> for PublicKeyService {
    type Response = Response<String>;
    type Error = Infallible;
    type Future = Ready<Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        ready(Ok(self.respond(request.method())))
    }
}
