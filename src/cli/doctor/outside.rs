//! The issuer as the world sees it: name, certificate, metadata, clock, and what proxies make of a request.

use super::Finding;
use crate::app::App;
use crate::health::{Arrival, DoctorTicket};
use crate::outbound::{Outbound, OutboundAnswer};
use crate::paths;
use crate::sealing::Purpose;
use crate::storage::with_causes;
use openssl::asn1::Asn1Time;
use openssl::x509::X509;
use serde_json::Value;
use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

/// An address that is nobody's (RFC 5737): what a stranger would claim to be.
const FORGED: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 66));
const TICKET_LIFETIME: Duration = Duration::from_secs(60);
/// Seconds that clocks may differ.
const SKEW: i64 = 5;
/// Days before its end when a certificate should have been renewed.
const RENEWAL_DUE: i32 = 14;

pub(super) async fn examine(app: &App) -> Vec<Finding> {
    let url = app.url(paths::DISCOVERY);
    let document = match get(&url, &[]).await {
        Err(why) => {
            let advice = "nobody can sign in: is the server running, does the name lead to it, does its proxy pass everything on?";
            return vec![Finding::ill("issuer", format!("{url}: {why}"), advice)];
        }
        Ok(answer) => answer,
    };
    let mut findings = vec![metadata(app, &url, &document)];
    findings.extend(document.certificate.as_deref().and_then(certificate));
    findings.extend(arrival(app).await);
    findings
}

async fn get(url: &str, headers: &[(&'static str, String)]) -> Result<OutboundAnswer, String> {
    let url = url::Url::parse(url).map_err(|error| error.to_string())?;
    let mut request = reqwest::Request::new(reqwest::Method::GET, url);
    for (name, value) in headers {
        let value = value.parse().map_err(|_| "a header cannot be sent".to_owned())?;
        request.headers_mut().append(*name, value);
    }
    let outbound = Outbound::anywhere().map_err(|error| error.to_string())?;
    outbound.send(request).await.map_err(|error| with_causes(&error))
}

fn metadata(app: &App, url: &str, answer: &OutboundAnswer) -> Finding {
    let issuer = app.issuer().as_str();
    let document: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    match document.get("issuer").and_then(Value::as_str) {
        Some(told) if told == issuer => Finding::well("issuer", format!("{issuer} answers and calls itself that")),
        Some(told) => Finding::ill(
            "issuer",
            format!("{url} calls itself {told}"),
            "clients compare to the letter: the server there has another configuration than this command",
        ),
        None => Finding::ill(
            "issuer",
            format!("{url} answers {} and no metadata", answer.status.as_u16()),
            match answer.status.as_u16() {
                421 => "the proxy changes Host: pass it on as it came, or name what it sends in allowed_hosts",
                _ => "something else answers there; with a path in the issuer the proxy must keep it",
            },
        ),
    }
}

fn certificate(der: &[u8]) -> Option<Finding> {
    let certificate = X509::from_der(der).ok()?;
    let days = Asn1Time::days_from_now(0).ok()?.diff(certificate.not_after()).ok()?.days;
    Some(if days < RENEWAL_DUE {
        Finding::unwise("certificate", format!("ends in {days} days"), "its renewal does not work, it seems")
    } else {
        Finding::well("certificate", format!("good for {days} days"))
    })
}

async fn arrival(app: &App) -> Vec<Finding> {
    let ticket = DoctorTicket { expires_at: app.now() + TICKET_LIFETIME };
    let Ok(ticket) = app.sealing.seal(Purpose::Doctor, &ticket) else { return Vec::new() };
    let url = format!("{}?ticket={ticket}", app.url(paths::HEALTH_REQUEST));
    let answer = get(&url, &[("x-forwarded-for", FORGED.to_string())]).await.ok();
    let arrival = answer.and_then(|answer| serde_json::from_slice::<Arrival>(&answer.body).ok());
    let Some(arrival) = arrival else {
        let found = "the server there does not open what this command seals";
        return vec![Finding::ill("server", found, "it runs with another master key or an older version: give both one configuration")];
    };
    let mut findings = Vec::new();
    let skew = arrival.now.unix_seconds() - app.now().unix_seconds();
    findings.push(if skew.abs() > SKEW {
        Finding::ill("clock", format!("the server's differs by {skew} s from here"), "set both by NTP: what expires goes by them")
    } else {
        Finding::well("clock", "agrees")
    });
    if arrival.version != env!("CARGO_PKG_VERSION") {
        let found = format!("the server is version {}, this command {}", arrival.version, env!("CARGO_PKG_VERSION"));
        findings.push(Finding::unwise("server", found, "use the command of the server's version"));
    }
    findings.push(proxies(app.issuer().is_https(), &arrival));
    findings
}

/// Whoever speaks TLS stands between: with an https issuer there is a proxy for certain.
fn proxies(https: bool, arrival: &Arrival) -> Finding {
    let peer = arrival.peer.map_or("nobody".to_owned(), |peer| peer.to_string());
    let client = arrival.client.map_or("nobody".to_owned(), |client| client.to_string());
    let chain = arrival.forwarded_for.join(", ");
    match (https, arrival.peer_is_trusted) {
        (true, false) => Finding::ill(
            "proxy",
            format!("requests come from {peer}, which trusted_proxies does not name: limits take everybody for one"),
            format!("if that is your proxy: trusted_proxies = [\"{peer}\"]"),
        ),
        (true, true) if arrival.client == Some(FORGED) => Finding::ill(
            "proxy",
            "X-Forwarded-For is passed on as callers write it: anybody can be anybody",
            "let the proxy set it to the address that it sees (nginx: proxy_set_header X-Forwarded-For $remote_addr)",
        ),
        (true, true) if arrival.forwarded_for.is_empty() => Finding::ill(
            "proxy",
            format!("the proxy at {peer} does not say who asks"),
            "let it send X-Forwarded-For (nginx: proxy_set_header X-Forwarded-For $remote_addr)",
        ),
        (true, true) => Finding::well("proxy", format!("{peer} says who asks ({client})")),
        (false, true) => Finding::well("proxy", format!("{peer} is trusted and says {chain}")),
        (false, false) => Finding::well("proxy", format!("none is trusted; a forged address is not believed (seen: {client})")),
    }
}

#[cfg(test)]
mod tests {
    use super::super::Verdict;
    use super::*;

    fn verdict(https: bool, trusted: bool, client: &str, chain: &[&str]) -> Verdict {
        let arrival = Arrival {
            version: String::new(),
            now: crate::clock::Clock::System.now(),
            peer: "10.0.0.1".parse().ok(),
            peer_is_trusted: trusted,
            client: client.parse().ok(),
            forwarded_for: chain.iter().map(ToString::to_string).collect(),
        };
        proxies(https, &arrival).verdict
    }

    #[test]
    fn a_proxy_that_lies_or_is_silent_is_found() {
        assert_eq!(verdict(true, true, "203.0.113.9", &["192.0.2.66, 203.0.113.9"]), Verdict::Well);
        assert_eq!(verdict(true, true, "203.0.113.9", &["203.0.113.9"]), Verdict::Well);
        assert_eq!(verdict(true, true, "192.0.2.66", &["192.0.2.66"]), Verdict::Ill);
        assert_eq!(verdict(true, true, "10.0.0.1", &[]), Verdict::Ill);
        assert_eq!(verdict(true, false, "10.0.0.1", &["192.0.2.66, 203.0.113.9"]), Verdict::Ill);
        assert_eq!(verdict(false, false, "127.0.0.1", &["192.0.2.66"]), Verdict::Well);
    }
}
