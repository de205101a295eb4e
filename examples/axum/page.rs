//! The shop's one page, for a signed-in user or a visitor.

use super::accounts::{ACCOUNTS, Account};
use super::messenger::Kind;
use super::template::fill;

pub(crate) fn render(account: Option<&Account>, kind: Kind) -> String {
    let content = account.map_or_else(signed_out, signed_in);
    let title = account.map_or("You are signed out", |account| account.name);
    let page = fill(
        include_str!("page.html"),
        &[
            ("title", &format!("{title} · tower-widget-identity demo")),
            ("user", account.map_or("", |account| account.id)),
            ("messenger", kind.name()),
        ],
    );
    // Inserted last, because it already is markup, and `fill` must not search it for fields.
    page.replace("{{content}}", &content)
}

fn signed_in(account: &Account) -> String {
    let other = account.other();
    fill(
        include_str!("signed_in.html"),
        &[
            ("id", account.id),
            ("name", account.name),
            ("email", account.email),
            ("initials", account.initials),
            ("other_id", other.id),
            ("other_name", other.name),
        ],
    )
}

fn signed_out() -> String {
    let choices: String = ACCOUNTS.iter().map(choice).collect();
    include_str!("signed_out.html").replace("{{accounts}}", &choices)
}

fn choice(account: &Account) -> String {
    fill(
        include_str!("account.html"),
        &[("id", account.id), ("name", account.name), ("email", account.email), ("initials", account.initials)],
    )
}
