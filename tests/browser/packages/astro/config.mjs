// What Astro's build puts here for a site without an adapter.
export const internalFetchHeaders = {};
