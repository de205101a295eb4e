// The router that Astro's `<ClientRouter />` brings into a page. Its links call `navigate`.
import { navigate } from 'astro-router';

window.navigate = navigate;
