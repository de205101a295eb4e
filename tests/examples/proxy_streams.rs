//! The reverse proxy in front of an application in Python: long requests, and how they end.

use std::net::{Ipv4Addr, TcpStream};
use std::time::{Duration, Instant};

use crate::proxy::{FLAG, Stand, gunzip};
use crate::support::http::{Connection, get};
use crate::support::process::Process;

const PAGE: &str = "Accept: text/html\r\nX-Auth-Request-User: user-1\r\n";
const WEBSOCKET: &str =
    "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

impl Stand {
    fn ask(&self, path: &str, headers: &str) -> Connection {
        let mut connection = Connection::open(self.proxy.port);
        connection.write(&format!("GET {path} HTTP/1.1\r\nHost: app.test\r\n{headers}\r\n"));
        connection
    }

    /// Releases the requests that wait at this gate in the application.
    fn release(&self, gate: &str) {
        assert_eq!(get(self.app.port, &format!("/open?gate={gate}"), &[]).status, 204);
    }

    /// A request to which the application has begun to respond, and which it holds until `release`.
    fn in_flight(&self, gate: &str) -> Connection {
        let connection = self.ask(&format!("/wait?gate={gate}"), "");
        assert_eq!(get(self.app.port, &format!("/arrived?gate={gate}"), &[]).status, 200);
        connection
    }

    fn websocket(&self) -> Connection {
        let mut socket = self.ask("/socket", &format!("Connection: keep-alive, Upgrade\r\n{WEBSOCKET}"));
        let head = socket.head();
        assert_eq!(head.status, 101, "{head:?}");
        assert_eq!(head.header("upgrade"), Some("websocket"));
        assert_eq!(head.header("connection").map(str::to_ascii_lowercase).as_deref(), Some("upgrade"));
        // The value that belongs to that key: RFC 6455, section 1.3.
        assert_eq!(head.header("sec-websocket-accept"), Some("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="));
        socket
    }
}

/// A client's text message, masked with zeroes.
fn message(text: &str) -> Vec<u8> {
    let length = u8::try_from(text.len()).ok().filter(|length| *length < 126).expect("a short text");
    [&[0x81, 0x80 | length, 0, 0, 0, 0], text.as_bytes()].concat()
}

fn received(socket: &mut Connection) -> String {
    let head = socket.bytes(2);
    assert_eq!(head[0], 0x81, "a text message");
    String::from_utf8(socket.bytes(head[1].into())).expect("text")
}

/// Reads chunks until this text has come.
fn chunks_until(connection: &mut Connection, text: &str) -> String {
    let mut seen = String::new();
    while !seen.contains(text) {
        seen += std::str::from_utf8(&connection.chunk().expect("more chunks")).expect("text");
    }
    seen
}

#[test]
#[ignore = "needs python3"]
fn a_page_streams_with_the_snippet_in_it_and_keeps_its_trailers() {
    let stand = Stand::new(&[FLAG]);
    let mut page = stand.ask("/stream?gate=a", &format!("{PAGE}TE: trailers\r\nConnection: TE\r\n"));
    assert_eq!(page.head().status, 200);
    let first = chunks_until(&mut page, "<p>first");
    assert!(first.contains("data-widget=") && !first.contains("<p>second"), "{first}");
    stand.release("a");
    chunks_until(&mut page, "<p>second");
    assert_eq!(page.chunk(), None);
    assert_eq!(page.fields(), [("x-checksum".to_owned(), "42".to_owned())]);
}

#[test]
#[ignore = "needs python3"]
fn a_page_streams_also_when_it_is_compressed() {
    let stand = Stand::new(&[FLAG]);
    let mut page = stand.ask("/stream?gate=b", &format!("{PAGE}Accept-Encoding: gzip\r\n"));
    assert_eq!(page.head().header("content-encoding"), Some("gzip"));
    let mut bytes = Vec::new();
    // This loop would hang if anything waited for the page's end.
    while !gunzip(&bytes).contains("<p>first") {
        bytes.extend(page.chunk().expect("more chunks"));
    }
    assert!(!gunzip(&bytes).contains("<p>second"));
    stand.release("b");
    while let Some(chunk) = page.chunk() {
        bytes.extend(chunk);
    }
    assert!(gunzip(&bytes).ends_with("<p>first<p>second"));
}

#[test]
#[ignore = "needs python3"]
fn other_responses_stream() {
    let stand = Stand::new(&[]);
    let mut events =
        stand.ask("/stream?gate=c&type=text/event-stream", "Accept: text/event-stream\r\nAccept-Encoding: gzip\r\n");
    assert_eq!(events.head().header("content-encoding"), None);
    chunks_until(&mut events, "<p>first");
    stand.release("c");
    chunks_until(&mut events, "<p>second");
}

