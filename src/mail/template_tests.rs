use std::collections::BTreeSet;

use super::messages::{Addressee, Letterhead};
use super::notices::Notice;
use super::samples::KINDS;
use crate::config::{Config, Fault};
use crate::language::{Language, Texts};

/// The letterhead of an operator with these files, or what is wrong with them. The folder is gone when a letter is written.
fn head_with(files: &[(&str, &str)]) -> Result<Letterhead, Vec<String>> {
    let folder = tempfile::tempdir().unwrap();
    for (name, source) in files {
        std::fs::write(folder.path().join(name), source).unwrap();
    }
    let path = folder.path().to_str().unwrap().to_owned();
    let variables = [("OSTIARY_BRAND_NAME", "Ac<me>"), ("OSTIARY_MAIL_TEMPLATES", path.as_str())];
    let config = Config::load(None, variables.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned()))).unwrap();
    let told = |fault: &Fault| {
        assert_eq!(fault.key, "mail.templates");
        fault.problem.replace(&format!("{path}/"), "")
    };
    Letterhead::new(&config, Texts::load(None).unwrap()).map_err(|faults| faults.iter().map(told).collect())
}

fn to(language: Language) -> Addressee<'static> {
    Addressee { address: "anna@example.com", language }
}

/// All that a letter may need, and nothing else.
const BARE: &str = r#"{{ code or "" }} {{ button.url if button }} {{ not_you.url if not_you }}"#;

#[test]
fn there_is_a_sample_of_every_kind() {
    let kinds: BTreeSet<String> = KINDS.iter().map(ToString::to_string).collect();
    let mut made = BTreeSet::new();
    for source in [include_str!("letters.rs"), include_str!("messages.rs"), include_str!("notices.rs")] {
        for opening in ["Letter::new(", " letter("] {
            let named = source.split(opening).skip(1).filter_map(|rest| rest.trim_start().strip_prefix('"')?.split('"').next());
            made.extend(named.map(str::to_owned));
        }
    }
    assert_eq!(made, kinds);
    let samples = head_with(&[]).unwrap().samples(Language::English);
    assert_eq!(samples.into_iter().map(|mail| mail.unwrap().kind.to_owned()).collect::<BTreeSet<_>>(), kinds);
}

#[test]
fn the_built_in_templates_set_every_letter() {
    let head = head_with(&[]).unwrap();
    for language in Language::ALL {
        for mail in head.samples(language).into_iter().map(Result::unwrap) {
            assert!(mail.text.ends_with("\n\n-- \nAc<me>") && !mail.text.contains("\n\n\n"), "{:?}", mail.text);
            assert!(!mail.html.contains("<ostiary-trial>") && !mail.html.contains("{%") && !mail.html.contains("{{"), "{}", mail.html);
        }
    }
    let mail = head.sign_up_code(&to(Language::English), "012345").unwrap();
    assert!(mail.text.contains("\n\n    012345\n\n"), "{:?}", mail.text);
    assert!(mail.html.contains(">012345</p>"), "{}", mail.html);
}

