//! A hyper server on a loopback port, and a client that reads HTTP/1.1 byte by byte, without hyper.

use std::{convert::Infallible, error::Error, future::Future, net::SocketAddr, time::Duration};

use bytes::Bytes;
use http::{Request, Response};
use http_body::Body;
use hyper::body::Incoming;
use hyper_util::{rt::TokioIo, service::TowerToHyperService};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
    task::{JoinHandle, JoinSet},
};
use tower::Service;

type BoxError = Box<dyn Error + Send + Sync>;

/// No test may take this long: everything happens on loopback.
const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) async fn within<T>(what: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, what).await.expect("this takes no 20 seconds")
}

/// A server that ends, with all its connections, when it is dropped.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    accepting: JoinHandle<()>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

impl Server {
    /// HTTP/1.1, including upgrades. Responses have no date, because two that are compared may come in different seconds.
    pub(crate) async fn http1<S, B>(service: S) -> Self
    where
        S: Service<Request<Incoming>, Response = Response<B>, Error: Into<BoxError>, Future: Send>,
        S: Clone + Send + 'static,
        B: Body<Data: Send, Error: Into<BoxError>> + Send + 'static,
    {
        Self::accepting(move |socket| {
            let mut builder = hyper::server::conn::http1::Builder::new();
            builder.auto_date_header(false);
            let service = TowerToHyperService::new(service.clone());
            let connection = builder.serve_connection(TokioIo::new(socket), service).with_upgrades();
            // A body that fails breaks its connection, which some tests expect.
            async move { drop(connection.await) }
        })
        .await
    }

    pub(crate) async fn http2<S, B>(service: S) -> Self
    where
        S: Service<Request<Incoming>, Response = Response<B>, Error: Into<BoxError>, Future: Send>,
        S: Clone + Send + 'static,
        B: Body<Data: Send, Error: Into<BoxError>> + Send + 'static,
    {
        Self::accepting(move |socket| {
            let mut builder = hyper::server::conn::http2::Builder::new(hyper_util::rt::TokioExecutor::new());
            builder.auto_date_header(false);
            let connection = builder.serve_connection(TokioIo::new(socket), TowerToHyperService::new(service.clone()));
            async move { drop(connection.await) }
        })
        .await
    }

    async fn accepting<F>(serve: impl Fn(TcpStream) -> F + Send + 'static) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let accepting = tokio::spawn(async move {
            let mut connections = JoinSet::new();
            loop {
                tokio::select! {
                    Ok((socket, _)) = listener.accept() => {
                        socket.set_nodelay(true).ok();
                        connections.spawn(serve(socket));
                    }
                    Some(_) = connections.join_next() => {}
                }
            }
        });
        Self { address, accepting }
    }

    /// Everything that the server sends in response to these bytes until it closes.
    pub(crate) async fn transcript(&self, requests: &str) -> Vec<u8> {
        let mut socket = TcpStream::connect(self.address).await.unwrap();
        let mut said = Vec::new();
        socket.write_all(requests.as_bytes()).await.unwrap();
        // A server that breaks the connection may do so with a reset.
        within(socket.read_to_end(&mut said)).await.ok();
        said
    }

    /// The response to a page load by a user's browser, on a connection of its own.
    pub(crate) async fn load(&self, path: &str) -> Answer {
        Self::load_from(self.address, path).await
    }

    pub(crate) async fn load_from(address: SocketAddr, path: &str) -> Answer {
        Client::of(address).await.ask(&request("GET", path, &[])).await
    }

    pub(crate) async fn ask(&self, request: &str) -> Answer {
        Client::of(self.address).await.ask(request).await
    }
}

/// A page load as a browser with Fetch Metadata sends it.
pub(crate) fn request(method: &str, path: &str, headers: &[(&str, &str)]) -> String {
    let mut text = format!(
        "{method} {path} HTTP/1.1\r\nHost: app.example.test\r\nSec-Fetch-Dest: document\r\nAccept: text/html\r\n"
    );
    for (name, value) in headers {
        text.push_str(&format!("{name}: {value}\r\n"));
    }
    text + "\r\n"
}

/// One connection, kept alive.
pub(crate) struct Client(BufReader<TcpStream>);

/// One response, as its own framing delimits it.
#[derive(Debug, Default)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) chunks: Vec<Bytes>,
    pub(crate) trailers: Vec<(String, String)>,
    /// Whether it is complete by its framing, and was not cut off.
    pub(crate) whole: bool,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn all(&self, name: &str) -> Vec<&str> {
        self.headers.iter().filter(|(found, _)| found == name).map(|(_, value)| value.as_str()).collect()
    }

    pub(crate) fn body(&self) -> Vec<u8> {
        self.chunks.concat()
    }

    pub(crate) fn page(&self) -> String {
        String::from_utf8(self.body()).unwrap()
    }

    fn is_chunked(&self) -> bool {
        self.header("transfer-encoding") == Some("chunked")
    }
}

