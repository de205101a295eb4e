//! Who is signed in: what `identify`, the request and the response say.

use std::convert::Infallible;

use axum::body::Body;
use http::Response;
use tower_widget_identity::{Identity, OutcomeKind, Reason, SkipWidget, TokenError, Viewer, Widgets, widget::Ferndesk};

use crate::support::{
    FP_1, FP_2, builder, cut, kind,
    pages::{answering, ask, load, page, user, visit},
    secret, snippet, widgets,
};

#[tokio::test]
async fn page_of_an_unknown_viewer_is_untouched() {
    assert!(visit(load(None, "")).await.is_untouched());
    assert!(visit(load(None, FP_1)).await.is_untouched());
}

#[tokio::test]
async fn response_wins_over_identify_and_identify_over_the_request() {
    let says = |viewer: Viewer| {
        answering(move |_| {
            let mut response = page();
            response.extensions_mut().insert(viewer.clone());
            response
        })
    };
    let layer = builder().identify(|_| Some(Identity::new("user-1"))).build().unwrap().layer();
    let answer = ask(layer.clone(), answering(|_| page()), load(user(2), "")).await;
    assert_eq!(snippet(cut(&answer.body).1)["fp"], FP_1, "identify over the request");
    let answer = ask(layer.clone(), says(user(2)), load(None, "")).await;
    assert_eq!(snippet(cut(&answer.body).1)["fp"], FP_2, "the response over identify");
    assert!(ask(layer.clone(), says(Viewer::Unknown), load(None, "")).await.is_untouched());
    let answer = ask(layer, says(Viewer::SignedOut), load(None, FP_1)).await;
    assert_eq!(kind(answer.outcome.as_ref()), Some(OutcomeKind::ShutDown));
}

#[tokio::test]
async fn async_lookup_is_awaited_after_the_handler_and_only_for_pages() {
    use std::sync::{Arc, Mutex};
    let log = Arc::new(Mutex::new(Vec::new()));
    let asked = log.clone();
    let layer = builder()
        .identify_async(move |_| {
            let asked = asked.clone();
            async move {
                asked.lock().unwrap().push("asked");
                tokio::task::yield_now().await;
                Ok::<_, Infallible>(Some(Identity::new("user-1")))
            }
        })
        .build()
        .unwrap()
        .layer();
    let handled = log.clone();
    let service = answering(move |request| {
        handled.lock().unwrap().push("handled");
        if request.uri().path() == "/" { page() } else { Response::new(Body::from("{}")) }
    });
    let answer = ask(layer.clone(), service.clone(), load(None, "")).await;
    assert_eq!(kind(answer.outcome.as_ref()), Some(OutcomeKind::Boot));
    assert_eq!(*log.lock().unwrap(), ["handled", "asked"]);
    let mut api = load(None, "");
    *api.uri_mut() = "/api".parse().unwrap();
    ask(layer, service, api).await;
    assert_eq!(*log.lock().unwrap(), ["handled", "asked", "handled"], "not asked for what cannot carry it");
}

#[tokio::test]
async fn request_names_the_viewer_where_identify_does_not_know() {
    type Found = Result<Option<Identity>, &'static str>;
    let unknown = builder().identify(|_| Viewer::Unknown).build().unwrap();
    let failed = builder().identify(|_| Found::Err("store down")).build().unwrap();
    let unknown_later = builder().identify_async(|_| async { Viewer::Unknown }).build().unwrap();
    let failed_later = builder().identify_async(|_| async {
        tokio::task::yield_now().await;
        Found::Err("store down")
    });
    for widgets in [unknown, failed, unknown_later, failed_later.build().unwrap()] {
        let answer = ask(widgets.layer(), answering(|_| page()), load(user(2), "")).await;
        assert_eq!(kind(answer.outcome.as_ref()), Some(OutcomeKind::Boot));
        assert_eq!(snippet(cut(&answer.body).1)["fp"], FP_2);
        let answer = ask(widgets.layer(), answering(|_| page()), load(Viewer::SignedOut, FP_1)).await;
        assert_eq!(kind(answer.outcome.as_ref()), Some(OutcomeKind::ShutDown));
        for undecided in [None, Some(Viewer::Unknown)] {
            let answer = ask(widgets.layer(), answering(|_| page()), load(undecided, FP_1)).await;
            let untouched =
                [Reason::UnknownViewer, Reason::LookupFailed].map(|reason| Some(OutcomeKind::Untouched(reason)));
            assert!(untouched.contains(&kind(answer.outcome.as_ref())), "{:?}", answer.outcome);
        }
    }
}

#[tokio::test]
async fn async_lookup_that_knows_wins_over_the_request() {
    for (found, outcome) in [(user(1), OutcomeKind::Boot), (Viewer::SignedOut, OutcomeKind::ShutDown)] {
        let widgets = builder().identify_async(move |_| std::future::ready(found.clone())).build().unwrap();
        let answer = ask(widgets.layer(), answering(|_| page()), load(user(2), FP_1)).await;
        assert_eq!(kind(answer.outcome.as_ref()), Some(outcome));
    }
}

#[tokio::test]
async fn failed_lookup_leaves_the_page_untouched() {
    let layer = builder().identify(|_| Err::<Option<Identity>, _>("store down")).build().unwrap().layer();
    let answer = ask(layer, answering(|_| page()), load(None, FP_1)).await;
    assert!(answer.is_untouched());
    assert_eq!(kind(answer.outcome.as_ref()), Some(OutcomeKind::Untouched(Reason::LookupFailed)));
}

#[tokio::test]
async fn user_without_an_id_gets_no_widget() {
    let answer = visit(load(Viewer::SignedIn(Identity::new(" ").with_email("a@example.com")), "")).await;
    assert!(answer.is_untouched());
    assert_eq!(answer.outcome.unwrap().failures()[0].error(), TokenError::MissingId);
}

#[tokio::test]
async fn widget_that_refuses_is_left_out_and_named_in_the_outcome() {
    let both = builder().widget(Ferndesk::new("widget-1", secret("ferndesk secret"))).build().unwrap();
    let nameless = || Viewer::SignedIn(Identity::new("user-1"));
    let answer = ask(both.layer(), answering(|_| page()), load(nameless(), "")).await;
    let outcome = answer.outcome.as_ref().unwrap();
    assert_eq!(outcome.kind(), OutcomeKind::Boot);
    let refused = outcome.failures();
    assert_eq!((refused[0].widget(), refused[0].error()), ("ferndesk", TokenError::MissingEmail));
    let people = &snippet(cut(&answer.body).1)["people"];
    assert!(people.get("intercom").is_some() && people.get("ferndesk").is_none());

    let only = Widgets::builder().widget(Ferndesk::new("widget-1", secret("ferndesk secret"))).build().unwrap();
    let answer = ask(only.layer(), answering(|_| page()), load(nameless(), "")).await;
    assert!(answer.is_untouched());
    assert_eq!(answer.outcome.unwrap().as_str(), "no-token");
}

#[tokio::test]
async fn handler_and_predicate_can_opt_out() {
    let skipping = answering(|_| {
        let mut response = page();
        response.extensions_mut().insert(SkipWidget);
        response
    });
    let answer = ask(widgets().layer(), skipping, load(user(1), "")).await;
    assert!(answer.is_untouched());
    assert_eq!(kind(answer.outcome.as_ref()), Some(OutcomeKind::Untouched(Reason::Skipped)));
    let picky = builder().when(|parts| parts.uri.path() != "/").build().unwrap();
    assert!(ask(picky.layer(), answering(|_| page()), load(user(1), "")).await.is_untouched());
}
