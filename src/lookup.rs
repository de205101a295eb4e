//! How the application is asked who is looking. It reads the request's parts and its extensions, and writes to neither.

use std::{future::Future, sync::Arc};

use futures::{FutureExt, future::BoxFuture};
use http::request::Parts;

use crate::identity::Viewer;

type Ask<T> = Arc<dyn Fn(&Parts) -> T + Send + Sync>;

/// How the configured set learns who is looking: set once, shared by both layers and the token service.
#[derive(Clone, Default)]
pub(crate) enum Identify {
    /// Only by the extensions.
    #[default]
    Extensions,
    Now(Ask<Viewer>),
    Later(Ask<BoxFuture<'static, Viewer>>),
}

/// What is known about the viewer while the request passes.
pub(crate) enum Answer {
    Known(Viewer),
    /// To be awaited after the handler ran, so that a login or logout in the handler is seen.
    Asked(BoxFuture<'static, Viewer>),
}

impl Identify {
    pub(crate) fn now<V: Into<Viewer>>(ask: impl Fn(&Parts) -> V + Send + Sync + 'static) -> Self {
        Self::Now(Arc::new(move |parts| known_or(ask(parts), || in_extensions(parts))))
    }

    pub(crate) fn later<Fut>(ask: impl Fn(&Parts) -> Fut + Send + Sync + 'static) -> Self
    where
        Fut: Future<Output: Into<Viewer>> + Send + 'static,
    {
        Self::Later(Arc::new(move |parts| {
            // The handler consumes the request, so what it says must be taken before.
            let otherwise = in_extensions(parts);
            ask(parts).map(move |found| known_or(found, || otherwise)).boxed()
        }))
    }

    /// `identify` answers first, then a `Viewer` in the request extensions; else it is unknown.
    pub(crate) fn ask(&self, parts: &Parts) -> Answer {
        match self {
            Self::Now(ask) => Answer::Known(ask(parts)),
            Self::Later(ask) => Answer::Asked(ask(parts)),
            Self::Extensions => Answer::Known(in_extensions(parts)),
        }
    }
}

/// The other answer, if the look-up returned `Unknown` or failed.
fn known_or(found: impl Into<Viewer>, otherwise: impl FnOnce() -> Viewer) -> Viewer {
    match found.into() {
        Viewer::Unknown => otherwise(),
        known => known,
    }
}

fn in_extensions(parts: &Parts) -> Viewer {
    parts.extensions.get().cloned().unwrap_or(Viewer::Unknown)
}

#[cfg(test)]
mod tests {
    use futures::executor::block_on;
    use http::Request;

    use super::*;
    use crate::identity::Identity;

    fn person(id: &str) -> Viewer {
        Viewer::SignedIn(Identity::new(id))
    }

    fn ask(identify: &Identify, said: Option<Viewer>) -> Viewer {
        let (mut parts, ()) = Request::new(()).into_parts();
        if let Some(said) = said {
            parts.extensions.insert(said);
        }
        let answer = identify.ask(&parts);
        // As in a layer, where the request is gone before the answer is awaited.
        drop(parts);
        match answer {
            Answer::Known(viewer) => viewer,
            Answer::Asked(lookup) => block_on(lookup),
        }
    }

    #[test]
    fn the_first_that_knows_counts() {
        for found in [person("asked"), Viewer::SignedOut, Viewer::Unknown] {
            for said in [None, Some(person("said")), Some(Viewer::SignedOut), Some(Viewer::Unknown)] {
                let extension = said.clone().unwrap_or(Viewer::Unknown);
                let expected = if found == Viewer::Unknown { extension.clone() } else { found.clone() };
                let (now, later) = (found.clone(), found.clone());
                assert_eq!(ask(&Identify::now(move |_| now.clone()), said.clone()), expected);
                assert_eq!(ask(&Identify::later(move |_| std::future::ready(later.clone())), said.clone()), expected);
                assert_eq!(ask(&Identify::Extensions, said), extension);
            }
        }
    }

    #[test]
    fn a_look_up_that_failed_does_not_know() {
        type Found = Result<Option<Identity>, &'static str>;
        let failing = [
            Identify::now(|_| Found::Err("store down")),
            Identify::later(|_| std::future::ready(Found::Err("store down"))),
        ];
        for identify in failing {
            assert_eq!(ask(&identify, Some(person("said"))), person("said"));
            assert_eq!(ask(&identify, None), Viewer::Unknown);
        }
    }
}
