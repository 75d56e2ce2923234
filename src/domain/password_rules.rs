//! What a password that a person chooses must not be: what anybody tries first. No list of leaked passwords is kept;
//! length does most of the work, and the rest is what length alone would let through.

use std::collections::BTreeSet;

use super::Email;

/// Shortest password that a person may choose, in characters.
pub(super) const SHORTEST: usize = 12;
/// Fewer different characters than this are a rhythm, not a password.
const FEWEST_DIFFERENT: usize = 5;
/// What is left of an obvious password, or of one about its owner, once the obvious part is taken out.
const LEAST_LEFT: usize = 6;
/// Shorter parts of an address are in many words by chance.
const SHORTEST_PART: usize = 3;
/// A run along the keyboard counts from this length.
const SHORTEST_RUN: usize = 4;

/// The rules, for whoever has to choose.
pub const RULES: [&str; 4] = [
    "At least 12 characters. Several words in a row are easy to remember and hard to guess.",
    "At most 72 bytes: what comes after, bcrypt would ignore.",
    "Nothing that anybody tries first: “password”, rows of the keyboard, one thing over and over.",
    "More than your e-mail address with something added.",
];

/// Words that people begin or end with, in lower case, without digits.
const WORDS: [&str; 22] = [
    "password",
    "passwort",
    "kubeflow",
    "kubernetes",
    "administrator",
    "admin",
    "changeme",
    "letmein",
    "welcome",
    "iloveyou",
    "jupyter",
    "notebook",
    "secret",
    "login",
    "qwerty",
    "football",
    "baseball",
    "sunshine",
    "princess",
    "superman",
    "dragon",
    "monkey",
];

/// Rows that fingers run along, forwards and backwards.
const ROWS: [&str; 5] = [
    "01234567890",
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
];

/// Is it one of the first that anybody tries?
pub(super) fn is_obvious(text: &str) -> bool {
    let lower = text.to_lowercase();
    let different: BTreeSet<char> = lower.chars().collect();
    if different.len() < FEWEST_DIFFERENT {
        return true;
    }
    let mut rest = without_runs(&lower);
    for word in WORDS {
        rest = rest.replace(word, "");
    }
    let mut plain: String = lower.chars().map(plainly).collect();
    for word in WORDS {
        plain = plain.replace(word, "");
    }
    [rest, plain].iter().any(|left| letters(left) < LEAST_LEFT)
}

/// Is there little in it but the e-mail address?
pub(super) fn is_mostly_about(text: &str, email: &Email) -> bool {
    let lower = text.to_lowercase();
    let mut parts: Vec<&str> = email
        .as_str()
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|part| part.len() >= SHORTEST_PART)
        .collect();
    parts.sort_by_key(|part| std::cmp::Reverse(part.len()));
    let rest = parts
        .iter()
        .fold(lower.clone(), |rest, part| rest.replace(part, ""));
    rest.len() < lower.len() && letters(&rest) < LEAST_LEFT
}

/// What stands for a letter, as that letter.
fn plainly(c: char) -> char {
    match c {
        '0' => 'o',
        '1' | '!' => 'i',
        '3' => 'e',
        '4' | '@' => 'a',
        '5' | '$' => 's',
        '7' => 't',
        other => other,
    }
}

/// Letters only: digits and signs are what is put after a word to please a form. Letters beyond ASCII count too.
fn letters(text: &str) -> usize {
    text.chars().filter(|c| c.is_alphabetic()).count()
        + text.chars().filter(char::is_ascii_digit).count() / 2
}

/// The text without everything that runs along a row.
fn without_runs(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut left = String::new();
    let mut at = 0;
    while at < chars.len() {
        let mut end = at + 1;
        while end < chars.len() && is_run(&chars[at..=end]) {
            end += 1;
        }
        if end - at < SHORTEST_RUN {
            left.push(chars[at]);
            at += 1;
        } else {
            at = end;
        }
    }
    left
}

fn is_run(chars: &[char]) -> bool {
    let forwards: String = chars.iter().collect();
    let backwards: String = chars.iter().rev().collect();
    ROWS.iter()
        .any(|row| row.contains(&forwards) || row.contains(&backwards))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_anybody_tries_first_is_refused() {
        for obvious in [
            "aaaaaaaaaaaa",
            "121212121212",
            "123412341234",
            "1234567890123",
            "password1234",
            "P@ssw0rd!2026",
            "Kubeflow-2026!",
            "qwertyuiop123",
            "poiuytrewq!!",
            "abcdefghijkl",
            "admin.admin.admin",
            "letmein12345",
        ] {
            assert!(is_obvious(obvious), "{obvious}");
        }
    }

    #[test]
    fn what_nobody_guesses_is_not() {
        for fine in [
            "correct horse battery",
            "correct-horse-battery",
            "tr0ub4dor&3 walks",
            "my password hides a walrus",
            "пароль из слов",
            "k7fq-93hd-xz2m",
        ] {
            assert!(!is_obvious(fine), "{fine}");
        }
    }

    #[test]
    fn an_address_with_something_added_is_refused() {
        let email: Email = "ana.lopez@uni-hamburg.de".parse().unwrap();
        for about in ["ana.lopez2026!", "AnaLopez@2026", "hamburg-lopez-1"] {
            assert!(is_mostly_about(about, &email), "{about}");
        }
        for fine in ["ana eats mangos on monday", "correct horse battery"] {
            assert!(!is_mostly_about(fine, &email), "{fine}");
        }
    }
}
