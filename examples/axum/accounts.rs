//! The shop's two accounts. They have no passwords: this is a demo.

pub(crate) struct Account {
    pub(crate) id: &'static str,
    pub(crate) name: &'static str,
    pub(crate) email: &'static str,
    pub(crate) initials: &'static str,
}

pub(crate) static ACCOUNTS: [Account; 2] = [
    Account { id: "user-1", name: "User One", email: "user-1@example.com", initials: "U1" },
    Account { id: "user-2", name: "User Two", email: "user-2@example.com", initials: "U2" },
];

pub(crate) fn find(id: &str) -> Option<&'static Account> {
    ACCOUNTS.iter().find(|account| account.id == id)
}

impl Account {
    /// The account that the page offers to switch to.
    pub(crate) fn other(&self) -> &'static Account {
        let [first, second] = &ACCOUNTS;
        if self.id == first.id { second } else { first }
    }
}
