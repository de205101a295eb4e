//! The service that both layers produce: it splits a request for its exchange, and passes it on whole.

use std::{
    sync::Arc,
    task::{Context, Poll},
};

use http::{Request, Response, request::Parts};
use http_body::Body;
use tower::Service;

use super::{body::WidgetBody, exchange::Exchange, facts::not_addressed, future::ResponseFuture};
use crate::{
    config::{Config, Widgets},
    token_service::{TokenFuture, is_token_path},
};

/// The service made by [`WidgetLayer`](crate::WidgetLayer) and [`LogoutLayer`](crate::LogoutLayer).
#[derive(Clone, Debug)]
#[must_use = "services do nothing unless they are called"]
pub struct WidgetService<S> {
    inner: S,
    widgets: Widgets,
    role: Role,
}

/// The layer that made the service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Page,
    Logout,
}

impl Role {
    /// Returns whether this layer serves the token path.
    ///
    /// A page's scripts request tokens where the page came from.
    fn serves_tokens(self) -> bool {
        matches!(self, Self::Page)
    }

    fn exchange(self, config: &Arc<Config>, parts: &mut Parts) -> Option<Exchange> {
        match self {
            Self::Page => Exchange::of_page(config, parts),
            Self::Logout => Exchange::of_logout(config, parts),
        }
    }
}

impl<S> WidgetService<S> {
    pub(super) fn new(inner: S, widgets: Widgets, role: Role) -> Self {
        Self { inner, widgets, role }
    }

    /// Returns a reference to the inner service.
    pub fn get_ref(&self) -> &S {
        &self.inner
    }

    /// Returns a mutable reference to the inner service.
    pub fn get_mut(&mut self) -> &mut S {
        &mut self.inner
    }

    /// Returns the inner service, without the layer.
    pub fn into_inner(self) -> S {
        self.inner
    }
}

impl<S, ReqBody, ResBody> Service<Request<ReqBody>> for WidgetService<S>
where
    S: Service<Request<ReqBody>, Response = Response<ResBody>>,
    ResBody: Body,
{
    type Response = Response<WidgetBody<ResBody>>;
    type Error = S::Error;
    type Future = ResponseFuture<S::Future, ResBody>;

    #[inline]
    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<ReqBody>) -> Self::Future {
        let (mut parts, body) = request.into_parts();
        let Some(config) = self.widgets.config_for(&parts) else {
            return ResponseFuture::new(self.inner.call(Request::from_parts(parts, body)), None, None);
        };
        let config = config.as_ref();
        if self.role.serves_tokens() && is_token_path(config, parts.uri.path()) {
            return ResponseFuture::token(TokenFuture::of(config, &parts));
        }
        let exchange = self.role.exchange(config, &mut parts);
        let explained = config.explain.then(|| not_addressed(config.delivery));
        ResponseFuture::new(self.inner.call(Request::from_parts(parts, body)), exchange, explained)
    }
}
