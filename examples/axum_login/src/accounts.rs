//! The accounts in SQLite, with the traits that axum-login requires.

use std::fmt;

use axum_login::{AuthUser, AuthnBackend};
use serde::Deserialize;
use tokio_rusqlite::rusqlite::{self, OptionalExtension, Row};
use tokio_rusqlite::{Connection, params};

/// The names and passwords of the demo accounts, which the login page shows.
pub(crate) const DEMO: [(&str, &str); 2] = [("demo", "demo"), ("demo-2", "demo-2")];

const TABLE: &str = "create table if not exists accounts
    (id text primary key not null, username text unique not null, email text not null, password text not null)";
const BY_ID: &str = "select id, username, email, password from accounts where id = ?1";
const BY_NAME: &str = "select id, username, email, password from accounts where username = ?1";
const ADD: &str = "insert or ignore into accounts (id, username, email, password) values (?1, ?2, ?3, ?4)";

#[derive(Clone)]
pub(crate) struct Account {
    pub(crate) id: String,
    pub(crate) username: String,
    pub(crate) email: String,
    /// The hash of the password.
    password: String,
}

impl Account {
    fn new(username: &str, password: &str) -> Self {
        Self {
            id: format!("account-{username}"),
            username: username.to_owned(),
            email: format!("{username}@example.com"),
            password: password_auth::generate_hash(password),
        }
    }

    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self { id: row.get(0)?, username: row.get(1)?, email: row.get(2)?, password: row.get(3)? })
    }
}

/// Shows the id alone, because axum-login writes accounts into its traces.
impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Account").field("id", &self.id).finish_non_exhaustive()
    }
}

impl AuthUser for Account {
    type Id = String;

    fn id(&self) -> String {
        self.id.clone()
    }

    /// Changing the password ends the sessions that began with the old one.
    fn session_auth_hash(&self) -> &[u8] {
        self.password.as_bytes()
    }
}

/// The fields of the login form.
#[derive(Deserialize)]
pub(crate) struct Credentials {
    username: String,
    password: String,
}

/// The accounts. Cheap to clone: the clones share the connection.
#[derive(Clone)]
pub(crate) struct Accounts {
    database: Connection,
    /// A hash to compare with for unknown names.
    no_password: String,
}

impl Accounts {
    pub(crate) async fn open(database: Connection) -> Result<Self, Error> {
        let unused = random::<16>()?;
        let no_password = blocking(move || password_auth::generate_hash(unused)).await?;
        let accounts = Self { database, no_password };
        accounts.database.call(|database| database.execute(TABLE, [])).await?;
        for (username, password) in DEMO {
            if accounts.find(BY_NAME, username).await?.is_none() {
                accounts.add(username.to_owned(), password.to_owned()).await?;
            }
        }
        Ok(accounts)
    }

    /// Adds an account for a guest.
    pub(crate) async fn add_guest(&self) -> Result<Account, Error> {
        let name = format!("guest-{}", random::<4>()?);
        // A random password that is never shown.
        self.add(name, random::<16>()?).await
    }

    async fn add(&self, username: String, password: String) -> Result<Account, Error> {
        let account = blocking(move || Account::new(&username, &password)).await?;
        let Account { id, username, email, password } = account.clone();
        self.database.call(move |database| database.execute(ADD, params![id, username, email, password])).await?;
        Ok(account)
    }

    async fn find(&self, query: &'static str, key: &str) -> Result<Option<Account>, Error> {
        let key = key.to_owned();
        let found = self.database.call(move |database| database.query_row(query, [key], Account::read).optional());
        Ok(found.await?)
    }
}

impl AuthnBackend for Accounts {
    type User = Account;
    type Credentials = Credentials;
    type Error = Error;

    async fn authenticate(&self, Credentials { username, password }: Credentials) -> Result<Option<Account>, Error> {
        let account = self.find(BY_NAME, &username).await?;
        // An unknown name takes as long as a known one, so that the time does not reveal which names exist.
        let hash = account.as_ref().map_or(&self.no_password, |account| &account.password).clone();
        let right = blocking(move || password_auth::verify_password(password, &hash).is_ok()).await?;
        Ok(account.filter(|_| right))
    }

    async fn get_user(&self, id: &String) -> Result<Option<Account>, Error> {
        self.find(BY_ID, id).await
    }
}

/// Runs work that takes long, such as hashing a password.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Error> {
    tokio::task::spawn_blocking(work).await.map_err(|_| Error::Interrupted)
}

/// Returns this number of random bytes as hexadecimal digits.
fn random<const N: usize>() -> Result<String, Error> {
    let mut bytes = [0_u8; N];
    getrandom::getrandom(&mut bytes).map_err(|_| Error::NoRandomNumbers)?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

#[derive(Debug)]
pub(crate) enum Error {
    Database(tokio_rusqlite::Error),
    Interrupted,
    NoRandomNumbers,
}

impl From<tokio_rusqlite::Error> for Error {
    fn from(error: tokio_rusqlite::Error) -> Self {
        Self::Database(error)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Database(error) => write!(f, "the accounts database: {error}"),
            Self::Interrupted => f.write_str("the hashing of a password was interrupted"),
            Self::NoRandomNumbers => f.write_str("cannot get random numbers"),
        }
    }
}

impl std::error::Error for Error {}
