//! Who speaks at an address, heard from the first bytes: for when a client only says that nothing
//! came of it. May not enter: TLS (a handshake is tried by [`crate::ship::Connection`]), and what
//! any of it means.

use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// The client's preface of HTTP/2 and empty settings (RFC 9113, 3.4 and 6.5). A server answers with
/// its own settings.
pub(super) const HTTP2: &[u8] =
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00";

/// A server that understood answers within moments.
const WITHIN: Duration = Duration::from_secs(5);

/// Enough of an answer to know whose it is; a status line is shorter.
const MOST: usize = 512;

/// What was heard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Heard {
    /// An HTTP/2 SETTINGS frame.
    Http2,
    /// An HTTP/1 response with this status.
    Http1(u16),
    /// A TLS record.
    Tls,
    /// The connection was closed without a word.
    Closed,
    /// Nothing, though the connection stayed open.
    Silence,
    /// Something else, or no connection.
    Other,
}

/// Says `words` at the first of the addresses that answers, and listens.
pub(super) async fn say(addresses: &[SocketAddr], words: &[u8]) -> Heard {
    let Ok(Ok(mut stream)) = timeout(WITHIN, TcpStream::connect(addresses)).await else {
        return Heard::Other;
    };
    let mut heard = Vec::new();
    let listening = async {
        // Whoever closes at once may still have said something.
        let _ = stream.write_all(words).await;
        loop {
            if let Some(recognised) = recognise(&heard) {
                return recognised;
            }
            match stream.read_buf(&mut heard).await {
                Ok(0) | Err(_) => return at_the_end(&heard),
                Ok(_) if heard.len() > MOST => return Heard::Other,
                Ok(_) => {}
            }
        }
    };
    match timeout(WITHIN, listening).await {
        Ok(recognised) => recognised,
        Err(_) => Heard::Silence,
    }
}

/// A GET of `path`, with the headers that the exporter would send.
pub(super) fn http1_get(path: &str, host: &str, headers: &[(&str, &str)]) -> Vec<u8> {
    let mut request = format!("GET {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n");
    for (name, value) in headers {
        request.push_str(&format!("{name}: {value}\r\n"));
    }
    request.push_str("\r\n");
    request.into_bytes()
}

/// What these first bytes are; nothing while there are too few.
fn recognise(bytes: &[u8]) -> Option<Heard> {
    /// A frame's header: three bytes of length, type, flags, four of stream. Settings are type 4 on
    /// stream 0.
    const SETTINGS: u8 = 4;
    if let Some(rest) = bytes.strip_prefix(b"HTTP/1.") {
        // Minor version, a space, three digits.
        let status = rest.get(2..5)?;
        let status = str::from_utf8(status).ok().and_then(|it| it.parse().ok());
        return Some(status.map_or(Heard::Other, Heard::Http1));
    }
    if b"HTTP/1.".starts_with(bytes) {
        return None;
    }
    match bytes {
        // A handshake or an alert, of TLS 1.x.
        [0x15 | 0x16, 0x03, ..] => Some(Heard::Tls),
        [_, _, _, SETTINGS, _, 0, 0, 0, 0, ..] => Some(Heard::Http2),
        _ if bytes.len() >= 9 => Some(Heard::Other),
        _ => None,
    }
}

fn at_the_end(bytes: &[u8]) -> Heard {
    match recognise(bytes) {
        Some(recognised) => recognised,
        None if bytes.is_empty() => Heard::Closed,
        None => Heard::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::net::TcpListener;

    #[test]
    fn first_bytes_tell_who_speaks() {
        let table: [(&[u8], Option<Heard>); 9] = [
            (b"", None),
            (b"HTT", None),
            (b"HTTP/1.1 4", None),
            (b"HTTP/1.1 400 Bad Request\r\n", Some(Heard::Http1(400))),
            (b"HTTP/1.0 xyz", Some(Heard::Other)),
            (
                b"\x00\x00\x06\x04\x00\x00\x00\x00\x00\x00",
                Some(Heard::Http2),
            ),
            (b"\x15\x03\x01\x00\x02\x02\x0a", Some(Heard::Tls)),
            (b"\x00\x00\x06", None),
            (b"SSH-2.0-OpenSSH_9", Some(Heard::Other)),
        ];
        for (bytes, expected) in table {
            assert_eq!(recognise(bytes), expected, "{bytes:?}");
        }
        assert_eq!(at_the_end(b""), Heard::Closed);
        assert_eq!(at_the_end(b"220 "), Heard::Other);
    }

    #[tokio::test]
    async fn bytes_that_trickle_are_heard_out() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let request = http1_get("/v1/logs", "h", &[("authorization", "Bearer t")]);
        assert!(request.ends_with(b"\r\nauthorization: Bearer t\r\n\r\n"));
        let length = request.len();
        tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            // All of it: what is left unread turns the answer into a reset.
            stream.read_exact(&mut vec![0; length]).await.unwrap();
            for byte in b"HTTP/1.1 418 I'm a teapot" {
                // Whoever has heard enough goes.
                if stream.write_all(&[*byte]).await.is_err() {
                    return;
                }
                tokio::task::yield_now().await;
            }
        });
        assert_eq!(say(&[address], &request).await, Heard::Http1(418));
    }

    #[tokio::test]
    async fn who_hangs_up_said_nothing() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                drop(stream);
            }
        });
        assert_eq!(say(&[address], HTTP2).await, Heard::Closed);
    }
}