#[test]
#[ignore = "needs python3"]
fn upload_streams_while_the_response_does() {
    let stand = Stand::new(&[]);
    let mut upload = Connection::open(stand.proxy.port);
    upload.write("POST /upload HTTP/1.1\r\nHost: app.test\r\nTransfer-Encoding: chunked\r\n\r\n");
    for piece in ["one", "two", "three"] {
        upload.write(&format!("{:x}\r\n{piece}\r\n", piece.len()));
        if piece == "one" {
            assert_eq!(upload.head().status, 200);
        }
        // The test sends the next piece only after the application has responded to this one.
        assert_eq!(chunks_until(&mut upload, piece), format!("got {piece}"));
    }
    upload.write("0\r\n\r\n");
    assert_eq!(upload.chunk(), None);
}

#[test]
#[ignore = "needs python3"]
fn a_websocket_passes_both_ways() {
    let stand = Stand::new(&[FLAG]);
    let mut socket = stand.websocket();
    // The application speaks first, then both in turn.
    assert_eq!(received(&mut socket), "welcome");
    for text in ["one", "two", "three"] {
        socket.write_bytes(&message(text));
        assert_eq!(received(&mut socket), format!("echo {text}"));
    }
    socket.write_bytes(&[0x88, 0x80, 0, 0, 0, 0]);
    assert_eq!(socket.rest(), [0x88, 0], "the application closes, and so does the connection");
}

#[test]
#[ignore = "needs python3"]
fn no_other_protocol_passes() {
    let stand = Stand::new(&[FLAG]);
    for headers in [
        "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n".to_owned(),
        format!("Connection: Upgrade\r\nUpgrade: h2c\r\n{WEBSOCKET}"),
        "Connection: Upgrade\r\nUpgrade: websocket, h2c\r\n".to_owned(),
        // The client does not ask for this upgrade on its own connection; it only repeats the header.
        WEBSOCKET.to_owned(),
    ] {
        let answer = stand.ask("/socket", &headers).head();
        assert_eq!(answer.status, 426, "{headers:?}");
        assert_eq!(answer.header("upgrade"), None, "for the next neighbour only");
    }
    for headers in ["", "Connection: Upgrade\r\nUpgrade: h2c\r\n", &format!("Connection: Upgrade\r\n{WEBSOCKET}")] {
        let answer = stand.ask("/switch", headers).response(false);
        assert_eq!(answer.status, 502, "a protocol that the client did not ask for: {headers:?}");
    }
}

#[test]
#[ignore = "needs python3"]
fn requests_in_flight_finish_before_the_exit() {
    for signal in ["INT", "TERM"] {
        let mut stand = Stand::new(&["--drain", "30"]);
        let mut idle = stand.ask("/echo", "");
        assert_eq!(idle.response(false).status, 200);
        let mut socket = stand.websocket();
        assert_eq!(received(&mut socket), "welcome");
        let mut waiting = stand.in_flight("d");

        stand.proxy.signal(signal);
        stops_listening(&stand.proxy);
        assert_eq!(idle.rest(), b"", "nothing is in flight there");
        assert!(stand.proxy.is_running(), "it waits");
        stand.release("d");
        let answer = waiting.response(false);
        assert_eq!((answer.status, answer.text()), (200, "done"));
        assert_eq!(waiting.rest(), b"", "and no further request");

        let released = Instant::now();
        assert!(stand.proxy.ended().success());
        assert!(released.elapsed() < Duration::from_secs(10), "the WebSocket does not hold it up");
        let errors = stand.proxy.errors();
        assert!(!errors.contains("cut"), "{errors}");
    }
}

fn stops_listening(proxy: &Process) {
    let start = Instant::now();
    while TcpStream::connect((Ipv4Addr::LOCALHOST, proxy.port)).is_ok() {
        assert!(start.elapsed() < Duration::from_secs(10), "the proxy still listens");
        std::thread::sleep(Duration::from_millis(10));
    }
}

#[test]
#[ignore = "needs python3"]
fn requests_that_do_not_end_are_cut_off() {
    let mut stand = Stand::new(&["--drain", "1"]);
    let mut waiting = stand.in_flight("never");
    let start = Instant::now();
    stand.proxy.signal("TERM");
    assert!(stand.proxy.ended().success());
    assert!(start.elapsed() >= Duration::from_secs(1), "{:?}", start.elapsed());
    assert_eq!(waiting.rest(), b"");
    let errors = stand.proxy.errors();
    assert!(errors.contains("during a request: 1\n"), "{errors}");
    stand.release("never");
}

#[test]
#[ignore = "needs python3"]
fn a_second_signal_ends_at_once() {
    let mut stand = Stand::new(&["--drain", "600"]);
    let _waiting = stand.in_flight("e");
    stand.proxy.signal("INT");
    stops_listening(&stand.proxy);
    let start = Instant::now();
    stand.proxy.signal("INT");
    assert!(stand.proxy.ended().success());
    assert!(start.elapsed() < Duration::from_secs(10), "{:?}", start.elapsed());
    stand.release("e");
}
