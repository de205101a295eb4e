//! HTTP/1.1 by hand: a client that sends what a test writes and shows what arrives, byte by byte.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::time::Duration;

/// No test here takes this long unless it hangs.
const PATIENCE: Duration = Duration::from_secs(30);

/// What a browser sends with a URL that a user types.
pub(crate) const NAVIGATION: [(&str, &str); 2] =
    [("Sec-Fetch-Dest", "document"), ("Accept", "text/html,application/xhtml+xml,*/*;q=0.8")];

#[derive(Debug)]
pub(crate) struct Response {
    pub(crate) status: u16,
    /// The names in lower case.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    pub(crate) trailers: Vec<(String, String)>,
}

impl Response {
    pub(crate) fn all(&self, name: &str) -> Vec<&str> {
        self.headers.iter().filter(|(known, _)| known == name).map(|(_, value)| value.as_str()).collect()
    }

    /// The value of this header, which must have only one line.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let values = self.all(name);
        assert!(values.len() < 2, "{name}: {values:?}");
        values.first().copied()
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("text")
    }
}

pub(crate) fn get(port: u16, path: &str, headers: &[(&str, &str)]) -> Response {
    send(port, "GET", path, headers, "")
}

pub(crate) fn send(port: u16, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Response {
    let mut connection = Connection::open(port);
    let lines: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let host =
        if headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("host")) { "" } else { "Host: app.test\r\n" };
    let length = if body.is_empty() { String::new() } else { format!("Content-Length: {}\r\n", body.len()) };
    connection.write(&format!("{method} {path} HTTP/1.1\r\n{host}{lines}{length}\r\n{body}"));
    connection.response(method == "HEAD")
}

pub(crate) struct Connection(BufReader<TcpStream>);

impl Connection {
    pub(crate) fn open(port: u16) -> Self {
        let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).expect("the program listens");
        stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
        stream.set_nodelay(true).expect("no delay");
        Self(BufReader::new(stream))
    }

    pub(crate) fn write(&mut self, text: &str) {
        self.write_bytes(text.as_bytes());
    }

    pub(crate) fn write_bytes(&mut self, bytes: &[u8]) {
        self.0.get_mut().write_all(bytes).expect("the other side reads");
    }

    pub(crate) fn response(&mut self, without_body: bool) -> Response {
        let mut response = self.head();
        if !without_body && response.status != 204 && response.status != 304 {
            self.read_body(&mut response);
        }
        response
    }

    /// The status and headers; the body is still to come.
    pub(crate) fn head(&mut self) -> Response {
        let status = self.line();
        let status = status.split(' ').nth(1).and_then(|code| code.parse().ok());
        let status = status.unwrap_or_else(|| panic!("a status line"));
        Response { status, headers: self.fields(), body: Vec::new(), trailers: Vec::new() }
    }

    fn read_body(&mut self, response: &mut Response) {
        if response.header("transfer-encoding") == Some("chunked") {
            while let Some(chunk) = self.chunk() {
                response.body.extend(chunk);
            }
            response.trailers = self.fields();
        } else if let Some(length) = response.header("content-length") {
            response.body = self.bytes(length.parse().expect("a number"));
        } else {
            self.0.read_to_end(&mut response.body).expect("the rest");
        }
    }

    /// The next chunk; `None` at the end, where the trailers follow.
    pub(crate) fn chunk(&mut self) -> Option<Vec<u8>> {
        let size = usize::from_str_radix(&self.line(), 16).expect("a chunk's size");
        if size == 0 {
            return None;
        }
        let chunk = self.bytes(size);
        assert_eq!(self.line(), "");
        Some(chunk)
    }

    pub(crate) fn fields(&mut self) -> Vec<(String, String)> {
        let mut fields = Vec::new();
        loop {
            let line = self.line();
            let Some((name, value)) = line.split_once(':') else { return fields };
            fields.push((name.to_ascii_lowercase(), value.trim().to_owned()));
        }
    }

    pub(crate) fn bytes(&mut self, length: usize) -> Vec<u8> {
        let mut bytes = vec![0; length];
        self.0.read_exact(&mut bytes).expect("as much as was promised");
        bytes
    }

    /// The bytes until the other side closes or breaks the connection.
    pub(crate) fn rest(&mut self) -> Vec<u8> {
        let mut rest = Vec::new();
        let _ = self.0.read_to_end(&mut rest);
        rest
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.0.read_line(&mut line).expect("a line");
        line.trim_end().to_owned()
    }
}
