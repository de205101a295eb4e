/**
 * Parses JSON in UTF-8 from base64url, as in the parts of a JWT.
 * @type {import('../snippet/types').ReadJson}
 */
text => {
  const bytes = atob(text.replace(/-/g, '+').replace(/_/g, '/'));
  return JSON.parse(new TextDecoder().decode(Uint8Array.from(bytes, byte => byte.charCodeAt(0))));
}
