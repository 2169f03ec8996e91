//! A wire between the server and its database that a test can cut: what the server sees is a database that is gone.

use super::ports::free_port;
use std::sync::Arc;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// Forwards connections while it is whole.
pub struct Wire {
    pub port: u16,
    whole: Arc<watch::Sender<bool>>,
}

impl Wire {
    /// To `target`, as `127.0.0.1:5432`.
    pub async fn to(target: &str) -> Self {
        let port = free_port();
        let listener = TcpListener::bind(("127.0.0.1", port)).await.unwrap();
        let whole = Arc::new(watch::Sender::new(true));
        let (state, target) = (whole.clone(), target.to_owned());
        tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                let (mut state, target) = (state.subscribe(), target.clone());
                tokio::spawn(async move {
                    if *state.borrow() {
                        tokio::select! {
                            () = carry(near, &target) => {}
                            _ = state.wait_for(|whole| !whole) => {}
                        }
                    }
                });
            }
        });
        Self { port, whole }
    }

    /// The PostgreSQL of this test run, through a wire: the wire and the URL for `database.url`.
    pub async fn to_postgres() -> (Self, String) {
        let url = super::database::postgres_url();
        let mut through = url::Url::parse(&url).unwrap();
        let target = format!("{}:{}", through.host_str().unwrap(), through.port().unwrap_or(5432));
        let wire = Self::to(&target).await;
        through.set_host(Some("127.0.0.1")).unwrap();
        through.set_port(Some(wire.port)).unwrap();
        (wire, through.to_string())
    }

    /// Ends every connection and takes no new one.
    pub fn cut(&self) {
        self.whole.send_replace(false);
    }

    pub fn mend(&self) {
        self.whole.send_replace(true);
    }
}

async fn carry(mut near: TcpStream, target: &str) {
    if let Ok(mut far) = TcpStream::connect(target).await {
        let _ = tokio::io::copy_bidirectional(&mut near, &mut far).await;
    }
}
