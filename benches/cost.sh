#!/usr/bin/env bash
# Measures what this crate adds to an application: crates, build time, size. It builds the same axum program, with
# tower-sessions and a login page, with and without the crate in turn.
#
#   benches/cost.sh [--runs N]     N cold builds of each, 3 by default; the figure is the median
#
# Works in target/cost and changes nothing else. The lock file is made there, from versions that are on the disk
# already, so after one run it needs no network.
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD
runs=3
while (($#)); do
  case $1 in
    --runs) runs=$2; shift 2 ;;
    *) sed -n '2,9s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
  esac
done

# The same conditions everywhere: no flags from the environment, and no cache of compiled crates.
unset RUSTFLAGS CARGO_ENCODED_RUSTFLAGS RUSTC_WRAPPER RUSTC_WORKSPACE_WRAPPER CARGO_TARGET_DIR "${!CARGO_PROFILE_@}"
export CARGO_INCREMENTAL=0

work=$root/target/cost
mkdir -p "$work"

# $1: without or with.
program() {
  local folder=$work/$1
  mkdir -p "$folder/src"
  cat >"$folder/Cargo.toml" <<MANIFEST
[package]
name = "shop"
version = "0.0.0"
edition = "2024"

[workspace]

[dependencies]
axum = "0.8"
serde = { version = "1", features = ["derive"] }
tokio = { version = "1", features = ["macros", "net", "rt-multi-thread"] }
tower-sessions = "0.14"
MANIFEST
  if [[ $1 == with ]]; then
    printf 'tower-widget-identity = { path = "%s" }\n' "$root" >>"$folder/Cargo.toml"
  fi
  # The lines that need the crate are marked; they are removed from the program without it.
  if [[ $1 == with ]]; then sed 's|^ *//+ ||'; else sed '/^ *\/\/+ /d'; fi >"$folder/src/main.rs" <<'SOURCE'
use axum::{
    Router,
    extract::Form,
    response::{Html, Redirect},
    routing::{get, post},
};
use serde::Deserialize;
use tower_sessions::{MemoryStore, Session, SessionManagerLayer, session::Error};
//+ use tower_widget_identity::{Identity, Secret, Viewer, Widgets, widget::Intercom};

#[derive(Deserialize)]
struct Login {
    user: String,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    //+ let intercom = Intercom::new(std::env::var("INTERCOM_APP_ID")?, Secret::new(std::env::var("INTERCOM_SECRET")?)?);
    //+ let widgets = Widgets::builder()
    //+     .widget(intercom)
    //+     .identify_async(|parts| {
    //+         let session = parts.extensions.get::<Session>().cloned();
    //+         async move {
    //+             let Some(session) = session else { return Viewer::Unknown };
    //+             Viewer::from(session.get::<String>("user").await.map(|user| user.map(Identity::new)))
    //+         }
    //+     })
    //+     .token_path("/widget-token")
    //+     .build()?;
    let logout = post(logout);
    //+ let logout = logout.layer(widgets.logout_layer());
    let app = Router::new().route("/", get(home)).route("/login", get(ask).post(login)).route("/logout", logout);
    //+ let app = app.nest_service("/widget-token", widgets.token_service()).layer(widgets.layer());
    let app = app.layer(SessionManagerLayer::new(MemoryStore::default()));
    axum::serve(tokio::net::TcpListener::bind("127.0.0.1:3000").await?, app).await?;
    Ok(())
}

async fn home(session: Session) -> Html<String> {
    let user = session.get::<String>("user").await.ok().flatten();
    Html(format!("<!doctype html><html><head><title>Shop</title></head><body>{}", user.unwrap_or_default()))
}

async fn ask() -> Html<&'static str> {
    Html("<!doctype html><html><head><title>Login</title></head><body><form method=post><input name=user></form>")
}

async fn login(session: Session, Form(form): Form<Login>) -> Redirect {
    let kept: Result<(), Error> = session.insert("user", form.user).await;
    Redirect::to(if kept.is_ok() { "/" } else { "/login" })
}

async fn logout(session: Session) -> Redirect {
    let _ = session.flush().await;
    Redirect::to("/")
}
SOURCE
}

# Both programs get the repository's versions, so the one without the crate gets no newer ones than the other.
lock() {
  cp "$root/Cargo.lock" "$work/$1/Cargo.lock"
  (cd "$work/$1" && { cargo metadata --offline --format-version 1 || cargo metadata --format-version 1; } >/dev/null 2>"$work/lock.log") ||
    { cat "$work/lock.log" >&2; exit 1; }
  (cd "$work/$1" && cargo fetch --quiet --locked --offline 2>/dev/null || cargo fetch --quiet --locked)
}

crates() { (cd "$work/$1" && cargo tree --prefix none -e normal --offline | awk '{ print $1, $2 }' | sort -u | wc -l); }

build() { (cd "$work/$1" && cargo build --quiet --locked --offline "${@:2}"); }

# Prints a line: the elapsed seconds, and the processor's seconds, which other programs on the machine disturb less.
seconds() {
  rm -rf "$work/$1/target"
  local TIMEFORMAT='%R %U %S'
  { time build "$1" 2>"$work/build.log"; } 2>&1 | awk '{ print $1, $2 + $3 }'
  [[ ! -s $work/build.log ]] || { cat "$work/build.log" >&2; exit 1; }
}

# The median of column $2 in the file $1.
median() {
  awk -v column="$2" '{ print $column }' "$1" | sort -n |
    awk '{ value[NR] = $1 } END { print (value[int((NR + 1) / 2)] + value[int(NR / 2) + 1]) / 2 }'
}

each() { awk '{ printf "%s%s", separator, $1; separator = " " }' "$1"; }

ratio() { awk "BEGIN { printf \"%.2f\", $2 / $1 }"; }

bytes() {
  rm -rf "$work/$1/target"
  build "$1" --release --config 'profile.release.strip=true'
  stat -c %s "$work/$1/target/release/shop"
}

missed=0
# Arguments: name, figure, unit, goal, raw figures.
goal() {
  local verdict=met
  awk "BEGIN { exit !($2 <= $4) }" || { verdict=MISSED missed=1; }
  printf '%-28s %8s %-3s at most %-5s %-7s (%s)\n' "$1" "$2" "$3" "$4" "$verdict" "$5"
}

for kind in without with; do
  program "$kind"
  lock "$kind"
done

a=$(crates without) b=$(crates with)
goal "additional crates" "$((b - a))" "" 12 "$a without, $b with"

: >"$work/without.times"
: >"$work/with.times"
for ((run = 0; run < runs; run++)); do
  for kind in without with; do seconds "$kind" >>"$work/$kind.times"; done
done
a=$(median "$work/without.times" 1) b=$(median "$work/with.times" 1)
worked="of the processor $(ratio "$(median "$work/without.times" 2)" "$(median "$work/with.times" 2)") x"
goal "cold dev build" "$(ratio "$a" "$b")" "x" 1.35 \
  "$a s without, $b s with; $worked; each: $(each "$work/without.times") / $(each "$work/with.times")"

a=$(bytes without) b=$(bytes with)
goal "stripped release binary" "$(awk "BEGIN { printf \"%.2f\", ($b - $a) / 1e6 }")" "MB" 0.9 "$a bytes without, $b with"
exit "$missed"
