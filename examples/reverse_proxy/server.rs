//! Listening, and ending without cutting anybody off.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::pin;
use std::time::Duration;

use http::{Request, Response};
use hyper::body::{Body, Incoming};
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::time::sleep;
use tower::Service;

use super::signals::Signals;
use super::upstream::{BoxError, Peer};

/// How it ended.
#[derive(Debug, PartialEq)]
pub(crate) enum Ended {
    Drained,
    /// So many connections still had a request in flight.
    Cut(usize),
}

/// Serves until a signal, and then for at most `drain`, or until another signal, whatever is in flight.
pub(crate) async fn serve<S, B>(listener: TcpListener, service: S, signals: &mut Signals, drain: Duration) -> Ended
where
    S: Service<Request<Incoming>, Response = Response<B>, Error = Infallible, Future: Send> + Clone + Send + 'static,
    B: Body<Data: Send, Error: Into<BoxError>> + Send + 'static,
{
    let (ending, _) = watch::channel(());
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, peer)) => drop(tokio::spawn(connection(stream, peer, service.clone(), ending.subscribe()))),
                Err(error) => {
                    eprintln!("accept: {error}");
                    // Too many open files, perhaps: that does not pass at once.
                    sleep(Duration::from_secs(1)).await;
                }
            },
            () = signals.next() => break,
        }
    }
    // Nobody who comes now shall wait for an answer.
    drop(listener);
    let _ = ending.send(());
    tokio::select! {
        () = ending.closed() => Ended::Drained,
        () = sleep(drain) => Ended::Cut(ending.receiver_count()),
        () = signals.next() => Ended::Cut(ending.receiver_count()),
    }
}

async fn connection<S, B>(stream: TcpStream, peer: SocketAddr, service: S, mut ending: watch::Receiver<()>)
where
    S: Service<Request<Incoming>, Response = Response<B>, Error = Infallible, Future: Send> + Clone + Send + 'static,
    B: Body<Data: Send, Error: Into<BoxError>> + Send + 'static,
{
    // Chunks of a page are small, and nobody wants to wait for them.
    let _ = stream.set_nodelay(true);
    let service = tower::ServiceBuilder::new()
        .map_request(move |mut request: Request<Incoming>| {
            request.extensions_mut().insert(Peer(peer.ip()));
            request
        })
        .service(service);
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .preserve_header_case(true)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(service))
        .with_upgrades();
    let mut connection = pin!(connection);
    // An error here is a client that went away, or spoke something else than HTTP.
    tokio::select! {
        _ = connection.as_mut() => return,
        _ = ending.changed() => connection.as_mut().graceful_shutdown(),
    }
    let _ = connection.await;
}
