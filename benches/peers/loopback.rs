//! Requests per second over loopback: hyper with keep-alive, with and without the layer.

use std::{
    convert::Infallible,
    net::{Ipv4Addr, SocketAddr},
    time::{Duration, Instant},
};

use bytes::Bytes;
use http::{Request, Response};
use http_body::Body;
use http_body_util::Full;
use hyper::{body::Incoming, server::conn::http1};
use hyper_util::{rt::TokioIo, service::TowerToHyperService};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};
use tower::{Layer, Service, service_fn};

use crate::{
    contestants::Person,
    pages::{EIGHT_KIB, Page},
    table::{Goal, Table},
    timing::median,
};

const WINDOW: Duration = Duration::from_millis(250);
const WINDOWS: usize = 8;
/// The number of server pairs.
///
/// The cores on which the threads run make a difference of 10 %, and change with each pair.
const PAIRS: usize = 7;

/// Measures target 9.
pub(crate) fn requests_per_second(person: &Person, table: &mut Table) {
    let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let page = Bytes::from(Page::whole(EIGHT_KIB).text());
    let application = service_fn(move |_: Request<Incoming>| {
        let page = page.clone();
        async move {
            let mut response = Response::new(Full::new(page));
            response.headers_mut().insert("content-type", http::HeaderValue::from_static("text/html; charset=utf-8"));
            Ok::<_, Infallible>(response)
        }
    });
    let layer = person.widgets().layer();
    let mut ratios = Vec::new();
    for _ in 0..PAIRS {
        let bare = serve(runtime(), application.clone());
        let ours = serve(runtime(), layer.layer(application.clone()));
        ratios.extend(runtime().block_on(compare(bare, ours)));
    }
    let ratio = median(&mut ratios);
    table.row(9, "requests per second over loopback, with the layer over without", ratio, Goal::AtLeast(0.92));
}

/// Returns the ratios of alternating windows.
async fn compare(bare: SocketAddr, ours: SocketAddr) -> Vec<f64> {
    let mut bare = Client::connect(bare).await;
    let mut ours = Client::connect(ours).await;
    let mut ratios = Vec::new();
    for turn in 0..WINDOWS {
        let (bare, ours) = if turn % 2 == 0 {
            let bare = bare.window().await;
            (bare, ours.window().await)
        } else {
            let ours = ours.window().await;
            (bare.window().await, ours)
        };
        ratios.push(ours / bare);
    }
    ratios
}

/// Serves on a new thread, until the process ends.
fn serve<S, B>(runtime: tokio::runtime::Runtime, service: S) -> SocketAddr
where
    S: Service<Request<Incoming>, Response = Response<B>, Error = Infallible> + Clone + Send + 'static,
    S::Future: Send + 'static,
    B: Body<Data = Bytes, Error = Infallible> + Send + 'static,
{
    let listener = runtime.block_on(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))).expect("a port");
    let address = listener.local_addr().expect("an address");
    std::thread::spawn(move || {
        runtime.block_on(async {
            while let Ok((socket, _)) = listener.accept().await {
                let service = TowerToHyperService::new(service.clone());
                drop(http1::Builder::new().serve_connection(TokioIo::new(socket), service).await);
            }
        });
    });
    address
}

/// A client that does as little as possible, so that the server is what is measured.
struct Client {
    stream: TcpStream,
    request: Vec<u8>,
    buffer: Vec<u8>,
    /// The length of a whole response, learnt from the first one.
    answer: usize,
}

impl Client {
    async fn connect(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).await.expect("a connection");
        stream.set_nodelay(true).expect("an option of the socket");
        let mut request = String::from("GET /orders HTTP/1.1\r\n");
        for (name, value) in Page::whole(EIGHT_KIB).request().headers() {
            request.push_str(&format!("{name}: {}\r\n", value.to_str().expect("ASCII")));
        }
        request.push_str("\r\n");
        let mut client = Self { stream, request: request.into(), buffer: vec![0; 128 * 1024], answer: 0 };
        client.learn().await;
        client
    }

    async fn learn(&mut self) {
        self.stream.write_all(&self.request).await.expect("a request");
        let mut read = 0;
        while self.answer == 0 || read < self.answer {
            read += self.stream.read(&mut self.buffer[read..]).await.expect("a response");
            let text = String::from_utf8_lossy(&self.buffer[..read]);
            if let Some(head) = text.find("\r\n\r\n") {
                let length = text[..head].split("content-length: ").nth(1).expect("a length");
                let length: usize = length.split("\r\n").next().unwrap_or_default().parse().expect("a number");
                self.answer = head + 4 + length;
            }
        }
    }

    /// Returns the requests per second in one window.
    async fn window(&mut self) -> f64 {
        let start = Instant::now();
        let mut requests = 0;
        while start.elapsed() < WINDOW {
            self.stream.write_all(&self.request).await.expect("a request");
            let mut read = 0;
            while read < self.answer {
                read += self.stream.read(&mut self.buffer).await.expect("a response");
            }
            assert_eq!(read, self.answer, "every response has the same length");
            requests += 1;
        }
        f64::from(requests) / start.elapsed().as_secs_f64()
    }
}
