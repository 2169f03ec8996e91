//! A browser without script: keeps cookies, follows redirects on the server, fills forms by label, presses buttons by their words.
//! A redirect (or form) that leaves the server is not followed but handed over as [`Landed`].

use super::application::AuthorizationRequest;
use super::cookies::Cookies;
use super::page::{Field, Page};
use super::process::ServerProcess;
use super::server::TestServer;
use reqwest::header::{ACCEPT, COOKIE, HOST, HeaderMap, HeaderName, HeaderValue, LOCATION, ORIGIN, USER_AGENT};
use reqwest::{Method, redirect};
use std::collections::HashMap;
use url::Url;

/// A person's browser. Each has its own cookies; `clone()` is the same browser at this moment, as a second tab or a thief has it.
#[derive(Clone)]
pub struct Browser {
    /// The issuer: what the address bar shows.
    home: Url,
    /// Where connections really go, as behind a reverse proxy: a port of this machine.
    port: u16,
    http: reqwest::Client,
    pub cookies: Cookies,
    /// Headers sent with everything, as `x-forwarded-for`.
    pub extra_headers: HeaderMap,
    page: Option<Page>,
    filled: Vec<(Field, String)>,
    /// Every address that was asked for since the last `open`, `press` or `follow`.
    pub trail: Vec<Url>,
}

/// Where a step ended.
#[derive(Debug, Clone)]
pub enum Arrival {
    /// A page of the server's.
    Page,
    /// An address that is not the server's.
    Landed(Landed),
}

/// The server sent the browser to a client.
#[derive(Debug, Clone)]
pub struct Landed {
    /// Without query and fragment.
    pub url: String,
    /// From the query, or from the form of `form_post`.
    pub params: HashMap<String, String>,
    /// `GET`, or `POST` for `form_post`.
    pub method: String,
    /// The whole address, to the letter.
    pub address: Url,
}

impl Landed {
    /// A parameter of the answer. Panics when there is none.
    pub fn param(&self, name: &str) -> &str {
        self.params.get(name).unwrap_or_else(|| panic!("no {name} in {self:?}"))
    }

    pub fn code(&self) -> &str {
        self.param("code")
    }

    /// The error code, or nothing when there is none.
    pub fn error(&self) -> &str {
        self.params.get("error").map_or("", String::as_str)
    }

    fn new(method: &str, address: Url, form: Option<Vec<(String, String)>>) -> Self {
        let mut url = address.clone();
        url.set_query(None);
        url.set_fragment(None);
        let pairs: Vec<(String, String)> = form.unwrap_or_else(|| address.query_pairs().into_owned().collect());
        let count = pairs.len();
        let params: HashMap<_, _> = pairs.into_iter().collect();
        assert_eq!(params.len(), count, "a parameter is there twice: {address}");
        params.get("error_description").into_iter().for_each(|text| super::application::check_description(text));
        Self { url: url.to_string(), params, method: method.to_owned(), address }
    }
}

impl Browser {
    /// A fresh browser that knows nothing of the server.
    pub fn new(server: &TestServer) -> Self {
        Self::at(&server.issuer, server.ground.port)
    }

    pub fn of_process(server: &ServerProcess) -> Self {
        Self::at(&server.issuer, server.ground.port)
    }

    pub fn at(issuer: &str, port: u16) -> Self {
        let home = Url::parse(issuer).unwrap();
        let http = reqwest::Client::builder().redirect(redirect::Policy::none()).no_proxy().build().unwrap();
        Self {
            home,
            port,
            http,
            cookies: Cookies::default(),
            extra_headers: HeaderMap::new(),
            page: None,
            filled: Vec::new(),
            trail: Vec::new(),
        }
    }

    /// Sends everything to another replica from now on, as a load balancer does: the addresses stay the issuer's.
    pub fn through(&mut self, port: u16) {
        self.port = port;
    }

    /// A path below the issuer, or an absolute address.
    fn address(&self, address: &str) -> Url {
        match address.starts_with('/') {
            true => Url::parse(&format!("{}{address}", self.home.as_str().trim_end_matches('/'))).unwrap(),
            false => Url::parse(address).unwrap(),
        }
    }

    /// Sends a header with everything from now on.
    pub fn send_header(&mut self, name: &str, value: &str) {
        self.extra_headers.insert(HeaderName::try_from(name).unwrap(), HeaderValue::try_from(value).unwrap());
    }

    /// Opens an address (a path, or absolute).
    pub async fn open(&mut self, address: &str) -> Arrival {
        let url = self.address(address);
        self.travel("GET", url, None, false).await
    }

    /// Writes into the field with this label. Panics when the page has none.
    pub fn fill(&mut self, label: &str, value: &str) {
        let field = self.page().field(label).unwrap_or_else(|| panic!("no field “{label}” on {}", self.describe()));
        self.filled.push((field, value.to_owned()));
    }

    /// Writes into a field by its name in the form, hidden ones included: what a person cannot, but an attacker can.
    pub fn forge(&mut self, name: &str, value: &str) {
        for form in 0..4 {
            self.filled.push((Field { form, name: name.to_owned() }, value.to_owned()));
        }
    }

    /// Presses the button with these words: sends its form with everything in it.
    pub async fn press(&mut self, button: &str) -> Arrival {
        let sent = self.page().submission(button, &self.filled);
        let sent = sent.unwrap_or_else(|| panic!("no button “{button}” on {}", self.describe()));
        match sent.method.as_str() {
            "GET" => {
                let mut url = sent.action;
                url.query_pairs_mut().clear().extend_pairs(sent.fields);
                self.travel("GET", url, None, true).await
            }
            _ => self.travel("POST", sent.action, Some(sent.fields), true).await,
        }
    }