#[test]
fn an_operators_templates_set_the_letters_the_most_special_first() {
    let head = head_with(&[
        ("letter.html", r#"{% extends "built_in/letter.html" %}{% block header %}<img src="{{ brand.logo_url }}" alt="">{% endblock %}"#),
        ("letter.txt", "{% include \"_top.txt\" %}\n{% include \"built_in/letter.txt\" %}"),
        ("_top.txt", "== {{ brand.name }} =="),
        ("welcome.html", r#"<p lang="{{ language }}" dir="{{ direction }}">{{ subject }}</p>"#),
        ("notes.md", "{% what nobody sets"),
    ]);
    let head = head.unwrap();
    let welcome = head.welcome(&to(Language::English)).unwrap();
    assert!(welcome.html.starts_with(r#"<p lang="en" dir="ltr">Welcome to Ac"#) && !welcome.html.contains("<me>"), "{}", welcome.html);
    assert!(welcome.text.starts_with("== Ac<me> ==\nWelcome"), "{}", welcome.text);
    let arabic = head.welcome(&to(Language::Arabic)).unwrap();
    assert!(arabic.html.starts_with(r#"<p lang="ar" dir="rtl">"#), "{}", arabic.html);
    let other = head.notice(&to(Language::German), &Notice::PasswordChanged, None).unwrap();
    assert!(other.html.contains(r#"<img src="http://localhost:3004/static/logo" alt="">"#), "{}", other.html);
    assert!(other.html.contains(r#"<html lang="de" dir="ltr">"#) && other.html.contains("<h1"), "{}", other.html);
}

#[test]
fn what_people_have_written_is_escaped() {
    let own = format!("{{% for paragraph in paragraphs %}}<p>{{{{ paragraph }}}}</p>{{% endfor %}}{BARE}");
    for files in [&[][..], &[("letter.html", own.as_str())]] {
        let notice = Notice::RefreshTokenReuse { app: "<script>alert('&')</script>" };
        let mail = head_with(files).unwrap().notice(&to(Language::English), &notice, None).unwrap();
        assert!(!mail.html.contains("<script>") && mail.html.contains("script"), "{}", mail.html);
        assert!(mail.html.contains("http://localhost:3004/"), "addresses stay as they are: {}", mail.html);
    }
}

#[test]
fn a_fault_names_the_file_the_line_and_what_is_wrong() {
    let unescaped = format!("{{% for paragraph in paragraphs %}}{{{{ paragraph|safe }}}}{{% endfor %}} {BARE}");
    let endless = "{% for a in range(9999) %}{% for b in range(9999) %}{{ a }}{% endfor %}{% endfor %}";
    let doubled = format!("{{% set a = [1, 1] %}}{}{{{{ a }}}}", "{% set a = [a, a] %}".repeat(40));
    for (name, source, told) in [
        (
            "letter.html",
            "<p>\n{{ headin }}</p>",
            "letter.html:2: undefined value: `headin` is undefined (in the letter welcome, language en)",
        ),
        ("letter.html", "{{ brand.nme }}", "letter.html:1: undefined value"),
        ("welcome.txt", "{{ heading }}\n{% fi code %}", "welcome.txt:2: syntax error"),
        ("welcome.txt", "{{ heading|shout }}", "welcome.txt:1: unknown filter"),
        ("letter.txt", "{{ heading }} {{ code }}", "letter.txt:1: undefined value: not every letter has this"),
        ("letter.txt", "{% include \"_nothing.txt\" %}", "letter.txt:1: template not found"),
        ("letter.txt", endless, "engine ran out of fuel"),
        ("letter.html", unescaped.replace("|safe", "|upper|safe").as_str(), "letter.html: writes what people have written unescaped"),
        ("letter.txt", "{{ paragraphs }}", "this is a list or a group of values"),
        ("letter.txt", doubled.as_str(), "this is a list or a group of values"),
        ("letter.txt", "{% set n = namespace() %}{% set n.me = n %}{{ n }}", "unknown function"),
        ("letter.html", unescaped.as_str(), "letter.html: writes what people have written unescaped"),
        ("sign_up_code.txt", "{{ heading }}", "sign_up_code.txt: leaves out what the letter is for"),
        ("reset_password.html", "{{ heading }}", "reset_password.html: leaves out what the letter is for"),
        ("welcom.html", "", "welcom.html: no letter is called so; did you mean welcome.html?"),
        ("letter.htm", "", "letter.htm: no letter is called so; did you mean letter.html?"),
        ("invoice.txt", "", "invoice.txt: no letter is called so: there are letter.html and letter.txt"),
    ] {
        let faults = head_with(&[(name, source)]).unwrap_err();
        assert!(faults.iter().any(|fault| fault.starts_with(name) && fault.contains(told)), "{told}: {faults:#?}");
    }
    let faults = head_with(&[("letter.html", "{% include '_foot.html' %}"), ("_foot.html", "{% foot %}")]).unwrap_err();
    assert!(!faults.iter().any(|fault| fault.contains("not found")), "the part is there: {faults:#?}");
    // All at once, each once.
    let faults =
        head_with(&[("letter.html", "{{ a }}"), ("letter.txt", "{{ b }}"), ("welcome.txt", "{% c %}"), ("x.txt", "")]).unwrap_err();
    assert_eq!(faults.len(), 4, "{faults:#?}");
    for endless in ["{% include \"letter.html\" %}", "{% extends \"letter.html\" %}", "{% macro a() %}{{ a() }}{% endmacro %}{{ a() }}"] {
        assert!(head_with(&[("letter.html", endless)]).is_err(), "{endless}");
    }
}

#[test]
fn a_template_that_fails_at_work_does_not_hold_the_mail_up() {
    let rare = format!("{{{{ heading }}}} {BARE}{{% if 'Rare' in heading %}}{{{{ nothing }}}}{{% endif %}}");
    let head = head_with(&[("letter.html", rare.as_str()), ("letter.txt", rare.as_str())]).unwrap();
    let linked = |provider| head.notice(&to(Language::English), &Notice::IdentityLinked { provider }, None).unwrap();
    let (own, built_in) = (linked("Far"), linked("Rare"));
    assert!(!own.html.contains("<html") && !own.text.contains("-- "), "{own:?}");
    assert!(built_in.html.contains("<html lang=\"en\"") && built_in.text.ends_with("-- \nAc<me>"), "{built_in:?}");
}

#[test]
fn a_folder_that_is_not_there_is_a_fault() {
    let variables = [("OSTIARY_MAIL_TEMPLATES".to_owned(), "/nowhere/at/all".to_owned())];
    let config = Config::load(None, variables.into_iter()).unwrap();
    let faults = Letterhead::new(&config, Texts::load(None).unwrap()).unwrap_err();
    assert_eq!((faults.len(), faults[0].key.as_str()), (1, "mail.templates"));
    assert!(faults[0].problem.starts_with("/nowhere/at/all: "), "{faults:?}");
}

#[test]
fn the_examples_of_the_guide_set_every_letter() {
    let guide = include_str!("../../docs/mail.md");
    let examples: Vec<&str> = guide.split("```jinja\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    assert_eq!(examples.len(), 2);
    for example in examples {
        let head = head_with(&[("letter.html", example)]).unwrap_or_else(|faults| panic!("{example}: {faults:#?}"));
        let mail = head.sign_up_code(&to(Language::German), "012345").unwrap();
        assert!(mail.html.contains("012345") && mail.html.contains("lang=\"de\""), "{}", mail.html);
    }
    let kinds = guide.split("The kinds: ").nth(1).unwrap().split_once("\n\n").unwrap().0;
    let told: Vec<&str> = kinds.split('`').skip(1).step_by(2).collect();
    assert_eq!(told, KINDS);
}
