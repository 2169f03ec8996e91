//! A wire between the server and its database that a test can cut, so that the database is gone, or block, so that it is there and
//! never answers.

use super::ports::free_port;
use std::sync::Arc;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Whole,
    Cut,
    Blocked,
}

/// What is changed in what the target says; nothing where it is empty.
#[derive(Debug, Clone, Default)]
struct Rewriting {
    said: Vec<u8>,
    heard: Vec<u8>,
}

impl Rewriting {
    fn apply(&self, bytes: &mut [u8]) {
        let length = self.said.len().max(1);
        for at in 0..bytes.len().saturating_sub(length - 1) {
            if !self.said.is_empty() && bytes[at..at + length] == self.said[..] {
                bytes[at..at + length].copy_from_slice(&self.heard);
            }
        }
    }
}

/// Forwards connections while it is whole.
pub struct Wire {
    pub port: u16,
    state: Arc<watch::Sender<State>>,
}

impl Wire {
    /// To `target`, as `127.0.0.1:5432`.
    pub async fn to(target: &str) -> Self {
        Self::rewriting(target, Rewriting::default()).await
    }

    async fn rewriting(target: &str, rewriting: Rewriting) -> Self {
        let port = free_port();
        let listener = TcpListener::bind(("127.0.0.1", port)).await.unwrap();
        let state = Arc::new(watch::Sender::new(State::Whole));
        let (shared, target) = (state.clone(), target.to_owned());
        tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                let (mut state, target, rewriting) = (shared.subscribe(), target.clone(), rewriting.clone());
                let seen = shared.subscribe();
                tokio::spawn(async move {
                    if *state.borrow() != State::Cut {
                        tokio::select! {
                            () = carry(near, &target, seen, &rewriting) => {}
                            _ = state.wait_for(|state| *state == State::Cut) => {}
                        }
                    }
                });
            }
        });
        Self { port, state }
    }

    /// The PostgreSQL of this test run, through a wire: the wire and the URL for `database.url`.
    pub async fn to_postgres() -> (Self, String) {
        Self::to_postgres_with(Rewriting::default()).await
    }

    /// The same, but where it says this it is heard to say that, which is as long.
    pub async fn to_postgres_that_says(said: &str, heard: &str) -> (Self, String) {
        assert_eq!(said.len(), heard.len());
        Self::to_postgres_with(Rewriting { said: said.into(), heard: heard.into() }).await
    }

    async fn to_postgres_with(rewriting: Rewriting) -> (Self, String) {
        let url = super::database::postgres_url();
        let mut through = url::Url::parse(&url).unwrap();
        let target = format!("{}:{}", through.host_str().unwrap(), through.port().unwrap_or(5432));
        let wire = Self::rewriting(&target, rewriting).await;
        through.set_host(Some("127.0.0.1")).unwrap();
        through.set_port(Some(wire.port)).unwrap();
        (wire, through.to_string())
    }

    /// Ends every connection and takes no new one.
    pub fn cut(&self) {
        self.state.send_replace(State::Cut);
    }

    /// Takes every byte and every connection, and hands nothing on: neither an answer nor an end.
    pub fn block(&self) {
        self.state.send_replace(State::Blocked);
    }

    /// As before; what was held back goes on its way.
    pub fn mend(&self) {
        self.state.send_replace(State::Whole);
    }
}

async fn carry(near: TcpStream, target: &str, state: watch::Receiver<State>, rewriting: &Rewriting) {
    if let Ok(far) = TcpStream::connect(target).await {
        let ((near_out, near_in), (far_out, far_in)) = (near.into_split(), far.into_split());
        let (asked, said) = (&Rewriting::default(), rewriting);
        tokio::join!(pass_on(near_out, far_in, state.clone(), asked), pass_on(far_out, near_in, state, said));
    }
}

async fn pass_on(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    mut state: watch::Receiver<State>,
    rewriting: &Rewriting,
) {
    let mut buffer = vec![0; 16 * 1024];
    while let Ok(count @ 1..) = from.read(&mut buffer).await {
        rewriting.apply(&mut buffer[..count]);
        if state.wait_for(|state| *state != State::Blocked).await.is_err() || to.write_all(&buffer[..count]).await.is_err() {
            break;
        }
    }
    let _ = to.shutdown().await;
}
