//! The lookup of the viewer: how the application says who the viewer is.
//!
//! It reads the request's parts and extensions, and changes neither.

use std::{any::type_name, future::Future, sync::Arc};

use futures::{FutureExt, future::BoxFuture};
use http::request::Parts;

use crate::identity::Viewer;

type Ask = Arc<dyn Fn(&Parts) -> Answer + Send + Sync>;

/// How a configuration determines the viewer; both layers and the token service share it.
#[derive(Clone, Default)]
pub(crate) struct Identify(Option<Ask>);

/// What is known about the viewer when the request arrives.
pub(crate) enum Answer {
    Known(Viewer),
    /// A future to await after the handler has run, so that a login or logout in the handler is seen.
    Asked(BoxFuture<'static, Viewer>),
}

impl Identify {
    /// Uses a closure that returns the viewer at once.
    pub(crate) fn now<V: Into<Viewer>>(ask: impl Fn(&Parts) -> V + Send + Sync + 'static) -> Self {
        Self::new(move |parts| Answer::Known(ask(parts).into()))
    }

    /// Uses a closure that returns a future.
    ///
    /// The closure takes what the future needs from the parts, before the handler consumes them.
    pub(crate) fn later<Fut>(ask: impl Fn(&Parts) -> Fut + Send + Sync + 'static) -> Self
    where
        Fut: Future<Output: Into<Viewer>> + Send + 'static,
    {
        Self::new(move |parts| Answer::Asked(ask(parts).map(Into::into).boxed()))
    }

    /// Uses a closure that takes a clone of the request extension of type `T`.
    pub(crate) fn with<T, R, Kind>(ask: impl Fn(T) -> R + Send + Sync + 'static) -> Self
    where
        T: Clone + Send + Sync + 'static,
        R: Lookup<Kind>,
    {
        let missing = Missing::default();
        Self::new(move |parts| match parts.extensions.get::<T>() {
            Some(extension) => ask(extension.clone()).into_answer(),
            None => {
                missing.warn(type_name::<T>());
                Answer::Known(Viewer::Unknown)
            }
        })
    }

    /// Uses a closure that takes what axum's extractor `E` finds in a copy of the parts.
    #[cfg(feature = "axum")]
    pub(crate) fn by<E, S, Fut>(state: S, ask: impl Fn(E) -> Fut + Send + Sync + 'static) -> Self
    where
        E: axum_core::extract::FromRequestParts<S> + Send + 'static,
        S: Clone + Send + Sync + 'static,
        Fut: Future<Output: Into<Viewer>> + Send + 'static,
    {
        let ask = Arc::new(ask);
        Self::later(move |parts| {
            let (mut parts, state, ask) = (parts.clone(), state.clone(), ask.clone());
            async move {
                let extracted = E::from_request_parts(&mut parts, &state).await.ok();
                match extracted {
                    Some(extracted) => ask(extracted).await.into(),
                    None => Viewer::Unknown,
                }
            }
        })
    }

    fn new(ask: impl Fn(&Parts) -> Answer + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(ask)))
    }

    /// Returns the closure's viewer; if it is not known, the `Viewer` in the request extensions.
    pub(crate) fn ask(&self, parts: &Parts) -> Answer {
        let Some(ask) = &self.0 else { return Answer::Known(in_extensions(parts)) };
        match ask(parts) {
            Answer::Known(viewer) => Answer::Known(known_or(viewer, || in_extensions(parts))),
            Answer::Asked(lookup) => {
                // The handler consumes the request, so read its extensions now.
                let otherwise = in_extensions(parts);
                if !otherwise.is_known() {
                    return Answer::Asked(lookup);
                }
                Answer::Asked(lookup.map(|viewer| known_or(viewer, || otherwise)).boxed())
            }
        }
    }
}

/// The return types of an [`identify_with`](crate::WidgetsBuilder::identify_with) closure.
///
/// The closure may return anything that converts into a [`Viewer`], or a future of it. No other type implements this
/// trait.
#[diagnostic::on_unimplemented(
    message = "the closure returns `{Self}`, which does not say who is signed in",
    label = "the return type neither converts into a `Viewer` nor is a future of one",
    note = "return `Option<T>`, `Result<Option<T>, E>`, `Identity` or `Viewer`, where `T` is `Identity` or converts into it",
    note = "an `async` closure returns the same types; its future must be `Send` and own what it uses"
)]
pub trait Lookup<Kind>: sealed::Sealed<Kind> {}

/// Marks a return type that converts into the viewer at once.
#[derive(Debug)]
pub enum Now {}

/// Marks a return type that is a future of the viewer.
#[derive(Debug)]
pub enum Later {}

impl<V: Into<Viewer>> Lookup<Now> for V {}

impl<F: Future<Output: Into<Viewer>> + Send + 'static> Lookup<Later> for F {}

mod sealed {
    use super::{Answer, Future, FutureExt, Later, Now, Viewer};

    pub trait Sealed<Kind> {
        #[allow(private_interfaces)]
        fn into_answer(self) -> Answer;
    }

    impl<V: Into<Viewer>> Sealed<Now> for V {
        #[allow(private_interfaces)]
        fn into_answer(self) -> Answer {
            Answer::Known(self.into())
        }
    }

