//! Service workers in the pages of the tests.

use crate::harness::page::Page;

/// Keeps the first response of the page `/?kept`, as an offline application does.
pub(crate) const KEEPING: &str = r"
const kept = async (request) => {
  const pages = await caches.open('pages');
  const copy = await pages.match(request.url, { ignoreVary: true });
  if (copy) return copy;
  const answer = await fetch(request);
  await pages.put(request.url, answer.clone());
  return answer;
};
addEventListener('install', () => skipWaiting());
addEventListener('activate', (event) => event.waitUntil(clients.claim()));
addEventListener('fetch', (event) => {
  if (event.request.url.endsWith('/?kept')) event.respondWith(kept(event.request));
});
";

pub(crate) async fn install_worker(page: &Page, path: &str) {
    let failed = "(error) => { window.failed = String(error); }";
    page.eval(&format!("void navigator.serviceWorker.register('{path}').catch({failed})")).await;
    page.wait_for("window.failed ?? !!navigator.serviceWorker.controller", true).await;
}
