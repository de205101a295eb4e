// Records the whole document as a client framework would find it: each node with its kind, name, text and attributes.
(() => {
  'use strict';
  const written = node => [
    node.nodeType,
    node.nodeName,
    node.nodeValue || [node.publicId, node.systemId],
    [...(node.attributes || [])].map(({ name, value }) => [name, value]),
    [...(node.content || node).childNodes].map(written)
  ];
  document.addEventListener('DOMContentLoaded', () => {
    window.atContentLoaded = JSON.stringify([document.compatMode, document.characterSet, written(document)]);
  });
})();
