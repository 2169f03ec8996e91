//! A service calls the next one for a person (RFC 8693).

use crate::both;
use crate::support::prelude::*;

const SUBSCRIPTIONS: &str = "https://subscriptions.example";
const QUEUE: &str = "https://queue.example";
const BILLING: &str = "https://billing.example";
const EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";

/// The main app may call both APIs; the subscription service calls the queue for people, the queue calls billing.
fn company(db: Database) -> Setup {
    let rule = |client: &str, resource: &str, scope: &str| json!([{ "subject_client": client, "resources": [resource], "scope": scope }]);
    let service = |id: &str, api: &str, next: &str| {
        Client::service(id)
            .with("grant_types", json!([EXCHANGE, "client_credentials"]))
            .with("serves", json!([api]))
            .with("resources", json!([next]))
    };
    TestServer::with(db)
        .resource(SUBSCRIPTIONS, &["subscriptions:write"])
        .resource(QUEUE, &["queue:read", "queue:join"])
        .resource(BILLING, &["billing:read"])
        .client(Client::confidential("main").first_party().with("resources", json!([SUBSCRIPTIONS, QUEUE, BILLING])))
        .client(service("subscriptions", SUBSCRIPTIONS, QUEUE).with("token_exchange", rule("main", QUEUE, "queue:join queue:read")))
        .client(service("queue", QUEUE, BILLING).with("token_exchange", rule("subscriptions", BILLING, "billing:read")))
        .client(service("stranger", SUBSCRIPTIONS, QUEUE))
}

const SCOPE: &str = "openid subscriptions:write queue:read queue:join billing:read";

/// The person's token for the subscription service.
async fn subject_token(server: &TestServer) -> (Application, Tokens) {
    let main = Application::of(server, "main");
    let alice = Person::alice();
    let request = main.authorization_request().with("scope", SCOPE);
    let landed = alice.authorize(&mut alice.signed_in(server).await, &request).await;
    let parameters = [
        ("grant_type", "authorization_code"),
        ("code", landed.code()),
        ("redirect_uri", request.redirect_uri.as_str()),
        ("code_verifier", request.verifier.as_str()),
        ("resource", SUBSCRIPTIONS),
    ];
    (main.clone(), main.post("/token", &parameters).await.tokens())
}

async fn exchange(client: &Application, token: &str, more: &[(&str, &str)]) -> Reply {
    let base = [("grant_type", EXCHANGE), ("subject_token", token), ("subject_token_type", ACCESS_TOKEN)];
    client.post("/token", &[&base, more].concat()).await
}

