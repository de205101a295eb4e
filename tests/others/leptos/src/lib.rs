//! A leptos application whose server uses this crate. It proves that leptos hydrates a page with our snippet in front.
//!
//! The browser's half hydrates the whole document, `<head>` included, which is stricter than leptos' usual
//! `hydrate_body`. leptos walks the nodes in the order in which the server rendered them, and panics at a node that it
//! does not expect. A snippet that remained in the head would be such a node. The page streams: a `Suspense` sends its
//! content after the rest.
//!
//! `check.py` checks the pages in Chromium. `.ci/hydration` builds and runs everything.

use leptos::prelude::*;

/// The content of `<html>`, the same for the server and the browser.
#[component]
pub fn Document() -> impl IntoView {
    // `bindgen` writes the browser's half as `page.js` and `page_bg.wasm`.
    let options = LeptosOptions::builder().output_name("page").build();
    let (count, set_count) = signal(0);
    view! {
        <head>
            <meta charset="utf-8" />
            // A reactive text: in a head of constant elements, leptos skips from node to node and checks none.
            <title>{move || format!("Clicks: {}", count.get())}</title>
            <link rel="icon" href="data:," />
            <HydrationScripts options />
        </head>
        <body>
            <main>
                <Greeting />
                <button id="count" on:click=move |_| *set_count.write() += 1>
                    {count}
                </button>
            </main>
        </body>
    }
}

/// A text that only the server knows. The browser takes it from the page.
#[component]
fn Greeting() -> impl IntoView {
    let greeting = Resource::new(|| (), |()| greeting());
    view! {
        <Suspense fallback=|| view! { <p>"A moment"</p> }>
            <p id="greeting">{move || greeting.get()}</p>
        </Suspense>
    }
}

#[cfg(feature = "ssr")]
async fn greeting() -> String {
    // Long enough for the page's first part to be on its way alone.
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    "Rendered by the server".to_owned()
}

#[cfg(not(feature = "ssr"))]
async fn greeting() -> String {
    panic!("the page does not carry the text that the server rendered")
}

/// Takes over the document that the server rendered; leptos' script in the page calls this.
#[cfg(feature = "hydrate")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    use wasm_bindgen::JsCast;

    console_error_panic_hook::set_once();
    let root = document().document_element().expect("a document has a root element");
    leptos::mount::hydrate_from(root.clone().unchecked_into(), || view! { <Document /> }).forget();
    // The check waits for this. A panic above prevents it.
    root.set_attribute("data-hydrated", "").expect("the name of the attribute is legal");
}
