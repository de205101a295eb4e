//! What the server sends for each viewer and marker.

use tower_widget_identity::{Identity, Outcome, OutcomeKind, Viewer, widget::Ferndesk};

use crate::support::{
    FP_1, FP_2, NOW, SECRET, builder, cut, kind,
    pages::{PAGE, answering, ask, claims_by, load, page, user, visit},
    secret, snippet, widgets,
};

#[tokio::test]
async fn signed_in_user_gets_one_snippet_in_the_head_and_a_valid_token() {
    let answer = visit(load(user(1), "")).await;
    let (before, element, after) = cut(&answer.body);
    assert_eq!((before, after), ("<!doctype html><html><head>", &PAGE[before.len()..]));
    let data = snippet(element);
    assert_eq!((data["seen"].as_str(), data["fp"].as_str()), (Some(""), Some(FP_1)));
    let claims = claims_by(SECRET, &data["people"]["intercom"]["intercom_user_jwt"]);
    assert_eq!(claims["user_id"], "user-1");
    assert_eq!(claims["exp"], NOW + 3600);
    assert_eq!(kind(answer.outcome.as_ref()), Some(OutcomeKind::Boot));
}

#[tokio::test]
async fn personal_page_is_private_without_validators_and_of_the_right_length() {
    let answer = visit(load(user(1), "")).await;
    assert_eq!(answer.headers["cache-control"], "private, no-store");
    assert_eq!(answer.headers["vary"], "Cookie");
    assert_eq!(answer.headers["x-app"], "kept");
    assert_eq!(answer.headers["content-length"], answer.body.len().to_string());
    for gone in ["etag", "last-modified", "accept-ranges"] {
        assert!(!answer.headers.contains_key(gone), "{gone}");
    }
    let cookies = answer.set_cookies();
    assert_eq!(cookies.len(), 1, "a page response never writes the marker: {cookies:?}");
    let (kept, attributes) = cookies[0].split_once(';').unwrap();
    assert!(kept.starts_with("__Host-widget-kept=") && kept.len() > "__Host-widget-kept=".len() + 10, "{kept}");
    assert_eq!(attributes, " Path=/; Secure; SameSite=Lax; Max-Age=34560000");
}

#[tokio::test]
async fn each_page_of_a_user_sets_the_kept_cookie_anew() {
    let mut seen = std::collections::BTreeSet::new();
    for value in ["abc-_123", "1", "a b", "", "<script>", "a\"b"] {
        let mut request = load(user(1), FP_1);
        request.headers_mut().append("cookie", format!("__Host-widget-kept={value}").parse().unwrap());
        let answer = visit(request).await;
        let cookies = answer.set_cookies();
        assert_eq!(cookies.len(), 1, "{value:?}");
        let (kept, _) = cookies[0].strip_prefix("__Host-widget-kept=").unwrap().split_once(';').unwrap();
        assert!(kept.len() == 12 && kept.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)));
        assert!(seen.insert(kept.to_owned()), "{kept} came twice");
    }
}

#[tokio::test]
async fn kept_cookie_without_a_marker_ends_a_session() {
    for (viewer, expected) in
        [(user(1), Some("switch")), (Viewer::SignedOut, Some("shutdown")), (Viewer::Unknown, Some("unknown-viewer"))]
    {
        let mut request = load(viewer, "");
        request.headers_mut().insert("cookie", "__Host-widget-kept=abc".parse().unwrap());
        let answer = visit(request).await;
        assert_eq!(answer.outcome.as_ref().map(Outcome::as_str), expected);
        if expected != Some("unknown-viewer") {
            let data = snippet(cut(&answer.body).1);
            assert_eq!((&data["seen"], &data["reset"]), (&serde_json::json!(""), &serde_json::json!(true)));
        }
    }
}

#[tokio::test]
async fn snippet_depends_on_the_viewer_and_the_marker() {
    let boot = Some("boot");
    let (switch, shutdown) = (Some("switch"), Some("shutdown"));
    for (viewer, expected) in [
        (user(1), [boot, boot, switch, switch, switch]),
        (Viewer::SignedOut, [Some("signed-out"), shutdown, shutdown, shutdown, shutdown]),
        (Viewer::Unknown, [Some("unknown-viewer"); 5]),
        (Viewer::LookupFailed, [Some("lookup-failed"); 5]),
    ] {
        for (marker, expected) in ["", FP_1, FP_2, "out", "<broken>"].into_iter().zip(expected) {
            let answer = visit(load(viewer.clone(), marker)).await;
            assert_eq!(answer.outcome.as_ref().map(Outcome::as_str), expected, "{viewer:?} {marker:?}");
            let sent = !matches!(expected, Some("signed-out" | "unknown-viewer" | "lookup-failed"));
            assert_eq!(answer.body.matches("<script data-cfasync=\"false\" data-widget=").count(), usize::from(sent));
            assert_eq!(answer.is_untouched(), !sent, "{viewer:?} {marker:?}");
            let boots = matches!(expected, Some("boot" | "switch"));
            assert_eq!(answer.set_cookies().len(), usize::from(boots), "{viewer:?} {marker:?}");
            if sent {
                let seen = if marker == "<broken>" { "out" } else { marker };
                assert_eq!(snippet(cut(&answer.body).1)["seen"], seen);
            }
        }
    }
}

#[tokio::test]
async fn shutdown_names_no_user_and_carries_no_token() {
    let answer = visit(load(Viewer::SignedOut, FP_1)).await;
    let data = snippet(cut(&answer.body).1);
    assert_eq!(data["fp"], "");
    assert_eq!(data["people"], serde_json::json!({}));
    assert!(!answer.body.contains("eyJ"));
}

#[tokio::test]
async fn vendor_cookie_of_an_identified_session_without_a_marker_ends_it() {
    for (viewer, expected) in [(user(1), "switch"), (Viewer::SignedOut, "shutdown")] {
        let mut request = load(viewer, "");
        request.headers_mut().insert("cookie", "intercom-session-abcd1234=abc".parse().unwrap());
        let answer = visit(request).await;
        assert_eq!(answer.outcome.as_ref().map(Outcome::as_str), Some(expected));
        let data = snippet(cut(&answer.body).1);
        assert_eq!((data["seen"].as_str(), data["reset"].as_bool()), (Some(""), Some(true)));
    }
}

#[tokio::test]
async fn layer_applied_twice_injects_once() {
    let twice = tower::ServiceBuilder::new().layer(widgets().layer()).layer(widgets().layer()).into_inner();
    let answer = ask(twice, answering(|_| page()), load(user(1), "")).await;
    assert_eq!(answer.body.matches("<script data-cfasync=\"false\" data-widget=").count(), 1);
    assert_eq!(answer.headers["content-length"], answer.body.len().to_string());
}

#[tokio::test]
async fn hostile_values_stay_inside_the_attribute() {
    let hostile = "'></script><script>alert(1)</script><!--&quot;\u{2028}\u{0}\u{202e}é";
    let identity = Identity::new(hostile).with_email(hostile).with_name(hostile).with_attribute(hostile, hostile);
    let both = builder().widget(Ferndesk::new("widget-1", secret("ferndesk secret"))).build().unwrap();
    let answer = ask(both.layer(), answering(|_| page()), load(Viewer::SignedIn(identity), "")).await;
    let (_, element, after) = cut(&answer.body);
    assert!(PAGE.ends_with(after));
    let claims = claims_by("ferndesk secret", &snippet(element)["people"]["ferndesk"]["token"]);
    assert_eq!(claims["name"], hostile);
    assert_eq!(claims["customAttributes"][hostile], hostile);
}