impl Client {
    pub(crate) async fn of(address: SocketAddr) -> Self {
        let socket = TcpStream::connect(address).await.unwrap();
        socket.set_nodelay(true).ok();
        Self(BufReader::new(socket))
    }

    pub(crate) async fn ask(&mut self, request: &str) -> Answer {
        self.send(request.as_bytes()).await;
        self.answer(request.starts_with("HEAD ")).await
    }

    pub(crate) async fn send(&mut self, bytes: &[u8]) {
        self.0.get_mut().write_all(bytes).await.unwrap();
    }

    pub(crate) async fn answer(&mut self, to_head: bool) -> Answer {
        self.any_answer(to_head).await.expect("an answer")
    }

    /// `None` if the server closes before a complete head.
    pub(crate) async fn any_answer(&mut self, to_head: bool) -> Option<Answer> {
        let mut answer = self.any_head().await?;
        within(self.rest(&mut answer, to_head)).await;
        Some(answer)
    }

    /// Status and headers, without a byte of the body.
    pub(crate) async fn head(&mut self) -> Answer {
        self.any_head().await.expect("a whole head")
    }

    async fn any_head(&mut self) -> Option<Answer> {
        let line = self.line().await?;
        let status = line.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
        Some(Answer { status, headers: self.fields().await?, ..Answer::default() })
    }

    async fn rest(&mut self, answer: &mut Answer, to_head: bool) {
        answer.whole = match answer.header("content-length") {
            _ if to_head || matches!(answer.status, 100..=199 | 204 | 304) => true,
            _ if answer.is_chunked() => self.chunked(answer).await.is_some(),
            Some(length) => {
                let mut body = vec![0; length.parse().unwrap()];
                let whole = self.0.read_exact(&mut body).await.is_ok();
                answer.chunks.push(body.into());
                whole
            }
            None => {
                let mut body = Vec::new();
                let whole = self.0.read_to_end(&mut body).await.is_ok();
                answer.chunks.push(body.into());
                whole
            }
        };
    }

    async fn chunked(&mut self, answer: &mut Answer) -> Option<()> {
        while let Some(chunk) = self.chunk().await? {
            answer.chunks.push(chunk);
        }
        answer.trailers = self.fields().await?;
        Some(())
    }

    /// The next chunk; `Some(None)` for the last, empty one; `None` if the server breaks the connection.
    pub(crate) async fn chunk(&mut self) -> Option<Option<Bytes>> {
        let length = usize::from_str_radix(&self.line().await?, 16).expect("a length in hexadecimal");
        if length == 0 {
            return Some(None);
        }
        let mut chunk = vec![0; length + 2];
        within(self.0.read_exact(&mut chunk)).await.ok()?;
        chunk.truncate(length);
        Some(Some(chunk.into()))
    }

    async fn fields(&mut self) -> Option<Vec<(String, String)>> {
        let mut fields = Vec::new();
        loop {
            let line = self.line().await?;
            let Some((name, value)) = line.split_once(": ") else {
                assert_eq!(line, "", "a field line");
                return Some(fields);
            };
            fields.push((name.to_ascii_lowercase(), value.to_owned()));
        }
    }

    async fn line(&mut self) -> Option<String> {
        let mut line = String::new();
        within(self.0.read_line(&mut line)).await.ok()?;
        line.strip_suffix("\r\n").map(str::to_owned)
    }

    pub(crate) async fn exactly(&mut self, count: usize) -> Vec<u8> {
        let mut bytes = vec![0; count];
        within(self.0.read_exact(&mut bytes)).await.unwrap();
        bytes
    }

    /// Whether the server has closed the connection without sending anything more.
    pub(crate) async fn says_no_more(mut self) -> bool {
        let mut rest = Vec::new();
        within(self.0.read_to_end(&mut rest)).await.is_err() || rest.is_empty()
    }
}

/// A service with one response.
pub(crate) fn answering<A, B>(
    answer: A,
) -> impl Service<Request<Incoming>, Response = Response<B>, Error = Infallible, Future: Send> + Clone + Send + 'static
where
    A: Fn(&Request<Incoming>) -> Response<B> + Clone + Send + 'static,
    B: Send + 'static,
{
    tower::service_fn(move |request: Request<Incoming>| std::future::ready(Ok(answer(&request))))
}

/// Removes the values of the `-kept` cookies, which are random, so that responses can be compared.
pub(crate) fn without_epochs(text: &str) -> String {
    const KEPT: &str = "-kept=";
    let mut parts = text.split(KEPT);
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| {
        text + KEPT + part.split_once(';').map_or("", |(_, rest)| &part[part.len() - rest.len() - 1..])
    })
}
