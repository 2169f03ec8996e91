//! A page as a person without script sees it: headings, labels, buttons, links.

use reqwest::StatusCode;
use reqwest::header::HeaderMap;
use scraper::{ElementRef, Html, Selector};
use url::Url;

/// A page that was received.
#[derive(Debug, Clone)]
pub struct Page {
    pub url: Url,
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub html: String,
}

/// A field of a form: which form of the page (from 0), and the name it is sent under.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    pub form: usize,
    pub name: String,
}

/// What a browser sends for a form.
#[derive(Debug, Clone)]
pub struct Submission {
    pub method: String,
    pub action: Url,
    pub fields: Vec<(String, String)>,
}

impl Page {
    fn document(&self) -> Html {
        Html::parse_document(&self.html)
    }

    fn texts(&self, selector: &str) -> Vec<String> {
        self.document().select(&css(selector)).map(|element| words(&element)).collect()
    }

    /// The visible words, one space between each.
    pub fn text(&self) -> String {
        self.texts("body").concat()
    }

    /// The first heading of the first level.
    pub fn heading(&self) -> String {
        self.texts("h1").into_iter().next().unwrap_or_default()
    }

    pub fn title(&self) -> String {
        self.texts("title").concat()
    }

    /// What the page complains about: alerts and the sentences at fields. Empty when all is well.
    pub fn error(&self) -> String {
        self.texts("[role=alert], .problem").join(" ")
    }

    /// What the page reports as done.
    pub fn notice(&self) -> String {
        self.texts("[role=status]").join(" ")
    }

    /// Texts of the elements that a CSS selector finds.
    pub fn all(&self, selector: &str) -> Vec<String> {
        self.texts(selector)
    }

    /// An attribute of the first element that a CSS selector finds.
    pub fn attribute(&self, selector: &str, name: &str) -> Option<String> {
        self.document().select(&css(selector)).next()?.attr(name).map(str::to_owned)
    }

    /// Where the page sends the browser by itself, at once.
    pub fn refresh(&self) -> Option<Url> {
        let content = self.attribute("meta[http-equiv='refresh']", "content")?;
        self.url.join(content.strip_prefix("0; url=")?).ok()
    }

    /// The value of a field, hidden ones included, by its name in the form.
    pub fn value(&self, name: &str) -> Option<String> {
        let chosen = format!("select[name='{name}'] option[selected]");
        self.attribute(&chosen, "value").or_else(|| self.attribute(&format!("[name='{name}']"), "value"))
    }

    /// The URL of the link with these words.
    pub fn link(&self, text: &str) -> Option<Url> {
        let document = self.document();
        let link = document.select(&css("a[href]")).find(|link| words(link).contains(text))?;
        self.url.join(link.attr("href")?).ok()
    }

    /// Whether there is a button with these words.
    pub fn has_button(&self, text: &str) -> bool {
        button(&self.document(), text).is_some()
    }

    /// The field with this label.
    pub fn field(&self, label: &str) -> Option<Field> {
        let document = self.document();
        let found = document.select(&css("label")).find(|element| words(element).trim_end_matches(" optional") == label)?;
        let control = match found.attr("for") {
            Some(id) => document.select(&css(&format!("[id='{id}']"))).next()?,
            None => found.select(&css("input, select, textarea")).next()?,
        };
        Some(Field { form: form_of(&document, &control)?, name: control.attr("name")?.to_owned() })
    }

    /// What pressing this button sends; `filled` replaces what the page has in its fields.
    pub fn submission(&self, text: &str, filled: &[(Field, String)]) -> Option<Submission> {
        let document = self.document();
        let button = button(&document, text)?;
        let index = form_of(&document, &button)?;
        let form = document.select(&css("form")).nth(index)?;
        let mut fields = Vec::new();
        for control in document.select(&css("input[name], select[name], textarea[name]")) {
            if form_of(&document, &control) != Some(index) || control.attr("disabled").is_some() {
                continue;
            }
            let field = Field { form: index, name: control.attr("name")?.to_owned() };
            let given = filled.iter().rev().find(|(known, _)| *known == field).map(|(_, value)| value.clone());
            if let Some(value) = value_of(&control, given) {
                fields.push((field.name, value));
            }
        }
        // What the page has no field for is sent all the same by who forges it.
        let controls: Vec<_> = document.select(&css("[name]")).filter_map(|control| control.attr("name")).collect();
        let forged = filled.iter().filter(|(field, _)| field.form == index && !controls.contains(&field.name.as_str()));
        fields.extend(forged.map(|(field, value)| (field.name.clone(), value.clone())));
        if let Some(name) = button.attr("name") {
            fields.push((name.to_owned(), button.attr("value").unwrap_or_default().to_owned()));
        }
        let attribute = |own: &str, of_form: &str| button.attr(own).or(form.attr(of_form));
        Some(Submission {
            method: attribute("formmethod", "method").unwrap_or("get").to_ascii_uppercase(),
            action: self.url.join(attribute("formaction", "action").unwrap_or_default()).ok()?,
            fields,
        })
    }
}

fn css(selector: &str) -> Selector {
    Selector::parse(selector).unwrap_or_else(|error| panic!("{selector}: {error}"))
}

fn words(element: &ElementRef) -> String {
    element.text().collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// By its words (or its label for screen readers); failing that, by the beginning of its words.
fn button<'a>(document: &'a Html, text: &str) -> Option<ElementRef<'a>> {
    let selector = css("button:not([type=button]):not([disabled]), input[type=submit]:not([disabled])");
    let name = |element: &ElementRef| match element.value().name() {
        "input" => element.attr("value").unwrap_or_default().to_owned(),
        _ => element.attr("aria-label").map_or_else(|| words(element), str::to_owned),
    };
    let buttons: Vec<_> = document.select(&selector).collect();
    let exact = buttons.iter().find(|element| name(element) == text);
    exact.or_else(|| buttons.iter().find(|element| name(element).starts_with(text))).copied()
}

/// Which form a control belongs to: the one it names, else the one around it.
fn form_of(document: &Html, control: &ElementRef) -> Option<usize> {
    let forms: Vec<_> = document.select(&css("form")).collect();
    if let Some(id) = control.attr("form") {
        return forms.iter().position(|form| form.attr("id") == Some(id));
    }
    let around = control.ancestors().find(|node| node.value().as_element().is_some_and(|element| element.name() == "form"))?;
    forms.iter().position(|form| form.id() == around.id())
}

/// What a control sends; `None` when it sends nothing.
fn value_of(control: &ElementRef, given: Option<String>) -> Option<String> {
    let value = |fallback: &str| control.attr("value").unwrap_or(fallback).to_owned();
    match (control.value().name(), control.attr("type").unwrap_or("text")) {
        ("input", "submit" | "button" | "reset" | "image" | "file") => None,
        ("input", "checkbox" | "radio") => match given {
            Some(choice) if choice.is_empty() => None,
            Some(choice) if control.attr("type") == Some("radio") => (choice == value("on")).then_some(choice),
            Some(_) => Some(value("on")),
            None => control.attr("checked").map(|_| value("on")),
        },
        ("input", _) => Some(given.unwrap_or_else(|| value(""))),
        ("textarea", _) => Some(given.unwrap_or_else(|| control.text().collect())),
        _ => given.or_else(|| {
            let options: Vec<_> = control.select(&css("option")).collect();
            let chosen = options.iter().find(|option| option.attr("selected").is_some()).or(options.first())?;
            Some(chosen.attr("value").map_or_else(|| words(chosen), str::to_owned))
        }),
    }
}
