//! HTTPS with a certificate that only these tests' browsers accept: `__Host-` cookies need it.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures::StreamExt;
use futures::channel::mpsc::{UnboundedReceiver, UnboundedSender, unbounded};
use rcgen::{CertifiedKey, KeyPair, PublicKeyData};
use sha2::{Digest, Sha256};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio_rustls::server::TlsStream;

/// The hosts under which the tests open pages.
pub(crate) const HOSTS: [&str; 4] = ["localhost", "app.example.test", "other.example.test", "example.test"];

/// Accepts TLS connections. A client that is slow in the handshake does not delay other clients.
pub(crate) struct TlsListener {
    address: SocketAddr,
    ready: UnboundedReceiver<(Connection, SocketAddr)>,
}

impl TlsListener {
    pub(crate) fn new(listener: TcpListener) -> Self {
        let address = listener.local_addr().expect("a bound address");
        let (sender, ready) = unbounded();
        tokio::spawn(accept_all(listener, sender));
        Self { address, ready }
    }
}

/// Ends when the listener that takes the connections is gone.
async fn accept_all(listener: TcpListener, sender: UnboundedSender<(Connection, SocketAddr)>) {
    while !sender.is_closed() {
        let Ok((stream, address)) = listener.accept().await else { continue };
        let sender = sender.clone();
        tokio::spawn(async move {
            // A browser that dislikes the certificate disconnects and tries again.
            if let Ok(stream) = acceptor().accept(stream).await {
                let _ = sender.unbounded_send((Connection { stream, cut: Cut::default() }, address));
            }
        });
    }
}

/// One certificate for all tests of this run.
fn acceptor() -> TlsAcceptor {
    static CONFIG: OnceLock<Arc<ServerConfig>> = OnceLock::new();
    TlsAcceptor::from(CONFIG.get_or_init(|| Arc::new(server_config())).clone())
}

/// The hash by which Chromium trusts the certificate.
pub(crate) fn public_key_hash() -> String {
    STANDARD.encode(Sha256::digest(made().signing_key.subject_public_key_info()))
}

fn made() -> &'static CertifiedKey<KeyPair> {
    static MADE: OnceLock<CertifiedKey<KeyPair>> = OnceLock::new();
    MADE.get_or_init(|| {
        let names: Vec<String> = HOSTS.into_iter().chain(["127.0.0.1"]).map(str::to_owned).collect();
        rcgen::generate_simple_self_signed(names).expect("a certificate")
    })
}

fn server_config() -> ServerConfig {
    let made = made();
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()));
    let config = ServerConfig::builder().with_no_client_auth();
    config.with_single_cert(vec![made.cert.der().clone()], key).expect("the key fits")
}

impl Listener for TlsListener {
    type Io = Connection;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Connection, SocketAddr) {
        match self.ready.next().await {
            Some(accepted) => accepted,
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.address)
    }
}

/// A connection that can be cut, as when the network fails.
pub(crate) struct Connection {
    stream: TlsStream<TcpStream>,
    cut: Cut,
}

/// Cuts the connection of a request before any response.
#[derive(Clone, Default)]
pub(crate) struct Cut(Arc<AtomicBool>);

impl Cut {
    pub(crate) fn now(&self) {
        self.0.store(true, Ordering::SeqCst);
    }

    fn check(&self) -> io::Result<()> {
        let cut = self.0.load(Ordering::SeqCst);
        if cut { Err(io::ErrorKind::ConnectionReset.into()) } else { Ok(()) }
    }
}

impl Connected<IncomingStream<'_, TlsListener>> for Cut {
    fn connect_info(stream: IncomingStream<'_, TlsListener>) -> Self {
        stream.io().cut.clone()
    }
}

impl AsyncRead for Connection {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        self.cut.check()?;
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        self.cut.check()?;
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.cut.check()?;
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.cut.check()?;
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