    impl<F: Future<Output: Into<Viewer>> + Send + 'static> Sealed<Later> for F {
        #[allow(private_interfaces)]
        fn into_answer(self) -> Answer {
            Answer::Asked(self.map(Into::into).boxed())
        }
    }
}

/// Warns once per configuration that an extension is missing.
///
/// One warning is enough: a missing extension is a mistake in the order of layers, not an event.
#[derive(Default)]
struct Missing {
    #[cfg(feature = "tracing")]
    warned: std::sync::atomic::AtomicBool,
}

impl Missing {
    fn warn(&self, extension: &'static str) {
        #[cfg(feature = "tracing")]
        if !self.warned.swap(true, std::sync::atomic::Ordering::Relaxed) {
            tracing::warn!(
                target: "tower_widget_identity",
                extension,
                "no request extension of this type: put the layer that provides it outside this one (add it after \
                 this one), and use the same version of its crate",
            );
        }
        #[cfg(not(feature = "tracing"))]
        let _ = extension;
    }
}

/// Returns `otherwise` if it is known and `found` is not; else returns `found`.
fn known_or(found: Viewer, otherwise: impl FnOnce() -> Viewer) -> Viewer {
    if found.is_known() {
        return found;
    }
    let otherwise = otherwise();
    if otherwise.is_known() { otherwise } else { found }
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

    fn user(id: &str) -> Viewer {
        Viewer::SignedIn(Identity::new(id))
    }

    fn ask(identify: &Identify, said: Option<Viewer>) -> Viewer {
        let (mut parts, ()) = Request::new(()).into_parts();
        if let Some(said) = said {
            parts.extensions.insert(said);
        }
        let answer = identify.ask(&parts);
        // In a layer, too, the request is gone before the future is awaited.
        drop(parts);
        match answer {
            Answer::Known(viewer) => viewer,
            Answer::Asked(lookup) => block_on(lookup),
        }
    }

    #[test]
    fn first_known_viewer_wins() {
        for found in [user("asked"), Viewer::SignedOut, Viewer::Unknown] {
            for said in [None, Some(user("said")), Some(Viewer::SignedOut), Some(Viewer::Unknown)] {
                let extension = said.clone().unwrap_or(Viewer::Unknown);
                let expected = if found == Viewer::Unknown { extension.clone() } else { found.clone() };
                let (now, later) = (found.clone(), found.clone());
                assert_eq!(ask(&Identify::now(move |_| now.clone()), said.clone()), expected);
                assert_eq!(ask(&Identify::later(move |_| std::future::ready(later.clone())), said.clone()), expected);
                assert_eq!(ask(&Identify::default(), said), extension);
            }
        }
    }

    #[derive(Clone)]
    struct Session(&'static str);

    /// Returns the viewer of a request with these extensions.
    fn ask_with(identify: &Identify, session: Option<Session>, said: Option<Viewer>) -> Viewer {
        let (mut parts, ()) = Request::new(()).into_parts();
        parts.extensions.extend(session.map(extension).unwrap_or_default());
        parts.extensions.extend(said.map(extension).unwrap_or_default());
        match identify.ask(&parts) {
            Answer::Known(viewer) => viewer,
            Answer::Asked(lookup) => block_on(lookup),
        }
    }

    fn extension<T: Clone + Send + Sync + 'static>(value: T) -> http::Extensions {
        let mut extensions = http::Extensions::new();
        extensions.insert(value);
        extensions
    }

    #[test]
    fn extension_closure_may_be_sync_or_async() {
        for identify in [
            Identify::with(|session: Session| Identity::new(session.0)),
            Identify::with(async |session: Session| Some(Identity::new(session.0))),
            Identify::with(async |session: Session| Ok::<_, &str>(Some(Identity::new(session.0)))),
        ] {
            assert_eq!(ask_with(&identify, Some(Session("user-1")), None), user("user-1"));
            assert_eq!(ask_with(&identify, Some(Session("user-1")), Some(Viewer::SignedOut)), user("user-1"));
            assert_eq!(ask_with(&identify, None, None), Viewer::Unknown);
            assert_eq!(ask_with(&identify, None, Some(user("said"))), user("said"));
        }
    }

    #[test]
    fn only_a_future_waits_for_the_handler() {
        let (mut parts, ()) = Request::new(()).into_parts();
        parts.extensions.insert(Session("user-1"));
        assert!(matches!(Identify::with(|_: Session| Viewer::SignedOut).ask(&parts), Answer::Known(_)));
        assert!(matches!(Identify::with(async |_: Session| Viewer::SignedOut).ask(&parts), Answer::Asked(_)));
    }

    #[test]
    fn viewer_extension_counts_if_the_lookup_failed() {
        type Found = Result<Option<Identity>, &'static str>;
        let failing = [
            Identify::now(|_| Found::Err("store down")),
            Identify::later(|_| std::future::ready(Found::Err("store down"))),
        ];
        for identify in failing {
            assert_eq!(ask(&identify, Some(user("said"))), user("said"));
            assert_eq!(ask(&identify, None), Viewer::LookupFailed);
        }
    }
}