    /// Follows the link with these words.
    pub async fn follow(&mut self, link: &str) -> Arrival {
        let url = self.page().link(link).unwrap_or_else(|| panic!("no link “{link}” on {}", self.describe()));
        self.travel("GET", url, None, true).await
    }

    /// Posts fields as they are, with this browser's cookies, as a foreign site's form would (`same_origin` false).
    pub async fn post(&mut self, address: &str, fields: &[(&str, &str)], same_origin: bool) -> Arrival {
        let url = self.address(address);
        let fields = fields.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
        self.travel("POST", url, Some(fields), same_origin).await
    }

    /// The page that is open. Panics before the first.
    pub fn page(&self) -> &Page {
        self.page.as_ref().expect("no page is open")
    }

    pub fn text(&self) -> String {
        self.page().text()
    }

    pub fn heading(&self) -> String {
        self.page().heading()
    }

    /// What the page complains about; empty when all is well.
    pub fn error(&self) -> String {
        self.page().error()
    }

    pub fn status(&self) -> u16 {
        self.page().status.as_u16()
    }

    /// The path of the open page.
    pub fn path(&self) -> &str {
        self.page().url.path()
    }

    /// Whether the account opens, which is asked of the server.
    pub async fn is_signed_in(&mut self) -> bool {
        self.open("/account").await;
        self.heading() == "Your account"
    }

    /// The ticket of a sign-out, the ticket of this request, and the token of the form that asks for consent to it: the open page's.
    pub async fn tickets(&mut self, request: &AuthorizationRequest) -> [String; 3] {
        self.open("/logout?client_id=shop").await;
        let logout = self.page().value("ticket").unwrap();
        self.open(&request.url()).await;
        [logout, self.page().value("ticket").unwrap(), self.page().value("csrf").unwrap()]
    }

    /// A cookie by name, as it was set.
    pub fn cookie(&self, name: &str) -> Option<&super::cookies::Cookie> {
        self.cookies.get(name)
    }

    /// The open page, for a message.
    pub fn describe(&self) -> String {
        match &self.page {
            Some(page) => format!("{} ({}): {}", page.url, page.status, page.text()),
            None => "no page".to_owned(),
        }
    }

    async fn travel(&mut self, method: &str, url: Url, form: Option<Vec<(String, String)>>, same_origin: bool) -> Arrival {
        let (mut method, mut url, mut form) = (method.to_owned(), url, form);
        self.filled.clear();
        self.trail.clear();
        for _ in 0..20 {
            self.trail.push(url.clone());
            if self.home.origin() != url.origin() {
                return Arrival::Landed(Landed::new(&method, url, form));
            }
            let answer = self.send(&method, &url, form.as_deref(), same_origin).await;
            self.cookies.keep(answer.headers());
            let status = answer.status();
            let headers = answer.headers().clone();
            let Some(target) = headers.get(LOCATION).filter(|_| status.is_redirection()) else {
                let html = answer.text().await.unwrap();
                let page = Page { url, status, headers, html };
                let onward = page.refresh();
                self.page = Some(page);
                let Some(onward) = onward else { return Arrival::Page };
                (method, url, form) = ("GET".to_owned(), onward, None);
                continue;
            };
            let target = target.to_str().unwrap();
            url = url.join(target).unwrap_or_else(|error| panic!("Location {target}: {error}"));
            // RFC 9110 §15.4: 307 and 308 repeat the request with its body.
            if !matches!(status.as_u16(), 307 | 308) {
                "GET".clone_into(&mut method);
                form = None;
            }
        }
        panic!("redirected in circles: {:?}", self.trail)
    }

    async fn send(&self, method: &str, url: &Url, form: Option<&[(String, String)]>, same_origin: bool) -> reqwest::Response {
        let mut target = Url::parse(&format!("http://127.0.0.1:{}{}", self.port, url.path())).unwrap();
        target.set_query(url.query());
        let mut request = self.http.request(Method::from_bytes(method.as_bytes()).unwrap(), target);
        request = request
            .header(HOST, &url[url::Position::BeforeHost..url::Position::AfterPort])
            .header(USER_AGENT, "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0")
            .header(ACCEPT, "text/html,application/xhtml+xml,*/*;q=0.8")
            .header("accept-language", "en")
            .header("sec-fetch-dest", "document")
            .header("sec-fetch-mode", "navigate")
            .header("sec-fetch-user", "?1")
            .header(
                "sec-fetch-site",
                if same_origin {
                    "same-origin"
                } else if method == "POST" {
                    "cross-site"
                } else {
                    "none"
                },
            );
        if let Some(fields) = form {
            let origin = if same_origin { url.origin().ascii_serialization() } else { "https://elsewhere.example".to_owned() };
            request = request.header(ORIGIN, origin).form(fields);
        }
        if let Some(cookies) = self.cookies.header(url.path()) {
            request = request.header(COOKIE, cookies);
        }
        request.headers(self.extra_headers.clone()).send().await.unwrap_or_else(|error| panic!("{method} {url}: {error}"))
    }
}

impl Arrival {
    /// Where the browser landed. Panics when it is on a page of the server's.
    pub fn landed(self) -> Landed {
        match self {
            Self::Landed(landed) => landed,
            Self::Page => panic!("the browser is still on a page of the server's"),
        }
    }

    pub fn is_page(&self) -> bool {
        matches!(self, Self::Page)
    }
}
