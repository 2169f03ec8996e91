//! `/outbox`: the mail that a development server would have sent. There is no such path where mail is really sent.
//!
//! Cost: 1 round trip, and the deliveries that were due.

pub mod page;

use crate::app::App;
use crate::clock::Timestamp;
use crate::web::page::{Layout, Moment, Page};
use crate::web::page_error::PageError;
use actix_web::{HttpRequest, HttpResponse, web};
use page::{MailLine, MailPart, OutboxMailPage, OutboxPage};

/// `GET /outbox`.
pub async fn get_outbox(app: web::Data<App>, http: HttpRequest) -> Result<HttpResponse, PageError> {
    let outbox = app.mailer.outbox().await.ok_or_else(PageError::not_found)?;
    let layout = Layout::of(&app, &http);
    let mails = outbox
        .list()
        .map_err(PageError::internal)?
        .into_iter()
        .map(|mail| MailLine {
            url: layout.url(&format!("/outbox/{}", mail.id)),
            sent_at: moment(mail.sent_at),
            to: mail.to,
            subject: mail.subject,
        })
        .collect();
    Ok(Page::new(OutboxPage { layout, mails }).respond_to(&http))
}

/// `GET /outbox/{id}`.
pub async fn get_mail(app: web::Data<App>, http: HttpRequest, id: web::Path<String>) -> Result<HttpResponse, PageError> {
    let outbox = app.mailer.outbox().await.ok_or_else(PageError::not_found)?;
    let mail = outbox.find(&id).ok_or_else(PageError::not_found)?;
    let view = OutboxMailPage {
        layout: Layout::of(&app, &http),
        from: app.config.mail.from.to_string(),
        to: mail.to,
        subject: mail.subject,
        sent_at: moment(mail.sent_at),
        parts: MailPart::parts_of(&mail.text),
    };
    Ok(Page::new(view).respond_to(&http))
}

fn moment(unix_seconds: i64) -> Moment {
    Moment::of(Timestamp::from_unix_seconds(unix_seconds))
}
