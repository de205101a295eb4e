//! The same job with `lol_html`, a streaming rewriter that puts the element into `<head>`.

use std::{
    convert::Infallible,
    future::Ready,
    pin::Pin,
    rc::Rc,
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use http::{Request, Response, header::CONTENT_LENGTH};
use http_body::{Body, Frame};
use lol_html::{HtmlRewriter, Settings, element, html_content::ContentType};
use tower::Service;

use super::{Application, Person, code, is_html, make_private};
use crate::pages::Frames;

pub(super) struct Rewriting {
    inner: Application,
    person: Person,
    code: Rc<str>,
}

impl Rewriting {
    pub(super) fn new(inner: Application, person: Person) -> Self {
        let code = code(&person).into();
        Self { inner, person, code }
    }
}

impl Service<Request<()>> for Rewriting {
    type Response = Response<Rewritten>;
    type Error = Infallible;
    type Future = Ready<Result<Response<Rewritten>, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<()>) -> Self::Future {
        let Ok(response) = self.inner.call(request).into_inner();
        let (mut head, body) = response.into_parts();
        let html = is_html(&head.headers);
        let rewriter = html.then(|| {
            head.headers.remove(CONTENT_LENGTH);
            make_private(&mut head.headers);
            rewriter(super::element(&self.code, &self.person.encode()))
        });
        std::future::ready(Ok(Response::from_parts(head, Rewritten { body, rewriter })))
    }
}

type Output = Rc<std::cell::RefCell<Vec<u8>>>;
type Sink = Box<dyn FnMut(&[u8])>;

pub(super) struct Rewritten {
    body: Frames,
    rewriter: Option<(HtmlRewriter<'static, Sink>, Output)>,
}

fn rewriter(element: String) -> (HtmlRewriter<'static, Sink>, Output) {
    let output = Output::default();
    let sink = output.clone();
    let handler = element!("head", move |head| {
        head.prepend(&element, ContentType::Html);
        Ok(())
    });
    let settings = Settings::new().append_element_content_handler(handler);
    let sink: Sink = Box::new(move |data: &[u8]| sink.borrow_mut().extend_from_slice(data));
    (HtmlRewriter::new(settings, sink), output)
}

impl Body for Rewritten {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(cx));
        let Some((mut rewriter, output)) = self.rewriter.take() else { return Poll::Ready(frame) };
        let Some(Ok(frame)) = frame else {
            rewriter.end().expect("a page that can be rewritten");
            let rest = output.take();
            return Poll::Ready((!rest.is_empty()).then(|| Ok(Frame::data(rest.into()))));
        };
        rewriter.write(frame.data_ref().expect("data")).expect("a page that can be rewritten");
        let written = output.take();
        self.rewriter = Some((rewriter, output));
        Poll::Ready(Some(Ok(Frame::data(written.into()))))
    }
}
