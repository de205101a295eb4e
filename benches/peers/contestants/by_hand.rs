//! The hand-written way: body collected, string replaced, signed with `jsonwebtoken::encode`.

use std::{
    convert::Infallible,
    task::{Context, Poll},
};

use futures::{FutureExt, future::BoxFuture};
use http::{Request, Response, header::CONTENT_LENGTH};
use http_body_util::BodyExt;
use tower::Service;

use super::{Application, Person, Whole, is_html, make_private};

pub(super) struct ByHand {
    inner: Application,
    person: Person,
}

impl ByHand {
    pub(super) fn new(inner: Application, person: Person) -> Self {
        Self { inner, person }
    }
}

impl Service<Request<()>> for ByHand {
    type Response = Response<Whole>;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<Response<Whole>, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<()>) -> Self::Future {
        let person = self.person.clone();
        let response = self.inner.call(request);
        async move {
            let (mut head, body) = response.await?.into_parts();
            let page = body.collect().await?.to_bytes();
            if !is_html(&head.headers) {
                return Ok(Response::from_parts(head, Whole::new(page)));
            }
            let page = String::from_utf8_lossy(&page).replacen("</head>", &snippet(&person.encode()), 1);
            make_private(&mut head.headers);
            head.headers.insert(CONTENT_LENGTH, page.len().into());
            Ok(Response::from_parts(head, Whole::new(page.into())))
        }
        .boxed()
    }
}

/// Settings and the loader, as in Intercom's documentation.
fn snippet(token: &str) -> String {
    format!(
        "<script>window.intercomSettings={{app_id:\"abcd1234\",intercom_user_jwt:\"{token}\"}};</script>\
         <script async src=\"https://widget.intercom.io/widget/abcd1234\"></script></head>"
    )
}
