//! The pages: a common frame, and their contents.

use super::accounts::{Account, DEMO};
use super::messenger::Kind;
use super::template::fill;

pub(crate) fn home(kind: Kind, account: Option<&Account>) -> String {
    let content = match account {
        Some(account) => fill(include_str!("welcome.html"), &[("name", &account.username)]),
        None => include_str!("visitor.html").to_owned(),
    };
    frame(kind, "A shop with accounts", account, &content)
}

pub(crate) fn account(kind: Kind, account: &Account) -> String {
    let Account { id, username, email, .. } = account;
    let content = fill(include_str!("account.html"), &[("name", username), ("email", email), ("id", id)]);
    frame(kind, "Your account", Some(account), &content)
}

/// The login page. `problem` says what was wrong with the last attempt, and is empty on the first.
pub(crate) fn login(kind: Kind, problem: &str) -> String {
    let [(first, _), (second, _)] = DEMO;
    let fields = [("problem", problem), ("first", first), ("second", second)];
    frame(kind, "Sign in", None, &fill(include_str!("login.html"), &fields))
}

fn frame(kind: Kind, title: &str, account: Option<&Account>, content: &str) -> String {
    let user = account.map_or("", |account| &account.id);
    let page = fill(include_str!("page.html"), &[("title", title), ("user", user), ("messenger", kind.name())]);
    // Inserted last, because it already is markup, and `fill` must not search it for fields.
    page.replace("{{content}}", content)
}