both! {
    /// RFC 8693 §2.2.1 and §4.1, security.md X4: another audience, the same person, and who acts; it dies with the person's grant.
    async fn a_service_gets_a_token_for_the_next_one(db) {
        let server = company(db).start().await;
        let (main, token) = subject_token(&server).await;
        let subject = main.verified(&token.access_token).await;
        let service = Application::of(&server, "subscriptions");
        let reply = exchange(&service, &token.access_token, &[("resource", QUEUE), ("scope", "queue:join")]).await;
        let answer = reply.ok();
        assert_eq!((answer["issued_token_type"].as_str(), answer["token_type"].as_str()), (Some(ACCESS_TOKEN), Some("Bearer")));
        assert!(answer.get("refresh_token").is_none() && answer.get("id_token").is_none());
        let exchanged = reply.tokens();
        let jwt = main.verified(&exchanged.access_token).await;
        assert_eq!((jwt.text("sub"), jwt.claim("aud"), jwt.text("scope")), (subject.text("sub"), &json!(QUEUE), "queue:join"));
        assert_eq!((jwt.text("client_id"), jwt.claim("act")), ("subscriptions", &json!({ "sub": "subscriptions" })));
        // security.md X4: how the person signed in is not made better.
        assert_eq!((jwt.text("acr"), jwt.claim("amr"), jwt.number("auth_time")), (subject.text("acr"), subject.claim("amr"), subject.number("auth_time")));
        let queue = Application::of(&server, "queue");
        assert!(queue.is_active(&exchanged.access_token).await);
        assert_eq!(queue.introspect(&exchanged.access_token).await["act"]["sub"], "subscriptions");
        main.revoke(token.refresh_token()).await;
        assert!(!queue.is_active(&exchanged.access_token).await, "the grant has ended");
    }

    /// RFC 8693 §4.1, security.md X3: every hop is named, nobody can name another, and a second exchange only narrows.
    async fn the_chain_of_actors_is_told(db) {
        let server = company(db).start().await;
        let (main, token) = subject_token(&server).await;
        let (service, queue) = (Application::of(&server, "subscriptions"), Application::of(&server, "queue"));
        let first = exchange(&service, &token.access_token, &[]).await.tokens();
        assert_eq!(first.scope(), "queue:join queue:read");
        let upward = exchange(&queue, &first.access_token, &[("scope", "billing:read")]).await;
        upward.refused(400, "invalid_scope");
        let second = exchange(&queue, &first.access_token, &[("act", r#"{"sub":"main"}"#)]).await.tokens();
        let jwt = main.verified(&second.access_token).await;
        assert_eq!(jwt.claim("act"), &json!({ "sub": "queue", "act": { "sub": "subscriptions" } }));
        assert_eq!((jwt.claim("aud"), second.scope()), (&json!(BILLING), String::new()));
    }

    /// security.md X2: a token that was exchanged without a trace of it gets no wider either.
    async fn impersonation_hides_no_exchange(db) {
        let rule = |client: &str, resource: &str, scope: &str| json!([{ "subject_client": client, "resources": [resource], "scope": scope, "impersonation": true }]);
        let service = |id: &str, api: &str, next: &str| {
            Client::service(id).with("grant_types", json!([EXCHANGE])).with("serves", json!([api])).with("resources", json!([next]))
        };
        let server = TestServer::with(db)
            .resource(SUBSCRIPTIONS, &["subscriptions:write"])
            .resource(QUEUE, &["queue:read", "queue:join"])
            .resource(BILLING, &["billing:read"])
            .client(Client::confidential("main").first_party().with("resources", json!([SUBSCRIPTIONS, QUEUE, BILLING])))
            .client(service("subscriptions", SUBSCRIPTIONS, QUEUE).with("token_exchange", rule("main", QUEUE, "queue:read")))
            .client(service("queue", QUEUE, BILLING).with("token_exchange", rule("subscriptions", BILLING, "billing:read")))
            .start()
            .await;
        let (main, token) = subject_token(&server).await;
        let first = exchange(&Application::of(&server, "subscriptions"), &token.access_token, &[]).await.tokens();
        assert!(main.verified(&first.access_token).await.claims.get("act").is_none());
        let queue = Application::of(&server, "queue");
        exchange(&queue, &first.access_token, &[("scope", "billing:read")]).await.refused(400, "invalid_scope");
        assert_eq!(exchange(&queue, &first.access_token, &[]).await.tokens().scope(), "");
    }

    /// security.md X1: nothing falls back to the client's own rights.
    async fn a_subject_token_that_does_not_count_is_refused(db) {
        let server = company(db).start().await;
        let (main, token) = subject_token(&server).await;
        let service = Application::of(&server, "subscriptions");
        for (parameters, why) in [
            (vec![], "no subject token"),
            (vec![("subject_token", "")], "empty"),
            (vec![("subject_token", "nonsense"), ("subject_token_type", ACCESS_TOKEN)], "nonsense"),
            (vec![("subject_token", token.access_token.as_str())], "no type"),
            (vec![("subject_token", token.access_token.as_str()), ("subject_token_type", "urn:ietf:params:oauth:token-type:id_token")], "type"),
            (vec![("subject_token", token.id_token()), ("subject_token_type", ACCESS_TOKEN)], "an ID token"),
            (vec![("subject_token", token.refresh_token()), ("subject_token_type", ACCESS_TOKEN)], "a refresh token"),
        ] {
            let reply = service.post("/token", &[&[("grant_type", EXCHANGE)], parameters.as_slice()].concat()).await;
            assert_eq!(reply.error(), (400, "invalid_request".into()), "{why}: {reply:?}");
        }
        let own = service.client_credentials(&[]).await.tokens();
        exchange(&service, &own.access_token, &[]).await.refused(400, "invalid_request");
        server.advance(Duration::from_secs(301));
        exchange(&service, &token.access_token, &[]).await.refused(400, "invalid_request");
        let fresh = main.post("/token", &[("grant_type", "refresh_token"), ("refresh_token", token.refresh_token()), ("resource", SUBSCRIPTIONS)]).await.tokens();
        exchange(&service, &fresh.access_token, &[]).await.tokens();
        main.revoke(&fresh.access_token).await;
        exchange(&service, &fresh.access_token, &[]).await.refused(400, "invalid_request");
    }

    /// security.md X2, RFC 8693 §2.2.2: target, scope and life stay within the rule and the subject.
    async fn nothing_grows_in_an_exchange(db) {
        let server = company(db).start().await;
        let (main, token) = subject_token(&server).await;
        let service = Application::of(&server, "subscriptions");
        exchange(&service, &token.access_token, &[("resource", BILLING)]).await.refused(400, "invalid_target");
        exchange(&service, &token.access_token, &[("audience", "https://unknown.example")]).await.refused(400, "invalid_target");
        exchange(&service, &token.access_token, &[("scope", "billing:read")]).await.refused(400, "invalid_scope");
        exchange(&service, &token.access_token, &[("scope", "openid")]).await.refused(400, "invalid_scope");
        exchange(&Application::of(&server, "stranger"), &token.access_token, &[]).await.refused(400, "invalid_request");
        exchange(&main, &token.access_token, &[]).await.refused(400, "unauthorized_client");
        // RFC 8693 §2.1: targets may be repeated, and each is meant once.
        let repeated = [("audience", QUEUE), ("audience", QUEUE), ("resource", QUEUE)];
        let tokens = exchange(&service, &token.access_token, &repeated).await.tokens();
        assert_eq!(main.verified(&tokens.access_token).await.claim("aud"), &json!(QUEUE));
        server.advance(Duration::from_secs(200));
        let late = exchange(&service, &token.access_token, &[("audience", QUEUE)]).await;
        assert_eq!(late.ok()["expires_in"], json!(100));
    }

    /// security.md X2: what a client has taken out of a token on purpose comes back by no exchange.
    async fn a_narrowed_token_stays_narrow_in_an_exchange(db) {
        let both_apis = json!([{ "subject_client": "main", "resources": [QUEUE], "scope": "queue:read queue:join email" }]);
        let service = Client::service("reader").with("grant_types", json!([EXCHANGE])).with("serves", json!([SUBSCRIPTIONS, QUEUE]));
        let service = service.with("resources", json!([QUEUE])).with("token_exchange", both_apis);
        let server = company(db).client(service).start().await;
        let main = Application::of(&server, "main");
        let alice = Person::alice();
        let request = main.authorization_request().with("scope", &format!("{SCOPE} email"));
        let wide = main.sign_in_with(&mut alice.signed_in(&server).await, &alice, &request).await;
        let narrow = [("grant_type", "refresh_token"), ("refresh_token", wide.refresh_token()), ("scope", "subscriptions:write queue:read")];
        let narrow = main.post("/token", &narrow).await.tokens();
        let reader = Application::of(&server, "reader");
        for wider in ["queue:join", "email", "queue:read queue:join"] {
            exchange(&reader, &narrow.access_token, &[("scope", wider)]).await.refused(400, "invalid_scope");
        }
        assert_eq!(exchange(&reader, &narrow.access_token, &[]).await.tokens().scope(), "queue:read");
        let mut all: Vec<_> = exchange(&reader, &wide.access_token, &[]).await.tokens().scope().split(' ').map(str::to_owned).collect();
        all.sort();
        assert_eq!(all, ["email", "queue:join", "queue:read"]);
    }

    /// A developer reads which of the two lacks what was asked for, the rule or the subject token, and which APIs the rule has.
    async fn a_developer_reads_what_an_exchange_lacks(db) {
        let server = company(db).start().await;
        let (_, token) = subject_token(&server).await;
        let service = Application::of(&server, "subscriptions");
        let refusal = async |name: &str, value: &str| {
            server.advance(Duration::from_secs(1));
            exchange(&service, &token.access_token, &[(name, value)]).await;
            ostiary::housekeeping::write_refusals(server.app()).await.unwrap();
            let lines = server.ground.command(&["doctor", "client", "subscriptions"]).await.done().stdout;
            let printed = server.ground.command(&["doctor", "client", "subscriptions", "--json"]).await.done();
            assert!(!printed.stdout.contains(&token.access_token), "{printed:?}");
            (printed.json()["refusals"][0].clone(), lines)
        };
        let (scope, lines) = refusal("scope", "billing:read nobodys").await;
        let cause = "by the rule for main: the rule lacks billing:read nobodys; the subject token lacks nobodys";
        assert_eq!((scope["sent"].as_str(), scope["cause"].as_str()), (Some("billing:read nobodys"), Some(cause)));
        assert!(scope["advice"].as_str().unwrap().contains("token_exchange of subscriptions"), "{scope}");
        assert!(lines.contains("  have  queue:join queue:read\n"), "{lines}");
        let (target, lines) = refusal("resource", BILLING).await;
        let cause = "by the rule for main: its resources are https://queue.example";
        assert_eq!((target["sent"].as_str(), target["cause"].as_str()), (Some(BILLING), Some(cause)));
        assert!(target["advice"].as_str().unwrap().contains(BILLING) && lines.contains("  have  https://queue.example\n"), "{target}\n{lines}");
    }

    /// RFC 8693 §2.1: an actor token is the client's own, or it is refused.
    async fn an_actor_token_must_be_the_clients_own(db) {
        let server = company(db).start().await;
        let (main, token) = subject_token(&server).await;
        let (service, queue) = (Application::of(&server, "subscriptions"), Application::of(&server, "queue"));
        let (own, others) = (service.client_credentials(&[]).await.tokens(), queue.client_credentials(&[]).await.tokens());
        let with = |actor: String| {
            let (service, token) = (service.clone(), token.access_token.clone());
            async move { exchange(&service, &token, &[("actor_token", &actor), ("actor_token_type", ACCESS_TOKEN)]).await }
        };
        let reply = with(own.access_token).await.tokens();
        assert_eq!(main.verified(&reply.access_token).await.claim("act"), &json!({ "sub": "subscriptions" }));
        with(others.access_token).await.refused(400, "invalid_request");
        with(token.access_token.clone()).await.refused(400, "invalid_request");
        let untyped = exchange(&service, &token.access_token, &[("actor_token", "x")]).await;
        untyped.refused(400, "invalid_request");
    }

    /// RFC 8693 §4.4: a token that names who may act is of no use to others; impersonation is a matter of the rule.
    async fn may_act_and_impersonation_are_rules(db) {
        let rule = |impersonation: bool| json!([{ "subject_client": "main", "resources": [QUEUE], "scope": "queue:read", "impersonation": impersonation }]);
        let service = |id: &str, rules: Value| {
            Client::service(id)
                .with("grant_types", json!([EXCHANGE]))
                .with("serves", json!([SUBSCRIPTIONS]))
                .with("resources", json!([QUEUE]))
                .with("token_exchange", rules)
        };
        let server = TestServer::with(db)
            .resource(SUBSCRIPTIONS, &["subscriptions:write"])
            .resource(QUEUE, &["queue:read"])
            .client(Client::confidential("main").first_party().with("resources", json!([SUBSCRIPTIONS, QUEUE])).with("may_act", "named"))
            .client(service("named", rule(true)))
            .client(service("other", rule(true)))
            .start()
            .await;
        let main = Application::of(&server, "main");
        let alice = Person::alice();
        let request = main.authorization_request().with("scope", "openid subscriptions:write queue:read");
        let token = main.sign_in_with(&mut alice.signed_in(&server).await, &alice, &request).await;
        assert_eq!(main.verified(&token.access_token).await.claim("may_act"), &json!({ "sub": "named" }));
        exchange(&Application::of(&server, "other"), &token.access_token, &[]).await.refused(400, "invalid_request");
        let reply = exchange(&Application::of(&server, "named"), &token.access_token, &[]).await.tokens();
        assert!(main.verified(&reply.access_token).await.claims.get("act").is_none(), "impersonation names nobody");
    }
}
